/**
 * The door `./node` next to `node:net`: the same scenarios, and the answers of
 * both. What `node:net` of Deno answers otherwise is listed with its reason.
 */

import { assertEquals } from "@std/assert";
import net from "node:net";
import { defaultSockets } from "../../src/ffi/socket/default.ts";
import { connect, createServer, PipeSocket } from "../../src/node/mod.ts";
import { deadline } from "@std/async/deadline";
import type { IocpProactor } from "../../mod.ts";
import { test } from "../windows/_setup.ts";
import { type NetLike, SCENARIOS, type ServerLike } from "./_node_scenarios.ts";

defaultSockets(); // libraries stay open, so no test should be blamed

const HOST = "127.0.0.1";

/** A port that nobody listens on. */
const UNUSED_PORT = 9;

/** The answers of Node: what both modules are compared with. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  "a socket is there before it is connected": [
    [true, true, "opening"],
    [false, false, "open"],
    "closed",
    true,
  ],
  "writes wait for the connection, in their order": ["abc", 3, 3],
  "connect comes before ready, and a listener of connect() is told": [
    "connect",
    "listener",
    "ready",
    "close false",
  ],
  "a write that waits fails with the connection":
    "ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
  "destroy() while connecting: close(false), and no connect": ["close false"],
  "the end of the peer ends a socket without allowHalfOpen": [
    ["connect", "ready", "end", "close false"],
    3,
  ],
  "the end of the peer is noticed by who does not read": false,
  "a write after the end of the peer fails": true,
  "a write after end() fails": "ERR_STREAM_WRITE_AFTER_END",
  "write() is false when the peer does not read, and drain comes": [
    false,
    4_194_304,
    4_194_304,
  ],
  "destroySoon() sends what was written": 100_000,
  "timeout is emitted after silence, and ends nothing": ["open", true],
  "destroy(error): error, then close(true)": ["error MINE", "close true"],
  "the calls that give the socket": Array(7).fill(true),
  "close() of a server that does not listen": "ERR_SERVER_NOT_RUNNING",
  "listen() twice": "ERR_SERVER_ALREADY_LISTEN",
  "a place that is taken": ["EADDRINUSE", -4091, "listen"],
  "a server counts its connections, and close waits for them": [
    1,
    ["address null", "closed", "listening false", "socket"],
  ],
  "a server listens again after close()": "again",
  "more clients than maxConnections are dropped": 0,
  "pauseOnConnect reads nothing before resume()": [0, "hello"],
  "connect() without a place": [true, "ERR_MISSING_ARGS"],
  "a port that is none": [true, "ERR_SOCKET_BAD_PORT"],
};

const REFUSED = [["error ECONNREFUSED", "close true"], [
  "ECONNREFUSED",
  -4078,
  "connect",
]];
const ABSENT = [["error ENOENT", "close true"], ["ENOENT", -4058, "connect"]];

const ANSWERS_OF_TCP: Readonly<Record<string, unknown>> = {
  ...ANSWERS,
  "nobody is there: the error, and close(true)": REFUSED,
  "a socket with allowHalfOpen answers after the end": "late",
  "resetAndDestroy() is a reset for the peer": ["ECONNRESET"],
  "the addresses of a connected socket": [
    ["address", "family", "port"],
    true,
    "IPv4",
  ],
};

const ANSWERS_OF_PIPES: Readonly<Record<string, unknown>> = {
  ...ANSWERS,
  "nobody is there: the error, and close(true)": ABSENT,
  "a socket with allowHalfOpen answers after the end": "no half close",
  "resetAndDestroy() is a reset for the peer": "no reset",
  "the addresses of a connected socket": [[], true, undefined],
};

/** The sockets that clients have made. */
const clients = new Set<PipeSocket>();

function tracked(socket: PipeSocket): PipeSocket {
  clients.add(socket);
  socket.once("close", () => clients.delete(socket));
  return socket;
}

/** Runs a scenario, and waits for the clients that it has left. */
async function answerOf(name: string, net: NetLike): Promise<unknown> {
  const patience = name in DENO_DIFFERS && net === DENO ? 1000 : 10_000;
  const answer = await deadline(SCENARIOS[name]!(net), patience);
  await Promise.all([...clients].map(async (socket) => {
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    await deadline(closed, 10_000);
  }));
  return answer;
}

/** Where `node:net` of Deno answers otherwise than Node does, and what. */
const DENO_DIFFERS: Readonly<Record<string, string>> = {
  "more clients than maxConnections are dropped": "it emits no drop",
};

function tcpOf(parts: Pick<NetLike, "connect" | "socket" | "server">): NetLike {
  return {
    ...parts,
    tcp: true,
    place: () => ({ port: 0, host: HOST }),
    nowhere: () => ({ port: UNUSED_PORT, host: HOST }),
    target: (server) => ({ port: portOf(server), host: HOST }),
  };
}

function portOf(server: ServerLike): unknown {
  return Reflect.get(server.address() as object, "port");
}

function ours(proactor: IocpProactor) {
  const withProactor = (options: object) => ({ ...options, proactor });
  return {
    connect: (options: object) => tracked(connect(withProactor(options))),
    socket: () => {
      const socket = new PipeSocket();
      const original = socket.connect.bind(socket);
      socket.connect = (target, ...rest) =>
        tracked(original(withProactor(target as object), ...rest));
      return socket;
    },
    server: (options: object, onSocket: (socket: PipeSocket) => void) => {
      const server = createServer(options, onSocket);
      const original = server.listen.bind(server);
      server.listen = (target, ...rest) =>
        original(withProactor(target as object), ...rest);
      return server;
    },
  };
}

function pipesOf(proactor: IocpProactor): NetLike {
  const name = () => `\\\\.\\pipe\\node-${crypto.randomUUID()}`;
  return {
    ...ours(proactor),
    tcp: false,
    place: () => ({ path: name() }),
    nowhere: () => ({ path: name() }),
    target: (server) => ({ path: server.address() }),
  };
}

const DENO: NetLike = tcpOf({
  connect: (options) => net.connect(options as net.NetConnectOpts),
  socket: () => new net.Socket(),
  server: (options, onSocket) => net.createServer(options, onSocket),
});

for (const name of Object.keys(SCENARIOS)) {
  test.proactor(`pipes as in node:net: ${name}`, async (proactor) => {
    const answer = await answerOf(name, pipesOf(proactor));
    assertEquals(answer, ANSWERS_OF_PIPES[name]);
  });

  test.proactor(`TCP as in node:net: ${name}`, async (proactor) => {
    const answer = await answerOf(name, tcpOf(ours(proactor)));
    assertEquals(answer, ANSWERS_OF_TCP[name]);
  });

  const reason = DENO_DIFFERS[name];
  Deno.test({
    name: `Deno's node:net: ${name}${reason ? ` (differs: ${reason})` : ""}`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const answer = await answerOf(name, DENO).catch((error) => error);
      const same = Deno.inspect(answer) === Deno.inspect(ANSWERS_OF_TCP[name]);
      assertEquals(same, reason === undefined, Deno.inspect(answer));
    },
  });
}
