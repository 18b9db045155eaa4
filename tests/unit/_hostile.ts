/**
 * Arrays that lie, and arrays whose bytes change as soon as the call that got
 * them has returned.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** An array, and what becomes of it. */
export interface Hostile {
  /** Given to a writer. */
  data: Uint8Array;
  /** Changes the bytes, or takes them away: called when the call returned. */
  spoil(): void;
}

/** Makes a hostile array of some bytes. */
export type HostileKind = (bytes: Uint8Array) => Hostile;

/** What stands in an array that was spoiled. */
const SPOILED = 0xee;

/** As `Buffer`: `slice` is a view. */
class SliceIsView extends Uint8Array {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return super.subarray(start, end) as Uint8Array<ArrayBuffer>;
  }
}

/** Whatever is looked up on it is wrong. */
class Liar extends Uint8Array {
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Zeros as unknown as Uint8ArrayConstructor;
  }
  override get byteLength(): number {
    return 3;
  }
  override get byteOffset(): number {
    return 1;
  }
  override get length(): number {
    return Math.floor(Math.random() * 100);
  }
  override get buffer(): ArrayBuffer {
    return new ArrayBuffer(4);
  }
  override slice(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(2);
  }
  override subarray(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(2);
  }
  override set(): void {}
  override [Symbol.iterator](): ArrayIterator<number> {
    return [1, 2, 3][Symbol.iterator]();
  }
  override get [Symbol.toStringTag](): "Uint8Array" {
    return "Float64Array" as "Uint8Array";
  }
}

class Zeros extends Uint8Array {
  constructor() {
    super(1);
  }
}

function plain(bytes: Uint8Array): Hostile {
  return filled(new Uint8Array(bytes));
}

function filled(data: Uint8Array): Hostile {
  return { data, spoil: () => spoil(data) };
}

function spoil(data: Uint8Array): void {
  Uint8Array.prototype.fill.call(data, SPOILED);
}

function resizable(bytes: Uint8Array, rest: number): Hostile {
  const { length } = bytes;
  const buffer = new ArrayBuffer(length, { maxByteLength: length * 2 });
  const data = new Uint8Array(buffer); // tracks the length
  data.set(bytes);
  return {
    data,
    spoil: () => {
      spoil(data);
      buffer.resize(rest);
    },
  };
}

/** An array in the middle of a larger buffer. */
function middle(
  Kind: new (buffer: ArrayBuffer, start: number, length: number) => Uint8Array,
  bytes: Uint8Array,
): Uint8Array {
  const buffer = new ArrayBuffer(bytes.length + 16);
  const data = new Kind(buffer, 8, bytes.length);
  new Uint8Array(buffer, 8, bytes.length).set(bytes);
  return data;
}

/** By what it is. */
export const HOSTILE: Readonly<Record<string, HostileKind>> = {
  "a plain array": plain,
  "a Buffer": (bytes) => filled(Buffer.from(bytes)),
  "an array whose slice is a view": (bytes) =>
    filled(middle(SliceIsView, bytes)),
  "an array that lies about itself": (bytes) => filled(middle(Liar, bytes)),
  "an array with methods of its own": (bytes) => {
    const data = new Uint8Array(bytes);
    const value = () => new Uint8Array(1);
    for (const name of ["slice", "subarray", "set"]) {
      Object.defineProperty(data, name, { value });
    }
    for (const name of ["byteLength", "byteOffset", "length", "buffer"]) {
      Object.defineProperty(data, name, { value: 1 });
    }
    return filled(data);
  },
  "shared memory": (bytes) => {
    const data = new Uint8Array(new SharedArrayBuffer(bytes.length));
    data.set(bytes);
    return filled(data);
  },
  "shared memory that grows": (bytes) => {
    const { length } = bytes;
    const options = { maxByteLength: length * 2 };
    const buffer = new SharedArrayBuffer(length, options);
    const data = new Uint8Array(buffer);
    data.set(bytes);
    return {
      data,
      spoil: () => {
        buffer.grow(length * 2);
        spoil(data);
      },
    };
  },
  "an array that shrinks": (bytes) => resizable(bytes, bytes.length >> 1),
  "an array that shrinks to nothing": (bytes) => resizable(bytes, 0),
  "an array that is transferred": (bytes) => {
    const data = new Uint8Array(bytes);
    return { data, spoil: () => void data.buffer.transfer() };
  },
};
