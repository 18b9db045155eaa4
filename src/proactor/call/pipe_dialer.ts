/**
 * Connects to named pipes without spinning and without a blocked thread.
 *
 * When all instances are busy, one overlapped `FSCTL_PIPE_WAIT` per pipe waits
 * on the completion port for all that dial it, in their order of arrival. (It
 * is what `WaitNamedPipeW` does inside, minus the thread.)
 *
 * @module
 */

import {
  ERROR_FILE_NOT_FOUND,
  ERROR_IO_PENDING,
  ERROR_PIPE_BUSY,
  FILE_FLAG_OVERLAPPED,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  FSCTL_PIPE_WAIT,
  GENERIC_READ,
  GENERIC_WRITE,
  SECURITY_IDENTIFICATION,
  SECURITY_SQOS_PRESENT,
} from "../../ffi/constants.ts";
import { windowsError } from "../../ffi/errors.ts";
import { normalizePipeName, splitPipeName } from "../../ffi/pipe_name.ts";
import { encodePipeWait } from "../../ffi/structs.ts";
import {
  type FileParameters,
  type Handle,
  INVALID_HANDLE_VALUE,
} from "../../ffi/win32_api.ts";
import { cancelBySignal } from "../future/cancel_by_signal.ts";
import { Future, type FutureContext } from "../future/future.ts";
import { thrownCall } from "../port/call_outcome.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import type { CompletionListener, Operation } from "../port/operation.ts";
import type { PortHandle } from "../port/port_handle.ts";
import type { PortDependent } from "../port/port_life.ts";
import type { ConnectOptions } from "../proactor_options.ts";

/** Connections that one turn may open. */
const CONNECTS_PER_TURN = 64;

/** Milliseconds between tries where the kernel cannot wait for an instance; a
 * tick of Windows' clock, which timers follow, is up to 15.6 of them. */
const FIRST_RETRY = 32;
const LAST_RETRY = 128;

/** How often in a row a free instance may be taken by others before a pause. */
const MAX_FALSE_ALARMS = 8;

/**
 * How often a pipe is dialed again that was busy and does not exist: servers of
 * other programs with one instance have none for a moment between two clients.
 */
const MAX_ABSENCES = 5;

/** Milliseconds after which a wait tries anew: Windows can lose a waiter. */
const WAIT_LIMIT = 1000;

/** The future of a client end. */
export class DialFuture extends Future<Handle> {
  /** The queue that dials for it. */
  queue: { readonly absent: boolean } | null = null;

  /** True when the last try found no such pipe. */
  get absent(): boolean {
    return this.queue?.absent ?? false;
  }
}

/** A connection that is wanted. */
export interface Dial {
  /** The arguments of `CreateFileW`. */
  parameters: FileParameters;
  /** Whether to wait for a pipe that does not exist yet. */
  waitForServer: boolean;
  /** Ends with the handle of the client end. */
  future: DialFuture;
}

const dialers = new WeakMap<CompletionPort, PipeDialer>();

/**
 * The dialer of a port.
 *
 * @param port The port.
 * @returns Always the same one.
 */
export function dialerOf(port: CompletionPort): PipeDialer {
  let dialer = dialers.get(port);
  if (!dialer) dialers.set(port, dialer = new PipeDialer(port));
  return dialer;
}

/** Opens client ends of pipes. */
export class PipeDialer implements PortDependent {
  readonly #port: CompletionPort;
  readonly #queues = new Map<string, DialQueue>();

  /** @param port The completion port. */
  constructor(port: CompletionPort) {
    this.#port = port;
    port.dependents.add(this);
  }

  /**
   * Opens a client end, at once or when an instance becomes free.
   *
   * @param dial What to open, and the future of the handle.
   */
  dial(dial: Dial): void {
    const { name } = dial.parameters;
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new DialQueue(this.#port, () => this.#queues.delete(name));
      this.#queues.set(name, queue);
    }
    queue.add(dial);
  }

