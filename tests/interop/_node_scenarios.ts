/**
 * What programs see of `node:net`, as scenarios that give an answer: the same
 * for Node's module and for ours.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type EventEmitter, once } from "node:events";
import type { Duplex } from "node:stream";

/** What a socket has, of either module. */
export interface SocketLike extends Duplex {
  readonly connecting: boolean;
  readonly pending: boolean;
  readonly readyState: string;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly remotePort?: number | undefined;
  readonly remoteFamily?: string | undefined;
  // deno-lint-ignore no-explicit-any
  connect(...args: any[]): SocketLike;
  address(): object;
  setTimeout(milliseconds: number, callback?: () => void): SocketLike;
  ref(): SocketLike;
  unref(): SocketLike;
  destroySoon(): void;
  resetAndDestroy(): SocketLike;
}

/** What a server has, of either module. */
export interface ServerLike extends EventEmitter {
  listening: boolean;
  maxConnections?: number | undefined;
  // deno-lint-ignore no-explicit-any
  listen(...args: any[]): ServerLike;
  close(callback?: (error?: Error) => void): ServerLike;
  address(): unknown;
  getConnections(told: (error: Error | null, count: number) => void): unknown;
}

/** The module. */
export interface NetLike {
  /** Where a server is to listen: options without a port or a path in use. */
  place(): object;
  /** Where nobody listens. */
  nowhere(): object;
  /** Where a client finds a server. */
  target(server: ServerLike): object;
  connect(options: object): SocketLike;
  socket(): SocketLike;
  server(options: object, onSocket: (socket: SocketLike) => void): ServerLike;
  /** True for TCP. */
  tcp: boolean;
}

type Scenario = (net: NetLike) => Promise<unknown>;

const nothing = (): void => {};

async function listening(
  net: NetLike,
  onSocket: (socket: SocketLike) => void,
  options: object = {},
): Promise<ServerLike> {
  const server = net.server(options, onSocket);
  server.listen(net.place());
  await once(server, "listening");
  return server;
}

async function closed(server: ServerLike): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** Unlike `once`, whatever error comes before. */
function closing(socket: SocketLike): Promise<unknown> {
  return new Promise((resolve) => socket.once("close", resolve));
}

/** The names of what is emitted, and `close` with its argument. */
function recorded(socket: SocketLike): string[] {
  const events: string[] = [];
  for (const name of ["connect", "ready", "end", "finish", "timeout"]) {
    socket.on(name, () => events.push(name));
  }
  socket.on("error", (error) => events.push(`error ${codeOf(error)}`));
  socket.on("close", (failed: unknown) => events.push(`close ${failed}`));
  return events;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, "code") : error;
}

function fields(error: unknown, names: readonly string[]): unknown[] {
  return names.map((name) => Reflect.get(error as object, name));
}

async function body(socket: SocketLike): Promise<string> {
  const parts: Uint8Array[] = [];
  socket.on("data", (data) => parts.push(data));
  await once(socket, "end");
  return String(Buffer.concat(parts));
}

