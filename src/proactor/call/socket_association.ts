/**
 * Puts sockets on a port, and tells them from other handles.
 *
 * @module
 */

import { ERROR_INVALID_HANDLE } from "../../ffi/constants.ts";
import { defaultSockets } from "../../ffi/socket/default.ts";
import type {
  Bytes,
  Socket,
  SocketApi,
  SocketParameters,
} from "../../ffi/socket/api.ts";
import {
  SO_PROTOCOL_INFOW,
  SO_TYPE,
  SOL_SOCKET,
} from "../../ffi/socket/constants.ts";
import {
  decodeProtocolInfo,
  hasIfsHandles,
  PROTOCOL_INFO_SIZE,
} from "../../ffi/socket/structs.ts";
import { OutU32 } from "../../ffi/out_parameters.ts";
import type { Handle, Win32Api } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import type { PortHandle } from "../port/port_handle.ts";
import type { HandleCloser, HandleOptions } from "../port/port_options.ts";
import type { InspectedHandle } from "../port/handle_registry.ts";

/** What the proactor knows of a handle that is a socket. */
export interface SocketInfo {
  /** Winsock. */
  sockets: SocketApi;
  /** `SOCK_STREAM`, `SOCK_DGRAM`, ... */
  type: number;
  /** What makes another socket of its kind. */
  parameters: SocketParameters;
}

/** A socket that `AcceptEx` has connected, and by which listener. */
export interface AcceptedHandle {
  /** The connected socket; from now on the port closes it. */
  socket: Socket;
  /** The listening socket on the port. */
  listener: PortHandle;
}

/**
 * Puts a socket on a port. Where a layered provider stands between the socket
 * and the kernel, skip mode is not reliable: every operation queues a packet.
 *
 * @param port The completion port.
 * @param sockets Winsock.
 * @param socket The socket; from now on the port closes it.
 * @returns What the port knows of it.
 * @throws {Deno.errors.BadResource} when the port is closed.
 * @throws {WindowsError} when Windows refuses.
 */
export function associateSocket(
  port: CompletionPort,
  sockets: SocketApi,
  socket: Socket,
): PortHandle {
  const skip = sockets.isIfsSocket(socket);
  return port.associate(socket, socketOptions(sockets, skip));
}

/**
 * Puts an accepted socket on a port. It is of its listener's kind, so Winsock
 * is not asked again whether skip mode is reliable.
 *
 * @param port The completion port.
 * @param sockets Winsock.
 * @param accepted The socket, and its listener.
 * @returns What the port knows of it.
 * @throws {Deno.errors.BadResource} when the port is closed.
 * @throws {WindowsError} when Windows refuses.
 */
export function associateAccepted(
  port: CompletionPort,
  sockets: SocketApi,
  { socket, listener }: AcceptedHandle,
): PortHandle {
  return port.associate(
    socket,
    socketOptions(sockets, listener.skipsOnSuccess),
  );
}

/** One for all sockets of a seam. */
const closers = new WeakMap<SocketApi, HandleCloser>();

function socketOptions(sockets: SocketApi, skip: boolean): HandleOptions {
  return { warnings: false, skip, closer: closerOf(sockets) };
}

function closerOf(sockets: SocketApi): HandleCloser {
  const known = closers.get(sockets);
  if (known !== undefined) return known;
  const close = (handle: Handle) => sockets.closeSocket(handle);
  const closer: HandleCloser = { name: "closesocket", close };
  closers.set(sockets, closer);
  return closer;
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
    replaced: { api?: Win32Api | undefined; sockets?: SocketApi | undefined } =
      {},
  ) {
    this.#api = api;
    this.#isReal = replaced.api === undefined;
    this.#sockets = replaced.sockets;
  }

  /**
   * Winsock, which is opened for the first handle that is not a pipe.
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
    const sockets = this.#mayBeSocket(handle) ? this.#tryOpen() : null;
    const info = sockets && protocolInfo(sockets, handle);
    if (!sockets || !info) {
      return { kind: undefined, options: { warnings: true } };
    }
    const parameters = decodeProtocolInfo(info);
    const kind = { sockets, type: parameters.type, parameters };
    return { kind, options: socketOptions(sockets, hasIfsHandles(info)) };
  }

  #mayBeSocket(handle: Handle): boolean {
    if (this.#api.getNamedPipeInfo(handle) !== null) return false;
    return this.#api.lastError !== ERROR_INVALID_HANDLE;
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

  /** Simulated handles are not sockets of the real Winsock. */
  #open(): SocketApi {
    if (this.#isReal) return defaultSockets();
    throw new Deno.errors.NotSupported(
      "Cannot use sockets: Windows was replaced, and Winsock was not",
    );
  }

  /** Without Winsock there are no sockets, but pipes and files work. */
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

/** One call tells all that is to be known: the type, and skip mode. */
function protocolInfo(sockets: SocketApi, socket: Handle): Bytes | null {
  const info = new Uint8Array(PROTOCOL_INFO_SIZE);
  const option = { level: SOL_SOCKET, name: SO_PROTOCOL_INFOW };
  return sockets.getSocketOption(socket, option, info) === 0 ? info : null;
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
