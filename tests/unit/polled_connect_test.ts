/** `connect()` of a proactor under a scoped grant, without `ConnectEx`. */

import { portOf } from "../../src/proactor/default_port.ts";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { AfdApi } from "../../src/ffi/socket/afd.ts";
import type { Socket, SocketApi } from "../../src/ffi/socket/api.ts";
import { SO_ERROR } from "../../src/ffi/socket/constants.ts";
import { Future } from "../../src/proactor/future/future.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import type {
  PolledSocket,
  Waiter,
} from "../../src/proactor/call/polled_socket.ts";
import { SocketPoller } from "../../src/proactor/call/socket_poller.ts";
import { withChanges } from "../windows/_proxies.ts";
import { inWorld, outcome, type World } from "./_helpers.ts";
import { turns } from "./_turns.ts";
import { socket } from "./_sockets.ts";

const ADDRESS = { family: "IPv4", hostname: "127.0.0.1", port: 7 } as const;

const WSAEWOULDBLOCK = 10035;

/** A poller that tells when the test says so. */
class FakePoller extends SocketPoller {
  readonly waiting = new Set<Waiter>();
  refusal: Error | undefined;

  constructor(proactor: IocpProactor) {
    const parts = { afd: {} as AfdApi, sockets: {} as SocketApi };
    super(portOf(proactor), parts);
  }

  override wait(_socket: Socket, waiter: Waiter): PolledSocket {
    if (this.refusal !== undefined) throw this.refusal;
    this.waiting.add(waiter);
    const remove = (waiter: Waiter) => void this.waiting.delete(waiter);
    return { remove } as unknown as PolledSocket;
  }

  override destroy(): void {
    this.end(new Deno.errors.BadResource("Cannot wait: closed"));
  }

  /** Ends all waits. */
  end(error?: Error): void {
    for (const waiter of this.waiting) {
      this.waiting.delete(waiter);
      waiter.settle(error);
    }
  }
}

/** What Windows answers. */
interface Answers {
  ioctl?: number;
  connect?: number;
  error?: number;
}

interface Scene {
  world: World;
  proactor: IocpProactor;
  poller: FakePoller;
  client: Socket;
  answers: Required<Answers>;
}

function polledTest(
  name: string,
  given: Answers,
  body: (scene: Scene) => void | Promise<void>,
): void {
  Deno.test(name, () =>
    inWorld({}, async (world) => {
      const answers = { ioctl: 0, connect: WSAEWOULDBLOCK, error: 0, ...given };
      const { sim } = world;
      await using proactor = new IocpProactor({
        api: sim,
        sockets: answering(sim.sockets, answers),
      });
      const poller = new FakePoller(proactor);
      const client = socket(world);
      await body({ world, proactor, poller, client, answers });
      await proactor.close();
      assertEquals(poller.waiting.size, 0);
      sim.sockets.closeSocket(client);
    }));
}

function answering(
  sockets: SocketApi,
  answers: Required<Answers>,
): SocketApi {
  return withChanges(sockets, {
    extensions: false,
    ioctlSocket: () => answers.ioctl,
    connect: () => answers.connect,
    getSocketOption(socket, option, value) {
      if (option.name !== SO_ERROR) {
        return sockets.getSocketOption(socket, option, value);
      }
      new DataView(value.buffer).setInt32(0, answers.error, true);
      return 0;
    },
    connectEx: () => {
      throw new Error("ConnectEx was called");
    },
  });
}

polledTest("connect() ends when the socket is ready", {}, async (scene) => {
  const { proactor, poller, client } = scene;
  const connecting = proactor.connect(client, ADDRESS);
  await turns();
  assertEquals(connecting.done(), false);
  poller.end();
  assertEquals([connecting.done(), await connecting], [true, undefined]);
});

polledTest("connect() may end at once", { connect: 0 }, async (scene) => {
  const connecting = scene.proactor.connect(scene.client, ADDRESS);
  assertEquals([connecting.done(), await connecting], [true, undefined]);
});

