/**
 * {@linkcode NameApi} over `Deno.dlopen`. All memory is native: a lookup on
 * another thread may outlive its caller.
 *
 * @module
 */

import {
  type AddressRecord,
  assertNameQuery,
  decodeAddrInfo,
  encodeLookup,
  LOOKUP_CANCEL,
  LOOKUP_HINTS,
  LOOKUP_HOSTNAME,
  LOOKUP_RESULT,
  LOOKUP_SERVICE,
  LOOKUP_SIZE,
  type NameQuery,
} from "./structs.ts";
import { ERROR_IO_PENDING, MEM_RELEASE } from "../constants.ts";
import type { SocketSymbols } from "../socket/winsock.ts";
import { allocate } from "../memory.ts";
import type {
  AddressAnswer,
  NameAnswer,
  NameApi,
  OverlappedLookup,
} from "./api.ts";
import type { Bytes } from "../socket/api.ts";
import { NS_ALL } from "../socket/constants.ts";
import { decodeWideString } from "../structs.ts";
import type { Address, Handle, Win32Api } from "../win32_api.ts";
import { startWinsock } from "../socket/winsock.ts";

type Ws2 = SocketSymbols["ws2_32"];
type LookupArguments = Parameters<Ws2["GetAddrInfoExW"]>;

/** `NI_MAXHOST` and `NI_MAXSERV`, in code units. */
const MAX_HOST = 1025;
const MAX_SERVICE = 32;
/** Where things stand in the memory of `getNameInfo`. */
const NODE = 128;
const SERVICE = NODE + MAX_HOST * 2;
const NAME_INFO_SIZE = SERVICE + MAX_SERVICE * 2;

/** The real names. */
export class NativeNames implements NameApi {
  readonly #win32: Win32Api;
  readonly #ws2_32: Ws2;

  /**
   * Loads the DLLs and starts Winsock.
   *
   * @param win32 Allocates and copies native memory.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   * @throws {WindowsError} when Winsock does not start.
   */
  constructor(win32: Win32Api) {
    this.#win32 = win32;
    this.#ws2_32 = startWinsock(win32).ws2_32;
  }

  async getAddrInfo(query: NameQuery): Promise<AddressAnswer> {
    const lookup = new LookupMemory(this.#win32, this.#ws2_32);
    lookup.prepare(query, 0n);
    const code = await this.#ws2_32.LookUpAddrInfo(
      ...lookup.arguments(query, false),
    );
    return lookup.answer(code);
  }

  startAddrInfo(query: NameQuery, event: Handle): OverlappedLookup {
    const lookup = new LookupMemory(this.#win32, this.#ws2_32);
    lookup.prepare(query, event);
    const code = this.#ws2_32.GetAddrInfoExW(...lookup.arguments(query, true));
    return new NativeLookup(lookup, this.#ws2_32, code);
  }

  async getNameInfo(address: Bytes, flags: number): Promise<NameAnswer> {
    const memory = allocate(this.#win32, NAME_INFO_SIZE);
    this.#win32.copyIn(memory, address);
    const code = await this.#ws2_32.GetNameInfoW(
      memory,
      address.byteLength,
      memory + BigInt(NODE),
      MAX_HOST,
      memory + BigInt(SERVICE),
      MAX_SERVICE,
      flags,
    );
    const answer = code === 0
      ? {
        hostname: this.#text(memory + BigInt(NODE), MAX_HOST),
        service: this.#text(memory + BigInt(SERVICE), MAX_SERVICE),
      }
      : { hostname: "", service: "" };
    this.#win32.virtualFree(memory, 0, MEM_RELEASE);
    return { code, ...answer };
  }

  #text(address: Address, units: number): string {
    const bytes = new Uint8Array(units * 2);
    this.#win32.copyOut(bytes, address);
    const end = new Uint16Array(bytes.buffer).indexOf(0);
    return decodeWideString(bytes, end === -1 ? units : end);
  }
}

/** The native memory of one lookup. */
class LookupMemory {
  readonly #win32: Win32Api;
  readonly #ws2_32: Ws2;
  #address: Address = 0n;

  constructor(win32: Win32Api, ws2_32: Ws2) {
    this.#win32 = win32;
    this.#ws2_32 = ws2_32;
  }

  /** Where the OVERLAPPED stands. */
  get overlapped(): Address {
    return this.#address;
  }

  /** Where the handle that cancels stands. */
  get cancelHandle(): Address {
    return this.#at(LOOKUP_CANCEL);
  }

  prepare(query: NameQuery, event: Handle): void {
    assertNameQuery(query);
    this.#address = allocate(this.#win32, LOOKUP_SIZE);
    this.#win32.copyIn(this.#address, encodeLookup(query, event));
  }

  arguments(query: NameQuery, overlapped: boolean): LookupArguments {
    return [
      query.hostname === "" ? 0n : this.#at(LOOKUP_HOSTNAME),
      query.service === "" ? 0n : this.#at(LOOKUP_SERVICE),
      NS_ALL,
      0n,
      this.#at(LOOKUP_HINTS),
      this.#at(LOOKUP_RESULT),
      0n,
      overlapped ? this.overlapped : 0n,
      0n,
      overlapped ? this.cancelHandle : 0n,
    ];
  }

  /** Copies the answer out and frees everything. */
  answer(code: number): AddressAnswer {
    try {
      return { code, records: code === 0 ? this.#records() : [] };
    } finally {
      this.#win32.virtualFree(this.#address, 0, MEM_RELEASE);
    }
  }

  #records(): AddressRecord[] {
    const pointer = this.#read(this.#at(LOOKUP_RESULT), 8);
    const first = new BigUint64Array(pointer.buffer)[0]!;
    try {
      return decodeAddrInfo(first, (at, size) => this.#read(at, size));
    } finally {
      if (first !== 0n) this.#ws2_32.FreeAddrInfoExW(first);
    }
  }

  #read(address: Address, length: number): Bytes {
    const bytes = new Uint8Array(length);
    this.#win32.copyOut(bytes, address);
    return bytes;
  }

  #at(offset: number): Address {
    return this.#address + BigInt(offset);
  }
}

class NativeLookup implements OverlappedLookup {
  readonly code: number;
  readonly #lookup: LookupMemory;
  readonly #ws2_32: Ws2;

  constructor(lookup: LookupMemory, ws2_32: Ws2, code: number) {
    this.#lookup = lookup;
    this.#ws2_32 = ws2_32;
    this.code = code;
  }

  cancel(): number {
    return this.#ws2_32.GetAddrInfoExCancel(this.#lookup.cancelHandle);
  }

  finish(): AddressAnswer {
    const code = this.code === ERROR_IO_PENDING
      ? this.#ws2_32.GetAddrInfoExOverlappedResult(this.#lookup.overlapped)
      : this.code;
    return this.#lookup.answer(code);
  }
}
