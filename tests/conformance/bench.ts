/**
 * A port with handles and operations on it that have names, so that answers
 * can be compared between systems.
 *
 * An answer is text: `ok`, `ok 3`, `ok 3 "abc"`, `pending`, `error 109`. That of
 * `packets` is one part for each packet, in order: `read C000014B 0`.
 *
 * @module
 */

import {
  ERROR_IO_PENDING,
  INFINITE,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
} from "../../src/ffi/constants.ts";
import {
  ENTRY_BYTES,
  ENTRY_OVERLAPPED,
  ENTRY_SIZE,
  ENTRY_STATUS,
  OVERLAPPED_OFFSET,
} from "../../src/ffi/structs.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
} from "../../src/ffi/win32_api.ts";
import type { System } from "./system.ts";

/** An OVERLAPPED, with room for the record of a wait. */
const SLOT_SIZE = 64;
const SLOTS = 512;
const BUFFER_SIZE = 256;
const MEMORY_SIZE = SLOTS * (SLOT_SIZE + BUFFER_SIZE);

/** Milliseconds in which a packet that must not come would have come. */
const SILENCE = 40;

const SKIP = 3;

/** How traces use the port. */
export interface BenchOptions {
  /** Successes at once queue no packet. */
  skip: boolean;
}

/** An operation that was started. */
export interface Operation {
  /** Its name in the trace. */
  name: string;
  /** Its OVERLAPPED. */
  overlapped: Address;
  /** Its buffer of 256 bytes. */
  buffer: Address;
  /** Whether its packet tells what the buffer holds. */
  receives: boolean;
}

/** What a call may want of an operation. */
export interface OperationOptions {
  /** What its buffer holds at first. */
  text?: string | undefined;
  /** Whether it fills the buffer. */
  receives?: boolean | undefined;
  /** The offset in a file. */
  at?: number | undefined;
}

/** A replay's port, memory, handles and operations. */
export class Bench {
  /** The system. */
  readonly system: System;
  /** The port. */
  readonly port: Handle;
  /** Whether successes at once queue no packet. */
  readonly skip: boolean;
  /** Part of names, so that no two replays meet. */
  readonly id: string = crypto.randomUUID();
  readonly #memory: Address;
  readonly #handles = new Map<string, Handle>();
  readonly #operations = new Map<Address, Operation>();
  readonly #cleanups = new Map<string, () => void>();
  #used = 0;

  /**
   * @param system The system.
   * @param options How to use the port.
   */
  constructor(system: System, options: BenchOptions) {
    this.system = system;
    this.skip = options.skip;
    const { win32 } = system;
    const type = MEM_RESERVE | MEM_COMMIT;
    this.#memory = win32.virtualAlloc(0n, MEMORY_SIZE, type);
    const none = INVALID_HANDLE_VALUE;
    this.port = win32.createIoCompletionPort(none, 0n, 0, INFINITE);
  }

  /** Gives a handle a name, and the port to it; `close` is for the end. */
  own(name: string, handle: Handle, close: () => void): void {
    this.#handles.set(name, handle);
    this.#cleanups.set(name, close);
  }

  /** A handle that its trace closes; its name stays known. */
  disown(name: string): void {
    this.#cleanups.delete(name);
  }

  /** Associates a handle with the port. */
  associate(handle: Handle): void {
    const { win32 } = this.system;
    win32.createIoCompletionPort(handle, this.port, 1, 0);
    if (this.skip) win32.setFileCompletionNotificationModes(handle, SKIP);
  }

  /** The handle with a name. */
  handle(name: string): Handle {
    const handle = this.#handles.get(name);
    if (handle === undefined) throw new Error(`No handle "${name}"`);
    return handle;
  }

  /** Makes the OVERLAPPED and the buffer of a new operation. */
  operation(name: string, options: OperationOptions = {}): Operation {
    const { text = "", receives = false, at = 0 } = options;
    const index = this.#used++;
    if (index >= SLOTS) throw new Error("Too many operations");
    const overlapped = this.#memory + BigInt(index * SLOT_SIZE);
    const buffer = this.#memory +
      BigInt(SLOTS * SLOT_SIZE + index * BUFFER_SIZE);
    const operation = { name, overlapped, buffer, receives };
    this.#operations.set(overlapped, operation);
    const { win32 } = this.system;
    if (text !== "") win32.copyIn(buffer, new TextEncoder().encode(text));
    const offset = new Uint8Array(BigUint64Array.of(BigInt(at)).buffer);
    win32.copyIn(overlapped + BigInt(OVERLAPPED_OFFSET), offset);
    return operation;
  }

  /** The operation that was started last under a name. */
  started(name: string): Operation {
    const all = [...this.#operations.values()];
    const found = all.findLast((operation) => operation.name === name);
    if (found === undefined) throw new Error(`No operation "${name}"`);
    return found;
  }

  /** The answer of a call that starts an operation. */
  outcome(code: number, operation: Operation, bytes: number): string {
    if (code === ERROR_IO_PENDING) return "pending";
    if (code !== 0) return `error ${code}`;
    // Without skip mode the packet tells the rest
    return this.skip ? `ok ${this.#told(operation, bytes)}` : "ok";
  }

  /** Takes packets: as many as are expected, and those that come besides. */
  packets(expected: number): string {
    const packets: string[] = [];
    for (let wait = this.system.patience;;) {
      if (packets.length >= expected) wait = SILENCE;
      const packet = this.#dequeue(wait);
      if (packet === null) break;
      packets.push(packet);
    }
    return packets.length === 0 ? "none" : packets.join("; ");
  }

  /** Closes and frees everything. */
  finish(): void {
    for (const cleanup of [...this.#cleanups.values()].reverse()) cleanup();
    while (this.#dequeue(SILENCE) !== null);
    const { win32 } = this.system;
    win32.closeHandle(this.port);
    win32.virtualFree(this.#memory, 0, MEM_RELEASE);
  }

  #dequeue(timeout: number): string | null {
    const entries = new Uint8Array(ENTRY_SIZE);
    const { port, system: { win32 } } = this;
    const count = win32.getQueuedCompletionStatusEx(port, entries, timeout);
    if (count <= 0) return null;
    const view = new DataView(entries.buffer);
    const address = view.getBigUint64(ENTRY_OVERLAPPED, true);
    const operation = this.#operations.get(address);
    const bytes = view.getUint32(ENTRY_BYTES, true);
    if (operation === undefined) return `posted ${address} ${bytes}`;
    const status = view.getUint32(ENTRY_STATUS, true);
    const text = status.toString(16).toUpperCase();
    return `${operation.name} ${text} ${this.#told(operation, bytes)}`;
  }

  #told({ receives, buffer }: Operation, bytes: number): string {
    if (!receives || bytes === 0) return `${bytes}`;
    const data = new Uint8Array(Math.min(bytes, BUFFER_SIZE));
    this.system.win32.copyOut(data, buffer);
    return `${bytes} ${JSON.stringify(new TextDecoder().decode(data))}`;
  }
}

/** The answer of a call that returns a code. */
export function answer(code: number): string {
  return code === 0 ? "ok" : `error ${code}`;
}
