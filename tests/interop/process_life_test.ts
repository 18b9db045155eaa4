/** What becomes of children and of their parents. */

import { assertEquals, assertLess } from "@std/assert";
import { type PipeConnection, PipeServer } from "../../mod.ts";
import { withProactor } from "../windows/_setup.ts";
import { readText } from "../windows/_bytes.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { soon } from "../windows/_turns.ts";
import "../windows/process/_process.ts";
import { runScript, startScript, test } from "./_script.ts";
import { onWine } from "../windows/_wine.ts";

const LIBRARY = new URL("../../src/process/mod.ts", import.meta.url).href;

/** Milliseconds from a program's last line to its end "at once". */
const AT_ONCE = 15_000;

/** A shell that waits until it is killed. */
const WAITING = `
const child = await lib.subprocessShell("pause", {
  stdin: "piped",
  stdout: "piped",
  stderr: "null",
});
`;

/**
 * A child that connects to a pipe of the test, and stays: so the test sees
 * that it lives, and when it ends.
 */
const CONNECTED = `
const source = 'const pipe = await Deno.open(Deno.args[0], { read: true });' +
  'await pipe.read(new Uint8Array(1));';
const child = await lib.subprocessExec(Deno.execPath(), {
  args: ["eval", "--no-config", "--no-lock", source, Deno.args[0]],
  ...OPTIONS,
});
console.log("started");
`;

/** Runs a program whose child connects, and gives the connection. */
async function withConnected(
  options: string,
  body: (child: PipeConnection, parent: { kill(): void }) => Promise<void>,
): Promise<void> {
  await withProactor(async (proactor) => {
    const path = uniquePipeName();
    await using server = PipeServer.listen(path, { type: "byte", proactor });
    const source = `const OPTIONS = ${options};${CONNECTED}`;
    const permissions = ["--allow-all"];
    await using parent = startScript(source, { permissions, args: [path] });
    await using child = await soon(server.accept());
    await parent.wrote("started");
    await body(child, parent);
  });
}

test.process("a child keeps its parent alive", async () => {
  const source = `${WAITING}
    setTimeout(() => child.kill(), 500);
    child.status.then(({ code }) => console.log("ended", code));
    child.stdout.cancel();
  `;
  const { stdout, code } = await runScript(source);
  assertEquals([stdout, code], ["ended 1", 0]);
});

test.process("a child that is unreferenced does not", async () => {
  const source = `${WAITING}
    child.pipes.stdout.read(new Uint8Array(1000));
    child.unref();
    console.log("done");
  `;
  await using script = startScript(source);
  await script.wrote("done");
  const start = performance.now();
  const { stdout, code } = await script.result();
  assertEquals([stdout, code], ["done", 0]);
  assertLess(performance.now() - start, AT_ONCE);
});

test.process("a child that is referenced again does", async () => {
  const source = `${WAITING}
    child.unref();
    child.ref();
    child.status.then(({ code }) => console.log("ended", code));
    const timer = setTimeout(() => child.kill(), 500);
    Deno.unrefTimer(timer);
  `;
  const { stdout } = await runScript(source);
  assertEquals(stdout, "ended 1");
});

test.process("a child outlives a parent that is killed", async () => {
  await withConnected("{ detached: true }", async (child, parent) => {
    parent.kill();
    await child.write(new Uint8Array(1)); // it reads this, and ends
    await soon(child.read(new Uint8Array(1)));
  });
});

test.process("a child with killOnExit does not outlive its parent", async () => {
  await withConnected("{ killOnExit: true }", async (child, parent) => {
    parent.kill();
    assertEquals(await readText(child), "");
  });
});

test.process("SIGBREAK reaches a process group, in a console that nobody sees", async () => {
  // The parent gets a console of its own, which its child shares.
  const inner = `
      import { subprocessExec } from "${LIBRARY}";
      const child = await subprocessExec("sort.exe", {
        stdin: "piped",
        stdout: "null",
        newProcessGroup: true,
      });
      // One that comes before the child is on the console is lost.
      const timer = setInterval(() => {
        try {
          child.kill("SIGBREAK");
        } catch (error) {
          if (error.winerror === undefined) throw error;
        }
      }, 50);
      child.status.then(() => clearInterval(timer));
      console.log(JSON.stringify(await child.status));
      await child[Symbol.asyncDispose]();
    `;
  const outer = `
      const parent = await lib.subprocessExec(Deno.execPath(), {
        args: ["eval", "--no-check", "--no-config", "--no-lock", Deno.args[0]],
        env: { NO_COLOR: "1" },
        stdin: "null",
        stdout: "piped",
        stderr: "stdout",
      });
      console.log(new TextDecoder().decode((await parent.output()).stdout));
    `;
  const permissions = ["--allow-all"];
  const { stdout } = await runScript(outer, { permissions, args: [inner] });
  const { code, signal } = JSON.parse(stdout);
  // STATUS_CONTROL_C_EXIT; Wine's default handler says 1.
  assertEquals([code, signal], [
    onWine("ctrl-c-exit-code") ? 1 : 0xc000_013a,
    null,
  ]);
});
