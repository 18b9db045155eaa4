/**
 * W10: timers of Windows tick at 15.6 ms, so no pause between two tries
 * pretends to be shorter, and pauses grow.
 */

import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { TcpListener } from "../../src/net/tcp/tcp_listener.ts";
import { inWorld, PATH, type World } from "./_helpers.ts";
import { turns, until } from "./_turns.ts";

const TICK = 15.6;

/** Notes what `setTimeout` is asked for, and fires at once. */
class Pauses implements Disposable {
  readonly asked: number[] = [];
  readonly #setTimeout = globalThis.setTimeout;

  constructor() {
    globalThis.setTimeout = ((callback: () => void, delay = 0) => {
      this.asked.push(delay);
      return this.#setTimeout(callback, 0);
    }) as typeof setTimeout;
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
  }
}

/** Things that try again until they succeed; each makes `count` pauses. */
const retries: Record<string, (world: World, pauses: Pauses) => Promise<void>> =
  {
    async "a dial to a pipe that does not exist"({ proactor }, pauses) {
      const dial = proactor.connectPipe(PATH, { waitForServer: true });
      await until(() => pauses.asked.length >= 6);
      dial.cancel();
      await turns();
    },
    async "a listener without instances"({ proactor, sim }, pauses) {
      const server = PipeServer.listen(PATH, { proactor, onError() {} });
      sim.fail("createNamedPipe", 8, { times: Infinity });
      const client = sim.createFile({
        name: PATH,
        access: 0xc000_0000,
        shareMode: 0,
        flags: 0x4000_0000,
      });
      const served = await server.accept();
      await until(() => pauses.asked.length >= 6);
      served.abort();
      proactor.closeHandle(client);
      await Promise.all([server.shutdown({ deadline: 0 }), served.finished]);
    },
    async "a listener without sockets"({ proactor, sim }, pauses) {
      for (let i = 0; i < 100; i++) sim.sockets.fail("acceptEx", 10055);
      const listener = TcpListener.listen({
        hostname: "127.0.0.1",
        port: 0,
        proactor,
        onError() {},
      });
      await until(() => pauses.asked.length >= 6);
      await listener.shutdown({ deadline: 0 });
    },
  };

for (const [name, retry] of Object.entries(retries)) {
  Deno.test(`${name} pauses for a tick of the clock at least`, async () => {
    using pauses = new Pauses();
    await inWorld({}, async (world) => await retry(world, pauses));
    const asked = pauses.asked.slice(0, 6);
    for (const delay of asked) assertGreaterOrEqual(delay, TICK);
    assert(asked.at(-1)! > asked[0]!, `${asked}`);
    assertEquals(asked.length, 6);
  });
}
