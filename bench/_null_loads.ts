/**
 * Echo servers in every style, on a kernel that costs nothing.
 *
 * @module
 */

import type { Handle } from "../src/ffi/win32_api.ts";
import { socketStream } from "../src/net/socket/socket_io.ts";
import type { SocketTraits } from "../src/net/socket/socket_kind.ts";
import { TcpConnection } from "../src/net/tcp/tcp_connection.ts";
import type { TcpAddr } from "../src/net/tcp/tcp_socket.ts";
import { PipeConnection } from "../src/pipe/pipe_connection.ts";
import { pipeIo } from "../src/pipe/pipe_io.ts";
import { associateSocket } from "../src/proactor/call/socket_association.ts";
import { portOf } from "../src/proactor/default_port.ts";
import { IocpProactor } from "../src/proactor/iocp_proactor.ts";
import type { CompletionPort } from "../src/proactor/port/completion_port.ts";
import type { PortHandle } from "../src/proactor/port/port_handle.ts";
import { ChannelTransport } from "../src/stream/channel_transport.ts";
import type { BufferedProtocol, Transport } from "../src/stream/protocol.ts";
import type { StreamConnection } from "../src/stream/stream_connection.ts";
import { type EchoCost, EchoMeter, type MeterOptions } from "./_echo_meter.ts";
import { MESSAGE_SIZE, NullKernel, type Way } from "./_null_kernel.ts";
import { NullSockets } from "./_null_sockets.ts";

/** How a program uses the library. */
export type Style = "protocol" | "stream" | "low level";

/** What is measured. */
export interface Load {
  /** How the server is written. */
  style: Style;
  /** What its connections are. */
  transport: "pipe" | "TCP";
  /** How calls end. */
  way: Way;
  /** How many connections. */
  connections: number;
}

const ADDRESS: TcpAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
const PIPE = {
  path: "\\\\.\\pipe\\null",
  direction: "duplex",
  messageType: false,
  messageReadMode: false,
  serverEnd: true,
} as const;

/** Every load. */
export const LOADS: readonly Load[] = (["pipe", "TCP"] as const)
  .flatMap((transport) =>
    (["protocol", "stream", "low level"] as const).flatMap((style) =>
      (["at once", "by packet"] as const).flatMap((way) =>
        counts(transport).map((connections) => {
          return { style, transport, way, connections };
        })
      )
    )
  );

/** What is the same for both is looked at on pipes. */
function counts(transport: Load["transport"]): number[] {
  return transport === "pipe" ? [1, 64, 1000] : [64];
}

/**
 * Names a load.
 *
 * @param load The load.
 * @returns Such as `pipe, protocol, by packet, 64`.
 */
export function loadName(load: Load): string {
  const { transport, style, way, connections } = load;
  return `${transport}, ${style}, ${way}, ${connections}`;
}

/**
 * Serves connections whose peers never stop.
 *
 * @param load What kind of connections, and how many.
 * @param options How long.
 * @returns What an echo costs.
 */
export async function measureEcho(
  load: Load,
  options: MeterOptions,
): Promise<EchoCost> {
  const world = new NullWorld(load.way);
  const meter = new EchoMeter(options, () => world.kernel.paused = true);
  const serve = SERVERS[load.style];
  for (let i = 0; i < load.connections; i++) serve(world, load, meter);
  const cost = await meter.cost;
  await world.proactor.close();
  return cost;
}

/** A proactor on a kernel of its own. */
class NullWorld {
  readonly kernel: NullKernel;
  readonly sockets: NullSockets;
  readonly proactor: IocpProactor;

  constructor(way: Way) {
    const kernel = new NullKernel(way);
    const sockets = new NullSockets(kernel);
    this.kernel = kernel;
    this.sockets = sockets;
    this.proactor = new IocpProactor({ api: kernel, sockets });
  }

  get port(): CompletionPort {
    return portOf(this.proactor);
  }

  /** What is known of each socket. */
  get socketTraits(): SocketTraits<TcpAddr> {
    return { sockets: this.sockets, local: ADDRESS, remote: ADDRESS };
  }

  /** A connected handle on the port. */
  open(transport: Load["transport"]): PortHandle {
    const { kernel, sockets, port } = this;
    return transport === "pipe"
      ? port.associate(kernel.open("pipe"), { warnings: false })
      : associateSocket(port, sockets, kernel.open("socket"));
  }
}

type Serve = (world: NullWorld, load: Load, meter: EchoMeter) => void;

const SERVERS: Record<Style, Serve> = {
  protocol: serveProtocol,
  stream: serveStream,
  "low level": serveHandles,
};

function serveProtocol(
  world: NullWorld,
  { transport }: Load,
  meter: EchoMeter,
): void {
  const { port } = world;
  const handle = world.open(transport);
  const stream = transport === "pipe"
    ? {
      ...pipeIo(port, handle, false),
      name: "pipe",
      readable: true,
      writable: true,
      messages: false,
    }
    : socketStream(handle, world.socketTraits, "socket");
  const protocol = new Echo(meter);
  new ChannelTransport(port, handle, { ...stream, protocol, extra: {} });
}

/** Sends back what comes. */
class Echo implements BufferedProtocol {
  static readonly #room = new Uint8Array(MESSAGE_SIZE);
  readonly #meter: EchoMeter;
  #transport!: Transport;

  constructor(meter: EchoMeter) {
    this.#meter = meter;
  }

  connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  getBuffer(): Uint8Array {
    return Echo.#room;
  }

  bufferUpdated(): void {
    this.#transport.write(Echo.#room);
    this.#meter.count();
  }
}

function serveStream(
  world: NullWorld,
  { transport }: Load,
  meter: EchoMeter,
): void {
  const handle = world.open(transport);
  const connection = transport === "pipe"
    ? new PipeConnection(world.port, handle, PIPE)
    : new TcpConnection(world.port, handle, world.socketTraits);
  void echoStream(connection, meter).catch(ignoreClose);
}

async function echoStream(
  connection: StreamConnection,
  meter: EchoMeter,
): Promise<void> {
  const room = new Uint8Array(MESSAGE_SIZE);
  while (await connection.read(room) !== null) {
    await connection.write(room);
    meter.count();
  }
}

function serveHandles(
  world: NullWorld,
  { transport }: Load,
  meter: EchoMeter,
): void {
  const kind = transport === "pipe" ? "pipe" : "socket";
  const owner = { handle: world.kernel.open(kind) };
  void echoHandle(world.proactor, owner, meter).catch(ignoreClose);
}

async function echoHandle(
  proactor: IocpProactor,
  owner: { handle: Handle },
  meter: EchoMeter,
): Promise<void> {
  const room = new Uint8Array(MESSAGE_SIZE);
  for (;;) {
    await proactor.recvInto(owner, room);
    await proactor.send(owner, room);
    meter.count();
  }
}

/** The end of the measurement ends what is pending. */
function ignoreClose(error: unknown): void {
  const { Interrupted, BadResource } = Deno.errors;
  if (error instanceof Interrupted || error instanceof BadResource) return;
  if (error instanceof Error && error.name === "CancelledError") return;
  throw error;
}
