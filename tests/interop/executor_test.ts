import { assertEquals, assertStringIncludes } from "@std/assert";
import { runScript, test } from "./_script.ts";

const FUNCTIONS = `
const functions = new URL("./functions.ts", import.meta.url);
Deno.writeTextFileSync(functions, \`
  export function add(a: number, b: number): number { return a + b; }
  export function spin(): never { for (;;); }
\`);
`;
const FILES = ["--allow-ffi", "--allow-read", "--allow-write"];

test.process("idle workers of an executor keep no process alive", async () => {
  const { code, stdout, stderr } = await runScript(
    `${FUNCTIONS}
    const executor = new lib.WorkerExecutor({ maxWorkers: 2 });
    const calls = [1, 2].map((x) =>
      executor.submit({ module: functions, name: "add" }, x, x)
    );
    console.log(...await Promise.all(calls), executor.workers);
    `,
    { permissions: FILES },
  );
  assertEquals([code, stdout, stderr], [0, "2 4 2", ""]);
});

test.process("a call that runs keeps the process alive until its end", async () => {
  const { code, stdout, stderr } = await runScript(
    `${FUNCTIONS}
    const executor = new lib.WorkerExecutor({ maxWorkers: 1 });
    executor.submit({ module: functions, name: "add" }, 1, 2).then(
      (sum) => console.log(sum),
    );
    `,
    { permissions: FILES },
  );
  assertEquals([code, stdout, stderr], [0, "3", ""]);
});

test.process("a worker needs --allow-read for the file of a function, and nothing else", async () => {
  const { code, stdout } = await runScript(
    `
    const module = new URL("./functions.ts", import.meta.url);
    const executor = new lib.WorkerExecutor({ maxWorkers: 1 });
    try {
      await executor.submit({ module, name: "add" }, 1, 2);
    } catch (error) {
      console.log(error.message);
    }
    `,
    { permissions: [] },
  );
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Requires read access");
});

test.process("run() ends although a function in a worker does not", async () => {
  const { code, stdout, stderr } = await runScript(
    `${FUNCTIONS}
    await lib.run(async () => {
      const loop = lib.getRunningLoop();
      const signal = AbortSignal.timeout(500);
      const call = { module: functions, name: "spin", signal };
      await loop.runInExecutor(null, call).then(null, (e) => console.log(e.name));
    });
    `,
    { permissions: FILES },
  );
  assertEquals([code, stdout, stderr], [0, "TimeoutError", ""]);
});
