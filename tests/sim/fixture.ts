/**
 * A simulated kernel with a port, memory and pipes, for tests of the kernel.
 *
 * @module
 */

import {
  FILE_FLAG_OVERLAPPED,
  FSCTL_PIPE_WAIT,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
} from "../../src/ffi/constants.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
  type NamedPipeParameters,
} from "../../src/ffi/win32_api.ts";
import type { SimulationOptions } from "./options.ts";
import { SimulatedWin32 } from "./simulated_win32.ts";
import { DUPLEX, FIRST, READ_WRITE } from "./pipe_flags.ts";

const SLOTS = 32;
const BUFFERS = 4096n;
const BUFFER_SIZE = 65_536n;
const MEMORY_SIZE = Number(BUFFERS + BigInt(SLOTS) * BUFFER_SIZE);

/** A dequeued packet, short: key, slot of the OVERLAPPED, status, bytes. */
export type Entry = [key: number, slot: number, status: number, bytes: number];

/** How `pair` makes its pipe. */
export interface PairOptions {
  /** `"message"` makes a message-type pipe read in messages by the server. */
  type?: "byte" | "message";
  /** Whether the server reads messages. Default: as the type. */
  messageMode?: boolean;
  /** Quota of both directions. Default 65,536. */
  quota?: number;
  /** Skip mode of both ends. Default true. */
  skip?: boolean;
}

/** Two connected ends. */
export interface Pair {
  /** The server's end, key 1. */
  server: Handle;
  /** The client's end, key 2. */
  client: Handle;
}

/** The kernel and what the tests need around it. */
export class Fixture {
  /** The kernel. */
  readonly sim: SimulatedWin32;
  /** A port. */
  readonly port: Handle;
  /** 32 slots of 64 bytes for OVERLAPPEDs, then their buffers. */
  readonly base: Address;

  /** @param options The settings of the kernel. */
  constructor(options: SimulationOptions = {}) {
    this.sim = new SimulatedWin32(options);
    const type = MEM_RESERVE | MEM_COMMIT;
    this.base = this.sim.virtualAlloc(0n, MEMORY_SIZE, type);
    this.port = this.sim.createIoCompletionPort(
      INVALID_HANDLE_VALUE,
      0n,
      0,
      1,
    );
  }

  /**
   * Address of the OVERLAPPED of a slot.
   *
   * @param slot The slot.
   * @returns The address.
   */
  overlapped(slot: number): Address {
    return this.base + BigInt(slot * 64);
  }

  /**
   * Address of the buffer of a slot.
   *
   * @param slot The slot.
   * @returns The address of 65,536 bytes.
   */
  buffer(slot: number): Address {
    return this.base + BUFFERS + BigInt(slot) * BUFFER_SIZE;
  }

  /**
   * Makes a server end.
   *
   * @param name The name without `\\.\pipe\`.
   * @param changes What differs from a duplex byte pipe.
   * @returns The handle, or `INVALID_HANDLE_VALUE`.
   */
  serve(name: string, changes: Partial<NamedPipeParameters> = {}): Handle {
    return this.sim.createNamedPipe({
      name: `\\\\.\\pipe\\${name}`,
      openMode: DUPLEX,
      pipeMode: 0,
      maxInstances: 255,
      outBufferSize: 65_536,
      inBufferSize: 65_536,
      securityDescriptor: 0n,
      ...changes,
    });
  }

  /**
   * Opens a client end.
   *
   * @param name The name without its prefix; `""` is the root.
   * @param access `GENERIC_READ`, `GENERIC_WRITE` or both.
   * @returns The handle, or `INVALID_HANDLE_VALUE`.
   */
  open(name: string, access = READ_WRITE): Handle {
    return this.sim.createFile({
      name: `\\\\.\\pipe\\${name}`,
      access: access >>> 0,
      shareMode: 0,
      flags: FILE_FLAG_OVERLAPPED,
    });
  }

  /**
   * Associates a handle with the port.
   *
   * @param handle The handle.
   * @param key The completion key.
   * @param skip Whether to set skip mode.
   */
  register(handle: Handle, key: number, skip = true): void {
    this.sim.createIoCompletionPort(handle, this.port, key, 0);
    if (skip) this.sim.setFileCompletionNotificationModes(handle, 3);
  }

  /**
   * Makes two connected ends.
   *
   * @param options How.
   * @returns The ends.
   */
  pair(options: PairOptions = {}): Pair {
    const { type = "byte", quota = 65_536, skip = true } = options;
    const message = options.messageMode ?? type === "message";
    const server = this.serve("pair", {
      openMode: FIRST,
      pipeMode: (type === "message" ? PIPE_TYPE_MESSAGE : 0) |
        (message ? PIPE_READMODE_MESSAGE : 0),
      inBufferSize: quota,
      outBufferSize: quota,
    });
    const client = this.open("pair");
    this.register(server, 1, skip);
    this.register(client, 2, skip);
    return { server, client };
  }

