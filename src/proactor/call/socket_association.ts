/**
 * Puts sockets on a port, and tells them from other handles.
 *
 * @module
 */

import { ERROR_INVALID_HANDLE } from "../../ffi/constants.ts";
import { defaultSockets } from "../../ffi/socket/default.ts";
import type { Socket, SocketApi } from "../../ffi/socket/api.ts";
import { SO_TYPE, SOL_SOCKET } from "../../ffi/socket/constants.ts";
import { OutU32 } from "../../ffi/out_parameters.ts";
import type { Handle, Win32Api } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import type { PortHandle } from "../port/port_handle.ts";
import type { HandleOptions } from "../port/port_options.ts";
import type { InspectedHandle } from "../port/handle_registry.ts";

/** What the proactor knows of a handle that is a socket. */
export interface SocketInfo {
  /** Winsock. */
  sockets: SocketApi;
  /** `SOCK_STREAM`, `SOCK_DGRAM`, ... */
  type: number;
}

/**
 * Puts a socket on a port. Where another layer stands between the socket and
 * the kernel, every operation queues a packet.
 *
 * @param port The completion port.
 * @param sockets Winsock.
 * @param socket The socket; the port's to close from now on.
 * @returns What the port knows of it.
 * @throws {Deno.errors.BadResource} when the port is closed.
 * @throws {WindowsError} when Windows refuses.
 */
export function associateSocket(
  port: CompletionPort,
  sockets: SocketApi,
  socket: Socket,
): PortHandle {
  return port.associate(socket, socketOptions(sockets, socket));
}

/**
 * How a socket is put on a port.
 *
 * @param sockets Winsock.
 * @param socket The socket.
 * @returns What `CompletionPort.associate` takes.
 */
export function socketOptions(
  sockets: SocketApi,
  socket: Socket,
): HandleOptions {
  return {
    warnings: false,
    skip: sockets.isIfsSocket(socket),
    close: (handle) => sockets.closeSocket(handle),
  };
}

/** Tells sockets from other handles. */
export class SocketDetector {
  readonly #api: Win32Api;
  readonly #isReal: boolean;
  #sockets: SocketApi | null | undefined;

  /**
   * @param api The seam.
   * @param replaced What replaces Windows and Winsock, for tests.
   */
  constructor(
    api: Win32Api,
    replaced: { api?: Win32Api; sockets?: SocketApi } = {},
  ) {
    this.#api = api;
    this.#isReal = replaced.api === undefined;
    this.#sockets = replaced.sockets;
  }

  /**
   * Winsock, which is opened for the first handle that is no pipe.
   *
   * @returns The functions.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when the grant is without ws2_32.dll.
   */
  sockets(): SocketApi {
    return this.#sockets ??= this.#open();
  }

  /**
   * Tells what a handle is, and how it is put on a port.
   *
   * @param handle Any handle.
   * @returns As its kind what is known of it as a socket; `undefined` when it
   * is none.
   */
  inspect(handle: Handle): InspectedHandle<SocketInfo | undefined> {
    const kind = this.#detect(handle) ?? undefined;
    const options = kind === undefined
      ? { warnings: true }
      : socketOptions(kind.sockets, handle);
    return { kind, options };
  }

  #detect(handle: Handle): SocketInfo | null {
    if (this.#api.getNamedPipeInfo(handle) !== null) return null;
    if (this.#api.lastError === ERROR_INVALID_HANDLE) return null;
    const sockets = this.#tryOpen();
    const type = sockets === null ? null : socketType(sockets, handle);
    return type === null ? null : { sockets: sockets!, type };
  }

  /**
   * Tells what closes a handle that is not on the port.
   *
   * @param handle Any handle.
   * @returns Winsock for a socket; `null` when Winsock was not used yet.
   */
  closerOf(handle: Handle): SocketApi | null {
    const sockets = this.#sockets ?? null;
    if (sockets === null || socketType(sockets, handle) === null) return null;
    return sockets;
  }

  /** What is no handle of the real Windows is none of its sockets. */
  #open(): SocketApi {
    if (this.#isReal) return defaultSockets();
    throw new Deno.errors.NotSupported(
      "Cannot use sockets: Windows was replaced, and Winsock was not",
    );
  }

  /** Without Winsock there are no sockets: pipes and files go on. */
  #tryOpen(): SocketApi | null {
    if (this.#sockets !== undefined) return this.#sockets;
    try {
      return this.sockets();
    } catch (error) {
      if (!isMissing(error)) throw error;
      return this.#sockets = null;
    }
  }
}

function socketType(sockets: SocketApi, socket: Handle): number | null {
  const type = new OutU32();
  const option = { level: SOL_SOCKET, name: SO_TYPE };
  const code = sockets.getSocketOption(socket, option, type.bytes);
  return code === 0 ? type.value : null;
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.NotSupported;
}
