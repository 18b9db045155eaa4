/**
 * The seam between the library and the names of computers and services.
 *
 * @module
 */

import type { AddressRecord, NameQuery } from "./structs.ts";
import type { Bytes } from "../socket/api.ts";
import type { Handle } from "../win32_api.ts";

/** The answer to a {@linkcode NameQuery}. */
export interface AddressAnswer {
  /** 0 or a Winsock code, such as 11001 (WSAHOST_NOT_FOUND). */
  code: number;
  /** The addresses, best first; none on failure. */
  records: AddressRecord[];
}

/** The answer to {@linkcode NameApi.getNameInfo}. */
export interface NameAnswer {
  /** 0 or a Winsock code. */
  code: number;
  /** The name of the computer, or numeric text. */
  hostname: string;
  /** The name of the service, or its port's number. */
  service: string;
}

/** A lookup that goes on in Windows. */
export interface OverlappedLookup {
  /** 997 when the event will be set; else the lookup has ended. */
  readonly code: number;
  /** Asks for an early end, with 10111 (WSA_E_CANCELLED) for its code. */
  cancel(): number;
  /**
   * Takes the answer and frees the memory. Call it once, when `code` is not
   * 997 or the event is set.
   */
  finish(): AddressAnswer;
}

/** Every call that resolves names. */
export interface NameApi {
  /** `GetAddrInfoExW` on another thread, one of a few. */
  getAddrInfo(query: NameQuery): Promise<AddressAnswer>;
  /**
   * `GetAddrInfoExW`, overlapped: on a thread of Windows. It knows no
   * completion port; it sets a manual-reset event.
   */
  startAddrInfo(query: NameQuery, event: Handle): OverlappedLookup;
  /** `GetNameInfoW` on another thread, one of a few. `NI_*` are its flags. */
  getNameInfo(address: Bytes, flags: number): Promise<NameAnswer>;
}
