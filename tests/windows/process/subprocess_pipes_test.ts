/** The pipes of children, and which handles they inherit. */

import { assert, assertEquals, assertGreater } from "@std/assert";
import { assertRejects } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import { test } from "../_setup.ts";
import { decode, encode, readBytes, readText } from "../_bytes.ts";
import { soon, turn } from "../_turns.ts";
import { pipe } from "../../../src/pipe/mod.ts";
import {
  type Subprocess,
  subprocessExec,
  subprocessShell,
} from "../../../src/process/mod.ts";
import { defaultProcesses } from "../../../src/ffi/process/default.ts";
import { HANDLE_FLAG_INHERIT } from "../../../src/ffi/process/structs.ts";
import { PIPED, runShell, startWaiting } from "./_process.ts";

/** What `sort` is given: 26,000 lines, the last first. */
function manyLines(): string[] {
  return Array.from({ length: 26_000 }, (_, i) => `line ${99_999 - i}`);
}

/** Whether a read is still waiting, some turns later. */
async function isWaiting(read: Promise<unknown>): Promise<boolean> {
  for (let i = 0; i < 10; i++) {
    if (await Promise.race([read.then(() => true), turn()])) return false;
  }
  return true;
}

function inherits(handle: bigint): boolean {
  return (defaultProcesses().handleFlags(handle) & HANDLE_FLAG_INHERIT) !== 0;
}

test.proactor("stdin and stdout are web streams", async (proactor) => {
  const child = await subprocessExec("sort.exe", {
    stdin: "piped",
    stdout: "piped",
    proactor,
  });
  const lines = manyLines();
  const text = lines.join("\r\n") + "\r\n";
  const source = new Blob([text]).stream();
  const written = source.pipeTo(child.stdin);
  const sorted = await soon(new Response(child.stdout).text());
  await soon(written);
  assertEquals(sorted, lines.toReversed().join("\r\n") + "\r\n");
  assertEquals((await soon(child.status)).code, 0);
  // Both streams were used to their ends, so nobody needs to close anything.
  await soon(child.pipes.stdin!.finished);
  await soon(child.pipes.stdout!.finished);
});

test.proactor("a stream that is cancelled closes its pipe", async (proactor) => {
  await using child = await startWaiting(proactor);
  await child.stdout.cancel();
  await soon(child.pipes.stdout!.finished);
  await assertRejects(
    () => child.pipes.stdout!.read(new Uint8Array(1)),
    Deno.errors.BadResource,
  );
});

test.proactor("output() refuses a stream that has a reader", async (proactor) => {
  await using child = await startWaiting(proactor);
  const reader = child.stdout.getReader();
  await assertRejects(
    () => child.output(),
    TypeError,
    "Cannot use stdout: its stream is locked",
  );
  reader.releaseLock();
});

test.proactor("output() leaves stdin to who has a writer for it", async (proactor) => {
  const child = await subprocessExec("sort.exe", { ...PIPED, proactor });
  const writer = child.stdin.getWriter();
  await assertRejects(
    () => child.output({ input: encode("x") }),
    TypeError,
    "Cannot use stdin: its stream is locked",
  );
  const output = child.output();
  await writer.write(encode("b\r\n"));
  await writer.write(encode("a\r\n"));
  await writer.close();
  assertEquals(decode((await soon(output)).stdout), "a\r\nb\r\n");
});

test.proactor("pipes read and write without web streams", async (proactor) => {
  await using child = await subprocessShell("set /p proactor=& set proactor", {
    ...PIPED,
    proactor,
  });
  const { stdin, stdout } = child.pipes;
  await stdin!.write(encode("hello\r\n"));
  assertEquals(await readText(stdout!), "proactor=hello\r\n");
});

test.proactor("writing to a child that has ended fails", async (proactor) => {
  await using child = await subprocessShell("exit", { ...PIPED, proactor });
  await soon(child.status);
  await assertRejects(
    () => child.pipes.stdin!.write(new Uint8Array(1 << 20)),
    Deno.errors.BrokenPipe,
    "Cannot write to pipe",
  );
});

