import { assertEquals } from "@std/assert";
import { runScript, type ScriptResult, test } from "./_script.ts";
import { onWine } from "../windows/_wine.ts";

/**
 * A program with a console of its own, so that what it does to it concerns
 * nobody else. `raise` sends Ctrl-C (0) or Ctrl-Break (1) to all who share it.
 */
const CONSOLE = `
const console32 = Deno.dlopen("kernel32.dll", {
  AllocConsole: { parameters: [], result: "i32" },
  FreeConsole: { parameters: [], result: "i32" },
  SetConsoleCtrlHandler: { parameters: ["usize", "i32"], result: "i32" },
  GenerateConsoleCtrlEvent: { parameters: ["u32", "u32"], result: "i32" },
}).symbols;
console32.FreeConsole();
console32.AllocConsole();
console32.SetConsoleCtrlHandler(0n, 0); // Ctrl-C is not ignored
function raise(event) {
  if (console32.GenerateConsoleCtrlEvent(event, 0) === 0) throw new Error("?");
}
`;

const EVENTS = { SIGINT: 0, SIGBREAK: 1 } as const;

async function run(body: string): Promise<ScriptResult> {
  return await runScript(CONSOLE + body);
}

for (const [signal, event] of Object.entries(EVENTS)) {
  const hangs = onWine("ctrl-break") && signal === "SIGBREAK";
  const name = `addSignalHandler("${signal}") wakes an idle loop${
    hangs ? " (not on Wine: GenerateConsoleCtrlEvent hangs)" : ""
  }`;
  if (hangs) Deno.test({ name, ignore: true, fn: () => {} });
  else {
    test.process(name, async () => {
      const { code, stdout, stderr } = await run(`
        const loop = new lib.ProactorEventLoop();
        loop.addSignalHandler("${signal}", (text) => {
          console.log(text, loop.isRunning());
          loop.stop();
        }, "handled");
        setTimeout(() => raise(${event}), 200);
        await loop.runForever();
        await loop.close();
        console.log("closed");
      `);
      assertEquals([code, stdout, stderr], [0, "handled true\nclosed", ""]);
    });
  }
}

test.process("two loops of a process handle one signal", async () => {
  const { code, stdout, stderr } = await run(`
    const loops = [1, 2].map(() => new lib.ProactorEventLoop());
    const seen = [];
    for (const [index, loop] of loops.entries()) {
      loop.addSignalHandler("SIGINT", () => {
        seen.push(index);
        loop.stop();
      });
    }
    raise(0);
    for (const loop of loops) await loop.runForever();
    for (const loop of loops) await loop.close();
    console.log(seen.join());
  `);
  assertEquals([code, stdout, stderr], [0, "0,1", ""]);
});

test.process("Ctrl-C ends the process when no loop handles it any more", async () => {
  const { code, stdout } = await run(`
    const loop = new lib.ProactorEventLoop();
    loop.addSignalHandler("SIGINT", () => console.log("not called"));
    console.log(loop.removeSignalHandler("SIGINT"));
    loop.callLater(200, () => raise(0));
    loop.callLater(30_000, () => loop.stop());
    await loop.runForever();
    console.log("not reached");
  `);
  assertEquals(stdout, "true");
  // STATUS_CONTROL_C_EXIT; a process of Wine ends with another code.
  if (!onWine("ctrl-c-exit-code")) assertEquals(code >>> 0, 0xc000_013a);
});

/** A program that tells what Ctrl-C does to `run`, and to its main function. */
const RUN = `
const cancelled = (signal) => new Promise((_, reject) => {
  signal.onabort = () => reject(signal.reason);
});
`;

test.process("Ctrl-C lets the main function of run() clean up", async () => {
  const { code, stdout, stderr } = await run(
    `${RUN}
    await lib.run(async (signal) => {
      setTimeout(() => raise(0), 200);
      try {
        await cancelled(signal);
      } finally {
        await new Promise((resolve) => setTimeout(resolve, 50));
        console.log("cleaned up");
      }
    }).catch((error) => console.log(error.name));
    console.log("goes on");
  `,
  );
  assertEquals([code, stdout, stderr], [
    0,
    "cleaned up\nInterrupted\ngoes on",
    "",
  ]);
});

test.process("the second Ctrl-C ends a run() that does not heed the first", async () => {
  const { code, stdout } = await run(
    `${RUN}
    await lib.run(async (signal) => {
      setTimeout(() => raise(0), 200);
      await cancelled(signal).catch(() => console.log("not yet"));
      setTimeout(() => raise(0), 50);
      await new Promise((resolve) => setTimeout(resolve, 30_000));
      console.log("not reached");
    });
  `,
  );
  assertEquals(stdout, "not yet");
  if (!onWine("ctrl-c-exit-code")) assertEquals(code >>> 0, 0xc000_013a);
});
