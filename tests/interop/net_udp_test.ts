import { assertEquals } from "@std/assert";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { IocpProactor } from "../../mod.ts";
import { openDatagramEndpoint, UdpSocket } from "../../src/net/mod.ts";
import { loadSymbols } from "../../src/ffi/symbols.ts";
import { defaultSockets } from "../../src/ffi/socket/default.ts";

/** Milliseconds after which a test has failed. */
const PATIENCE = 20_000;

/** Datagrams of different lengths, sent one after the other. */
const LENGTHS = [0, 1, 2, 100, 1472, 1473, 9000, 65_000];

const windows = Deno.build.os === "windows";

if (windows) {
  // Libraries stay open, so no test should be blamed.
  loadSymbols();
  defaultSockets();
}

/** A socket that is not ours. */
interface Peer extends AsyncDisposable {
  addr: { hostname: string; port: number };
  send(data: Uint8Array, port: number): Promise<unknown>;
  receive(): Promise<{ data: Uint8Array; port: number }>;
}

function dgramPeer(): Promise<Peer> {
  const socket = createSocket("udp4");
  const queue: { data: Uint8Array; port: number }[] = [];
  let wake = () => {};
  socket.on("message", (data: Uint8Array, { port }: RemoteInfo) => {
    queue.push({ data: new Uint8Array(data), port });
    wake();
  });
  return new Promise((resolve) => {
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      resolve({
        addr: { hostname: "127.0.0.1", port },
        send: (data, port) => sendDgram(socket, data, port),
        async receive() {
          while (queue.length === 0) {
            await new Promise<void>((resolve) => wake = resolve);
          }
          return queue.shift()!;
        },
        [Symbol.asyncDispose]: () =>
          new Promise((resolve) => socket.close(() => resolve())),
      });
    });
  });
}

function sendDgram(socket: Socket, data: Uint8Array, port: number) {
  return new Promise<void>((resolve, reject) => {
    socket.send(data, port, "127.0.0.1", (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

function denoPeer(): Promise<Peer> {
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.1",
    port: 0,
  });
  const { port } = socket.addr as Deno.NetAddr;
  return Promise.resolve({
    addr: { hostname: "127.0.0.1", port },
    send: (data: Uint8Array, port: number) =>
      socket.send(data, { transport: "udp", hostname: "127.0.0.1", port }),
    async receive() {
      const [data, addr] = await socket.receive(new Uint8Array(65_536));
      return { data, port: (addr as Deno.NetAddr).port };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(socket.close()),
  });
}

/** Why a peer cannot be had here, or an empty text. */
function missing(name: string): string {
  if (!windows) return "not on Windows";
  const { state } = Deno.permissions.querySync({ name: "net" });
  if (state !== "granted") return "needs --allow-net";
  if (name === "node:dgram" || "listenDatagram" in Deno) return "";
  return "needs --unstable-net";
}

for (
  const [name, open] of [
    ["node:dgram", dgramPeer],
    ["Deno.listenDatagram()", denoPeer],
  ] as const
) {
  const reason = missing(name);
  const suffix = reason === "" ? "" : ` (skipped: ${reason})`;
  const options = { ignore: reason !== "" };

  Deno.test(
    `UdpSocket and ${name} exchange datagrams of every length${suffix}`,
    options,
    () => withPeer(open, exchange),
  );
  Deno.test(
    `DatagramTransport answers ${name}${suffix}`,
    options,
    () => withPeer(open, answer),
  );
}

async function withPeer(
  open: () => Promise<Peer>,
  body: (peer: Peer, proactor: IocpProactor) => Promise<void>,
): Promise<void> {
  await using proactor = new IocpProactor();
  await using peer = await open();
  await within(body(peer, proactor));
}

/** Fails instead of hanging. */
function within<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const error = new Error("The peers have not finished");
  const timer = setTimeout(() => late.reject(error), PATIENCE);
  return Promise.race([promise, late.promise]).finally(() =>
    clearTimeout(timer)
  );
}

async function exchange(peer: Peer, proactor: IocpProactor): Promise<void> {
  const local = { hostname: "127.0.0.1", port: 0, proactor };
  await using socket = UdpSocket.listen(local);
  const { port } = socket.addr;
  for (const length of LENGTHS) {
    const data = crypto.getRandomValues(new Uint8Array(length));
    await socket.send(data, peer.addr);
    assertEquals(await peer.receive(), { data, port });
    await peer.send(data, port);
    const [received, from] = await socket.receive();
    assertEquals(received, data);
    assertEquals(from, { transport: "udp", ...peer.addr });
  }
}

async function answer(peer: Peer, proactor: IocpProactor): Promise<void> {
  const localAddr = { hostname: "127.0.0.1", port: 0 };
  const [transport] = await openDatagramEndpoint(() => ({
    datagramReceived(data: Uint8Array, addr: Deno.NetAddr) {
      transport.sendTo(data, addr);
    },
  }), { localAddr, proactor });
  const { port } = transport.getExtraInfo("sockname") as Deno.NetAddr;
  for (let i = 0; i < 500; i++) {
    await peer.send(Uint8Array.of(i & 255), port);
    assertEquals(await peer.receive(), { data: Uint8Array.of(i & 255), port });
  }
  transport.close();
  await transport.finished;
}
