/**
 * Datagrams to oneself, next to those of `node:dgram`.
 *
 * @module
 */

import { createSocket, type Socket } from "node:dgram";
import { UdpSocket } from "../src/net/mod.ts";
import { notWindows, requireGrants } from "./_permissions.ts";

const HOSTNAME = "127.0.0.1";
const BATCH = 32;

interface Ends {
  sender: UdpSocket;
  receiver: UdpSocket;
}

let ends: Promise<Ends> | undefined;
let node: Promise<Socket> | undefined;

for (const size of [64, 1024]) {
  const group = `UDP: ${BATCH} datagrams of ${size} B`;
  const data = new Uint8Array(size);
  const target = new Uint8Array(size);
  Deno.bench({
    name: "receiveInto() of UdpSocket",
    group,
    baseline: true,
    ignore: notWindows,
    async fn() {
      const { sender, receiver } = await (ends ??= openEnds());
      for (let i = 0; i < BATCH; i++) await sender.send(data);
      for (let i = 0; i < BATCH; i++) await receiver.receiveInto(target);
    },
  });
  benchNode(group, data);
}

function benchNode(group: string, data: Uint8Array): void {
  Deno.bench({
    ...requireGrants("node:dgram of Deno", ["net"]),
    group,
    async fn() {
      const socket = await (node ??= openNode());
      await exchange(socket, data);
    },
  });
}

async function openEnds(): Promise<Ends> {
  const receiver = UdpSocket.listen({ hostname: HOSTNAME, port: 0 });
  const { port } = receiver.addr;
  return {
    receiver,
    sender: await UdpSocket.connect({ hostname: HOSTNAME, port }),
  };
}

function openNode(): Promise<Socket> {
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const socket = createSocket("udp4");
  socket.bind(0, HOSTNAME, () => resolve(socket));
  return promise;
}

function exchange(socket: Socket, data: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { port } = socket.address();
  let rest = BATCH;
  socket.removeAllListeners("message");
  socket.on("message", () => {
    if (--rest === 0) resolve();
  });
  for (let i = 0; i < BATCH; i++) socket.send(data, port, HOSTNAME);
  return promise;
}
