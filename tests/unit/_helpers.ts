/**
 * What the unit tests share: a proactor on a simulated kernel, and pipes
 * between raw handles.
 *
 * @module
 */

import { portOf } from "../../src/proactor/default_port.ts";
import { assertEquals } from "@std/assert";
import {
  FILE_FLAG_OVERLAPPED,
  PIPE_TYPE_MESSAGE,
} from "../../src/ffi/constants.ts";
import { provideIdentity } from "../../src/ffi/identity/default.ts";
import { type Handle, INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import type { CompletionPort } from "../../src/proactor/port/completion_port.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { warningMode } from "../../src/proactor/port/warning_probe.ts";
import type { Choose } from "../sim/explore.ts";
import type { SimulationOptions } from "../sim/options.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { text } from "./_bytes.ts";
import { notClosed } from "./_not_closed.ts";
import { turns, until } from "./_turns.ts";
import { DUPLEX, MESSAGES, READ_WRITE } from "../sim/pipe_flags.ts";

/** The pipe that most tests use. */
export const PATH = "\\\\.\\pipe\\x";

/** How a world is made. */
export interface WorldOptions extends SimulationOptions {
  /** Skip mode. Default true. */
  skip?: boolean;
  /** The kernel, when it is a special one. */
  sim?: SimulatedWin32;
}

/** How the ends of a raw pipe are made. */
export interface PairOptions {
  /** Default `"byte"`. */
  type?: "byte" | "message";
  /** Quota of both directions. Default 65,536. */
  quota?: number;
  /** The pipe. Default `PATH`. */
  path?: string;
}

/** A proactor on a simulated kernel. */
export class World {
  /** The kernel. */
  readonly sim: SimulatedWin32;
  /** The proactor. */
  readonly proactor: IocpProactor;
  /** What was reported, in order: the messages. */
  readonly reports: string[] = [];
  /** What was reported, in order: the errors. */
  readonly errors: unknown[] = [];
  /** True when the kernel has made a message-type pipe. */
  messages = false;

  /** @param options The kernel, and skip mode. */
  constructor(options: WorldOptions = {}) {
    const { skip = true, sim, ...settings } = options;
    this.sim = sim ?? new SimulatedWin32(settings);
    provideIdentity(this.sim, this.sim.identity);
    this.proactor = new IocpProactor({
      api: this.sim,
      waits: this.sim.waits,
      sockets: this.sim.sockets,
      sendFile: this.sim.sendFile,
      skipCompletionPortOnSuccess: skip,
    });
    // Before the watch: it makes a message pipe of its own.
    if (skip) warningMode(this.sim);
    this.#watchMessagePipes();
    portOf(this.proactor).report = (error, message) => {
      this.errors.push(error);
      this.reports.push(message);
    };
  }

  #watchMessagePipes(): void {
    const create = this.sim.createNamedPipe.bind(this.sim);
    this.sim.createNamedPipe = (parameters) => {
      const { pipeMode } = parameters;
      if ((pipeMode & PIPE_TYPE_MESSAGE) !== 0) this.messages = true;
      return create(parameters);
    };
  }

  /** The completion port. */
  get port(): CompletionPort {
    return portOf(this.proactor);
  }

  /** The calls of the kernel made so far. */
  get calls(): number {
    return Object.values(this.sim.calls).reduce((sum, n) => sum + n, 0);
  }

  /** The counters that say what is in use. */
  get inUse(): [slots: number, bufferBytes: number, pending: number] {
    const { slotsInUse, bufferBytes, pending } = this.proactor.metrics();
    return [slotsInUse, bufferBytes, pending];
  }

  /**
   * Makes two connected raw ends.
   *
   * @param options Type, quota, name.
   * @returns The ends.
   */
  pair(options: PairOptions = {}): { server: Handle; client: Handle } {
    const server = this.serve(options);
    return { server, client: this.open(options.path) };
  }

  /**
   * Makes a raw server end.
   *
   * @param options Type, quota, name.
   * @returns The end.
   */
  serve(options: PairOptions = {}): Handle {
    const { type = "byte", quota = 65_536, path = PATH } = options;
    const handle = this.sim.createNamedPipe({
      name: path,
      openMode: DUPLEX,
      pipeMode: type === "message" ? MESSAGES : 0,
      maxInstances: 255,
      outBufferSize: quota,
      inBufferSize: quota,
      securityDescriptor: 0n,
    });
    if (handle === INVALID_HANDLE_VALUE) throw new Error("No server end");
    return handle;
  }

  /**
   * Opens a raw client end.
   *
   * @param path The pipe.
   * @returns The end.
   */
  open(path = PATH): Handle {
    const handle = this.sim.createFile({
      name: path,
      access: READ_WRITE,
      shareMode: 0,
      flags: FILE_FLAG_OVERLAPPED,
    });
    if (handle === INVALID_HANDLE_VALUE) throw new Error("No client end");
    return handle;
  }

  /**
   * Closes raw handles.
   *
   * @param handles The handles.
   */
  close(...handles: Handle[]): void {
    for (const handle of handles) this.proactor.closeHandle(handle);
  }

  /**
   * Takes the reports, so that they are expected.
   *
   * @returns The messages.
   */
  takeReports(): string[] {
    this.errors.length = 0;
    return this.reports.splice(0);
  }

  /** Lets packets come, then checks that nothing is in use or leaks. */
  async finish(): Promise<void> {
    await until(() => this.proactor.metrics().pending === 0);
    await turns();
    assertEquals(notClosed(this.port), []);
    assertEquals(this.inUse, [0, 0, 0], "slots, buffers, pending");
    assertEquals(await this.proactor.close(), 0);
    await turns(2);
    assertEquals(this.sim.leaks(), []);
  }
}

