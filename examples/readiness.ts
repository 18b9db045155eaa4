/**
 * A program in the style of `select()` that owns its sockets, as a binding to
 * a C library does: it asks when one is ready, and reads it by itself.
 *
 *     deno run --allow-ffi examples/readiness.ts
 *
 * @module
 */

import { addReader, removeReader, waitReadable } from "@iocp/proactor/net";

const AF_INET = 2;
const SOCK_DGRAM = 2;

const winsock = Deno.dlopen("ws2_32.dll", {
  WSAStartup: { parameters: ["u16", "buffer"], result: "i32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "usize" },
  bind: { parameters: ["usize", "buffer", "i32"], result: "i32" },
  getsockname: { parameters: ["usize", "buffer", "buffer"], result: "i32" },
  sendto: {
    parameters: ["usize", "buffer", "i32", "i32", "buffer", "i32"],
    result: "i32",
  },
  recv: { parameters: ["usize", "buffer", "i32", "i32"], result: "i32" },
  closesocket: { parameters: ["usize"], result: "i32" },
}).symbols;

winsock.WSAStartup(0x0202, new Uint8Array(408));
const names = new Map([[openSocket(), "first"], [openSocket(), "second"]]);
const [first, second] = [...names.keys()] as [bigint, bigint];

// Promises: wait until one of several sockets can be read.
send(first, second, "to the second");
for (const socket of await select([first, second])) {
  console.log(names.get(socket), "received", receive(socket));
}

// Callbacks: called as long as there is something to read.
const { promise, resolve } = Promise.withResolvers<void>();
addReader(first, () => {
  const text = receive(first);
  console.log(names.get(first), "received", text);
  if (text === "bye") resolve();
});
for (const text of ["one", "two", "bye"]) send(second, first, text);
await promise;
removeReader(first);

for (const socket of names.keys()) winsock.closesocket(socket);

/** The sockets that can be read, when there are any. */
async function select(sockets: bigint[]): Promise<bigint[]> {
  const ready: bigint[] = [];
  const waits = sockets.map((socket) => waitReadable(socket));
  await Promise.race(waits);
  waits.forEach((wait, i) => {
    if (wait.done()) ready.push(sockets[i]!);
    else wait.cancel();
  });
  await Promise.allSettled(waits);
  return ready;
}

/** A datagram socket on a free port of 127.0.0.1. */
function openSocket(): bigint {
  const socket = winsock.socket(AF_INET, SOCK_DGRAM, 0);
  const address = Uint8Array.of(AF_INET, 0, 0, 0, 127, 0, 0, 1);
  const padded = new Uint8Array(16);
  padded.set(address);
  winsock.bind(socket, padded, padded.length);
  return socket;
}

function send(from: bigint, to: bigint, text: string): void {
  const address = new Uint8Array(16);
  winsock.getsockname(to, address, new Uint8Array(Int32Array.of(16).buffer));
  const data = new TextEncoder().encode(text);
  winsock.sendto(from, data, data.length, 0, address, address.length);
}

function receive(socket: bigint): string {
  const data = new Uint8Array(1024);
  const length = winsock.recv(socket, data, data.length, 0);
  return new TextDecoder().decode(data.subarray(0, length));
}
