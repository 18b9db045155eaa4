/** What Deno itself lets a program do with pipes. */

import { assertEquals } from "@std/assert";
import { PipeServer } from "../../mod.ts";
import { withProactor } from "../windows/_setup.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { runScript, test } from "./_script.ts";

const OPEN = `
const { connect } = await import("node:net");
const outcome = await new Promise((resolve) => {
  try {
    const socket = connect(Deno.args[0]);
    socket.on("connect", () => resolve("connected"));
    socket.on("error", resolve);
  } catch (error) {
    resolve(error);
  }
});
console.log(outcome instanceof Deno.errors.NotCapable ? "refused" : outcome);
Deno.exit();
`;

test.process(
  "node:net opens no pipe with less than --allow-all",
  () =>
    withProactor(async (proactor) => {
      const path = uniquePipeName();
      await using server = PipeServer.listen(path, { proactor });
      for (
        const [permissions, outcome] of [
          [["--allow-all"], "connected"],
          [["ffi", "read", "write", "net", "env", "run"], "refused"],
        ] as const
      ) {
        const flags = permissions.map((one) =>
          one.startsWith("--") ? one : `--allow-${one}`
        );
        const options = { permissions: flags, args: [path] };
        const { stdout } = await runScript(OPEN, options);
        assertEquals(stdout, outcome);
      }
      server.close();
    }),
);
