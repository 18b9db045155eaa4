/**
 * `DirectoryWatcher`: what changes in a directory, as an async iterator.
 *
 * @module
 */

import { ERROR_ACCESS_DENIED } from "../ffi/constants.ts";
import { ERROR_DELETE_PENDING } from "../ffi/file/constants.ts";
import {
  closeWhenForgotten,
  type ForgottenPart,
} from "../proactor/port/forgotten.ts";
import { ChangeEvents, type DirectoryEvent } from "./change_events.ts";
import {
  type ChangeConsumer,
  ChangeReader,
  type ChangeReaderOptions,
} from "./change_reader.ts";
import type { FileCore } from "./file_core.ts";

/**
 * Events that may wait for the iterator. Beyond them nothing is read: Windows
 * keeps what fits its own buffer, and tells that the rest is lost.
 */
const MAX_WAITING = 16_384;

/** How a watcher is made. */
export interface DirectoryWatcherOptions extends ChangeReaderOptions {
  /** The full path of the directory. */
  path: string;
  /** Ends watching. */
  signal: AbortSignal | undefined;
}

/**
 * Tells what changes in a directory, in the shape of `Deno.FsWatcher`. Made by
 * {@linkcode watchDirectory}.
 *
 * @example Usage
 * ```ts
 * import { watchDirectory } from "@iocp/proactor/file";
 *
 * using watcher = await watchDirectory("inbox");
 * for await (const event of watcher) {
 *   console.log(event.kind, event.path);
 * }
 * ```
 */
export class DirectoryWatcher
  implements
    AsyncIterableIterator<DirectoryEvent>,
    Disposable,
    AsyncDisposable {
  readonly #core: FileCore;
  readonly #path: string;
  readonly #queue: ChangeQueue;

  /**
   * Made by {@linkcode watchDirectory}.
   *
   * @ignore
   * @param core The open directory.
   * @param options What to watch for.
   */
  constructor(core: FileCore, options: DirectoryWatcherOptions) {
    this.#core = core;
    this.#path = options.path;
    this.#queue = new ChangeQueue(core, options);
    const name = `watcher of "${options.path}"`;
    closeWhenForgotten(this, { port: core.port, part: this.#queue, name });
  }

  /** The full path of the directory that is watched. */
  get path(): string {
    return this.#path;
  }

  /**
   * Waits for the next event.
   *
   * @returns The event; `done` when the watcher was closed.
   * @throws {Deno.errors.NotFound} when the directory was deleted.
   * @throws {Deno.errors.Interrupted} when the proactor was closed.
   * @throws {Error} when the signal was aborted: its reason.
   */
  next(): Promise<IteratorResult<DirectoryEvent>> {
    return this.#queue.next();
  }

  /**
   * Closes the watcher; `for await` calls it.
   *
   * @returns The end of the iteration.
   */
  return(): Promise<IteratorReturnResult<undefined>> {
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  /**
   * The watcher itself: its events are told once.
   *
   * @returns This object.
   */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Stops watching, and drops events that nobody has taken. Idempotent. */
  close(): void {
    this.#queue.destroy();
  }

  /** Lets watching keep the process alive (the default). */
  ref(): void {
    this.#core.port.setReferenced(this.#core.handle, true);
  }

  /** Lets the process end while watching. */
  unref(): void {
    this.#core.port.setReferenced(this.#core.handle, false);
  }

  /** Closes the watcher. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the watcher, and waits until Windows has let go of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#core.finished;
  }
}

/** The events, and who waits for them: what the port holds. */
class ChangeQueue implements ForgottenPart {
  readonly #core: FileCore;
  readonly #events: ChangeEvents;
  readonly #reader: ChangeReader;
  readonly #waiting: DirectoryEvent[] = [];
  readonly #callers: PromiseWithResolvers<IteratorResult<DirectoryEvent>>[] =
    [];
  readonly #forgetSignal: () => void;
  #failure: { error: unknown } | undefined;

  /**
   * @param core The open directory.
   * @param options What to watch for.
   */
  constructor(core: FileCore, options: DirectoryWatcherOptions) {
    const { path, signal } = options;
    this.#core = core;
    this.#events = new ChangeEvents(path);
    this.#reader = new ChangeReader(core, options, this.#consumer());
    const abort = () => this.#fail(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#forgetSignal = () => signal?.removeEventListener("abort", abort);
    this.#arm();
    const failure = this.#failure as { error: unknown } | undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** True when nothing more will come. */
  get closing(): boolean {
    return this.#core.closing;
  }

  /** The next event, or the end. */
  next(): Promise<IteratorResult<DirectoryEvent>> {
    const value = this.#waiting.shift();
    if (value !== undefined) {
      this.#resume();
      return Promise.resolve({ value, done: false });
    }
    if (this.#core.closing) return this.#ended();
    const caller = Promise.withResolvers<IteratorResult<DirectoryEvent>>();
    this.#callers.push(caller);
    return caller.promise;
  }

  /** Stops watching, and drops events that nobody has taken. Idempotent. */
  destroy(): void {
    this.#waiting.length = 0;
    this.#failure = undefined;
    this.#stop();
  }

  #consumer(): ChangeConsumer {
    const wantsMore = () => this.#waiting.length < MAX_WAITING;
    return {
      get wantsMore() {
        return wantsMore();
      },
      onChanges: (bytes) => this.#push(this.#events.translate(bytes)),
      onOverflow: () => this.#push(this.#events.overflow()),
      onError: (code) => this.#fail(this.#error(code)),
      onFailure: (error) => this.#fail(error),
    };
  }

  #push(events: DirectoryEvent[]): void {
    for (const value of events) {
      const caller = this.#callers.shift();
      if (caller !== undefined) caller.resolve({ value, done: false });
      else this.#waiting.push(value);
    }
  }

  /** Not before half of what waited is taken: arming costs a system call. */
  #resume(): void {
    if (this.#core.closing || this.#waiting.length > MAX_WAITING / 2) return;
    this.#arm();
  }

  /** A directory that was deleted while nothing was read tells it here. */
  #arm(): void {
    try {
      const code = this.#reader.arm();
      if (code !== 0) this.#fail(this.#error(code));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#stop();
  }

  #stop(): void {
    this.#forgetSignal();
    this.#core.close();
    this.#reader.dispose();
    for (const caller of this.#callers.splice(0)) {
      this.#ended().then(caller.resolve, caller.reject);
    }
  }

  /** The first to come here is told why. */
  #ended(): Promise<IteratorReturnResult<undefined>> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) return Promise.reject(failure.error);
    return Promise.resolve({ value: undefined, done: true });
  }

  #error(code: number): Error {
    const deleted = code === ERROR_ACCESS_DENIED ||
      code === ERROR_DELETE_PENDING;
    return this.#core.error(code, {
      syscall: "NtNotifyChangeDirectoryFile",
      action: "watch",
      ...(deleted
        ? { errorClass: Deno.errors.NotFound, state: "it was deleted" }
        : {}),
    });
  }
}
