/**
 * Reads and writes of synchronous handles on threads of the simulated process,
 * and questions about handles, which are asked on threads too.
 *
 * @module
 */

import {
  FILE_SYNCHRONOUS_IO,
  FILE_TYPE_DISK,
} from "../../src/ffi/file/constants.ts";
import type {
  ThreadIoApi,
  ThreadTransfer,
} from "../../src/ffi/thread_io/api.ts";
import type { Address, Handle } from "../../src/ffi/win32_api.ts";
import type { Kernel } from "./kernel.ts";
import type { Outcome, SimulatedFile } from "./operation.ts";
import { PipeEnd } from "./pipe_end.ts";
import { STATUS_PENDING } from "./status.ts";

const FILE_TYPE_PIPE = 3;
const PIPE_SERVER_END = 1;
const PIPE_TYPE_MESSAGE = 4;

/** A question that waits for the lock of its file. */
interface Question {
  readonly file: SimulatedFile;
  answer(): void;
}

/** Threads that call for the library. */
export class SimulatedThreadIo implements ThreadIoApi {
  lastError = 0;
  /** The questions so far, by name. */
  readonly asked: string[] = [];
  readonly #kernel: Kernel;
  #questions: Question[] = [];
  readonly #ended = new Set<Address>();

  /** @param kernel The kernel. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Questions that wait for a read or a write to end. */
  get waiting(): number {
    return this.#questions.length;
  }

  fileType(file: Handle): Promise<number> {
    return this.#ask("fileType", file, 0, (object) => {
      return object instanceof PipeEnd ? FILE_TYPE_PIPE : FILE_TYPE_DISK;
    });
  }

  fileMode(file: Handle): Promise<number> {
    return this.#ask("fileMode", file, -1, ({ overlapped }) => {
      return overlapped ? 0 : FILE_SYNCHRONOUS_IO;
    });
  }

  pipeFlags(file: Handle): Promise<number> {
    return this.#ask("pipeFlags", file, -1, (end) => {
      if (!(end instanceof PipeEnd)) return -1;
      const server = end.isServer ? PIPE_SERVER_END : 0;
      const { messageType } = end.instance.settings;
      return server | (messageType ? PIPE_TYPE_MESSAGE : 0);
    });
  }

  isConsole(file: Handle): Promise<boolean> {
    return this.#ask("isConsole", file, false, () => false);
  }

  startRead(transfer: ThreadTransfer): number {
    return this.#start("read", transfer);
  }

  startWrite(transfer: ThreadTransfer): number {
    return this.#start("write", transfer);
  }

  cancel(file: Handle, slot: Address): void {
    const object = this.#kernel.file(file);
    if (object !== null) this.#kernel.cancel(object, slot);
  }

  hasEnded(slot: Address): boolean {
    return this.#ended.has(slot);
  }

  #start(kind: "read" | "write", transfer: ThreadTransfer): number {
    const { file: handle, buffer, length, slot } = transfer;
    const file = this.#kernel.file(handle);
    if (file === null) return 6;
    this.#ended.delete(slot);
    const onEnded = (outcome: Outcome) => this.#end(transfer, outcome);
    const request = { kind, handle, file, buffer, length, overlapped: slot };
    const { status } = this.#kernel.submit({ ...request, onEnded });
    // A call that fails on its thread ends with a packet, too.
    if (status !== STATUS_PENDING) onEnded({ status, bytes: 0 });
    return 0;
  }

  #end({ slot, key, port }: ThreadTransfer, outcome: Outcome): void {
    this.#ended.add(slot);
    const packet = { key, overlapped: slot, operation: null, ...outcome };
    this.#kernel.port(port)?.push(packet);
    this.#answer();
  }

  #ask<T>(
    name: string,
    handle: Handle,
    none: T,
    answer: (file: SimulatedFile) => T,
  ): Promise<T> {
    this.asked.push(name);
    const file = this.#kernel.file(handle);
    if (file === null) return Promise.resolve(none);
    return new Promise((resolve) => {
      this.#questions.push({ file, answer: () => resolve(answer(file)) });
      // On another thread, so never before this call has returned.
      queueMicrotask(() => this.#answer());
    });
  }

  #answer(): void {
    const asked = this.#questions;
    this.#questions = asked.filter(({ file }) => this.#kernel.isLocked(file));
    for (const question of asked) {
      if (!this.#questions.includes(question)) question.answer();
    }
  }
}
