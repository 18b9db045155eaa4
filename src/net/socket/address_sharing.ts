/**
 * Who else may bind the address of a socket.
 *
 * @module
 */

import {
  SO_EXCLUSIVEADDRUSE,
  SO_REUSEADDR,
  SOL_SOCKET,
} from "../../ffi/socket/constants.ts";
import type { SocketFlag } from "./socket_kind.ts";

/** How a socket shares its address; at most one of both may be true. */
export interface AddressSharing {
  /** Others that ask for it too may bind the same address. */
  reuseAddress?: boolean | undefined;
  /** Nobody else may bind the port. */
  exclusive?: boolean | undefined;
}

const REUSE = flag(SO_REUSEADDR);
const EXCLUSIVE = flag(SO_EXCLUSIVEADDRUSE);

/**
 * The flag that is set before a socket is bound.
 *
 * @param sharing What the caller wants; `exclusive` with its default.
 * @returns One flag or none.
 * @throws {TypeError} when both are true: Windows knows no such socket.
 */
export function sharingFlags(sharing: AddressSharing): SocketFlag[] {
  const { reuseAddress = false, exclusive = false } = sharing;
  if (reuseAddress && exclusive) {
    throw new TypeError(
      "Cannot use options reuseAddress and exclusive together",
    );
  }
  if (reuseAddress) return [REUSE];
  return exclusive ? [EXCLUSIVE] : [];
}

function flag(name: number): SocketFlag {
  return { option: { level: SOL_SOCKET, name }, value: true };
}
