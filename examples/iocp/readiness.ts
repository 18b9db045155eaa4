/**
 * "Completion is the wrong signal, a program wants to know what is ready": the
 * ways to ask on Windows, all by completion ports, and what a message costs in
 * each.
 *
 *     deno run --allow-ffi examples/iocp/readiness.ts [messages]
 *
 * @module
 */

import { IocpProactor } from "@iocp/proactor";
import { createSocket, type Socket, waitReadable } from "@iocp/proactor/net";
import { pipe } from "@iocp/proactor/pipe";
import { socketNotifications } from "./socket_notifications.ts";

const messages = Number(Deno.args[0] ?? 2000);
const BYTES = new Uint8Array(64);

const winsock = Deno.dlopen("ws2_32.dll", {
  recv: { parameters: ["usize", "buffer", "i32", "i32"], result: "i32" },
  sendto: {
    parameters: ["usize", "buffer", "i32", "i32", "buffer", "i32"],
    result: "i32",
  },
}).symbols;

await using proactor = new IocpProactor();

await report("completed: the read has the data when it ends", completed());
await report("ready: IOCTL_AFD_POLL, then recv()", ready());
await report("ready: a read of no bytes, then a read", zeroBytes());
const notified = socketNotifications();
if (notified === undefined) {
  console.log("ready: ProcessSocketNotifications: not on this Windows");
} else {
  await report("ready: ProcessSocketNotifications, then recv()", notify());
}

/** A way to receive messages. */
interface Way {
  /** Sends a message and receives it. */
  receive(): Promise<number> | number;
  /** Closes what it has opened. */
  close(): void;
}

async function report(title: string, way: Way) {
  for (let i = 0; i < 200; i++) await way.receive(); // warms up
  const started = performance.now();
  let bytes = 0;
  for (let i = 0; i < messages; i++) bytes += await way.receive();
  const time = 1000 * (performance.now() - started) / messages;
  way.close();
  if (bytes !== messages * BYTES.length) throw new Error("Bytes are missing");
  console.log(`${title}: ${time.toFixed(1)} us a message`);
}

function completed(): Way {
  const socket = openUdp();
  const send = sender(socket);
  return {
    async receive() {
      const received = proactor.recv(socket, BYTES.length);
      send();
      return (await received).length;
    },
    close: () => socket.close(),
  };
}

function ready(): Way {
  const socket = openUdp();
  const send = sender(socket);
  const target = new Uint8Array(BYTES.length);
  return {
    async receive() {
      const readable = waitReadable(socket, { proactor });
      send();
      await readable;
      return winsock.recv(socket.handle!, target, target.length, 0);
    },
    close: () => socket.close(),
  };
}

/** For pipes and TCP; a datagram would be lost without `MSG_PEEK`. */
function zeroBytes(): Way {
  const [reader, writer] = pipe({ duplex: true, proactor });
  return {
    async receive() {
      const readable = proactor.recv(reader, 0);
      await proactor.send(writer, BYTES);
      await readable;
      return (await proactor.recv(reader, BYTES.length)).length;
    },
    close: () => [reader, writer].forEach((end) => end.close()),
  };
}

function notify(): Way {
  const socket = openUdp();
  const send = sender(socket);
  const target = new Uint8Array(BYTES.length);
  return {
    receive() {
      send();
      notified!(socket.handle!);
      return winsock.recv(socket.handle!, target, target.length, 0);
    },
    close: () => socket.close(),
  };
}

function openUdp(): Socket {
  const socket = createSocket({ type: "datagram" });
  socket.bind({ family: "IPv4", hostname: "127.0.0.1", port: 0 });
  return socket;
}

/** Sends a datagram to the socket itself. */
function sender(socket: Socket): () => void {
  const { handle, localAddr } = socket;
  if (localAddr?.family !== "IPv4") throw new Error("Not bound");
  const address = new Uint8Array(16);
  const view = new DataView(address.buffer);
  view.setUint16(0, 2, true); // AF_INET
  view.setUint16(2, localAddr.port);
  address.set([127, 0, 0, 1], 4);
  return () => {
    winsock.sendto(handle!, BYTES, BYTES.length, 0, address, address.length);
  };
}
