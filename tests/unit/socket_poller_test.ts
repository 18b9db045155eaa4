import { assertEquals, assertFalse } from "@std/assert";
import { assertInstanceOf, assertThrows } from "@std/assert";
import {
  AFD_POLL_INFO_SIZE,
  AFD_POLL_LOCAL_CLOSE,
  AFD_POLL_RECEIVE,
  AFD_POLL_SEND,
  AFD_READABLE,
  AFD_WRITABLE,
  type AfdApi,
  encodePollInfo,
} from "../../src/ffi/socket/afd.ts";
import {
  ERROR_INVALID_HANDLE,
  ERROR_IO_PENDING,
} from "../../src/ffi/constants.ts";
import { isWindowsError, WindowsError } from "../../src/ffi/windows_error.ts";
import type { Socket, SocketApi } from "../../src/ffi/socket/api.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
} from "../../src/ffi/win32_api.ts";
import type {
  Direction,
  Waiter,
} from "../../src/proactor/call/polled_socket.ts";
import { SocketPoller } from "../../src/proactor/call/socket_poller.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { World } from "./_helpers.ts";
import { turns, until } from "./_turns.ts";

const READ = AFD_READABLE | AFD_POLL_LOCAL_CLOSE;
const READ_WRITE = READ | AFD_WRITABLE;
const NO_RESOURCES = 1450;

/** A poll that the driver has. */
interface Poll {
  device: Handle;
  socket: Socket;
  events: number;
  info: Address;
  overlapped: Address;
  key: number;
}

/** A kernel whose driver takes cancellations. */
class Kernel extends SimulatedWin32 {
  driver: FakeAfd | undefined;

  override cancelIoEx(file: Handle, overlapped: Address): number {
    return this.driver?.cancel(file, overlapped) ??
      super.cancelIoEx(file, overlapped);
  }
}

/** The driver: polls end when they are told to. */
class FakeAfd implements AfdApi {
  lastError = 0;
  /** What was asked for, in order. */
  readonly asked: number[] = [];
  readonly pending = new Set<Poll>();
  readonly devices = new Set<Handle>();
  /** Sockets that are ready at once. */
  readonly ready = new Map<Socket, number>();
  /** The code that refuses polls. */
  refusal = 0;
  /** True keeps canceled polls. */
  deaf = false;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  open(): Handle {
    if (this.lastError !== 0) return INVALID_HANDLE_VALUE;
    const path = `\\\\.\\pipe\\device-${this.devices.size}`;
    const device = this.#world.serve({ path });
    this.devices.add(device);
    return device;
  }

  poll(device: Handle, info: Address, overlapped: Address): number {
    if (this.refusal !== 0) return this.refusal;
    const poll = this.#read(device, info, overlapped);
    for (const { socket } of this.pending) {
      if (socket === poll.socket) throw new Error("Two polls of one socket");
    }
    this.asked.push(poll.events);
    this.pending.add(poll);
    const events = poll.events & (this.ready.get(poll.socket) ?? 0);
    if (events === 0) return ERROR_IO_PENDING;
    this.#write(poll, events);
    return 0;
  }

  /** Ends the poll of a socket. */
  end(socket: Socket, events: number): void {
    for (const poll of this.pending) {
      if (poll.socket !== socket) continue;
      this.#write(poll, events);
      this.#post(poll);
    }
  }

  cancel(device: Handle, overlapped: Address): number | undefined {
    if (!this.devices.has(device)) return undefined;
    for (const poll of this.deaf ? [] : this.pending) {
      if (poll.device !== device) continue;
      if (overlapped !== 0n && poll.overlapped !== overlapped) continue;
      this.#write(poll, 0);
      this.#post(poll);
    }
    return 0;
  }

