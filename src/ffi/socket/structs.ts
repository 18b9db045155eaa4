/**
 * Sizes, offsets and encoders of Winsock's structures (x64 and ARM64).
 *
 * @module
 */

import type { AcceptBuffer, Bytes, SocketParameters } from "./api.ts";
import { XP1_IFS_HANDLES } from "./constants.ts";
import type { Address } from "../win32_api.ts";

/** `sizeof(WSADATA)`. */
export const WSADATA_SIZE = 408;
/** `sizeof(WSABUF)`. */
export const WSABUF_SIZE = 16;
/** `sizeof(WSAPROTOCOL_INFOW)`; it begins with `dwServiceFlags1`. */
export const PROTOCOL_INFO_SIZE = 628;
/** Offset of `WSAPROTOCOL_INFOW.iAddressFamily`. */
const PROTOCOL_INFO_FAMILY = 76;
/** Offset of `WSAPROTOCOL_INFOW.iSocketType`. */
const PROTOCOL_INFO_TYPE = 88;
/** Offset of `WSAPROTOCOL_INFOW.iProtocol`. */
const PROTOCOL_INFO_PROTOCOL = 92;
/** Offset of `OVERLAPPED.hEvent`. */
export const OVERLAPPED_EVENT = 24;

/** Room for the largest internet address, a `sockaddr_in6`. */
export const ADDRESS_AREA_LENGTH = 28;
/** An address area: the address, and an INT for its length. */
export const ADDRESS_AREA_SIZE = ADDRESS_AREA_LENGTH + 4;
/** What `AcceptEx` wants for an address, beyond the address. */
export const ACCEPT_EXTRA = 16;

/** `sizeof(WSAMSG)`. */
export const WSAMSG_SIZE = 56;
/** Offset of `WSAMSG.namelen`, an INT that a receive writes. */
export const WSAMSG_NAME_LENGTH = 8;
/** Offset of `WSAMSG.Control.len`, a ULONG that a receive writes. */
export const WSAMSG_CONTROL_LENGTH = 32;
/** Offset of `WSAMSG.dwFlags`, which a receive writes. */
export const WSAMSG_FLAGS = 48;

/** A piece of native memory. */
export interface NativeRange {
  /** Where it starts. */
  address: Address;
  /** Its length in bytes. */
  length: number;
}

/**
 * Encodes an array of WSABUF.
 *
 * @param ranges The buffers, in the order of the data.
 * @returns 16 bytes for each.
 */
export function encodeBuffers(ranges: readonly NativeRange[]): Bytes {
  const view = new DataView(new ArrayBuffer(ranges.length * WSABUF_SIZE));
  ranges.forEach((range, i) => writeBuffer(view, i, range));
  return new Uint8Array(view.buffer);
}

/**
 * Writes one WSABUF of an array, without allocating.
 *
 * @param view The array.
 * @param index Which of them.
 * @param range The buffer.
 */
export function writeBuffer(
  view: DataView<ArrayBuffer>,
  index: number,
  range: NativeRange,
): void {
  view.setUint32(index * WSABUF_SIZE, range.length, true);
  view.setBigUint64(index * WSABUF_SIZE + 8, range.address, true);
}

/** What a WSAMSG points to: native memory, all of it. */
export interface MessageParts {
  /** The peer's address. */
  name: NativeRange;
  /** An array of WSABUF: its address and their number. */
  buffers: { address: Address; count: number };
  /** Control data, such as the interface a datagram came by. */
  control: NativeRange;
}

/**
 * Encodes a WSAMSG with no flags.
 *
 * @param parts What it points to.
 * @returns The 56 bytes of the structure.
 */
export function encodeMessage(parts: MessageParts): Bytes {
  const { name, buffers, control } = parts;
  const view = new DataView(new ArrayBuffer(WSAMSG_SIZE));
  view.setBigUint64(0, name.address, true);
  view.setInt32(WSAMSG_NAME_LENGTH, name.length, true);
  view.setBigUint64(16, buffers.address, true);
  view.setUint32(24, buffers.count, true);
  view.setUint32(WSAMSG_CONTROL_LENGTH, control.length, true);
  view.setBigUint64(WSAMSG_CONTROL_LENGTH + 8, control.address, true);
  return new Uint8Array(view.buffer);
}

/**
 * Encodes a LINGER.
 *
 * @param seconds How long a close waits, 0 to reset the connection; `null`
 * turns it off.
 * @returns The 4 bytes of the structure.
 */
export function encodeLinger(seconds: number | null): Bytes {
  const words = Uint16Array.of(seconds === null ? 0 : 1, seconds ?? 0);
  return new Uint8Array(words.buffer);
}

/**
 * Encodes a BOOL, INT or DWORD, as most options want it.
 *
 * @param value The number; a boolean is 0 or 1.
 * @returns 4 bytes.
 */
export function encodeDword(value: number | boolean): Bytes {
  return new Uint8Array(Uint32Array.of(Number(value)).buffer);
}

/**
 * Encodes a HANDLE, SOCKET or pointer.
 *
 * @param value The handle.
 * @returns 8 bytes.
 */
export function encodeHandle(value: bigint): Bytes {
  return new Uint8Array(BigUint64Array.of(value).buffer);
}

/**
 * Tells whether the sockets of a protocol are files of the kernel.
 *
 * @param bytes The structure WSAPROTOCOL_INFOW.
 * @returns False where another layer stands between.
 */
export function hasIfsHandles(bytes: Bytes): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (view.getUint32(0, true) & XP1_IFS_HANDLES) !== 0;
}

/**
 * Decodes a WSAPROTOCOL_INFOW.
 *
 * @param bytes The 628 bytes of the structure.
 * @returns What makes another socket of the same kind.
 */
export function decodeProtocolInfo(bytes: Bytes): SocketParameters {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    family: view.getInt32(PROTOCOL_INFO_FAMILY, true),
    type: view.getInt32(PROTOCOL_INFO_TYPE, true),
    protocol: view.getInt32(PROTOCOL_INFO_PROTOCOL, true),
  };
}

/**
 * Decodes what `GetAcceptExSockaddrs` has written: two pointers, local and
 * remote, then two lengths.
 *
 * @param out The structure of 24 bytes.
 * @param buffer Where both addresses must stand.
 * @returns Where each of them is.
 * @throws {TypeError} when one stands elsewhere.
 */
export function decodeAcceptedEnds(
  out: DataView,
  buffer: AcceptBuffer,
): { local: NativeRange; remote: NativeRange } {
  return {
    local: endIn(buffer, out.getBigUint64(0, true), out.getUint32(16, true)),
    remote: endIn(buffer, out.getBigUint64(8, true), out.getUint32(20, true)),
  };
}

function endIn(
  { address: start, addressSize }: AcceptBuffer,
  address: Address,
  length: number,
): NativeRange {
  const end = start + BigInt(addressSize * 2);
  const inside = address >= start && address + BigInt(length) <= end;
  if (inside || length === 0) return { address, length };
  throw new TypeError(
    `Cannot decode addresses: one of ${length} bytes is outside its buffer`,
  );
}
