/**
 * Puts a handle on a port and settles which of its outcomes queue a packet.
 *
 * @module
 */

import {
  ERROR_INVALID_HANDLE,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FILE_SKIP_SET_EVENT_ON_HANDLE,
} from "../../ffi/constants.ts";
import { windowsError } from "../../ffi/errors.ts";
import type { Address, Handle, Win32Api } from "../../ffi/win32_api.ts";
import {
  type HandleControl,
  type PacketModes,
  PortHandle,
} from "./port_handle.ts";
import type { HandleCloser } from "./port_options.ts";
import { warningMode } from "./warning_probe.ts";

/**
 * The handles of all ports, by their values: a value that is put on a port
 * again belongs to another object by then.
 */
class HandleTable implements HandleControl {
  readonly #api: Win32Api;
  readonly #known = new Map<Handle, PortHandle>();

  constructor(api: Win32Api) {
    this.#api = api;
  }

  has(handle: Handle): boolean {
    return this.#known.has(handle);
  }

  /** An object that had the value before was closed behind our back. */
  add(known: PortHandle): void {
    const before = this.#known.get(known.handle);
    if (before !== undefined) {
      before.closed = true;
      this.#api.threadHandles?.remove(before.handle);
    }
    this.#known.set(known.handle, known);
  }

  remove(handle: Handle): void {
    this.#known.delete(handle);
  }

  closeHandle(handle: Handle): number {
    this.remove(handle);
    return this.#api.closeHandle(handle);
  }

  cancelIoEx(handle: Handle, overlapped: Address): number {
    return this.#api.cancelIoEx(handle, overlapped);
  }
}

/** For handles that `CloseHandle` does not close. */
class CloserControl implements HandleControl {
  readonly #table: HandleTable;
  readonly #closer: HandleCloser;

  constructor(table: HandleTable, closer: HandleCloser) {
    this.#table = table;
    this.#closer = closer;
  }

  closeHandle(handle: Handle): number {
    this.#table.remove(handle);
    return this.#closer.close(handle);
  }

  cancelIoEx(handle: Handle, overlapped: Address): number {
    return this.#table.cancelIoEx(handle, overlapped);
  }
}

const tables = new WeakMap<Win32Api, HandleTable>();

/** Always correct, but slower: everything but an error queues a packet. */
const ALL_PACKETS: PacketModes = {
  skipsOnSuccess: false,
  queuesWarnings: true,
};

/** What to put on which port. */
export interface AssociationOptions {
  /** The completion port. */
  port: Handle;
  /** The completion key of the handle's packets. */
  key: number;
  /** False leaves skip mode off. */
  skipOnSuccess: boolean;
  /** Whether reads may end with ERROR_MORE_DATA. */
  warnings: boolean;
  /** What closes the handle: `CloseHandle` by default. */
  closer?: HandleCloser | undefined;
  /** True when it is on the port already, with this key. */
  joined: boolean;
  /** Whether the library closes it, or the caller. */
  owned: boolean;
}

/**
 * Puts a handle on a port.
 *
 * @param api The seam.
 * @param handle A handle opened with FILE_FLAG_OVERLAPPED.
 * @param options The port, the key and the modes.
 * @returns What is known of the handle from now on.
 * @throws {Deno.errors.BadResource} when it is not a handle.
 * @throws {WindowsError} when it is on a port already, or not overlapped.
 */
export function associate(
  api: Win32Api,
  handle: Handle,
  options: AssociationOptions,
): PortHandle {
  if (!options.joined) putOnPort(api, handle, options);
  const { key, closer, owned } = options;
  const table = tableOf(api);
  const known = new PortHandle(handle, {
    key,
    modes: packetModes(api, handle, options),
    control: closer === undefined ? table : new CloserControl(table, closer),
  });
  table.add(known);
  if (owned) api.threadHandles?.add(handle, closer?.name ?? "CloseHandle");
  return known;
}

/**
 * Tells whether a handle was put on a port.
 *
 * @param api The seam.
 * @param handle The handle.
 * @returns True when it was, by this library.
 */
export function isOnPort(api: Win32Api, handle: Handle): boolean {
  return tables.get(api)?.has(handle) ?? false;
}

/**
 * Tells whether a handle is still the object that was put on the port: Windows
 * refuses to put an object on a port twice. It gives the same error for a
 * handle that was not opened for overlapped I/O, and for one that is on another
 * port; those count as the same object.
 *
 * @param api The seam.
 * @param known A handle that was put on the port.
 * @param port The port.
 * @returns `"another"` when the value belongs to another object, which is on
 * the port now, with the same key; `"closed"` when no object has it.
 */
export function identify(
  api: Win32Api,
  known: PortHandle,
  port: Handle,
): "same" | "another" | "closed" {
  if (known.closed) return "closed";
  const { handle, key } = known;
  if (api.createIoCompletionPort(handle, port, key, 0) !== 0n) return "another";
  return api.lastError === ERROR_INVALID_HANDLE ? "closed" : "same";
}

function putOnPort(
  api: Win32Api,
  handle: Handle,
  { port, key }: AssociationOptions,
): void {
  if (api.createIoCompletionPort(handle, port, key, 0) !== 0n) return;
  throw windowsError(api, api.lastError, {
    syscall: "CreateIoCompletionPort",
    action: `Cannot register handle ${handle}`,
  });
}

function tableOf(api: Win32Api): HandleTable {
  const table = tables.get(api) ?? new HandleTable(api);
  tables.set(api, table);
  return table;
}

function packetModes(
  api: Win32Api,
  handle: Handle,
  options: AssociationOptions,
): PacketModes {
  if (!options.skipOnSuccess) return ALL_PACKETS;
  const warnings = options.warnings ? warningMode(api) : "packet";
  if (warnings === "unknown") return ALL_PACKETS;
  const flags = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS |
    FILE_SKIP_SET_EVENT_ON_HANDLE;
  const code = api.setFileCompletionNotificationModes(handle, flags);
  if (code !== 0) return ALL_PACKETS;
  return { skipsOnSuccess: true, queuesWarnings: warnings === "packet" };
}
