/** Exceptions of listeners of node streams: nobody's but the program's. */

import { assertEquals, assertInstanceOf } from "@std/assert";
import { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { FakeTime } from "@std/testing/time";
import { NodeDuplex } from "../../src/stream/node_duplex.ts";
import { nodeError } from "../../src/stream/node_errors.ts";
import { inWorld, outcome, PATH, type World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { connections } from "./_sockets.ts";
import { thrownValues } from "./_thrown.ts";

/** Catches what nobody has caught. */
class Uncaught implements Disposable {
  readonly errors: unknown[] = [];
  readonly rejections: unknown[] = [];
  readonly #onError = (event: ErrorEvent) => {
    event.preventDefault();
    this.errors.push(event.error);
  };
  readonly #onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    this.rejections.push(event.reason);
  };

  constructor() {
    addEventListener("error", this.#onError);
    addEventListener("unhandledrejection", this.#onRejection);
  }

  [Symbol.dispose](): void {
    removeEventListener("error", this.#onError);
    removeEventListener("unhandledrejection", this.#onRejection);
  }
}

function duplexTest(
  name: string,
  body: (
    world: World,
    duplex: NodeDuplex,
    peer: Awaited<ReturnType<typeof connections>>[1],
  ) => Promise<void>,
): void {
  Deno.test(name, () =>
    inWorld({}, async (world) => {
      const [client, served] = await connections(world);
      const duplex = new NodeDuplex(client);
      await body(world, duplex, served);
      duplex.destroy();
      served.abort();
      await Promise.all([client.finished, served.finished]);
    }));
}

duplexTest(
  "what a data listener throws is uncaught, and reading goes on",
  async (_world, duplex, peer) => {
    using uncaught = new Uncaught();
    const events: string[] = [];
    for (const name of ["error", "end", "close"]) {
      duplex.on(name, () => events.push(name));
    }
    duplex.on("data", (data: Uint8Array) => {
      events.push(text(data));
      throw new Error(`on ${text(data)}`);
    });
    for (const part of ["a", "b"]) {
      await peer.write(bytes(part));
      await until(() => events.includes(part));
      await turns();
    }
    await peer.closeWrite();
    duplex.end();
    await until(() => events.includes("close"));
    assertEquals(events, ["a", "b", "end", "close"]);
    assertEquals(uncaught.errors.map(String), ["Error: on a", "Error: on b"]);
    assertEquals(uncaught.rejections, []);
  },
);

duplexTest(
  "what the callback of a write throws is uncaught, and writing goes on",
  async (_world, duplex, peer) => {
    using uncaught = new Uncaught();
    let failed: unknown;
    duplex.on("error", (error: Error) => failed = error);
    duplex.write(bytes("a"), () => {
      throw new Error("in the callback");
    });
    await until(() => uncaught.errors.length + uncaught.rejections.length > 0);
    duplex.write(bytes("b"));
    const target = new Uint8Array(10);
    let received = "";
    while (received.length < 2) {
      const count = await peer.read(target);
      received += text(target.subarray(0, count ?? 0));
    }
    assertEquals(received, "ab");
    assertEquals(uncaught.errors.map(String), ["Error: in the callback"]);
    assertEquals([uncaught.rejections, failed], [[], undefined]);
  },
);

duplexTest(
  "what a drain listener throws is uncaught",
  async (_world, duplex, peer) => {
    using uncaught = new Uncaught();
    let failed: unknown;
    duplex.on("error", (error: Error) => failed = error);
    duplex.on("drain", () => {
      throw new Error("on drain");
    });
    assertEquals(duplex.write(new Uint8Array(200_000)), false);
    const target = new Uint8Array(65_536);
    for (let rest = 200_000; rest > 0;) rest -= await peer.read(target) ?? rest;
    await until(() => uncaught.errors.length + uncaught.rejections.length > 0);
    assertEquals(uncaught.errors.map(String), ["Error: on drain"]);
    assertEquals([uncaught.rejections, failed], [[], undefined]);
  },
);

duplexTest(
  "destroy() with writes under way tells the peer",
  async (_world, duplex, peer) => {
    duplex.write(new Uint8Array(200_000));
    await turns();
    duplex.destroy();
    await until(() => duplex.closed);
    const read = outcome(peer.read(new Uint8Array(1)));
    assertEquals(await read, "ConnectionReset");
  },
);

Deno.test("end() of a pipe waits for its peer, however long", async () => {
  using time = new FakeTime();
  await inWorld({}, async (world) => {
    const { server, client } = world.pair();
    const handle = world.port.associate(server, { warnings: false });
    const duplex = new NodeDuplex(
      new PipeConnection(world.port, handle, {
        path: PATH,
        direction: "duplex",
        messageType: false,
        messageReadMode: false,
        serverEnd: true,
      }),
    );
    let failed: unknown;
    duplex.on("error", (error: Error) => failed = error);
    duplex.end(new Uint8Array(200_000));
    await turns();
    let received = 0;
    for (;;) {
      time.tick(60_000);
      const { length } = await world.proactor.recv(client, 65_536);
      if (length === 0) break;
      received += length;
      await turns();
    }
    assertEquals([received, failed], [200_000, undefined]);
    duplex.destroy();
    await until(() => duplex.closed);
    world.close(client);
  });
});

for (const [name, value] of Object.entries(thrownValues())) {
  Deno.test(`nodeError() makes an error of ${name}`, () => {
    const error = nodeError(value, "read");
    assertInstanceOf(error, Error);
    if (error !== value) assertEquals(Object.is(error.cause, value), true);
  });
}
