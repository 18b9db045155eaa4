/**
 * Memory for the results that Windows writes through a pointer.
 *
 * @module
 */

/** A DWORD that a call writes to. */
export class OutU32 {
  /** The memory, as numbers. */
  readonly words = new Uint32Array(1);
  /** The memory, as the FFI takes it. */
  readonly bytes = new Uint8Array(this.words.buffer);
  /** What was written. */
  get value(): number {
    return this.words[0]!;
  }
}

/** A HANDLE or pointer that a call writes to. */
export class OutU64 {
  /** The memory, as numbers. */
  readonly words = new BigUint64Array(1);
  /** The memory, as the FFI takes it. */
  readonly bytes = new Uint8Array(this.words.buffer);
  /** What was written. */
  get value(): bigint {
    return this.words[0]!;
  }
}