  #read(device: Handle, info: Address, overlapped: Address): Poll {
    const bytes = new Uint8Array(AFD_POLL_INFO_SIZE);
    this.#world.sim.copyOut(bytes, info);
    const view = new DataView(bytes.buffer);
    const socket = view.getBigUint64(16, true);
    const events = view.getUint32(24, true);
    const key = this.#operation(overlapped)!.owner!.key;
    return { device, socket, events, info, overlapped, key };
  }

  #operation(overlapped: Address) {
    const pending = [...this.#world.port.operations.pending()];
    return pending.find(({ address }) => address === overlapped);
  }

  #write(poll: Poll, events: number): void {
    this.pending.delete(poll);
    const bytes = encodePollInfo(poll.socket, events);
    if (events === 0) bytes[8] = 0; // NumberOfHandles
    this.#world.sim.copyIn(poll.info, bytes);
  }

  #post({ key, overlapped }: Poll): void {
    const { sim, port } = this.#world;
    sim.postQueuedCompletionStatus(port.handle, 0, key, overlapped);
  }
}

/** Winsock, as far as it knows base sockets: each is its own. */
function fakeSockets(): SocketApi {
  const sockets: Pick<SocketApi, "wsaIoctl" | "lastError"> = {
    lastError: 0,
    wsaIoctl(socket, _code, _input, output) {
      new BigUint64Array(output.buffer)[0] = socket;
      return 0;
    },
  };
  return sockets as SocketApi;
}

/** Remembers how a wait ended. */
class Wait implements Waiter {
  readonly direction: Direction;
  ended = false;
  error: Error | undefined;

  constructor(direction: Direction) {
    this.direction = direction;
  }

  settle(error?: Error): void {
    if (this.ended) throw new Error("Told twice");
    this.ended = true;
    this.error = error;
  }
}

/** A poller over a driver that does what it is told. */
class Fixture {
  readonly sim = new Kernel();
  readonly world = new World({ sim: this.sim });
  readonly afd = new FakeAfd(this.world);
  readonly poller = new SocketPoller(this.world.port, {
    afd: this.afd,
    sockets: fakeSockets(),
  });

  constructor() {
    this.sim.driver = this.afd;
  }

  wait(socket: Socket, direction: Direction = "readable") {
    const wait = new Wait(direction);
    const polled = this.poller.wait(socket, wait);
    return { wait, cancel: () => polled.remove(wait) };
  }

  /** Demands that nothing is left, then closes. */
  async finish(): Promise<void> {
    await until(() => this.poller.devices === 0);
    assertEquals(this.poller.sockets, 0);
    assertEquals(this.afd.pending.size, 0);
    await this.world.finish();
    assertEquals(this.world.reports, []);
  }
}

Deno.test("SocketPoller ends the poll and asks for both when interest grows", async () => {
  const fixture = new Fixture();
  const { afd } = fixture;
  const readable = fixture.wait(5n).wait;
  const writable = fixture.wait(5n, "writable").wait;
  const another = fixture.wait(5n, "writable").wait;
  assertEquals(afd.asked, [READ]);
  await turns();
  assertEquals(afd.asked, [READ, READ_WRITE]);
  afd.end(5n, AFD_POLL_SEND);
  await until(() => writable.ended && another.ended);
  assertFalse(readable.ended);
  await turns();
  assertEquals(afd.asked, [READ, READ_WRITE, READ]);
  afd.end(5n, AFD_POLL_RECEIVE);
  await until(() => readable.ended);
  await fixture.finish();
});

Deno.test("SocketPoller asks no more when nobody waits for a canceled poll", async () => {
  const fixture = new Fixture();
  const first = fixture.wait(5n);
  const second = fixture.wait(5n, "writable");
  second.cancel();
  first.cancel();
  await turns();
  assertEquals(fixture.afd.asked, [READ]);
  await fixture.finish();
  assertEquals([first.wait.ended, second.wait.ended], [false, false]);
});