  /**
   * `ReadFile` into the buffer of a slot.
   *
   * @param handle The handle.
   * @param slot The slot.
   * @param length Bytes to read.
   * @returns The Win32 code.
   */
  read(handle: Handle, slot: number, length = 100): number {
    const overlapped = this.overlapped(slot);
    return this.sim.readFile(handle, this.buffer(slot), length, overlapped);
  }

  /**
   * `WriteFile` from the buffer of a slot.
   *
   * @param handle The handle.
   * @param slot The slot.
   * @param data The text, or how many bytes `x`.
   * @returns The Win32 code.
   */
  write(handle: Handle, slot: number, data: string | number): number {
    const text = typeof data === "string" ? data : "x".repeat(data);
    const bytes = new TextEncoder().encode(text);
    this.sim.copyIn(this.buffer(slot), bytes);
    return this.sim.writeFile(
      handle,
      this.buffer(slot),
      bytes.length,
      this.overlapped(slot),
    );
  }

  /**
   * `ConnectNamedPipe`.
   *
   * @param handle The server end.
   * @param slot The slot.
   * @returns The Win32 code.
   */
  listen(handle: Handle, slot: number): number {
    return this.sim.connectNamedPipe(handle, this.overlapped(slot));
  }

  /**
   * FSCTL_PIPE_WAIT.
   *
   * @param root A handle of the root.
   * @param slot The slot.
   * @param pipe The name, and milliseconds; without them the pipe's default.
   * @returns The Win32 code.
   */
  wait(
    root: Handle,
    slot: number,
    pipe: { name: string; timeout?: number },
  ): number {
    const { name, timeout } = pipe;
    const input = new Uint8Array(14 + name.length * 2);
    const view = new DataView(input.buffer);
    view.setBigInt64(0, BigInt(-(timeout ?? 0) * 10_000), true);
    view.setUint32(8, name.length * 2, true);
    view.setUint8(12, timeout === undefined ? 0 : 1);
    for (let index = 0; index < name.length; index++) {
      view.setUint16(14 + index * 2, name.charCodeAt(index), true);
    }
    const overlapped = this.overlapped(slot);
    return this.sim.fsControl(root, FSCTL_PIPE_WAIT, input, overlapped);
  }

  /**
   * Dequeues what is there.
   *
   * @param timeout Simulated milliseconds.
   * @returns The packets.
   */
  poll(timeout = 0): Entry[] {
    const bytes = new Uint8Array(32 * 64);
    const count = this.sim.getQueuedCompletionStatusEx(
      this.port,
      bytes,
      timeout,
    );
    return decodeEntries(bytes.subarray(0, count * 32), this.base);
  }

  /**
   * Reads the first bytes of a slot's buffer.
   *
   * @param slot The slot.
   * @param length How many bytes.
   * @returns The text.
   */
  text(slot: number, length: number): string {
    const bytes = new Uint8Array(length);
    this.sim.copyOut(bytes, this.buffer(slot));
    return new TextDecoder().decode(bytes);
  }

  /**
   * Reads a slot's OVERLAPPED.
   *
   * @param slot The slot.
   * @returns `Internal` and `InternalHigh`.
   */
  status(slot: number): [internal: bigint, internalHigh: bigint] {
    const bytes = new Uint8Array(16);
    this.sim.copyOut(bytes, this.overlapped(slot));
    const view = new DataView(bytes.buffer);
    return [view.getBigUint64(0, true), view.getBigUint64(8, true)];
  }

  /**
   * Closes handles, dequeues all, gives everything back and checks it.
   *
   * @param handles What is still open.
   */
  finish(...handles: Handle[]): void {
    for (const handle of handles) this.sim.closeHandle(handle);
    this.poll();
    this.sim.closeHandle(this.port);
    this.sim.virtualFree(this.base, 0, MEM_RELEASE);
    this.sim.assertClean();
  }
}

/**
 * Decodes OVERLAPPED_ENTRY records.
 *
 * @param bytes The records.
 * @param base Address of slot 0.
 * @returns The packets.
 */
export function decodeEntries(bytes: Uint8Array, base: Address): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: Entry[] = [];
  for (let at = 0; at < bytes.length; at += 32) {
    entries.push([
      Number(view.getBigUint64(at, true)),
      Number(view.getBigUint64(at + 8, true) - base) / 64,
      Number(view.getBigUint64(at + 16, true)),
      view.getUint32(at + 24, true),
    ]);
  }
  return entries;
}
