import { portOf } from "../../src/proactor/default_port.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { IocpProactor } from "../../mod.ts";
import { test } from "./_setup.ts";
import { decode, encode, pattern } from "./_bytes.ts";
import { createInstance, uniquePipeName } from "./_pipes.ts";
import { soon } from "./_turns.ts";
import {
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
} from "../../src/ffi/constants.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";

const pipeMode = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;

/** Two ends that read and write messages. */
async function messageEnds(
  proactor: IocpProactor,
): Promise<[server: Handle, client: Handle]> {
  const path = uniquePipeName();
  const server = createInstance(proactor, path, { pipeMode });
  const accepted = proactor.acceptPipe(server);
  const client = await soon(proactor.connectPipe(path));
  await soon(accepted);
  const { api } = portOf(proactor);
  assertEquals(api.setNamedPipeHandleState(client, PIPE_READMODE_MESSAGE), 0);
  return [server, client];
}

test.eachMode("transact() asks and gets the answer", async (proactor) => {
  const [server, client] = await messageEnds(proactor);
  for (const size of [0, 1, 5_000]) {
    const question = pattern(size);
    const answer = proactor.transact(client, question);
    assertEquals(await soon(proactor.recv(server, 9_999)), question);
    await soon(proactor.send(server, encode(`${size} bytes`)));
    assertEquals(decode(await soon(answer)), `${size} bytes`);
  }
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

test.eachMode("transact() leaves the rest of a longer answer to the next read", async (proactor) => {
  const [server, client] = await messageEnds(proactor);
  const answer = proactor.transact(client, encode("?"), { maxLength: 3 });
  assertEquals(decode(await soon(proactor.recv(server, 9))), "?");
  await soon(proactor.send(server, encode("answer")));
  assertEquals(decode(await soon(answer)), "ans");
  assert(answer.partial);
  assertEquals(decode(await soon(proactor.recv(client, 9))), "wer");
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

test.proactor("transact() fails where messages wait, and when the peer leaves", async (proactor) => {
  const [server, client] = await messageEnds(proactor);
  await soon(proactor.send(server, encode("early")));
  await assertRejects(
    async () => await soon(proactor.transact(client, encode("?"))),
    Deno.errors.Busy,
  );
  assertEquals(decode(await soon(proactor.recv(client, 9))), "early");
  const answer = proactor.transact(client, encode("?"));
  proactor.closeHandle(server);
  await assertRejects(
    async () => await soon(answer),
    Deno.errors.BrokenPipe,
  );
  proactor.closeHandle(client);
});

test.proactor("transact() can be cancelled", async (proactor) => {
  const [server, client] = await messageEnds(proactor);
  const controller = new AbortController();
  const { signal } = controller;
  const answer = proactor.transact(client, encode("?"), { signal });
  controller.abort();
  await assertRejects(async () => await soon(answer), DOMException);
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});
