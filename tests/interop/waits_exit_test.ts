import { assertEquals } from "@std/assert";
import { runScript, test } from "./_script.ts";

const EVENTS = `
const events32 = Deno.dlopen("kernel32.dll", {
  CreateEventW: {
    parameters: ["buffer", "i32", "i32", "buffer"],
    result: "usize",
  },
  SetEvent: { parameters: ["usize"], result: "i32" },
}).symbols;
const event = events32.CreateEventW(null, 1, 0, null);
const proactor = new lib.IocpProactor();
`;

async function assertEnds(
  source: string,
  stdout: string,
  code = 0,
): Promise<void> {
  const result = await runScript(EVENTS + source);
  assertEquals([result.code, result.stdout, result.stderr], [code, stdout, ""]);
}

test.process("a pending wait keeps the process alive until it ends", async () => {
  await assertEnds(
    `
    proactor.waitForHandle(event, { timeout: 300 }).then(
      (signalled) => console.log(signalled),
    );
    `,
    "false",
  );
});

test.process("unreferenced waits let the process end", async () => {
  await assertEnds(
    `
    const waits = Array.from({ length: 10 }, () => proactor.waitForHandle(event));
    for (const wait of waits) wait.unref();
    console.log("end");
    `,
    "end",
  );
});

test.process("a process ends when its waits are cancelled", async () => {
  await assertEnds(
    `
    const wait = proactor.waitForHandle(event);
    setTimeout(() => wait.cancel(), 20);
    await wait.then(null, (error) => console.log(error.name));
    `,
    "CancelledError",
  );
});

test.process("a process can exit with waits pending", async () => {
  await assertEnds(
    `
    for (let i = 0; i < 100; i++) proactor.waitForHandle(event);
    events32.SetEvent(event);
    Deno.exit(5);
    `,
    "",
    5,
  );
});
