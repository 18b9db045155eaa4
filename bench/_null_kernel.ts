/**
 * A kernel that costs nothing: each read finds a message, each write succeeds,
 * and what is measured beside it is this library alone.
 *
 * @module
 */

import { ERROR_IO_PENDING, ERROR_MORE_DATA } from "../src/ffi/constants.ts";
import { PACKET_WAIT_STARTED } from "../src/ffi/packet_wait.ts";
import { ENTRY_SIZE } from "../src/ffi/structs.ts";
import {
  type Account,
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
  type NamedPipeInfo,
  type PacketWait,
  type Win32Api,
} from "../src/ffi/win32_api.ts";
import { NullMemory } from "./_null_memory.ts";
import { NullPackets } from "./_null_packets.ts";

/** Bytes that each read finds. */
export const MESSAGE_SIZE = 64;

/** How calls end: before they return, or by a packet each. */
export type Way = "at once" | "by packet";

/** What a handle is. */
type Kind = "pipe" | "socket" | "probe";

/** What begins to pend while the kernel is paused. */
interface Held {
  handle: number;
  overlapped: number;
}

const ERROR_NOT_SUPPORTED = 50;
const DUPLEX_PIPE: NamedPipeInfo = {
  serverEnd: true,
  messageType: false,
  messageReadMode: false,
  instances: 1,
  maxInstances: 255,
};

/** {@linkcode Win32Api} without Windows. */
export class NullKernel implements Win32Api {
  lastError = 0;
  transferred = 0;
  /** True while reads find nothing. */
  paused = false;
  readonly #way: Way;
  readonly #memory = new NullMemory();
  readonly #packets = new NullPackets();
  readonly #kinds: Kind[] = [];
  readonly #keys: number[] = [];
  #held: Held[] = [];
  #wait: ((arrived: number) => void) | undefined;

  /** @param way How calls end. */
  constructor(way: Way) {
    this.#way = way;
  }

  /**
   * Makes a handle.
   *
   * @param kind What it is.
   * @returns The handle.
   */
  open(kind: Kind): Handle {
    return BigInt(this.#kinds.push(kind));
  }

  /** Gives a message to each read that has begun to wait meanwhile. */
  resume(): void {
    this.paused = false;
    for (const { handle, overlapped } of this.#held) {
      this.#queue(handle, overlapped, MESSAGE_SIZE);
    }
    this.#held = [];
  }

  /**
   * What a call does: the common part of all seams.
   *
   * @param handle A pipe or a socket.
   * @param bytes How many it moves.
   * @param overlapped Its slot.
   * @returns 0 or ERROR_IO_PENDING.
   */
  move(handle: Handle, bytes: number, overlapped: Address): number {
    if (this.#way === "at once") {
      this.transferred = bytes;
      return 0;
    }
    this.#queue(Number(handle), Number(overlapped), bytes);
    return ERROR_IO_PENDING;
  }

  /**
   * What a read does.
   *
   * @param handle A pipe or a socket.
   * @param length The most bytes; 0 waits for some.
   * @param overlapped Its slot.
   * @returns 0 or ERROR_IO_PENDING.
   */
  receive(handle: Handle, length: number, overlapped: Address): number {
    if (this.paused) {
      const held = { handle: Number(handle), overlapped: Number(overlapped) };
      this.#held.push(held);
      return ERROR_IO_PENDING;
    }
    return this.move(handle, Math.min(length, MESSAGE_SIZE), overlapped);
  }

  #queue(handle: number, overlapped: number, bytes: number): void {
    this.#packets.push(this.#keys[handle]!, overlapped, bytes);
    if (this.#wait !== undefined) this.#endWait();
  }

  /** The thread takes no packets, so that the next poll finds them. */
  #endWait(): void {
    this.#wait!(0);
    this.#wait = undefined;
  }

  // --- completion port -------------------------------------------------------

  createIoCompletionPort(file: Handle, _port: Handle, key: number): Handle {
    if (file === INVALID_HANDLE_VALUE) return this.open("pipe");
    this.#keys[Number(file)] = key;
    return file;
  }