  /** Fails all that waits. */
  destroy(): void {
    const error = new Deno.errors.BadResource(
      "Cannot connect: the proactor is closed",
    );
    for (const queue of this.#queues.values()) queue.abort(error);
  }
}

/** The dials of one pipe, first come, first served. */
class DialQueue implements CompletionListener {
  /** True when the last try found no such pipe. */
  absent = false;
  readonly #port: CompletionPort;
  readonly #onEmpty: () => void;
  #dials: Dial[] = [];
  #root: PortHandle | null = null;
  #operation: Operation | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retryDelay = FIRST_RETRY;
  #falseAlarms = 0;
  #absences = MAX_ABSENCES;
  #ended = false;

  constructor(port: CompletionPort, onEmpty: () => void) {
    this.#port = port;
    this.#onEmpty = onEmpty;
  }

  add(dial: Dial): void {
    this.#dials.push(dial);
    dial.future.queue = this;
    const remove = () => this.#remove(dial);
    // Not a done callback: those wait for a loop that may not run.
    void dial.future.settled.then(remove);
    if (this.#dials.length === 1) this.#connectWaiting();
  }

  abort(error: Error): void {
    for (const dial of this.#dials) {
      if (!dial.future.done()) dial.future.setException(error);
    }
  }

  /** What it does, in a word. */
  get kind(): "connect" {
    return "connect";
  }

  onCompletion(operation: Operation): void {
    this.#operation = null;
    this.#port.operations.release(operation);
    if (!this.#ended) this.#connectWaiting();
  }

  #remove(dial: Dial): void {
    const index = this.#dials.indexOf(dial);
    if (index < 0) return;
    this.#dials.splice(index, 1);
    if (this.#dials.length === 0) this.#endWaiting();
  }

  /** Connects waiting dials until no instance is free. */
  #connectWaiting(): void {
    if (this.#ended) return;
    let budget = CONNECTS_PER_TURN;
    while (this.#dials.length > 0) {
      const dial = this.#dials[0]!;
      if (!dial.future.done()) {
        if (budget-- === 0) {
          return this.#port.defer(() => this.#connectWaiting());
        }
        if (!this.#connect(dial)) return;
      }
      this.#dials.shift();
    }
    this.#endWaiting();
  }

  /** Returns false when the dial must keep waiting. */
  #connect(dial: Dial): boolean {
    const { api } = this.#port;
    const handle = api.createFile(dial.parameters);
    if (handle !== INVALID_HANDLE_VALUE) {
      this.#retryDelay = FIRST_RETRY;
      this.#falseAlarms = 0;
      this.#connected(dial.future, handle);
      return true;
    }
    const code = api.lastError;
    this.absent = code === ERROR_FILE_NOT_FOUND;
    if (code === ERROR_PIPE_BUSY) {
      this.#absences = 0;
      return this.#waitForInstance(dial), false;
    }
    if (this.absent && this.#mayCome(dial)) {
      return this.#retryLater(), false;
    }
    dial.future.setException(dialError(this.#port, dial, code));
    return true;
  }

  /**
   * Defers handles beyond the budget, so that loops of dials starve nothing.
   */
  #connected(future: Dial["future"], handle: Handle): void {
    if (this.#port.calls.spend()) return future.setResult(handle);
    this.#port.defer(() => {
      if (future.done()) this.#port.api.closeHandle(handle);
      else future.setResult(handle);
    });
  }

  #mayCome(dial: Dial): boolean {
    return dial.waitForServer || this.#absences++ < MAX_ABSENCES;
  }

  #waitForInstance(dial: Dial): void {
    if (this.#operation !== null) return;
    const { root, name } = splitPipeName(dial.parameters.name);
    this.#root ??= this.#openRoot(root);
    if (this.#root === null) return this.#retryLater();
    const operation = this.#tryAcquire(this.#root);
    if (operation === null) return this.#retryLater();
    this.#port.begin(operation);
    const code = this.#port.settle(operation, this.#wait(operation, name));
    if (code === ERROR_IO_PENDING) this.#operation = operation;
    else this.#waitRefused(operation, code);
  }

  #wait({ address, owner }: Operation, name: string): number {
    const { api } = this.#port;
    const { handle } = owner!;
    try {
      const input = encodePipeWait(name, WAIT_LIMIT);
      return api.fsControl(handle, FSCTL_PIPE_WAIT, input, address);
    } catch (error) {
      return thrownCall(this.#port, error);
    }
  }

  /** `null` when there is no memory for another slot. */
  #tryAcquire(root: PortHandle): Operation | null {
    try {
      return this.#port.acquire(root, this);
    } catch {
      return null;
    }
  }

  /** 0: an instance is free already; else the kernel cannot wait for one. */
  #waitRefused(operation: Operation, code: number): void {
    this.#port.operations.release(operation);
    const again = code === 0 || code === ERROR_FILE_NOT_FOUND;
    if (!again || ++this.#falseAlarms > MAX_FALSE_ALARMS) this.#retryLater();
    else this.#port.defer(() => this.#connectWaiting());
  }

  /** The directory of all pipes; `null` where it cannot be opened. */
  #openRoot(name: string): PortHandle | null {
    const { api } = this.#port;
    const handle = api.createFile({
      name,
      access: GENERIC_READ,
      shareMode: FILE_SHARE_READ | FILE_SHARE_WRITE,
      flags: FILE_FLAG_OVERLAPPED,
    });
    if (handle === INVALID_HANDLE_VALUE) return null;
    try {
      return this.#port.associate(handle, { warnings: false });
    } catch {
      api.closeHandle(handle);
      return null;
    }
  }