for (
  const [what, given, name] of [
    ["the connect", { connect: 10049 }, "AddrNotAvailable"],
    ["the mode", { ioctl: 10022 }, "WindowsError"],
  ] as const
) {
  polledTest(`connect() fails when ${what} does`, given, async (scene) => {
    const { proactor, poller, client } = scene;
    const connecting = proactor.connect(client, ADDRESS);
    assertEquals(poller.waiting.size, 0);
    assertEquals(await outcome(connecting), name);
  });
}

polledTest("connect() is refused", { error: 10061 }, async (scene) => {
  const connecting = scene.proactor.connect(scene.client, ADDRESS);
  scene.poller.end();
  assertEquals(await outcome(connecting), "ConnectionRefused");
});

polledTest("connect() fails as the poll does", {}, async (scene) => {
  const { proactor, poller, client } = scene;
  const error = new Error("no poll");
  const connecting = proactor.connect(client, ADDRESS);
  poller.end(error);
  assertStrictEquals(await connecting.then(String, (e) => e), error);
  poller.refusal = error;
  const refused = proactor.connect(client, ADDRESS);
  assertStrictEquals(await refused.then(String, (e) => e), error);
});

polledTest("a cancelled connect() waits no longer", {}, async (scene) => {
  const { proactor, poller, client } = scene;
  const connecting = proactor.connect(client, ADDRESS);
  const reason = new Error("enough");
  assertEquals([connecting.cancel(reason), connecting.cancel()], [true, false]);
  assertEquals([poller.waiting.size, connecting.cancelled()], [0, true]);
  assertStrictEquals(await connecting.then(String, (e) => e), reason);
});

polledTest("a connect() that has ended is not cancelled", {}, async (scene) => {
  const { proactor, poller, client } = scene;
  const controller = new AbortController();
  const { signal } = controller;
  const connecting = proactor.connect(client, ADDRESS, { signal });
  poller.end();
  controller.abort();
  assertEquals([connecting.cancel(), await connecting], [false, undefined]);
});

polledTest("an aborted signal starts no connect()", {}, async (scene) => {
  const { proactor, poller, client } = scene;
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const connecting = proactor.connect(client, ADDRESS, { signal });
  assertEquals(poller.waiting.size, 0);
  assertStrictEquals(await connecting.then(String, (e) => e), reason);
});

polledTest(
  "connect() may be cancelled by what it wakes up",
  {},
  async (scene) => {
    const { proactor, poller, client } = scene;
    const controller = new AbortController();
    const { signal } = controller;
    const first = proactor.connect(client, ADDRESS, { signal });
    const second = proactor.connect(client, ADDRESS, { signal });
    first.addDoneCallback(() => controller.abort(new Error("enough")));
    poller.end();
    assertEquals(await outcome(first), "ok undefined");
    assertEquals(await outcome(second), "ok undefined");
  },
);

for (const end of ["close", "closeHandle", "stopServing"] as const) {
  polledTest(`${end}() cancels a connect()`, {}, async (scene) => {
    const { world, proactor, client } = scene;
    const other = socket(world);
    const connecting = proactor.connect(other, ADDRESS);
    const going = proactor.connect(client, ADDRESS);
    const result = outcome(connecting);
    if (end === "close") await proactor.close();
    else proactor[end](other);
    await result;
    assertEquals(connecting.cancelled(), true);
    assertEquals(going.done(), end === "close");
    if (end !== "closeHandle") world.sim.sockets.closeSocket(other);
  });
}

polledTest("select() tells of a connect()", {}, async (scene) => {
  const { proactor, poller, client } = scene;
  const selecting = proactor.select();
  const connecting = proactor.connect(client, ADDRESS);
  assert(connecting instanceof Future);
  poller.end();
  const [done] = await selecting;
  assert(done === connecting);
});
