/**
 * The beginning of a connection: `connectionMade`, then those who wait for the
 * transport, then what the peer has sent; for every method of a loop that gives
 * a transport.
 */

import { assertEquals } from "@std/assert";
import { ProactorEventLoop } from "../../mod.ts";
import type { Protocol, Transport } from "../../mod.ts";
import { createSocket } from "../../src/net/mod.ts";
import { uniquePath, unixEverywhere } from "./net/_unix.ts";
import "./process/_process.ts"; // loads what no test may load
import { decode, encode } from "./_bytes.ts";
import { uniquePipeName } from "./_pipes.ts";
import { soon, until } from "./_turns.ts";

const HOST = "127.0.0.1";
const GREETING = encode("hello");

/** Its callback is set by those who have waited for it. */
class Late implements Protocol {
  readonly log: string[] = [];
  onData: ((data: string) => void) | undefined;

  connectionMade(): void {
    this.log.push("made");
  }

  dataReceived(data: Uint8Array): void {
    const text = decode(data).trim();
    if (this.onData === undefined) this.log.push(`lost ${text}`);
    else this.onData(text);
  }

  datagramReceived(data: Uint8Array): void {
    this.dataReceived(data);
  }

  pipeDataReceived(_fd: number, data: Uint8Array): void {
    this.dataReceived(data);
  }
}

/** Sends the greeting as soon as it can. */
const greeter = (): Protocol => ({
  connectionMade: (transport: Transport) => transport.write(GREETING),
});

/** What a method gives, as far as these tests go. */
interface Opened {
  transport: { close(): void };
  /** Closes the other end. */
  shutdown(): void | Promise<unknown>;
}

type Open = (loop: ProactorEventLoop, protocol: Late) => Promise<Opened>;

async function overTcp(loop: ProactorEventLoop, protocol: Late) {
  const server = await loop.createServer(greeter, HOST, 0);
  const { port } = server.addr;
  const [transport] = await loop.createConnection(() => protocol, HOST, port);
  return { transport, shutdown: () => server.shutdown({ deadline: 0 }) };
}

async function overUnix(loop: ProactorEventLoop, protocol: Late) {
  const path = uniquePath();
  const server = await loop.createUnixServer(greeter, path);
  const [transport] = await loop.createUnixConnection(() => protocol, path);
  return { transport, shutdown: () => server.shutdown({ deadline: 0 }) };
}

async function overPipe(loop: ProactorEventLoop, protocol: Late) {
  const path = uniquePipeName();
  const [server] = await loop.startServingPipe(greeter, path);
  const [transport] = await loop.createPipeConnection(() => protocol, path);
  return { transport, shutdown: () => server.shutdown({ deadline: 0 }) };
}

async function accepted(loop: ProactorEventLoop, protocol: Late) {
  const listener = createSocket();
  listener.bind({ family: "IPv4", hostname: HOST, port: 0 });
  listener.listen();
  const client = createSocket();
  const accepting = loop.sockAccept(listener);
  await loop.sockConnect(client, listener.localAddr!);
  await loop.sockSendAll(client, GREETING);
  const { socket } = await accepting;
  const [transport] = await loop.connectAcceptedSocket(() => protocol, socket);
  const shutdown = () => {
    client.close();
    listener.close();
  };
  return { transport, shutdown };
}

async function child(loop: ProactorEventLoop, protocol: Late) {
  const factory = () => protocol as object;
  const [transport] = await loop.subprocessShell(factory, "echo hello");
  return { transport, shutdown: () => transport.wait() };
}

async function datagrams(loop: ProactorEventLoop, protocol: Late) {
  const localAddr = { hostname: HOST, port: 0 };
  const factory = () => protocol as object;
  const [peer] = await loop.createDatagramEndpoint(() => ({}), { localAddr });
  const [transport] = await loop.createDatagramEndpoint(factory, { localAddr });
  peer.sendTo(GREETING, transport.getExtraInfo("sockname") as Deno.NetAddr);
  return { transport, shutdown: () => peer.close() };
}

const OPEN: Record<string, Open> = {
  "createConnection()": overTcp,
  "createUnixConnection()": overUnix,
  "createPipeConnection()": overPipe,
  "connectAcceptedSocket()": accepted,
  "createDatagramEndpoint()": datagrams,
  "subprocessShell()": child,
};

async function assertOrder(
  loop: ProactorEventLoop,
  open: Open,
): Promise<void> {
  const protocol = new Late();
  const { transport, shutdown } = await soon(open(loop, protocol));
  protocol.log.push("waiter");
  protocol.onData = (data) => protocol.log.push(data);
  await until(() => protocol.log.length > 2);
  assertEquals(protocol.log.slice(0, 3), ["made", "waiter", "hello"]);
  transport.close();
  await shutdown();
}

for (const [name, open] of Object.entries(OPEN)) {
  const times = name === "subprocessShell()" ? 3 : 20;
  for (const running of [true, false]) {
    const where = running ? "in a running loop" : "while the loop stands still";
    Deno.test(`${name} is awaited before the greeting is told, ${where}`, async () => {
      using _unix = unixEverywhere();
      await using loop = new ProactorEventLoop();
      const all = async () => {
        for (let i = 0; i < times; i++) await assertOrder(loop, open);
      };
      if (running) await soon(loop.runUntilComplete(loop.createTask(all)));
      else await all();
    });
  }
}

Deno.test("a server that is awaited has told of no client before", async () => {
  await using loop = new ProactorEventLoop();
  for (let i = 0; i < 20; i++) {
    const log: string[] = [];
    const path = uniquePipeName();
    const factory = (): Protocol => ({
      connectionMade: () => void log.push("made"),
    });
    const serving = loop.startServingPipe(factory, path);
    const connecting = loop.createPipeConnection(() => ({}), path);
    const [server] = await serving;
    log.push("waiter");
    const [transport] = await connecting;
    await until(() => log.length > 1);
    assertEquals(log, ["waiter", "made"]);
    transport.close();
    await server.shutdown({ deadline: 0 });
  }
});