/** The scenarios by name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async "a socket is there before it is connected"(net) {
    const server = await listening(net, (socket) => socket.resume().end());
    const socket = net.connect(net.target(server));
    const before = [socket.connecting, socket.pending, socket.readyState];
    await once(socket, "connect");
    const after = [socket.connecting, socket.pending, socket.readyState];
    socket.resume().end();
    await closing(socket);
    await closed(server);
    return [before, after, socket.readyState, socket.destroyed];
  },
  async "writes wait for the connection, in their order"(net) {
    let text: Promise<string> | undefined;
    const server = await listening(net, (socket) => text = body(socket));
    const socket = net.connect(net.target(server));
    socket.write("a");
    socket.write(Buffer.from("b"));
    socket.end("c");
    const bytes = socket.bytesWritten;
    await closing(socket.resume());
    await closed(server);
    return [await text, bytes, socket.bytesWritten];
  },
  async "connect comes before ready, and a listener of connect() is told"(net) {
    const server = await listening(net, (socket) => socket.resume());
    const socket = net.socket();
    const events = recorded(socket);
    socket.connect(net.target(server), () => events.push("listener"));
    await once(socket, "ready");
    socket.destroy();
    await closing(socket);
    await closed(server);
    return events;
  },
  async "nobody is there: the error, and close(true)"(net) {
    const socket = net.connect(net.nowhere());
    const events = recorded(socket);
    const error = once(socket, "error");
    await closing(socket);
    return [events, fields((await error)[0], ["code", "errno", "syscall"])];
  },
  async "a write that waits fails with the connection"(net) {
    const socket = net.connect(net.nowhere());
    socket.on("error", nothing);
    const told = new Promise((resolve) => socket.write("x", resolve));
    return codeOf(await told);
  },
  async "destroy() while connecting: close(false), and no connect"(net) {
    const server = await listening(net, (socket) => {
      socket.on("error", nothing).resume();
    });
    const socket = net.connect(net.target(server));
    const events = recorded(socket);
    socket.destroy();
    await closing(socket);
    await closed(server);
    return events;
  },
  async "the end of the peer ends a socket without allowHalfOpen"(net) {
    const server = await listening(net, (socket) => socket.end("bye"));
    const socket = net.connect(net.target(server));
    const events = recorded(socket);
    socket.resume();
    await closing(socket);
    await closed(server);
    return [events.filter((name) => name !== "finish"), socket.bytesRead];
  },
  async "the end of the peer is noticed by who does not read"(net) {
    let served: SocketLike | undefined;
    const server = await listening(net, (socket) => served = socket);
    const socket = net.connect(net.target(server));
    await once(socket, "connect");
    while (served === undefined) await once(server, "connection");
    const close = once(served, "close");
    socket.resume().end();
    const [failed] = await close;
    await closed(server);
    return failed;
  },
  async "a socket with allowHalfOpen answers after the end"(net) {
    if (!net.tcp) return "no half close";
    const server = await listening(net, (socket) => {
      socket.resume().on("end", () => socket.end("late"));
    }, { allowHalfOpen: true });
    const socket = net.connect(net.target(server));
    socket.end("question");
    const text = await body(socket);
    await closed(server);
    return text;
  },
  async "a write after the end of the peer fails"(net) {
    const server = await listening(net, (socket) => socket.end());
    const socket = net.connect(net.target(server));
    const end = once(socket.resume(), "end");
    socket.on("error", nothing);
    await end;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const told = new Promise((resolve) => socket.write("x", resolve));
    const failed = await told instanceof Error;
    await closed(server);
    return failed;
  },
  async "a write after end() fails"(net) {
    const server = await listening(net, (socket) => socket.resume());
    const socket = net.connect(net.target(server));
    await once(socket, "connect");
    const error = once(socket, "error");
    socket.resume().end();
    socket.write("x");
    const [{ code }] = await error;
    await closed(server);
    return code;
  },
  async "write() is false when the peer does not read, and drain comes"(net) {
    let served: SocketLike | undefined;
    const server = await listening(net, (socket) => {
      served = socket.pause();
    }, { pauseOnConnect: true });
    const socket = net.connect(net.target(server));
    const size = 4 << 20;
    const first = socket.write(Buffer.alloc(size));
    const drained = once(socket, "drain");
    while (served === undefined) await once(server, "connection");
    served.resume();
    await drained;
    socket.end();
    await closing(socket.resume());
    await closed(server);
    return [first, socket.bytesWritten, served.bytesRead];
  },
  async "destroySoon() sends what was written"(net) {
    let text: Promise<string> | undefined;
    const server = await listening(net, (socket) => text = body(socket));
    const socket = net.connect(net.target(server));
    await once(socket, "connect");
    socket.write("x".repeat(100_000));
    socket.destroySoon();
    await closing(socket);
    await closed(server);
    return (await text)?.length;
  },
  async "timeout is emitted after silence, and ends nothing"(net) {
    const server = await listening(net, (socket) => socket.resume());
    const socket = net.connect({ ...net.target(server), timeout: 50 });
    await once(socket.resume(), "timeout");
    const state = socket.readyState;
    socket.destroy();
    await closing(socket);
    await closed(server);
    return [state, socket.destroyed];
  },
  async "destroy(error): error, then close(true)"(net) {
    const server = await listening(net, (socket) => {
      socket.on("error", nothing).resume();
    });
    const socket = net.connect(net.target(server));
    await once(socket, "ready");
    const events = recorded(socket);
    socket.destroy(Object.assign(new Error("x"), { code: "MINE" }));
    await closing(socket);
    await closed(server);
    return events;
  },
  async "resetAndDestroy() is a reset for the peer"(net) {
    if (!net.tcp) return "no reset";
    const codes: unknown[] = [];
    const server = await listening(net, (socket) => {
      socket.on("error", (error) => codes.push(codeOf(error))).resume();
    });
    const socket = net.connect(net.target(server));
    const connection = once(server, "connection");
    await once(socket, "connect");
    await connection;
    socket.resetAndDestroy();
    await closed(server);
    return codes;
  },
  async "the calls that give the socket"(net) {
    const server = await listening(net, (socket) => socket.resume());
    const socket = net.connect(net.target(server));
    const same = [
      socket.ref(),
      socket.unref(),
      socket.ref(),
      socket.setTimeout(0),
      socket.pause(),
      socket.resume(),
      socket.end(),
    ].map((one) => one === socket);
    await closing(socket);
    await closed(server);
    return same;
  },
  async "the addresses of a connected socket"(net) {
    const server = await listening(net, (socket) => socket.resume());
    const socket = net.connect(net.target(server));
    await once(socket, "connect");
    const keys = Object.keys(socket.address()).sort();
    const target = net.target(server);
    const port = Reflect.get(target, "port") === socket.remotePort;
    const family = socket.remoteFamily;
    socket.destroy();
    await closed(server);
    return [keys, port, family];
  },
  async "a server counts its connections, and close waits for them"(net) {
    const events: string[] = [];
    const server = await listening(net, (socket) => socket.resume());
    const socket = net.connect(net.target(server));
    const served = once(server, "connection");
    await once(socket, "connect");
    await served;
    const count = await new Promise((resolve) =>
      server.getConnections((_error, count) => resolve(count))
    );
    server.close(() => events.push("closed"));
    events.push(`listening ${server.listening}`, `address ${server.address()}`);
    const gone = closing(socket).then(() => events.push("socket"));
    const end = once(server, "close");
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.resume().end();
    await Promise.all([gone, end]);
    return [count, events.toSorted()];
  },
  async "close() of a server that does not listen"(net) {
    const server = net.server({}, nothing);
    const error = await new Promise((resolve) => server.close(resolve));
    return codeOf(error);
  },
  async "listen() twice"(net) {
    const server = await listening(net, nothing);
    let code: unknown;
    try {
      server.listen(net.place());
    } catch (error) {
      code = codeOf(error);
    }
    await closed(server);
    return code;
  },
  async "a place that is taken"(net) {
    const server = await listening(net, nothing);
    const other = net.server({}, nothing);
    const failed = once(other, "error");
    other.listen({ ...net.target(server), exclusive: true });
    const [error] = await failed;
    await closed(server);
    return fields(error, ["code", "errno", "syscall"]);
  },
  async "a server listens again after close()"(net) {
    const server = await listening(net, (socket) => socket.end("again"));
    const place = net.target(server);
    await closed(server);
    server.listen(place);
    await once(server, "listening");
    const text = await body(net.connect(net.target(server)));
    await closed(server);
    return text;
  },
  async "more clients than maxConnections are dropped"(net) {
    const server = await listening(net, (socket) => socket.resume());
    server.maxConnections = 1;
    const first = net.connect(net.target(server)).resume();
    await Promise.all([once(server, "connection"), once(first, "connect")]);
    const drop = once(server, "drop");
    const second = net.connect(net.target(server)).resume();
    second.on("error", nothing);
    await drop;
    await closing(second);
    first.end();
    await closed(server);
    return second.bytesRead;
  },
  async "pauseOnConnect reads nothing before resume()"(net) {
    let served: SocketLike | undefined;
    const server = await listening(net, (socket) => served = socket, {
      pauseOnConnect: true,
    });
    const socket = net.connect(net.target(server));
    const connection = once(server, "connection");
    socket.end("hello");
    if (served === undefined) await connection;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = served!.bytesRead;
    const text = await body(served!.resume());
    socket.resume();
    await closed(server);
    return [before, text];
  },
  // deno-lint-ignore require-await
  async "connect() without a place"(net) {
    try {
      net.socket().connect({});
    } catch (error) {
      return [error instanceof TypeError, codeOf(error)];
    }
  },
  // deno-lint-ignore require-await
  async "a port that is none"(net) {
    try {
      net.socket().connect({ port: 65_536, host: "127.0.0.1" });
    } catch (error) {
      return [error instanceof RangeError, codeOf(error)];
    }
  },
};
