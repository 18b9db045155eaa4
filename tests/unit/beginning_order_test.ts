/**
 * The beginning of a connection: `connectionMade`, then those who wait for the
 * transport, then what has come. asyncio schedules the three in this order.
 */

import { assertEquals } from "@std/assert";
import { ChildTransport } from "../../src/process/child_transport.ts";
import type { Protocol, Transport } from "../../src/stream/protocol.ts";
import type { ChannelTransport } from "../../src/stream/channel_transport.ts";
import { race, test, type World, wrong } from "./_helpers.ts";
import { text } from "./_bytes.ts";
import { turns } from "./_turns.ts";
import { assertEnds } from "./_races.ts";
import { connectedSockets } from "./_sockets.ts";
import { KINDS, type Opened, socketEnd, type Unopened } from "./_unopened.ts";

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
  const transport = await awaited(() => opened.open(wrong(protocol)));
  protocol.log.push("waiter");
  protocol.onData = (data) => protocol.log.push(data);
  return transport;
}

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

test.world("the end of a stream that was there before comes behind the waiter", async (world) => {
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

test.world("a child that has ended before tells it behind the waiter", async ({ port }) => {
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

async function connectChild(
  open: () => ChildTransport,
  depth = 12,
): Promise<ChildTransport> {
  return depth === 0 ? open() : await connectChild(open, depth - 1);
}

test.world("a connection that the protocol closes at once is lost behind the waiter", async (world) => {
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
    const transport = await awaited(() => opened.open(wrong(protocol)));
    log.push("waiter");
    await turns();
    assertEquals(log.slice(0, 2), ["made", "waiter"]);
    assertEquals(log.includes("data"), false);
    opened.close();
    await transport.finished;
  }
});

test.world("a connection that is paused in connectionMade() delivers when it is resumed", async (world) => {
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
