/** The name of a server is its own, for as long as it lives. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertThrows,
} from "@std/assert";
import { spy } from "@std/testing/mock";
import {
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  PIPE_ACCESS_DUPLEX,
} from "../../src/ffi/constants.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import type { PipeServerOptions } from "../../src/pipe/server_options.ts";
import { inWorld, PATH, test, type World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { until } from "./_turns.ts";

/**
 * Somebody whom the DACL keeps from adding instances: he gets the name when
 * there is none. He tries it after every call of the kernel.
 */
class Attacker {
  tries = 0;
  taken = 0;
  readonly #world: World;
  readonly #create: World["sim"]["createNamedPipe"];
  #busy = false;

  constructor(world: World) {
    this.#world = world;
    this.#create = world.sim.createNamedPipe.bind(world.sim);
    for (
      const name of ["createNamedPipe", "closeHandle", "connectNamedPipe"]
    ) this.#follow(name as "closeHandle");
  }

  #follow(name: "closeHandle"): void {
    const { sim } = this.#world;
    const call = sim[name].bind(sim);
    sim[name] = (...args) => {
      const result = call(...args);
      const { lastError } = sim;
      if (!this.#busy) this.#attempt();
      // As the caller has left it.
      if (result as unknown === INVALID_HANDLE_VALUE) sim.fail(name, lastError);
      return result as unknown === INVALID_HANDLE_VALUE
        ? call(...args)
        : result;
    };
  }

  #attempt(): void {
    const { sim } = this.#world;
    this.#busy = true;
    this.tries++;
    const handle = this.#create({
      name: PATH,
      openMode: (PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED |
        FILE_FLAG_FIRST_PIPE_INSTANCE) >>> 0,
      pipeMode: 0,
      maxInstances: 255,
      outBufferSize: 0,
      inBufferSize: 0,
      securityDescriptor: 0n,
    });
    if (handle !== INVALID_HANDLE_VALUE) {
      this.taken++;
      sim.closeHandle(handle);
    }
    this.#busy = false;
  }
}

/** A client that comes, asks, and leaves; each is the only one. */
async function comeAndGo(
  world: World,
  server: PipeServer,
  waitForServer = false,
): Promise<void> {
  const { proactor } = world;
  const client = await connectPipe(PATH, { proactor, waitForServer });
  const served = await server.accept();
  await served.write(bytes("ours"));
  const target = new Uint8Array(9);
  const count = await client.read(target);
  assertEquals(text(target.subarray(0, count ?? 0)), "ours");
  client.abort();
  served.abort();
  await served.finished;
}

const CASES: PipeServerOptions[] = [
  { maxInstances: 1 },
  { maxInstances: 254 },
  { instances: 1 },
  { backlog: 1 },
  {},
];

for (const options of CASES) {
  test.world(`nobody takes the name of a server, whatever comes and goes: ${JSON.stringify(options)}`, async (world) => {
    const { proactor } = world;
    const server = PipeServer.listen(PATH, { ...options, proactor });
    const attacker = new Attacker(world);
    for (let i = 0; i < 50; i++) await comeAndGo(world, server);
    assert(attacker.tries > 100);
    assertEquals(attacker.taken, 0);
    await server.shutdown();
    assert(attacker.taken > 0, "the name is free behind the last close");
  });
}

test.world("a name is kept while no instance can be made", async (world) => {
  const { proactor, sim } = world;
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const server = PipeServer.listen(PATH, {
    maxInstances: 1,
    onError,
    proactor,
  });
  const create = sim.createNamedPipe.bind(sim);
  const attacker = new Attacker(world);
  sim.createNamedPipe = (parameters) => {
    sim.fail("createNamedPipe", 1450);
    return create(parameters);
  };
  await comeAndGo(world, server);
  await until(() => errors.length === 1);
  sim.createNamedPipe = create;
  await comeAndGo(world, server);
  assertEquals([attacker.taken, server.closed()], [0, false]);
  await server.shutdown();
});

test.world("a client that is faster than the server's own is served", async (world) => {
  const { proactor, sim } = world;
  const create = sim.createNamedPipe.bind(sim);
  const clients: bigint[] = [];
  sim.createNamedPipe = (parameters) => {
    const handle = create(parameters);
    if (clients.length < 2) clients.push(world.open());
    return handle;
  };
  const server = PipeServer.listen(PATH, { maxInstances: 3, proactor });
  for (let i = 0; i < 2; i++) {
    const served = await server.accept();
    await served.write(bytes("ours"));
    served.close();
  }
  for (const client of clients) {
    assertEquals(text(await proactor.recv(client, 9)), "ours");
  }
  const attacker = new Attacker(world);
  world.close(...clients);
  for (let i = 0; i < 5; i++) await comeAndGo(world, server);
  assertEquals(attacker.taken, 0);
  await server.shutdown();
});

test.world("a pipe that its own server may not open has the first instance each time", async (world) => {
  const { proactor, sim } = world;
  const errors: Error[] = [];
  const onError = (error: unknown) => void errors.push(error as Error);
  sim.fail("createFile", 5);
  const server = PipeServer.listen(PATH, {
    maxInstances: 1,
    onError,
    proactor,
  });
  await comeAndGo(world, server);
  await comeAndGo(world, server, true);
  assertEquals(errors, []);
  const client = await connectPipe(PATH, { proactor, waitForServer: true });
  const served = await server.accept();
  const create = sim.createNamedPipe.bind(sim);
  let foreign = 0n;
  sim.createNamedPipe = (parameters) => {
    foreign ||= create({ ...parameters, openMode: 0x4000_0003 });
    return create(parameters);
  };
  client.abort();
  served.abort();
  await until(() => errors.length > 0);
  assert(errors[0] instanceof Deno.errors.AddrInUse, String(errors[0]));
  world.close(foreign);
  await comeAndGo(world, server, true);
  await server.shutdown();
});

test.world("a server whose name cannot be kept does not start", (world) => {
  const { proactor, sim } = world;
  sim.fail("createFile", 1450);
  assertThrows(() => PipeServer.listen(PATH, { proactor }));
  assertEquals(sim.openHandles, 1);
  world.takeReports();
});

for (const ignoreFirstInstance of [false, true]) {
  Deno.test(`a name that somebody else serves is AddrInUse: the flag is ignored ${ignoreFirstInstance}`, async () => {
    await inWorld({ ignoreFirstInstance }, (world) => {
      const { proactor, sim } = world;
      const other = world.serve();
      const listen = () => PipeServer.listen(PATH, { proactor });
      assertThrows(listen, Deno.errors.AddrInUse);
      assertEquals(sim.openHandles, 2, "the port and the other's");
      world.close(other);
    });
  });
}

test.world("every instance is made with the access list", async (world) => {
  const { proactor, sim } = world;
  const create = spy(sim, "createNamedPipe");
  const server = PipeServer.listen(PATH, { proactor, instances: 2 });
  for (let i = 0; i < 2; i++) await comeAndGo(world, server);
  const lists = create.calls.map(({ args }) => args[0].securityDescriptor);
  assertGreaterOrEqual(lists.length, 4);
  assert(lists.every((address) => address !== 0n), `${lists}`);
  await server.shutdown();
});
