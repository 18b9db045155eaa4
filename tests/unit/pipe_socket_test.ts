/** Sockets and servers of the door `./node`, on the simulated kernel. */

import { assertEquals, assertThrows } from "@std/assert";
import { once } from "node:events";
import { createServer, PipeSocket } from "../../src/node/mod.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { toNodeDuplex } from "../../src/stream/to_node_duplex.ts";
import { PATH, test } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";

function codeOf(error: unknown): unknown {
  return Reflect.get(error as object, "code");
}

/** `close`, whatever error comes before. */
function closing(socket: PipeSocket): Promise<unknown> {
  return new Promise((resolve) => socket.once("close", resolve));
}

test.world("a socket of no pipe fails as in Node, with Windows' number", async ({ proactor }) => {
  const socket = new PipeSocket().connect({ path: PATH, proactor });
  const failed = once(socket, "error");
  assertEquals(await closing(socket), true);
  const [error] = await failed;
  assertEquals(error.message, `connect ENOENT ${PATH}`);
  const { code, errno, syscall, address, winerror } = error;
  assertEquals([code, errno, syscall], ["ENOENT", -4058, "connect"]);
  assertEquals([address, winerror], [PATH, 2]);
});

test.world("a socket sends nothing to a server that was not expected", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { proactor });
  const expectedServer = "S-1-5-18";
  const options = { path: PATH, proactor, expectedServer } as const;
  const socket = new PipeSocket().connect(options);
  socket.write("secret");
  const failed = once(socket, "error");
  assertEquals(await closing(socket), true);
  assertEquals(codeOf((await failed)[0]), "EACCES");
  using peer = await server.accept();
  assertEquals(await peer.read(new Uint8Array(9)), null);
  server.close();
});

test.world("what is written before the connection arrives in its order", async ({ proactor }) => {
  await using server = PipeServer.listen(PATH, { proactor });
  const accepted = server.accept();
  const socket = new PipeSocket();
  const own = bytes("b");
  socket.write("a");
  socket.write(own);
  own.fill(0); // the caller's again
  socket.connect({ path: PATH, proactor }).end("c");
  using peer = await accepted;
  const target = new Uint8Array(9);
  let received = "";
  for (;;) {
    const count = await peer.read(target);
    if (count === null) break;
    received += text(target.subarray(0, count));
  }
  assertEquals(received, "abc");
  await closing(socket.resume());
  assertEquals(socket.bytesWritten, 3);
});

test.world("destroy() before the connection ends its writes and the wait", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, {
    proactor,
    instances: 1,
    maxInstances: 1,
  });
  const only = await connectPipe(PATH, { proactor });
  const socket = new PipeSocket().connect({ path: PATH, proactor });
  const told = new Promise((resolve) => socket.write("x", resolve));
  socket.destroy();
  assertEquals(await closing(socket), false);
  assertEquals(codeOf(await told), "ERR_SOCKET_CLOSED_BEFORE_CONNECTION");
  only.close();
  server.close();
  for (const connection of server.connections) connection.abort();
  await Promise.all([server.finished, only.finished]);
});

test.world("a stream of a pipe is closed after its peer has left", async ({ proactor }) => {
  await using server = PipeServer.listen(PATH, { proactor });
  const accepted = server.accept();
  const client = await connectPipe(PATH, { proactor });
  const duplex = await toNodeDuplex(await accepted);
  const closed = once(duplex.resume(), "close");
  client.close();
  assertEquals(await closed, [false]);
});

test.world("await using closes a server whose clients have left", async ({ proactor }) => {
  await using server = createServer((socket) => socket.pipe(socket));
  server.listen({ path: PATH, proactor });
  assertEquals(server.address(), PATH);
  const client = await connectPipe(PATH, { proactor });
  await client.write(bytes("hello"));
  const target = new Uint8Array(9);
  assertEquals(await client.read(target), 5);
  client.close();
});

test.world("a signal destroys a socket, and closes a server", async ({ proactor }) => {
  const controller = new AbortController();
  const { signal } = controller;
  const server = createServer().listen({ path: PATH, proactor, signal });
  const socket = new PipeSocket({ signal });
  socket.connect({ path: PATH, proactor });
  const served = once(server, "connection");
  await once(socket, "connect");
  await served;
  const failed = once(socket, "error");
  const closed = Promise.all([closing(socket), once(server, "close")]);
  controller.abort();
  assertEquals(codeOf((await failed)[0]), "ABORT_ERR");
  await closed;
});

test.world("a socket connects once", async ({ proactor }) => {
  await using server = PipeServer.listen(PATH, { proactor });
  const accepted = server.accept();
  const options = { path: PATH, proactor };
  const socket = new PipeSocket().connect(options);
  assertThrows(() => socket.connect(options), Error, "is connected");
  using _peer = await accepted;
  socket.destroy();
  await closing(socket);
  assertThrows(() => socket.connect(options), Error, "is destroyed");
});
