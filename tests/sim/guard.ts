/**
 * Watches over the memory that operations own.
 *
 * @module
 */

import type { Address } from "../../src/ffi/win32_api.ts";
import { Claims } from "./claims.ts";
import { hex, SimulatedMemory } from "./memory.ts";
import type { Operation, OperationMemory } from "./operation.ts";
import type { Settings } from "./options.ts";
import { STATUS_PENDING } from "./status.ts";

const OVERLAPPED_SIZE = 32;

/** What is written at once: a status, and a length of 64 bits. */
const STATUS = new Uint8Array(4);
const STATUS_VIEW = new DataView(STATUS.buffer);
const LENGTH = new Uint8Array(8);
const LENGTH_VIEW = new DataView(LENGTH.buffer);

/**
 * The address space, who owns which part of it, and every breach. The memory of
 * an operation must stay until its end: MS, Synchronous and Asynchronous I/O.
 */
export class MemoryGuard implements OperationMemory {
  /** The address space. */
  readonly memory: SimulatedMemory;
  /** The regions that the kernel owns. */
  readonly claims = new Claims();
  /** What was done that must not be done. */
  readonly violations: string[] = [];
  readonly #throws: boolean;

  /** @param settings The settings of the kernel. */
  constructor(settings: Settings) {
    this.memory = new SimulatedMemory(settings.straddle4GiB);
    this.#throws = settings.throwOnViolation;
  }

  /**
   * Records a breach by the caller.
   *
   * @param text What happened.
   * @throws {Error} when the kernel is set to throw.
   */
  violation(text: string): void {
    this.violations.push(text);
    if (this.#throws) throw new Error(`Simulated access violation: ${text}`);
  }

  /**
   * Takes over the OVERLAPPED and the buffer of an operation that starts.
   *
   * @param operation The operation.
   * @throws {Error} when they are not there or belong to another operation.
   */
  claim(operation: Operation): void {
    const { kind, overlapped, buffer, length } = operation.request;
    const block = { start: overlapped, size: OVERLAPPED_SIZE, writes: true };
    this.#claimPart(operation, "OVERLAPPED", block);
    if (overlapped % 8n !== 0n) {
      this.#refuse(operation, `OVERLAPPED of ${operation.name} is misaligned`);
    }
    if (buffer !== 0n && length > 0) {
      const part = { start: buffer, size: length, writes: kind !== "write" };
      this.#claimPart(operation, "buffer", part);
    }
    this.#writeStatus(operation, STATUS_PENDING);
  }

  /**
   * Writes how an operation ended to its OVERLAPPED.
   *
   * @param operation The operation.
   */
  report(operation: Operation): void {
    if (operation.outcome === null) return;
    this.#writeStatus(operation, operation.outcome.status);
    LENGTH_VIEW.setUint32(0, operation.outcome.bytes, true);
    this.#put(operation, operation.request.overlapped + 8n, LENGTH);
  }

  /**
   * Gives the memory of an operation that ended back.
   *
   * @param operation The operation.
   */
  release(operation: Operation): void {
    this.claims.release(operation);
    const { buffer, length } = operation.request;
    if (length > 0 && buffer !== 0n) this.touch(operation, buffer, length);
    this.report(operation);
  }

  /**
   * Records it when the kernel touches memory that is gone.
   *
   * @param user For whom.
   * @param address The address.
   * @param size The size in bytes.
   * @returns True when the memory is there.
   */
  touch(user: { name: string }, address: Address, size: number): boolean {
    if (this.memory.accessible(address, size)) return true;
    this.violations.push(
      `kernel touched freed memory at ${hex(address)} for ${user.name}`,
    );
    return false;
  }

  read(operation: Operation, offset: number, length: number): Uint8Array {
    const from = operation.request.buffer + BigInt(offset);
    const bytes = new Uint8Array(length);
    if (length > 0 && this.touch(operation, from, length)) {
      this.memory.read(bytes, from);
    }
    return bytes;
  }

  write(operation: Operation, offset: number, bytes: Uint8Array): void {
    this.#put(operation, operation.request.buffer + BigInt(offset), bytes);
  }

  /** The status is 32 bits of the 64 of `Internal`; the others stay. */
  #writeStatus(operation: Operation, status: number): void {
    STATUS_VIEW.setUint32(0, status, true);
    this.#put(operation, operation.request.overlapped, STATUS);
  }

  #put(operation: Operation, to: Address, bytes: Uint8Array): void {
    if (this.touch(operation, to, bytes.length)) this.memory.write(to, bytes);
  }

  #claimPart(
    operation: Operation,
    part: string,
    region: { start: Address; size: number; writes: boolean },
  ): void {
    const { start, size, writes } = region;
    const label = `${part} of ${operation.name}`;
    const end = start + BigInt(size);
    const other = this.claims.collision(start, end, writes);
    if (!this.memory.accessible(start, size)) {
      this.#refuse(operation, `${label} at ${hex(start)} is not committed`);
    }
    if (other !== undefined) {
      this.#refuse(operation, `${label} overlaps the ${other.label}, in use`);
    }
    this.claims.add(operation, { start, end, writes, label });
  }

  #refuse(operation: Operation, text: string): void {
    this.claims.release(operation);
    this.violation(text);
  }
}
