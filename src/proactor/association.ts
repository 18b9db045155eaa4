/**
 * Puts a handle on a port and settles which of its outcomes queue a packet.
 *
 * @module
 */

import {
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FILE_SKIP_SET_EVENT_ON_HANDLE,
} from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import type { Handle, Win32Api } from "../ffi/win32_api.ts";
import {
  type CloseFunction,
  type PacketModes,
  PortHandle,
} from "./port_handle.ts";
import { warningMode } from "./warning_probe.ts";

/** Always correct, if slower: everything but an error queues a packet. */
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
  close?: CloseFunction;
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
  const { port, key } = options;
  if (api.createIoCompletionPort(handle, port, key, 0) === 0n) {
    throw windowsError(api, api.lastError, {
      syscall: "CreateIoCompletionPort",
      action: `Cannot register handle ${handle}`,
    });
  }
  return new PortHandle(handle, {
    key,
    modes: packetModes(api, handle, options),
    close: options.close ?? ((handle) => api.closeHandle(handle)),
    cancel: (overlapped) => api.cancelIoEx(handle, overlapped),
  });
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
