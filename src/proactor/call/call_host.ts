/**
 * What the operations of pipes and sockets need of their proactor.
 *
 * @module
 */

import type { SocketApi } from "../../ffi/socket/api.ts";
import type { FutureHost } from "../future/future_host.ts";
import type { PortHandle } from "../port/port_handle.ts";
import type { HandleLike } from "../proactor_options.ts";
import type { SocketTarget } from "./socket_calls.ts";

/** Starts operations on the handles of callers. */
export interface CallHost extends FutureHost {
  /**
   * The port's view of a handle; a new handle is put on the port.
   *
   * @param handle The handle, or its owner.
   * @param action The beginning of an error's message.
   * @returns What the port knows of it.
   * @throws {TypeError} when it is neither a bigint nor an owner of a handle.
   * @throws {Deno.errors.BadResource} when it, or the proactor, is closed.
   */
  ownerOf(handle: HandleLike, action: string): PortHandle;
  /**
   * What the calls of sockets need to know of a handle.
   *
   * @param owner The handle.
   * @returns `undefined` when it is a pipe or a file.
   */
  socketTarget(owner: PortHandle): SocketTarget | undefined;
  /**
   * Opens Winsock.
   *
   * @returns Its functions.
   * @throws {Deno.errors.NotCapable} when the grant is without ws2_32.dll.
   */
  openSockets(): SocketApi;
  /**
   * Refuses to accept on a handle after `stopServing`.
   *
   * @param owner The handle.
   * @throws {Deno.errors.BadResource} when serving was stopped.
   */
  assertServed(owner: PortHandle): void;
}
