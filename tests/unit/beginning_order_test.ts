/**
 * The beginning of a connection: `connectionMade`, then those who wait for the
 * transport, then what has come. asyncio schedules the three in this order.
 */

import { assertEquals } from "@std/assert";
import { DatagramChannelTransport } from "../../src/net/udp/datagram_channel_transport.ts";
import { openTransport } from "../../src/net/socket/socket_transport.ts";
import type { TcpAddr } from "../../src/net/tcp/tcp_socket.ts";
import { createPipePair } from "../../src/pipe/anonymous_pipe.ts";
import { pipeIo } from "../../src/pipe/pipe_io.ts";
import { ChildTransport } from "../../src/process/child_transport.ts";
import { ownerOf } from "../../src/proactor/proactor_parts.ts";
import { ChannelTransport } from "../../src/stream/channel_transport.ts";
import type { Protocol, Transport } from "../../src/stream/protocol.ts";
import {
  bytes,
  inWorld,
  race,
  text,
  turns,
  type World,
  wrong,
} from "./_helpers.ts";
import { assertEnds } from "./_races.ts";
import {
  addressOf,
  bound,
  connectedSockets,
  datagramHandle,
} from "./_sockets.ts";

/** What a test needs of a transport. */
interface Opened {
  abort(): void;
  readonly finished: Promise<void>;
}

/** A stream that waits to be given to a protocol. */
interface Unopened {
  /** Makes the transport. */
  open(protocol: Protocol): Opened;
  /** Sends the greeting, and ends the stream where it has an end. */
  greet(): void;
  /** Closes what the test has left. */
  close(): void;
}

/** A protocol whose callback is set by those who have waited for it. */
class Late implements Protocol {
  readonly log: string[] = [];
  onData: ((data: string) => void) | undefined;

  connectionMade(): void {
    this.log.push("made");
  }

  dataReceived(data: Uint8Array): void {
    this.#greeted(text(data));
  }

  datagramReceived(data: Uint8Array): void {
    this.#greeted(text(data));
  }

  pipeDataReceived(_fd: number, data: Uint8Array): void {
    this.#greeted(text(data));
  }

  eofReceived(): boolean {
    this.log.push("eof");
    return true;
  }

  #greeted(data: string): void {
    if (this.onData === undefined) this.log.push(`lost ${data}`);
    else this.onData(data);
  }
}

/** As deep as `createConnection` of a loop that the user awaits in a task. */
async function awaited(open: () => Opened, depth = 12): Promise<Opened> {
  return depth === 0 ? open() : await awaited(open, depth - 1);
}

async function connect(opened: Unopened, protocol: Late): Promise<Opened> {
  const transport = await awaited(() => opened.open(protocol));
  protocol.log.push("waiter");
  protocol.onData = (data) => protocol.log.push(data);
  return transport;
}

type Kind = (world: World) => Unopened | Promise<Unopened>;

/** An end of a pipe. */
function pipeEnd(type: "byte" | "message", end: "server" | "client"): Kind {
  return (world) => {
    const { server, client } = world.pair({ type });
    const [own, peer] = end === "client" ? [client, server] : [server, client];
    const messages = type === "message";
    const handle = world.port.associate(own, { warnings: messages });
    return {
      open: (protocol) =>
        new ChannelTransport(world.port, handle, {
          name: 'pipe "x"',
          readable: true,
          writable: true,
          messages,
          ...pipeIo(world.port, handle, messages),
          extra: {},
          protocol,
        }),
      greet: () => void world.proactor.send(peer, bytes("hello")),
      close: () => world.close(peer),
    };
  };
}

/** An end of a TCP connection. */
function socketEnd(end: "server" | "client"): Kind {
  return async (world) => {
    const [client, server] = await connectedSockets(world);
    const [own, peer] = end === "client" ? [client, server] : [server, client];
    const addr: TcpAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
    const { sockets } = world.sim;
    const traits = { sockets, local: addr, remote: addr };
    const handle = ownerOf(world.port, own, "connect");
    const opened = { port: world.port, handle, traits };
    return {
      open: (protocol) =>
        openTransport(opened, () => protocol, "peer")[0] as ChannelTransport,
      greet: () => void world.proactor.send(peer, bytes("hello")),
      close: () => world.close(peer),
    };
  };
}

function datagramEnd(world: World): Unopened {
  const own = datagramHandle(world);
  const peer = bound(world, "datagram");
  const { proactor } = world;
  const to = addressOf(world, own.handle.handle);
  return {
    open: (protocol) => new DatagramChannelTransport(own, wrong(protocol)),
    greet: () => void proactor.sendTo(peer, bytes("hello"), to),
    close: () => world.close(peer),
  };
}

const NEVER = new Promise<never>(() => {});