/** Where message-type pipes of Wine 10 differ from those of Windows. */
export const WINE_MESSAGES: SimulationOptions = {
  swallowEmptyMessages: false,
  zeroReadOverflow: true,
  zeroReadTakesEmpty: true,
};

/** Windows, if a warning in skip mode queues a packet: nobody knows (W18). */
const WARNING_PACKETS: SimulationOptions = { warningPackets: true };

/**
 * Runs a test in a world and checks at the end that nothing leaks and nothing
 * was reported that the test has not taken note of. With message-type pipes it
 * is run again by the other rules that Windows may have, and by those of Wine,
 * unless the options say which ones.
 *
 * @param options The world.
 * @param body The test; it empties `reports` when it expects some.
 */
export async function inWorld(
  options: WorldOptions,
  body: (world: World) => void | Promise<void>,
): Promise<void> {
  const { messages } = await runInWorld(options, body);
  if (!messages || options.sim) return;
  for (const rules of [WARNING_PACKETS, WINE_MESSAGES]) {
    const chosen = Object.keys(rules).some((name) => name in options);
    if (!chosen) await runInWorld({ ...rules, ...options }, body);
  }
}

/** Registers tests that get a world: see {@linkcode inWorld}. */
export const test = {
  world(name: string, body: (world: World) => void | Promise<void>): void {
    Deno.test(name, () => inWorld({}, body));
  },
};

async function runInWorld(
  options: WorldOptions,
  body: (world: World) => void | Promise<void>,
): Promise<World> {
  const world = new World(options);
  await body(world);
  await world.finish();
  assertEquals(world.reports, []);
  return world;
}

/**
 * How a promise ended.
 *
 * @param promise The promise.
 * @returns `"ok"` and its value, or the name of its error.
 */
export async function outcome(promise: PromiseLike<unknown>): Promise<string> {
  try {
    const value = await promise;
    return `ok ${value instanceof Uint8Array ? text(value) : value}`;
  } catch (error) {
    return error instanceof Error ? error.constructor.name : String(error);
  }
}

/**
 * Interleaves threads of actions with the completions of the kernel, in the
 * order that `choose` picks, until neither is left.
 *
 * @param world A world whose kernel is `manual`.
 * @param choose Picks.
 * @param threads Each a list of actions that keep their order.
 */
export async function race(
  world: World,
  choose: Choose,
  threads: (() => void)[][],
): Promise<void> {
  const { sim } = world;
  const left = threads.map((thread) => [...thread]);
  for (;;) {
    await turns();
    const open = left.filter((thread) => thread.length > 0);
    const ready = sim.ready.map((_, index) => () => sim.complete(index));
    const actions = open.map((thread) => () => thread.shift()!());
    const steps = [...ready, ...sim.threads.steps(), ...actions];
    if (steps.length === 0) return;
    steps[steps.length === 1 ? 0 : choose(steps.length)]!();
  }
}

/**
 * Passes a value where it does not belong.
 *
 * @typeParam T What the callee wants.
 * @param value What it gets.
 * @returns The value.
 */
export function wrong<T>(value: unknown): T {
  return value as T;
}