Deno.test("SocketPoller asks anew for those who came after the poll", async () => {
  const fixture = new Fixture();
  const first = fixture.wait(5n).wait;
  fixture.afd.end(5n, AFD_POLL_RECEIVE);
  const late = fixture.wait(5n);
  await until(() => first.ended);
  assertFalse(late.wait.ended);
  assertEquals(fixture.afd.asked, [READ, READ]);
  fixture.afd.end(5n, AFD_POLL_RECEIVE);
  await until(() => late.wait.ended);
  await fixture.finish();
});

Deno.test("SocketPoller tells at once what is ready at once", async () => {
  const fixture = new Fixture();
  fixture.afd.ready.set(5n, AFD_POLL_RECEIVE);
  assertEquals(fixture.wait(5n).wait.ended, true);
  assertEquals(fixture.wait(5n).wait.ended, true);
  assertEquals(fixture.afd.devices.size, 1);
  await fixture.finish();
});

Deno.test("SocketPoller tells of a closed socket only those who knew it", async () => {
  const fixture = new Fixture();
  const readable = fixture.wait(5n).wait;
  fixture.afd.end(5n, AFD_POLL_LOCAL_CLOSE);
  const successor = fixture.wait(5n).wait;
  await until(() => readable.ended);
  assertInstanceOf(readable.error, Deno.errors.BadResource);
  assertFalse(successor.ended);
  fixture.afd.end(5n, AFD_POLL_RECEIVE);
  await until(() => successor.ended);
  assertEquals(successor.error, undefined);
  await fixture.finish();
});

Deno.test("SocketPoller fails the waits of a poll that is refused", async () => {
  const fixture = new Fixture();
  fixture.afd.refusal = NO_RESOURCES;
  const { wait } = fixture.wait(5n);
  assertInstanceOf(wait.error, WindowsError);
  assertEquals(isWindowsError(wait.error) && wait.error.winerror, 1450);
  fixture.afd.refusal = ERROR_INVALID_HANDLE;
  assertInstanceOf(fixture.wait(5n).wait.error, Deno.errors.BadResource);
  await fixture.finish();
});

Deno.test("SocketPoller throws when the driver cannot be opened", async () => {
  const fixture = new Fixture();
  fixture.afd.lastError = 5;
  assertThrows(() => fixture.wait(5n), Deno.errors.PermissionDenied);
  fixture.afd.lastError = 0;
  fixture.wait(5n).cancel();
  await fixture.finish();
});

Deno.test("SocketPoller fills devices with 32 sockets and reuses their room", async () => {
  const fixture = new Fixture();
  const { poller } = fixture;
  const waits = Array.from({ length: 65 }, (_, i) => fixture.wait(BigInt(i)));
  assertEquals(poller.devices, 3);
  waits[3]!.cancel();
  waits[64]!.cancel();
  await until(() => poller.devices === 2);
  const next = fixture.wait(100n);
  assertEquals(poller.devices, 2);
  for (const { cancel } of [...waits, next]) cancel();
  await fixture.finish();
});

Deno.test("SocketPoller fails all waits when the proactor is closed", async () => {
  const fixture = new Fixture();
  const waits = [fixture.wait(5n).wait, fixture.wait(6n, "writable").wait];
  const { world, poller } = fixture;
  assertEquals(await world.proactor.close(), 0);
  assertEquals([poller.sockets, poller.devices], [0, 0]);
  assertEquals(world.sim.leaks(), []);
  for (const { error } of waits) {
    assertInstanceOf(error, Deno.errors.BadResource);
  }
  assertThrows(() => fixture.wait(5n), Deno.errors.BadResource);
});

Deno.test("SocketPoller leaves a poll that never ends in quarantine", async () => {
  const fixture = new Fixture();
  fixture.afd.deaf = true;
  const { wait } = fixture.wait(5n);
  const { proactor } = fixture.world;
  assertEquals(await proactor.close({ deadline: 5 }), 1);
  assertInstanceOf(wait.error, Deno.errors.BadResource);
  assertEquals(proactor.metrics().quarantined, 1);
});
