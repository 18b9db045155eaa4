/**
 * Loops of calls that mostly end at once, in each style, and what they leave
 * to a timer and to Deno's own sockets.
 *
 * @module
 */

import {
  connectPipe,
  type IocpProactor,
  PipeServer,
  ProactorEventLoop,
  type Transport,
} from "../../mod.ts";
import { pipe } from "../../src/pipe/mod.ts";
import {
  connectTcp,
  createSocket,
  type DatagramTransport,
  type Socket,
  type SocketAddress,
  TcpListener,
  UdpSocket,
  waitReadable,
} from "../../src/net/mod.ts";
import { openFile } from "../../src/file/mod.ts";
import { loadFileSymbols } from "../../src/ffi/file/native.ts";
import { loadSocketFileSymbols } from "../../src/ffi/socket_file/native.ts";
import { defaultSockets } from "../../src/ffi/socket/default.ts";
import { loadSymbols } from "../../src/ffi/symbols.ts";
import { loadWaitSymbols } from "../../src/ffi/wait/native.ts";
import { uniquePipeName } from "../windows/_pipes.ts";

// Outside of any test, so that no test is blamed for keeping them open.
loadSymbols();
loadFileSymbols();
defaultSockets();
loadSocketFileSymbols();
loadWaitSymbols();

const kernel32 = Deno.dlopen("kernel32.dll", {
  CreateEventW: {
    parameters: ["usize", "i32", "i32", "usize"],
    result: "usize",
  },
  CloseHandle: { parameters: ["usize"], result: "i32" },
}).symbols;

const LOCAL = { hostname: "127.0.0.1", port: 0 };
const BYTE = new Uint8Array(1);

/** One loop that was started. */
export interface BusyLoop {
  /** One round; called until the loops are stopped. */
  round(): Promise<unknown>;
  /** Gives back what it has used. */
  close(): unknown;
}

/** Starts a loop. */
export type StartLoop = (proactor: IocpProactor) => Promise<BusyLoop>;

const loops = new WeakMap<IocpProactor, ProactorEventLoop>();

/** A proactor has one loop. */
function loopOf(proactor: IocpProactor): ProactorEventLoop {
  let loop = loops.get(proactor);
  if (!loop) loops.set(proactor, loop = new ProactorEventLoop({ proactor }));
  return loop;
}

function pipes(size: number): StartLoop {
  return (proactor) => {
    const [reader, writer] = pipe({ proactor });
    const data = new Uint8Array(size);
    return Promise.resolve({
      async round() {
        await proactor.send(writer, data);
        await proactor.recv(reader, size);
      },
      close: () => (reader.close(), writer.close()),
    });
  };
}

function pendingReads(proactor: IocpProactor): Promise<BusyLoop> {
  const [reader, writer] = pipe({ proactor });
  return Promise.resolve({
    async round() {
      const read = proactor.recv(reader, 10);
      await proactor.send(writer, BYTE);
      await read;
    },
    close: () => (reader.close(), writer.close()),
  });
}

async function streams(
  proactor: IocpProactor,
  messages = false,
): Promise<BusyLoop> {
  const path = uniquePipeName();
  const type = messages ? "message" : "byte";
  const server = PipeServer.listen(path, { proactor, type, instances: 1 });
  const accepted = server.accept();
  const client = await connectPipe(path, { proactor, readMode: type });
  const served = await accepted;
  const target = new Uint8Array(16);
  return {
    async round() {
      await client.write(BYTE);
      if (messages) await served.readMessage();
      else await served.read(target);
    },
    close: () => (client.abort(), served.abort(), server.shutdown()),
  };
}

async function webStreams(proactor: IocpProactor): Promise<BusyLoop> {
  const path = uniquePipeName();
  const options = { proactor, type: "byte", instances: 1 } as const;
  const server = PipeServer.listen(path, options);
  const accepted = server.accept();
  const client = await connectPipe(path, { proactor });
  const served = await accepted;
  const writer = client.writable.getWriter();
  const reader = served.readable.getReader();
  return {
    async round() {
      await writer.write(BYTE);
      await reader.read();
    },
    close: () => (client.abort(), served.abort(), server.shutdown()),
  };
}

