/**
 * The other end of a pipe, in another process: it calls the kernel itself.
 *
 * @module
 */

import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  MEM_COMMIT,
  MEM_RESERVE,
  PIPE_ACCESS_DUPLEX,
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
} from "../../src/ffi/constants.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
} from "../../src/ffi/win32_api.ts";
import type { OperationKind, Outcome } from "../sim/operation.ts";
import { PipeEnd } from "../sim/pipe_end.ts";
import { STATUS_PENDING } from "../sim/status.ts";
import type { ModelWin32 } from "./model_win32.ts";

/** The pipe of the models. */
export const PATH = "\\\\.\\pipe\\model";

const SLOTS = 32;
const ROOM = 8192;

/** Memory of the processes of peers, one range for each kernel. */
const memories = new WeakMap<ModelWin32, PeerMemory>();

interface PeerMemory {
  base: Address;
  next: number;
}

/** An end of a pipe that another process has. */
export class RawPeer {
  /** Bytes that it has read. */
  readonly received: number[] = [];
  /** Lengths of what its reads brought. */
  readonly reads: number[] = [];
  /** Bytes that it has handed to the kernel. */
  written = 0;
  /** Its writes that the kernel has not taken. */
  writing = 0;
  /** Its reads that wait. */
  reading = 0;
  /** True after a read that found the end. */
  ended = false;
  /** True from `close` on. */
  closed = false;
  readonly #sim: ModelWin32;
  readonly #memory: PeerMemory;
  /** Its handle. */
  readonly handle: Handle;
  /** Its end. */
  readonly end: PipeEnd;

  /**
   * @param sim The kernel.
   * @param handle Its handle.
   * @param label What its operations are called.
   */
  constructor(sim: ModelWin32, handle: Handle, label: string) {
    this.#sim = sim;
    this.handle = handle;
    this.#memory = memoryOf(sim);
    const file = sim.inner.handles.get(handle);
    if (!(file instanceof PipeEnd)) throw new Error("Cannot open the peer");
    this.end = file;
    sim.label(file, label);
  }

  /** @param length Bytes that it writes: they count on from one. */
  write(length: number): void {
    const data = new Uint8Array(length);
    for (let i = 0; i < length; i++) data[i] = (this.written + i + 1) & 0xff;
    this.written += length;
    this.writing++;
    this.#call("write", data, ({ status }) => {
      this.writing--;
      if (status !== 0) this.written -= length;
    });
  }

  /** Ends its messages, as the library does: by an empty one. */
  writeEnd(): void {
    this.#call("write", new Uint8Array(0), () => {});
  }

  /** @param length Bytes that it reads at most. */
  read(length: number): void {
    this.reading++;
    this.#call("read", new Uint8Array(length), ({ status, bytes }, from) => {
      this.reading--;
      if (status !== 0) return void (this.ended = true);
      const data = new Uint8Array(bytes);
      this.#sim.inner.guard.memory.read(data, from);
      this.received.push(...data);
      this.reads.push(bytes);
    });
  }

  /** Closes its handle; what it waits for is cancelled, as in a process that
   * ends. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const operation of [...this.#sim.inner.operations]) {
      if (operation.request.file !== this.end) continue;
      if (operation.request.kind === "write") continue;
      this.#sim.inner.finish({ operation, end: "cancelled" });
    }
    this.#sim.closeHandle(this.handle);
  }

  /** `DisconnectNamedPipe`: both ends lose what they have not read. */
  disconnect(): void {
    this.#sim.touched |= -1;
    this.end.instance.disconnect();
  }

  #call(
    kind: OperationKind,
    data: Uint8Array,
    ended: (outcome: Outcome, from: Address) => void,
  ): void {
    const { inner } = this.#sim;
    const index = this.#memory.next++ % SLOTS;
    const overlapped = this.#memory.base + BigInt(index * 64);
    const buffer = this.#memory.base + 4096n + BigInt(index * ROOM);
    if (kind === "write") inner.guard.memory.write(buffer, data);
    const { status } = inner.submit({
      kind,
      handle: this.handle,
      file: this.end,
      overlapped,
      buffer: data.length === 0 ? 0n : buffer,
      length: data.length,
      onEnded: (outcome) => ended(outcome, buffer),
    });
    if (status !== STATUS_PENDING) ended({ status, bytes: 0 }, buffer);
  }
}

/** How a pair of ends is made. */
export interface PairOptions {
  /** A message-type pipe. */
  messages: boolean;
  /** Bytes that each direction holds. */
  quota: number;
}

/**
 * Makes two connected ends.
 *
 * @param sim The kernel.
 * @param options How.
 * @returns Their handles.
 */
export function makePair(
  sim: ModelWin32,
  options: PairOptions,
): { server: Handle; client: Handle } {
  const server = makeInstance(sim, options);
  const client = openClient(sim);
  if (options.messages) {
    sim.setNamedPipeHandleState(client, PIPE_READMODE_MESSAGE);
  }
  return { server, client };
}

/**
 * Makes an instance of a server in another process.
 *
 * @param sim The kernel.
 * @param options How.
 * @returns Its handle.
 */
export function makeInstance(
  sim: ModelWin32,
  { messages, quota }: PairOptions,
): Handle {
  const mode = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;
  return sim.createNamedPipe({
    name: PATH,
    openMode: PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
    pipeMode: messages ? mode : 0,
    maxInstances: 255,
    outBufferSize: quota,
    inBufferSize: quota,
    securityDescriptor: 0n,
  });
}

/**
 * Opens a client's end.
 *
 * @param sim The kernel.
 * @returns Its handle.
 */
export function openClient(sim: ModelWin32): Handle {
  return sim.createFile({
    name: PATH,
    access: (GENERIC_READ | GENERIC_WRITE) >>> 0,
    shareMode: 0,
    flags: FILE_FLAG_OVERLAPPED,
  });
}

/**
 * Tells whether a call gave a handle.
 *
 * @param handle What it gave.
 * @returns False for INVALID_HANDLE_VALUE.
 */
export function isHandle(handle: Handle): boolean {
  return handle !== INVALID_HANDLE_VALUE;
}

function memoryOf(sim: ModelWin32): PeerMemory {
  let memory = memories.get(sim);
  if (memory === undefined) {
    const size = 4096 + SLOTS * ROOM;
    const base = sim.virtualAlloc(0n, size, MEM_RESERVE | MEM_COMMIT);
    memories.set(sim, memory = { base, next: 0 });
  }
  return memory;
}
