/**
 * Another process wants the name of a server.
 *
 * It gets a name that has no instance; all others are refused to it, because
 * it asks for the first instance, and for a pipe of another direction than the
 * one that is there. Wine, which refuses no first instance and knows no DACL,
 * refuses that, too. That a DACL keeps other users from adding instances is
 * Windows' business, and cannot be seen on Wine.
 */

import { assert, assertEquals } from "@std/assert";
import {
  connectPipe,
  type IocpProactor,
  PipeServer,
  type PipeServerOptions,
} from "../../mod.ts";
import { withProactor } from "../windows/_setup.ts";
import { encode, readText } from "../windows/_bytes.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { soon } from "../windows/_turns.ts";
import { onWine } from "../windows/_wine.ts";
import { startScript, test } from "./_script.ts";

const CLIENTS = 1000;

/** Tries until there is a pipe of the second name, and tells how it went. */
const ATTACKER = `
const [path, stop, wine] = Deno.args;
const { symbols } = Deno.dlopen("kernel32.dll", {
  CreateNamedPipeW: {
    parameters: ["buffer", "u32", "u32", "u32", "u32", "u32", "u32", "usize"],
    result: "usize",
  },
  WaitNamedPipeW: { parameters: ["buffer", "u32"], result: "i32" },
  CloseHandle: { parameters: ["usize"], result: "i32" },
});
const wide = (text) =>
  new Uint8Array(Uint16Array.from(text + "\\0", (c) => c.charCodeAt(0)).buffer);
const [name, stopName] = [wide(path), wide(stop)];
const FIRST = 0x80000;
const modes = [1, 1 | FIRST, ...(wine === "true" ? [] : [3 | FIRST])];
const result = { tries: 0, taken: 0 };
const attack = () => {
  for (let i = 0; i < 100; i++) {
    const mode = modes[result.tries++ % modes.length];
    const pipe = symbols.CreateNamedPipeW(name, mode, 0, 255, 0, 0, 0, 0n);
    if (pipe === 0xffff_ffff_ffff_ffffn) continue;
    result.taken++;
    symbols.CloseHandle(pipe);
  }
};
console.log("attacking");
do {
  attack();
  await new Promise((resolve) => setTimeout(resolve));
} while (symbols.WaitNamedPipeW(stopName, 1) === 0);
console.log(JSON.stringify(result));
`;

/** A client that is the only one, and must find us at the other end. */
async function comeAndGo(
  server: PipeServer,
  proactor: IocpProactor,
): Promise<void> {
  const { path } = server.addr;
  const client = await soon(connectPipe(path, { proactor }));
  const served = await soon(server.accept());
  await served.write(encode("ours"));
  assertEquals(await readText(client, 4), "ours");
  client.abort();
  served.abort();
  await soon(served.finished);
}

for (const options of [{ maxInstances: 1 }, {}] as PipeServerOptions[]) {
  test.process(
    `${CLIENTS} clients come and go, and another process that tries never has the name: ${
      JSON.stringify(options)
    }`,
    () =>
      withProactor(async (proactor) => {
        const path = uniquePipeName();
        const stop = uniquePipeName();
        const server = PipeServer.listen(path, { ...options, proactor });
        await using attacker = startScript(ATTACKER, {
          args: [path, stop, String(onWine("first-instance"))],
        });
        try {
          await soon(attacker.wrote("attacking"));
          for (let i = 0; i < CLIENTS; i++) await comeAndGo(server, proactor);
        } finally {
          const stopping = PipeServer.listen(stop, { proactor });
          const { stdout } = await soon(attacker.result());
          stopping.close();
          server.close();
          const { tries, taken } = JSON.parse(stdout.split("\n")[1]!);
          assertEquals(taken, 0);
          assert(tries >= 100, `${tries} tries`);
        }
      }),
  );
}

test.process(
  "the other process has the name when the server is closed, so its tries are real",
  () =>
    withProactor(async (proactor) => {
      const path = uniquePipeName();
      const stop = uniquePipeName();
      PipeServer.listen(path, { proactor }).close();
      await using attacker = startScript(ATTACKER, {
        args: [path, stop, String(onWine("first-instance"))],
      });
      await soon(attacker.wrote("attacking"));
      using _stopping = PipeServer.listen(stop, { proactor });
      const { stdout } = await soon(attacker.result());
      const { tries, taken } = JSON.parse(stdout.split("\n")[1]!);
      assert(taken > 0 && taken === tries, stdout);
    }),
);
