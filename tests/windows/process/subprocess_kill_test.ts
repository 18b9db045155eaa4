/** The ends of children that do not end by themselves. */

import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { IocpProactor } from "../../../mod.ts";
import type { SubprocessSignal } from "../../../src/process/mod.ts";
import { defaultProcesses } from "../../../src/ffi/process/default.ts";
import { launchProcess } from "../../../src/process/launch.ts";
import { resolveShell } from "../../../src/process/subprocess_options.ts";
import { test, withProactor } from "../_setup.ts";
import { readText } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import { runShell, startWaiting, waitBlocking } from "./_process.ts";

const SIGNALS: SubprocessSignal[] = ["SIGTERM", "SIGKILL", "SIGINT"];

/** A shell that waits below a shell that has ended. */
const ORPHAN = ["/d", "/c", "start /b cmd.exe /d /c pause"];

/** A shell that waits below a shell that waits for it. */
const FAMILY = ["/d", "/c", "cmd.exe /d /c pause & exit 3"];

/**
 * A console is a process of the job under Wine, and outlives a child that is
 * killed while it starts.
 */
const NO_CONSOLE = { detached: true } as const;

for (const signal of SIGNALS) {
  test.proactor(`kill("${signal}") ends a child`, async (proactor) => {
    await using child = await startWaiting(proactor);
    child.kill(signal);
    assertEquals(await soon(child.status), { success: false, code: 1, signal });
    assertEquals(await readText(child.pipes.stderr!), ""); // and it ends
  });
}

test.proactor("kill() refuses a child that has ended", async (proactor) => {
  await using child = await startWaiting(proactor);
  child.kill();
  await soon(child.status);
  for (const signal of [...SIGNALS, "SIGBREAK"] as const) {
    assertThrows(
      () => child.kill(signal),
      TypeError,
      "Cannot kill process: it has already terminated",
    );
  }
});

test.proactor("kill() of a child whose end is not known yet does nothing", async (proactor) => {
  await using child = await startWaiting(proactor, {
    args: ["/d", "/c", "exit 6"],
  });
  waitBlocking(child);
  child.kill();
  assertEquals(await soon(child.status), {
    success: false,
    code: 6,
    signal: null,
  });
});

test.proactor("kill() refuses a signal that Windows does not know", async (proactor) => {
  await using child = await startWaiting(proactor);
  assertThrows(
    () => child.kill("SIGHUP" as SubprocessSignal),
    TypeError,
    'Cannot kill process: "SIGHUP" is no signal of Windows',
  );
});

test.proactor("a child without a group of its own takes no SIGBREAK", async (proactor) => {
  await using child = await startWaiting(proactor);
  assertThrows(
    () => child.kill("SIGBREAK"),
    Deno.errors.NotSupported,
    `Cannot send SIGBREAK to process ${child.pid}: it has no process group`,
  );
});

test.proactor("disposing of a child kills it", async (proactor) => {
  const child = await startWaiting(proactor);
  await soon(child[Symbol.asyncDispose]());
  assertEquals((await child.status).code, 1);
  await soon(child[Symbol.asyncDispose]());
});

test.proactor("disposing of a child that has ended changes nothing", async (proactor) => {
  const child = await startWaiting(proactor, {
    args: ["/d", "/c", "exit 7"],
  });
  await soon(child.status);
  await soon(child[Symbol.asyncDispose]());
  assertEquals((await child.status).code, 7);
});

test.proactor("reads end with Interrupted when a child is disposed of", async (proactor) => {
  const child = await startWaiting(proactor, { args: FAMILY });
  await Promise.all([
    assertRejects(() => child.output(), Deno.errors.Interrupted),
    soon(child[Symbol.asyncDispose]()),
  ]);
});

// --- descendants -------------------------------------------------------------

test.proactor("status resolves while a descendant keeps the pipes open", async (proactor) => {
  await using child = await startWaiting(proactor, { args: ORPHAN });
  assertEquals((await soon(child.status)).code, 0);
  const { stdin, stdout } = child.pipes;
  const rest = readText(stdout!);
  assertEquals(await Promise.race([rest, turn()]), undefined);
  stdin!.close(); // which it waits for
  await soon(rest);
});

test.proactor("kill() leaves descendants alone", async (proactor) => {
  await using child = await startWaiting(proactor, { args: FAMILY });
  const { stdin, stdout } = child.pipes;
  assert(await soon(stdout!.read(new Uint8Array(1000)))); // it waits
  child.kill();
  await soon(child.status);
  const rest = readText(stdout!);
  assertEquals(await Promise.race([rest, turn()]), undefined);
  stdin!.close();
  await soon(rest);
});