/** The standard output of a child. */
function childEnd(world: World): Unopened {
  const { path, server, client } = createPipePair(world.sim, { duplex: true });
  const handle = world.port.associate(server, { warnings: false });
  const ends = [null, { path, handle }, null] as const;
  const child = {
    pid: 1,
    status: null,
    exited: NEVER,
    kill() {},
    destroy() {},
  };
  return {
    open(protocol) {
      const transport = new ChildTransport(
        world.port,
        { child, ends },
        wrong(protocol),
      );
      const pipe = transport.getPipeTransport(1) as ChannelTransport;
      return { abort: () => transport.close(), finished: pipe.finished };
    },
    greet: () => void world.proactor.send(client, bytes("hello")),
    close: () => world.close(client),
  };
}

const KINDS: Record<string, Kind> = {
  "a byte pipe's client": pipeEnd("byte", "client"),
  "a byte pipe's server": pipeEnd("byte", "server"),
  "a message pipe's client": pipeEnd("message", "client"),
  "a message pipe's server": pipeEnd("message", "server"),
  "a TCP client": socketEnd("client"),
  "a TCP server": socketEnd("server"),
  "a datagram endpoint": datagramEnd,
  "a child's output": childEnd,
};

/** Where a transport is made: in a job of its own, or within the dispatch. */
const PLACES = {
  "in a job of its own": (_: World, open: () => void) => open(),
  "within a turn": ({ port }: World, open: () => void) => port.defer(open),
};

for (const [name, kind] of Object.entries(KINDS)) {
  for (const [place, start] of Object.entries(PLACES)) {
    for (const skip of [true, false]) {
      Deno.test(`the beginning of ${name}, made ${place}, in every order (skip mode ${skip})`, async () => {
        await assertEnds({ skip }, async (world, choose) => {
          const opened = await kind(world);
          const protocol = new Late();
          let made: Promise<Opened> | undefined;
          world.sim.manual = true;
          await race(world, choose, [
            [() => start(world, () => made = connect(opened, protocol))],
            [() => opened.greet()],
          ]);
          world.sim.manual = false;
          const transport = await made!;
          transport.abort();
          opened.close();
          await transport.finished;
          return protocol.log.join();
        }, ["made,waiter,hello"]);
      });
    }
  }
}

Deno.test("the end of a stream that was there before comes behind the waiter", async () => {
  await inWorld({}, async (world) => {
    const [own, peer] = await connectedSockets(world);
    const opened = await socketEnd("client")(world);
    world.close(own, peer);
    opened.close();
    const protocol = new Late();
    const transport = await connect(opened, protocol);
    await turns();
    assertEquals(protocol.log, ["made", "waiter", "eof"]);
    transport.abort();
    await transport.finished;
  });
});

Deno.test("a child that has ended before tells it behind the waiter", async () => {
  await inWorld({}, async ({ port }) => {
    const log: string[] = [];
    const status = { success: true, code: 0, signal: null };
    const exited = Promise.resolve(status);
    const child = { pid: 1, status, exited, kill() {}, destroy() {} };
    const parts = { child, ends: [null, null, null] } as const;
    const protocol = {
      connectionMade: () => void log.push("made"),
      processExited: () => void log.push("exited"),
      connectionLost: () => void log.push("lost"),
    };
    await exited;
    await connectChild(() => new ChildTransport(port, parts, protocol));
    log.push("waiter");
    await turns();
    assertEquals(log, ["made", "waiter", "exited", "lost"]);
  });
});

async function connectChild(
  open: () => ChildTransport,
  depth = 12,
): Promise<ChildTransport> {
  return depth === 0 ? open() : await connectChild(open, depth - 1);
}

Deno.test("a connection that the protocol closes at once is lost behind the waiter", async () => {
  await inWorld({}, async (world) => {
    for (const kind of Object.values(KINDS)) {
      const opened = await kind(world);
      const log: string[] = [];
      const protocol: Protocol = {
        connectionMade: (transport) => {
          log.push("made");
          transport.close();
        },
        dataReceived: () => void log.push("data"),
        connectionLost: () => void log.push("lost"),
      };
      opened.greet();
      const transport = await awaited(() => opened.open(protocol));
      log.push("waiter");
      await turns();
      assertEquals(log.slice(0, 2), ["made", "waiter"]);
      assertEquals(log.includes("data"), false);
      opened.close();
      await transport.finished;
    }
  });
});

Deno.test("a connection that is paused in connectionMade() delivers when it is resumed", async () => {
  await inWorld({}, async (world) => {
    const opened = await socketEnd("client")(world);
    const protocol = new Late();
    opened.greet();
    let pause: () => void = () => {};
    protocol.connectionMade = (transport?: Transport) => {
      pause = () => transport!.pauseReading();
      pause();
    };
    const transport = await connect(opened, protocol) as ChannelTransport;
    await turns();
    assertEquals(protocol.log, ["waiter"]);
    transport.resumeReading();
    await turns();
    assertEquals(protocol.log, ["waiter", "hello"]);
    transport.abort();
    opened.close();
    await transport.finished;
  });
});
