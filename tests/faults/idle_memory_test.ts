/** What a connection holds while nobody speaks: PERFORMANCE.md tells less. */

import { assert, assertEquals, assertLess } from "@std/assert";
import {
  connectPipe,
  PipeServer,
  type ProactorEventLoop,
  type Protocol,
  type StreamConnection,
  type Transport,
} from "../../mod.ts";
import { connectTcp, TcpListener } from "../../src/net/mod.ts";
import { portOf } from "../../src/proactor/default_port.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { test } from "../windows/_setup.ts";
import { soon, until } from "../windows/_turns.ts";
import { figure, LOCAL } from "./_faults.ts";

const CONNECTIONS = 500;
const MESSAGE = new Uint8Array(64);

/** Of all reads that stay pending: nothing comes. */
const TARGET = new Uint8Array(MESSAGE.length);

/** KiB of the heap for each end, with what the test keeps of it. */
const MOST_HEAP = { protocol: 3, stream: 3.8 };

/** The stage gives `--v8-flags=--expose-gc`. */
const collect: (() => void) | undefined = Reflect.get(globalThis, "gc");

/** Opens a connection that has talked, and keeps both of its ends. */
type Open = () => Promise<unknown>;

class Echo implements Protocol {
  #transport!: Transport;

  connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    this.#transport.write(data);
  }
}

class Asker implements Protocol {
  #answered!: () => void;

  ask(transport: Transport): Promise<void> {
    transport.write(MESSAGE);
    return new Promise((resolve) => this.#answered = resolve);
  }

  dataReceived(): void {
    this.#answered();
  }
}

/** The reads wait for what never comes. */
async function talk(ends: readonly StreamConnection[]): Promise<unknown> {
  const [client, served] = ends as [StreamConnection, StreamConnection];
  const target = new Uint8Array(MESSAGE.length);
  for (const [from, to] of [[client, served], [served, client]] as const) {
    await from.write(MESSAGE);
    assertEquals(await soon(to.read(target)), MESSAGE.length);
  }
  const reads = ends.map((end) => end.read(TARGET).catch(() => {}));
  return [ends, reads];
}

interface Kind {
  what: "pipe" | "socket";
  style: keyof typeof MOST_HEAP;
  open: (loop: ProactorEventLoop) => Open | Promise<Open>;
}

const KINDS: Kind[] = [{
  what: "pipe",
  style: "protocol",
  open: async (loop) => {
    const path = uniquePipeName();
    await loop.startServingPipe(() => new Echo(), path, { type: "byte" });
    return async () => {
      const [transport, asker] = await loop.createPipeConnection(
        () => new Asker(),
        path,
      );
      await soon(asker.ask(transport));
      return transport;
    };
  },
}, {
  what: "socket",
  style: "protocol",
  open: async (loop) => {
    const { hostname } = LOCAL;
    const { addr } = await loop.createServer(() => new Echo(), hostname, 0);
    return async () => {
      const [transport, asker] = await loop.createConnection(
        () => new Asker(),
        hostname,
        addr.port,
      );
      await soon(asker.ask(transport));
      return transport;
    };
  },
}, {
  what: "pipe",
  style: "stream",
  open: ({ proactor }) => {
    const path = uniquePipeName();
    const server = PipeServer.listen(path, { type: "byte", proactor });
    return async () => {
      const accepted = server.accept();
      const client = await connectPipe(path, { proactor });
      return await talk([client, await soon(accepted)]);
    };
  },
}, {
  what: "socket",
  style: "stream",
  open: ({ proactor }) => {
    const server = TcpListener.listen({ ...LOCAL, proactor });
    return async () => {
      const accepted = server.accept();
      const client = await connectTcp({ ...server.addr, proactor });
      return await talk([client, await soon(accepted)]);
    };
  },
}];

function heap(): number {
  assert(collect !== undefined, "--v8-flags=--expose-gc is missing");
  collect();
  collect();
  return Deno.memoryUsage().heapUsed;
}

for (const { what, style, open } of KINDS) {
  test.loop(`a silent ${what} in ${style} style holds no buffer, and little of the heap`, async (loop) => {
    const kept: unknown[] = [];
    const next = await open(loop);
    const buffers = () => portOf(loop.proactor).metrics().bufferBytes;
    const listening = buffers();
    for (let i = 0; i < CONNECTIONS / 2; i++) kept.push(await next());
    await until(() => buffers() <= listening);
    const before = heap();
    for (let i = 0; i < CONNECTIONS; i++) kept.push(await next());
    await until(() => buffers() <= listening);
    const each = (heap() - before) / 1024 / (2 * CONNECTIONS);
    figure(`${each.toFixed(2)} KiB of the heap for each end`);
    assertLess(each, MOST_HEAP[style]);
    await loop.proactor.close();
  });
}