  #retryLater(): void {
    if (this.#timer !== undefined) return;
    const jitter = 0.5 + Math.random() / 2;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#connectWaiting();
    }, this.#retryDelay * jitter);
    this.#retryDelay = Math.min(this.#retryDelay * 2, LAST_RETRY);
  }

  #endWaiting(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#root !== null) this.#port.closeHandle(this.#root);
    this.#root = null;
    this.#onEmpty();
  }
}

function dialError(port: CompletionPort, dial: Dial, code: number): Error {
  const absent = code === ERROR_FILE_NOT_FOUND;
  return windowsError(port.api, code, {
    syscall: "CreateFileW",
    action: `Cannot connect to pipe "${dial.parameters.name}"`,
    ...(absent ? { state: "no server has this name" } : {}),
  });
}

/** Where a pipe is dialled. */
export interface DialPlace {
  /** The port. */
  readonly port: CompletionPort;
  /** The loop in which the future runs callbacks, if any. */
  readonly context?: FutureContext | undefined;
}

/**
 * Connects to a server; see {@linkcode IocpProactor.connectPipe}.
 *
 * @param place The port, and the loop of the future.
 * @param path The name.
 * @param options Access, whether to wait, a signal.
 * @returns Ends with the handle of the client end.
 * @throws {TypeError} when the name is malformed.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 */
export function dialPipe(
  { port, context }: DialPlace,
  path: string,
  options: ConnectOptions,
): Future<Handle> {
  const name = normalizePipeName(path, { remote: true });
  port.assertOpen(`connect to pipe "${name}"`);
  const { waitForServer = false } = options;
  const future = new DialFuture(context);
  if (cancelBySignal(future, options.signal)) return future;
  const parameters = clientEnd(name, options);
  dialerOf(port).dial({ parameters, waitForServer, future });
  return future;
}

function clientEnd(name: string, options: ConnectOptions): FileParameters {
  const {
    access = GENERIC_READ | GENERIC_WRITE,
    qualityOfService = SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
  } = options;
  const flags = (FILE_FLAG_OVERLAPPED | qualityOfService) >>> 0;
  return { name, access: access >>> 0, shareMode: 0, flags };
}
