import { assertEquals } from "@std/assert";
import { test } from "../_setup.ts";
import { encode, readText } from "../_bytes.ts";
import { assertKeepsHandles } from "../_handles.ts";
import { soon, until } from "../_turns.ts";
import { connectTcp, TcpListener } from "../../../src/net/mod.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { LOCAL, upperCase } from "./_tcp.ts";

/** Clients that connect at once. */
const CLIENTS = 1000;

/** Clients that connect, talk and close one after the other. */
const CYCLES = 2001;

/** Cycles before counting begins: by then Deno has its threads. */
const WARM_UP = 100;

test.proactor(`${CLIENTS} clients at once are all served`, async (proactor) => {
  await using listener = TcpListener.listen({
    ...LOCAL,
    backlog: CLIENTS,
    proactor,
  });
  const serving = (async () => {
    const served: Promise<void>[] = [];
    for await (const connection of listener) served.push(upperCase(connection));
    await Promise.all(served);
  })();
  async function talk(): Promise<string> {
    using client = await connectTcp({ ...listener.addr, proactor });
    await client.write(encode("hello"));
    return await readText(client, 5);
  }
  const talks = Array.from({ length: CLIENTS }, () => talk());
  assertEquals(new Set(await soon(Promise.all(talks))), new Set(["HELLO"]));
  await until(() => listener.connections.size === 0);
  listener.close();
  await soon(serving);
});

test.proactor(`${CYCLES} clients one after the other leave no socket, slot or buffer`, async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const opened = countSockets();
  const serving = (async () => {
    for await (const connection of listener) await upperCase(connection);
  })();
  async function cycles(count: number) {
    for (let i = 0; i < count; i++) {
      using client = await connectTcp({ ...listener.addr, proactor });
      await client.write(encode("hello"));
      assertEquals(await readText(client, 5), "HELLO");
    }
    await until(() => listener.connections.size === 0);
  }
  await cycles(WARM_UP);
  const before = proactor.metrics();
  const sockets = opened.open;
  const start = performance.now();
  await assertKeepsHandles(() => cycles(CYCLES / 3), 1, 100);
  const rate = CYCLES / (performance.now() - start) * 1000;
  const after = proactor.metrics();
  assertEquals(opened.open, sockets);
  assertEquals(after.slotsInUse, before.slotsInUse);
  assertEquals(after.bufferBytes, before.bufferBytes);
  listener.close();
  await soon(serving);
  opened[Symbol.dispose]();
  console.log(`${Math.round(rate)} connect/echo/close cycles/s`);
});

/** Counts the sockets that are opened and closed from now on. */
function countSockets() {
  const sockets = defaultSockets();
  const createSocket = sockets.createSocket.bind(sockets);
  const closeSocket = sockets.closeSocket.bind(sockets);
  const counter = {
    open: 0,
    [Symbol.dispose]() {
      Reflect.deleteProperty(sockets, "createSocket");
      Reflect.deleteProperty(sockets, "closeSocket");
    },
  };
  sockets.createSocket = (parameters) => {
    counter.open++;
    return createSocket(parameters);
  };
  sockets.closeSocket = (socket) => {
    counter.open--;
    return closeSocket(socket);
  };
  return counter;
}
