// These tests run twice: with --allow-ffi, and with a grant that names the
// libraries by absolute paths.
import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  connectPipe,
  IocpProactor,
  isWindowsError,
  PipeServer,
} from "../../../mod.ts";
import { test } from "../_setup.ts";
import { decode, encode, pattern } from "../_bytes.ts";
import { connectedPair, messagePair, uniquePipeName } from "../_pipes.ts";
import { soon, until } from "../_turns.ts";
import { impersonate } from "../../../src/identity/mod.ts";
import { pipe } from "../../../src/pipe/mod.ts";
import { PipeHandle } from "../../../src/pipe/pipe_handle.ts";
import {
  openPipeTransport,
  servePipe,
} from "../../../src/pipe/pipe_protocol.ts";
import {
  assertBothWays,
  assertConnected,
  assertStreams,
} from "../_connections.ts";

Deno.test("scoped: nothing but the FFI is granted", async () => {
  for (const name of ["read", "write", "net", "env", "run", "sys"] as const) {
    const { state } = await Deno.permissions.query({ name });
    assertEquals(state, "prompt", name);
  }
});

test.eachMode("scoped: a byte pipe carries data both ways", async (proactor) => {
  await using pair = await connectedPair(proactor, { type: "byte" });
  await assertBothWays(pair, pattern(1_000_000));
});

test.eachMode("scoped: a message pipe keeps boundaries and ends", async (proactor) => {
  await using pair = await messagePair(proactor);
  const { client, served } = pair;
  await client.write(encode("one"));
  await client.write(encode("two"));
  await client.closeWrite();
  for (const text of ["one", "two"]) {
    const message = await soon(served.readMessage());
    assertEquals(decode(message!.data), text);
  }
  assertStrictEquals(await soon(served.readMessage()), null);
});

test.proactor("scoped: streams work", async (proactor) => {
  await using pair = await connectedPair(proactor, { type: "byte" });
  await assertStreams(pair);
});

test.proactor("scoped: protocols work", async (proactor) => {
  const path = uniquePipeName();
  const server = servePipe(
    () => {
      let write: (data: Uint8Array) => void;
      return {
        connectionMade: (transport) => write = (data) => transport.write(data),
        dataReceived: (data) => write(data),
      };
    },
    path,
    { type: "byte", proactor },
  );
  let text = "";
  const [transport] = await openPipeTransport(
    () => ({ dataReceived: (data: Uint8Array) => void (text += decode(data)) }),
    path,
    { proactor },
  );
  transport.write(encode("hello"));
  await until(() => text === "hello");
  transport.close();
  await soon(server.shutdown());
});

test.proactor("scoped: the proactor's operations work", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _a = a;
  using _b = b;
  assertInstanceOf(a, PipeHandle);
  const target = new Uint8Array(5);
  const received = proactor.recvInto(a, target);
  await soon(proactor.send(b, encode("hello")));
  assertEquals(await soon(received), 5);
  assertEquals(decode(target), "hello");
  const pending = proactor.recv(a, 10);
  pending.cancel();
  await assertRejects(async () => await soon(pending));
});

test.proactor("scoped: errors have their class and Windows' own text", async (proactor) => {
  const path = uniquePipeName();
  const missing = await assertRejects(
    () => connectPipe(path, { proactor }),
    Deno.errors.NotFound,
  );
  assert(isWindowsError(missing));
  await using _server = PipeServer.listen(path, { proactor });
  assertThrows(
    () => PipeServer.listen(path, { proactor }),
    Deno.errors.AddrInUse,
  );
  assert(portOf(proactor).api.formatMessage(1359).length > 5);
});

for (const security of ["currentUser", "everyone"] as const) {
  test.proactor(`scoped: security "${security}" works`, async (proactor) => {
    await using pair = await connectedPair(proactor, { security });
    await assertConnected(pair);
    assertEquals(pair.client.remoteProcessId, Deno.pid);
  });
}

test.proactor("scoped: peer(), peek(), impersonate() and expectedServer work", async (proactor) => {
  const options = {
    impersonation: "impersonation",
    expectedServer: "current-user",
  } as const;
  await using pair = await connectedPair(proactor, {}, options);
  const { user, source } = await pair.served.peer();
  assertEquals(source, "connection");
  assert(user!.name !== null);
  assertEquals(impersonate(pair.served, ({ sid }) => sid), user!.sid);
  await pair.client.write(encode("hello"));
  assertEquals((await pair.served.peek()).available, 5);
});

test.proactor("scoped: connectPipe() waits for a busy pipe", async (proactor) => {
  const path = uniquePipeName();
  const options = { maxInstances: 2, proactor };
  await using server = PipeServer.listen(path, options);
  const clients = [
    await connectPipe(path, { proactor }),
    await connectPipe(path, { proactor }),
  ];
  const served = [await soon(server.accept()), await soon(server.accept())];
  const waiting = connectPipe(path, { proactor });
  clients[0]!.abort();
  clients[1]!.abort();
  served[0]!.abort();
  clients.push(await soon(waiting));
  served.push(await soon(server.accept()));
  for (const connection of [...clients, ...served]) connection.abort();
});

Deno.test("scoped: the shared proactor works", async () => {
  const path = uniquePipeName();
  const server = PipeServer.listen(path);
  const client = await connectPipe(path);
  const served = await soon(server.accept());
  await assertConnected({ client, served });
  client.close();
  served.close();
  await soon(server.shutdown());
});

Deno.test("scoped: close() gets everything back", async () => {
  const proactor = new IocpProactor();
  const [a, b] = pipe({ duplex: true, proactor });
  const received = proactor.recv(a, 10);
  assertEquals(await soon(proactor.close()), 0);
  assert(received.cancelled());
  a.close();
  b.close();
});
