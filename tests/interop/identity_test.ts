/** Who is there, between two programs. */

import { assert, assertEquals } from "@std/assert";
import { PipeServer } from "../../mod.ts";
import { pipe } from "../../src/pipe/mod.ts";
import { portOf } from "../../src/proactor/default_port.ts";
import { encode } from "../windows/_bytes.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { withProactor } from "../windows/_setup.ts";
import { soon } from "../windows/_turns.ts";
import { onWine } from "../windows/_wine.ts";
import { startScript, test } from "./_script.ts";

const ASK = `
const options = { expectedServer: "current-user" };
using client = await lib.connectPipe(Deno.args[0], options);
const { processId, user, source, owner } = await client.peer();
console.log(processId, user.sid, source, owner !== null);
await client.read(new Uint8Array(1));
`;

test.process("peer() knows process and user of another program, at both ends (Wine may say process 0)", () =>
  withProactor(async (proactor) => {
    const path = uniquePipeName();
    await using server = PipeServer.listen(path, { proactor });
    await using script = startScript(ASK, { args: [path] });
    using served = await soon(server.accept());
    const { processId, user, source } = await soon(served.peer());
    const known = processId === script.pid ||
      (onWine("client-process-id") && processId === 0);
    assert(known, `${processId}`);
    const sid = portOf(proactor).api.currentUserSid();
    assertEquals([user?.sid, source], [sid, "connection"]);
    await soon(served.write(new Uint8Array(1)));
    const { code, stdout, stderr } = await soon(script.result());
    const expected = `${Deno.pid} ${sid} process true`;
    assertEquals([code, stdout], [0, expected], stderr);
    served.close();
  }));

const ADOPT = `
using client = await lib.connectPipe(Deno.args[0]);
const number = new BigUint64Array(1);
await client.read(new Uint8Array(number.buffer));
const options = { direction: "in" };
using stream = await lib.adoptHandle(number[0], options);
const buffer = new Uint8Array(99);
const count = await stream.read(buffer);
console.log(new TextDecoder().decode(buffer.subarray(0, count)));
console.log(await stream.read(buffer));
`;

test.process("duplicateTo() gives another program an end of a pipe", () =>
  withProactor(async (proactor) => {
    const path = uniquePipeName();
    await using server = PipeServer.listen(path, { proactor });
    await using script = startScript(ADOPT, { args: [path] });
    using served = await soon(server.accept());
    const [reader, writer] = pipe({ proactor });
    const value = await soon(reader.duplicateTo(script.pid));
    reader.close();
    const number = BigUint64Array.of(value);
    await soon(served.write(new Uint8Array(number.buffer)));
    await soon(proactor.send(writer, encode("a gift")));
    writer.close();
    const { code, stdout, stderr } = await soon(script.result());
    assertEquals([code, stdout], [0, "a gift\nnull"], stderr);
    served.close();
  }));