for (const option of ["killTree", "killOnExit"] as const) {
  test.proactor(`kill() with ${option} ends descendants too`, async (proactor) => {
    await using child = await startWaiting(proactor, {
      args: FAMILY,
      [option]: true,
    });
    const { stdout } = child.pipes;
    assert(await soon(stdout!.read(new Uint8Array(1000))));
    child.kill();
    assertEquals((await soon(child.status)).code, 1);
    await readText(stdout!); // nobody has the pipe any more
    assertThrows(() => child.kill(), TypeError, "it has already terminated");
  });

  test.proactor(`kill() with ${option} ends descendants of a child that has ended`, async (proactor) => {
    await using child = await startWaiting(proactor, {
      args: ORPHAN,
      [option]: true,
    });
    assertEquals((await soon(child.status)).code, 0);
    child.kill();
    await readText(child.pipes.stdout!);
    assertThrows(() => child.kill(), TypeError, "it has already terminated");
  });

  test.proactor(`disposing with ${option} ends descendants too`, async (proactor) => {
    const jobs = defaultProcesses();
    const job = jobs.createJob(0);
    const child = await startWaiting(proactor, {
      args: FAMILY,
      [option]: true,
      job,
    });
    assert(await soon(child.pipes.stdout!.read(new Uint8Array(1000))));
    // Two, and under Wine the console's own process.
    assertGreaterOrEqual(jobs.activeProcesses(job), 2);
    await soon(child[Symbol.asyncDispose]());
    await until(() => jobs.activeProcesses(job) === 0);
    portOf(proactor).api.closeHandle(job);
  });
}

test.proactor("a child belongs to the job of the caller", async (proactor) => {
  const jobs = defaultProcesses();
  const job = jobs.createJob(0);
  await using child = await startWaiting(proactor, { job });
  assertGreaterOrEqual(jobs.activeProcesses(job), 1);
  assertEquals(jobs.terminateJob(job, 42), 0);
  assertEquals(await soon(child.status), {
    success: false,
    code: 42,
    signal: null,
  });
  portOf(proactor).api.closeHandle(job);
});

// --- signals of the caller ---------------------------------------------------

test.proactor("an aborted signal kills the child", async (proactor) => {
  const controller = new AbortController();
  await using child = await startWaiting(proactor, {
    signal: controller.signal,
  });
  controller.abort();
  assertEquals((await soon(child.status)).signal, "SIGTERM");
});

test.proactor("a signal that was aborted before lets nothing start", async (proactor) => {
  const reason = new Error("No more");
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() => startWaiting(proactor, { signal }));
  assertEquals(error, reason);
});

test.proactor("a signal that is aborted during the start leaves no child", async (proactor) => {
  const jobs = defaultProcesses();
  const job = jobs.createJob(0);
  const controller = new AbortController();
  const { signal } = controller;
  const starting = startWaiting(proactor, { job, signal, ...NO_CONSOLE });
  await until(() => jobs.activeProcesses(job) > 0);
  controller.abort();
  await assertRejects(() => starting, DOMException);
  await until(() => jobs.activeProcesses(job) === 0);
  portOf(proactor).api.closeHandle(job);
});

test.proactor("a signal aborted after the end changes nothing", async (proactor) => {
  const controller = new AbortController();
  const { signal } = controller;
  assertEquals((await runShell(proactor, "exit 5", { signal })).code, 5);
  controller.abort();
});

// --- the proactor's end ------------------------------------------------------

Deno.test("closing the proactor gives a child up, but does not kill it", async () => {
  const jobs = defaultProcesses();
  const job = jobs.createJob(0);
  await withProactor(async (proactor) => {
    const child = await startWaiting(proactor, { suspended: true, job });
    const read = child.pipes.stderr!.read(new Uint8Array(1));
    await Promise.all([
      assertRejects(() => child.status, Deno.errors.Interrupted, "was closed"),
      assertRejects(() => read, Deno.errors.Interrupted),
      soon(proactor.close()),
    ]);
    assertThrows(
      () => child.kill(),
      Deno.errors.BadResource,
      "Cannot kill process: the proactor is closed",
    );
    await soon(child[Symbol.asyncDispose]());
    assertGreaterOrEqual(jobs.activeProcesses(job), 1);
  });
  jobs.terminateJob(job, 1);
  portOf(new IocpProactor()).api.closeHandle(job);
});

Deno.test("closing the proactor during a start leaves no child", async () => {
  const jobs = defaultProcesses();
  const job = jobs.createJob(0);
  await withProactor(async (proactor) => {
    const starting = startWaiting(proactor, { job, ...NO_CONSOLE });
    await until(() => jobs.activeProcesses(job) > 0);
    await Promise.all([
      assertRejects(() => starting, Deno.errors.BadResource),
      soon(proactor.close()),
    ]);
    await until(() => jobs.activeProcesses(job) === 0);
    portOf(proactor).api.closeHandle(job);
  });
});

Deno.test("a child that nobody has got yet ends with the proactor", async () => {
  const jobs = defaultProcesses();
  const job = jobs.createJob(0);
  await withProactor(async (proactor) => {
    const options = { stdin: "piped", job, ...NO_CONSOLE } as const;
    const launch = resolveShell("set /p line=", options);
    await launchProcess(proactor, launch);
    assertEquals(jobs.activeProcesses(job) > 0, true);
    await soon(proactor.close());
    await until(() => jobs.activeProcesses(job) === 0);
    portOf(proactor).api.closeHandle(job);
  });
});