async function tcp(proactor: IocpProactor): Promise<BusyLoop> {
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  const accepted = listener.accept();
  const client = await connectTcp({ ...listener.addr, proactor });
  const served = await accepted;
  const target = new Uint8Array(16);
  return {
    async round() {
      await client.write(BYTE);
      await served.read(target);
    },
    close: () => (client.abort(), served.abort(), listener.shutdown()),
  };
}

function udp(proactor: IocpProactor): Promise<BusyLoop> {
  const socket = UdpSocket.listen({ ...LOCAL, proactor });
  return Promise.resolve({
    async round() {
      await socket.send(BYTE, socket.addr);
      await socket.receive();
    },
    close: () => socket.close(),
  });
}

/** A socket that talks to itself. */
function toItself(
  round: (socket: Socket, to: SocketAddress) => Promise<void>,
): Promise<BusyLoop> {
  const socket = datagramSocket();
  const to = socket.localAddr!;
  const close = () => socket.close();
  return Promise.resolve({ round: () => round(socket, to), close });
}

function rawUdp(proactor: IocpProactor): Promise<BusyLoop> {
  return toItself(async (socket, to) => {
    await proactor.sendTo(socket, BYTE, to);
    await proactor.recvFrom(socket, 16);
  });
}

function sockMethods(proactor: IocpProactor): Promise<BusyLoop> {
  const loop = loopOf(proactor);
  return toItself(async (socket, to) => {
    await loop.sockSendTo(socket, BYTE, to);
    await loop.sockRecv(socket, 16);
  });
}

function ready(proactor: IocpProactor): Promise<BusyLoop> {
  const socket = datagramSocket();
  void proactor.sendTo(socket, BYTE, socket.localAddr!);
  return Promise.resolve({
    round: async () => await waitReadable(socket, { proactor }),
    close: () => socket.close(),
  });
}

function datagramSocket() {
  const socket = createSocket({ family: "IPv4", type: "datagram" });
  socket.bind({ family: "IPv4", ...LOCAL });
  return socket;
}

function waits(proactor: IocpProactor): Promise<BusyLoop> {
  const event = kernel32.CreateEventW(0n, 1, 1, 0n);
  return Promise.resolve({
    round: async () => await proactor.waitForHandle(event),
    close: () => kernel32.CloseHandle(event),
  });
}

async function file(proactor: IocpProactor): Promise<BusyLoop> {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, new Uint8Array(4096));
  const opened = await openFile(path, { read: true, proactor });
  const target = new Uint8Array(512);
  return {
    round: () => opened.read(target, { at: 0 }),
    async close() {
      await opened.close();
      await Deno.remove(path);
    },
  };
}

/** Two protocols that answer each other. */
async function protocols(proactor: IocpProactor): Promise<BusyLoop> {
  const loop = loopOf(proactor);
  const transports: Transport[] = [];
  const answer = () => ({
    transport: undefined as Transport | undefined,
    connectionMade(transport: Transport) {
      this.transport = transport;
      transports.push(transport);
    },
    dataReceived(data: Uint8Array) {
      this.transport?.write(data);
    },
  });
  const path = uniquePipeName();
  const [server] = await loop.startServingPipe(answer, path);
  const [transport] = await loop.createPipeConnection(answer, path);
  transport.write(BYTE);
  return {
    round: () => new Promise((resolve) => setTimeout(resolve, 5)),
    close: () => {
      server!.close();
      for (const each of transports) each.abort();
    },
  };
}