test.proactor("closing stdin of a child that waits for it ends it", async (proactor) => {
  await using child = await startWaiting(proactor);
  child.pipes.stdin!.close();
  assertEquals((await soon(child.status)).signal, null);
});

test.proactor("closing stdin gives up on a child that takes nothing", async (proactor) => {
  const options = { ...PIPED, suspended: true, deadline: 100, proactor };
  await using child = await subprocessExec("cmd.exe", options);
  const stdin = child.pipes.stdin!;
  const { TimedOut } = Deno.errors;
  const writing = assertRejects(
    () => stdin.write(new Uint8Array(1 << 20)),
    TimedOut,
  );
  await assertRejects(() => soon(stdin.shutdown()), TimedOut);
  await soon(writing);
});

test.proactor("output that is read slowly after the end is complete", async (proactor) => {
  const lines = manyLines();
  const input = encode(lines.join("\r\n") + "\r\n");
  assertGreater(input.length, 256 * 1024);
  await using child = await subprocessExec("sort.exe", {
    ...PIPED,
    proactor,
  });
  const writing = child.pipes.stdin!.write(input).then(() =>
    child.pipes.stdin!.close()
  );
  let text = "";
  const chunk = new Uint8Array(10_000);
  for (;;) {
    const count = await soon(child.pipes.stdout!.read(chunk));
    if (count === null) break;
    text += decode(chunk.subarray(0, count));
    await turn();
  }
  await writing;
  assertEquals(text, lines.toReversed().join("\r\n") + "\r\n");
  assertEquals((await child.status).code, 0);
});

// --- inheritance -------------------------------------------------------------

async function startTwo(
  proactor: IocpProactor,
): Promise<[Subprocess, Subprocess]> {
  const both = [startWaiting(proactor), startWaiting(proactor)] as const;
  return await soon(Promise.all(both));
}

test.proactor("two children started at once do not keep each other's pipes", async (proactor) => {
  const [first, second] = await startTwo(proactor);
  await using _second = second;
  await using _first = first;
  first.kill();
  await readBytes(first.pipes.stdout!); // the second would keep it open
  await readBytes(first.pipes.stderr!);
  assert(await isWaiting(second.status));
  second.kill();
  await readBytes(second.pipes.stdout!);
});

test.proactor("a child inherits nothing that is not listed", async (proactor) => {
  const [reader, writer] = pipe({ overlapped: [true, false], proactor });
  using _reader = reader;
  const processes = defaultProcesses();
  assertEquals(processes.setInheritable(writer.fileno(), true), 0);
  await using child = await startWaiting(proactor);
  writer.close();
  const end = await soon(proactor.recv(reader, 1));
  assertEquals(end.length, 0); // although the child lives
  assert(await isWaiting(child.status));
});

test.proactor("a child inherits what is listed, under the same value", async (proactor) => {
  const [reader, writer] = pipe({ overlapped: [true, false], proactor });
  using _reader = reader;
  const handle = writer.fileno();
  const both = await soon(Promise.all([
    startWaiting(proactor, { inheritHandles: [handle] }),
    startWaiting(proactor, { inheritHandles: [handle, handle] }),
  ]));
  assertEquals(inherits(handle), false); // as it was before
  writer.close();
  const end = proactor.recv(reader, 1);
  for (const child of both) {
    assert(await isWaiting(end.then()));
    child.kill();
    await child[Symbol.asyncDispose]();
  }
  assertEquals((await soon(end)).length, 0);
});

test.proactor("a handle that was inheritable stays so", async (proactor) => {
  const [reader, writer] = pipe({ proactor });
  using _reader = reader;
  using _writer = writer;
  const handle = writer.fileno();
  defaultProcesses().setInheritable(handle, true);
  await runShell(proactor, "exit", { inheritHandles: [handle] });
  assertEquals(inherits(handle), true);
});

test.proactor("a handle that is not open cannot be inherited", async (proactor) => {
  const [reader, writer] = pipe({ proactor });
  const handle = writer.fileno();
  reader.close();
  writer.close();
  const options = { inheritHandles: [handle] };
  await assertRejects(
    () => runShell(proactor, "exit", options),
    Deno.errors.BadResource,
    "Cannot inherit handle",
  );
});