  getQueuedCompletionStatusEx(
    _port: Handle,
    entries: Uint8Array<ArrayBuffer>,
  ): number {
    return this.#packets.take(entries);
  }

  waitForCompletions(wait: PacketWait): Promise<number> {
    const record = wait.entries + BigInt(wait.capacity * ENTRY_SIZE);
    const started = record + BigInt(PACKET_WAIT_STARTED);
    this.copyIn(started, Uint8Array.of(1, 0, 0, 0));
    if (wait.timeout === 0 || this.#packets.length > 0) {
      return Promise.resolve(0);
    }
    return new Promise((resolve) => this.#wait = resolve);
  }

  postQueuedCompletionStatus(
    _port: Handle,
    bytes: number,
    key: number,
    overlapped: Address,
  ): number {
    this.#packets.push(key, Number(overlapped), bytes);
    if (this.#wait !== undefined) this.#endWait();
    return 0;
  }

  setFileCompletionNotificationModes(): number {
    return 0;
  }

  cancelIoEx(file: Handle): number {
    const handle = Number(file);
    const held = this.#held.filter((each) => each.handle === handle);
    this.#held = this.#held.filter((each) => each.handle !== handle);
    for (const { overlapped } of held) {
      this.#packets.cancel(this.#keys[handle]!, overlapped);
    }
    if (held.length > 0 && this.#wait !== undefined) this.#endWait();
    return 0;
  }

  // --- handles and files -----------------------------------------------------

  createFile(): Handle {
    return this.open("probe");
  }

  closeHandle(): number {
    return 0;
  }

  readFile(
    file: Handle,
    _buffer: Address,
    length: number,
    overlapped: Address,
  ): number {
    if (this.#kinds[Number(file) - 1] === "probe") return ERROR_MORE_DATA;
    return this.receive(file, length, overlapped);
  }

  writeFile(
    file: Handle,
    _buffer: Address,
    length: number,
    overlapped: Address,
  ): number {
    if (this.#kinds[Number(file) - 1] === "probe") return 0;
    return this.move(file, length, overlapped);
  }

  fsControl(): number {
    return ERROR_NOT_SUPPORTED;
  }

  // --- named pipes -----------------------------------------------------------

  /** For the experiment with warnings only: its messages are too long. */
  createNamedPipe(): Handle {
    return this.open("probe");
  }

  connectNamedPipe(): number {
    return ERROR_NOT_SUPPORTED;
  }

  transactNamedPipe(): number {
    return ERROR_NOT_SUPPORTED;
  }

  setNamedPipeHandleState(): number {
    return 0;
  }

  disconnectNamedPipe(): number {
    return 0;
  }

  getNamedPipeInfo(pipe: Handle): NamedPipeInfo | null {
    if (this.#kinds[Number(pipe) - 1] === "pipe") return DUPLEX_PIPE;
    this.lastError = ERROR_NOT_SUPPORTED;
    return null;
  }

  peekMessageRemainder(): number {
    return 0;
  }

  getNamedPipeClientProcessId(): number {
    return 0;
  }

  getNamedPipeServerProcessId(): number {
    return 0;
  }

  // --- security --------------------------------------------------------------

  currentUserSid(): string {
    return "";
  }

  lookupAccount(): Account | null {
    return null;
  }

  convertStringSecurityDescriptor(): Address {
    return 0n;
  }

  localFree(): void {}

  // --- memory ----------------------------------------------------------------

  virtualAlloc(address: Address, size: number): Address {
    return address === 0n ? this.#memory.allocate(size) : address;
  }

  virtualFree(): number {
    return 0;
  }

  mapMemory(address: Address, size: number): Uint8Array<ArrayBuffer> {
    return this.#memory.map(address, size);
  }

  copyIn(target: Address, source: Uint8Array): void {
    this.#memory.map(target, source.length).set(source);
  }

  copyOut(target: Uint8Array, source: Address): void {
    target.set(this.#memory.map(source, target.length));
  }

  // --- errors ----------------------------------------------------------------

  ntStatusToDosError(status: number): number {
    return status & 0xffff;
  }

  formatMessage(): string {
    return "";
  }
}