async function datagramProtocols(proactor: IocpProactor): Promise<BusyLoop> {
  const loop = loopOf(proactor);
  const protocol = () => ({
    transport: undefined as DatagramTransport | undefined,
    connectionMade(transport: DatagramTransport) {
      this.transport = transport;
    },
    datagramReceived(data: Uint8Array, from: Deno.NetAddr) {
      this.transport?.sendTo(data, from);
    },
  });
  const [one] = await loop.createDatagramEndpoint(protocol, {
    localAddr: LOCAL,
  });
  one.sendTo(BYTE, one.getExtraInfo("sockname") as Deno.NetAddr);
  return {
    round: () => new Promise((resolve) => setTimeout(resolve, 5)),
    close: () => one.abort(),
  };
}

/** Every style. */
export const BUSY_LOOPS: Record<string, StartLoop> = {
  "recv/send of 1 byte": pipes(1),
  "recv/send of 64 KiB": pipes(65_536),
  "recv before send": pendingReads,
  "pipe streams": streams,
  "message streams": (proactor) => streams(proactor, true),
  "web streams": webStreams,
  "TCP streams": tcp,
  "UdpSocket": udp,
  "sendTo/recvFrom": rawUdp,
  "sockSendTo/sockRecv": sockMethods,
  "waitReadable": ready,
  "waitForHandle": waits,
  "file reads": file,
  "protocols": protocols,
  "datagram protocols": datagramProtocols,
};

/** What loops have left to others. */
export interface Measured {
  /** Rounds of all loops. */
  rounds: number;
  /** Milliseconds by which a timer of 5 ms was late, at worst. */
  timer: number;
  /** Milliseconds of the slowest echo over Deno's own TCP. */
  echo: number;
  /** The median of those. */
  medianEcho: number;
}

/** An echo over Deno's own TCP in this process. */
class DenoEcho {
  readonly #listener = Deno.listen(LOCAL);
  #conn: Deno.TcpConn | undefined;

  async open(): Promise<void> {
    void this.#serve();
    const { port } = this.#listener.addr;
    this.#conn = await Deno.connect({ ...LOCAL, port });
  }

  async #serve(): Promise<void> {
    const conn = await this.#listener.accept();
    await conn.readable.pipeTo(conn.writable).catch(() => {});
  }

  async round(): Promise<number> {
    const started = performance.now();
    await this.#conn!.write(BYTE);
    await this.#conn!.read(new Uint8Array(1));
    return performance.now() - started;
  }

  close(): void {
    this.#conn?.close();
    this.#listener.close();
  }
}

/**
 * Runs loops for a while, and looks at others meanwhile.
 *
 * @param proactor The proactor of the loops.
 * @param start Starts one.
 * @param options How many, and for how many milliseconds.
 * @returns What was left to others.
 */
export async function measureOthers(
  proactor: IocpProactor,
  start: StartLoop,
  options: { loops: number; milliseconds: number },
): Promise<Measured> {
  const echo = new DenoEcho();
  await echo.open();
  for (let i = 0; i < 10; i++) await echo.round();
  const loops: BusyLoop[] = [];
  for (let i = 0; i < options.loops; i++) loops.push(await start(proactor));
  let running = true;
  let rounds = 0;
  const run = async (loop: BusyLoop) => {
    while (running) {
      await loop.round();
      rounds++;
    }
  };
  const ends = loops.map(run);
  const end = performance.now() + options.milliseconds;
  const echoes: number[] = [];
  const watchEcho = async () => {
    do echoes.push(await echo.round()); while (performance.now() < end);
  };
  let timer = 0;
  const watchTimer = async () => {
    do timer = Math.max(timer, await timerLateness()); while (
      performance.now() < end
    );
  };
  await Promise.all([watchEcho(), watchTimer()]);
  running = false;
  await Promise.all(ends);
  for (const loop of loops) await loop.close();
  echo.close();
  echoes.sort((a, b) => a - b);
  return {
    rounds,
    timer,
    echo: echoes.at(-1)!,
    medianEcho: echoes[echoes.length >> 1]!,
  };
}

async function timerLateness(): Promise<number> {
  const started = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  return performance.now() - started - 5;
}
