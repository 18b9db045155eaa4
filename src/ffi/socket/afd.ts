/**
 * Readiness of sockets on a completion port, by the driver below Winsock.
 *
 * `IOCTL_AFD_POLL` completes when one of the events holds. It is what
 * WSAPoll, libuv, mio and wepoll stand on; Microsoft does not document it.
 * `CancelIoEx` on the AFD handle ends a poll early, with a packet.
 *
 * @module
 */

import {
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  MEM_RELEASE,
} from "../constants.ts";
import { FILE_OPEN, SYNCHRONIZE } from "../file/constants.ts";
import { loadSymbols, type Symbols } from "../symbols.ts";
import {
  allocateObjectAttributes,
  CREATE_STATUS,
} from "../object_attributes.ts";
import { OutU64 } from "../out_parameters.ts";
import type { Bytes, Socket, SocketApi } from "./api.ts";
import {
  SIO_BASE_HANDLE,
  SIO_BSP_HANDLE,
  SIO_BSP_HANDLE_POLL,
  SIO_BSP_HANDLE_SELECT,
  WSAENOTSOCK,
} from "./constants.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../win32_api.ts";

// Events of AFD_POLL_HANDLE_INFO
export const AFD_POLL_RECEIVE = 0x0001;
export const AFD_POLL_RECEIVE_EXPEDITED = 0x0002;
export const AFD_POLL_SEND = 0x0004;
/** The peer has shut down sending. */
export const AFD_POLL_DISCONNECT = 0x0008;
/** The peer has reset the connection. */
export const AFD_POLL_ABORT = 0x0010;
/** The socket was closed here. */
export const AFD_POLL_LOCAL_CLOSE = 0x0020;
export const AFD_POLL_ACCEPT = 0x0080;
export const AFD_POLL_CONNECT_FAIL = 0x0100;

/** The events that make a socket readable. */
export const AFD_READABLE = AFD_POLL_RECEIVE | AFD_POLL_DISCONNECT |
  AFD_POLL_ACCEPT | AFD_POLL_ABORT | AFD_POLL_CONNECT_FAIL;
/** The events that make a socket writable. */
export const AFD_WRITABLE = AFD_POLL_SEND | AFD_POLL_ABORT |
  AFD_POLL_CONNECT_FAIL;

/** `sizeof(AFD_POLL_INFO)` for one socket. It fits behind an OVERLAPPED. */
export const AFD_POLL_INFO_SIZE = 32;

const IOCTL_AFD_POLL = 0x0001_2024;
const DEVICE_NAME = "\\Device\\Afd\\IocpProactor";
/** Never: relative times are negative, so the largest one is out of reach. */
const NO_TIMEOUT = 0x7fff_ffff_ffff_ffffn;

/** The calls of the driver. */
export interface AfdApi {
  /** The error code of the last call on this object that failed. */
  readonly lastError: number;
  /**
   * Opens a handle to poll sockets with. Cancelling is linear in its polls:
   * give it 32 sockets at most, and each of them one poll.
   *
   * @returns The handle, or `INVALID_HANDLE_VALUE`.
   */
  open(): Handle;
  /**
   * Starts a poll. `info` is native memory with an AFD_POLL_INFO; the answer
   * is written over it.
   *
   * @returns 0, 997 or a Win32 code.
   */
  poll(device: Handle, info: Address, overlapped: Address): number;
}

/** The real driver. */
export class NativeAfd implements AfdApi {
  lastError = 0;
  readonly #win32: Win32Api;
  readonly #ntdll: Symbols["ntdll"];

  /**
   * @param win32 Allocates and copies native memory.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(win32: Win32Api) {
    this.#win32 = win32;
    this.#ntdll = loadSymbols().ntdll;
  }

  open(): Handle {
    const device = new OutU64();
    const memory = allocateObjectAttributes(this.#win32, DEVICE_NAME);
    const status = this.#ntdll.NtCreateFile(
      device.bytes,
      SYNCHRONIZE,
      memory,
      memory + BigInt(CREATE_STATUS),
      0n,
      0,
      FILE_SHARE_READ | FILE_SHARE_WRITE,
      FILE_OPEN,
      0,
      0n,
      0,
    );
    this.#win32.virtualFree(memory, 0, MEM_RELEASE);
    return this.#code(status) === 0 ? device.value : INVALID_HANDLE_VALUE;
  }

  poll(device: Handle, info: Address, overlapped: Address): number {
    return this.#code(
      this.#ntdll.NtDeviceIoControlFile(
        device,
        0n,
        0n,
        overlapped, // what the packet carries
        overlapped, // an OVERLAPPED begins with an IO_STATUS_BLOCK
        IOCTL_AFD_POLL,
        info,
        AFD_POLL_INFO_SIZE,
        info,
        AFD_POLL_INFO_SIZE,
      ),
    );
  }

  /** STATUS_PENDING becomes ERROR_IO_PENDING by the system's own table. */
  #code(status: number): number {
    if (status === 0) return 0;
    return this.lastError = this.#win32.ntStatusToDosError(status);
  }
}

/**
 * Encodes an AFD_POLL_INFO for one socket and no time-out.
 *
 * @param socket A base socket; see {@linkcode baseSocket}.
 * @param events `AFD_POLL_*`.
 * @returns The 32 bytes of the structure.
 */
export function encodePollInfo(socket: Socket, events: number): Bytes {
  const view = new DataView(new ArrayBuffer(AFD_POLL_INFO_SIZE));
  view.setBigInt64(0, NO_TIMEOUT, true);
  view.setUint32(8, 1, true); // NumberOfHandles
  view.setBigUint64(16, socket, true);
  view.setUint32(24, events, true);
  return new Uint8Array(view.buffer);
}

/**
 * Decodes what a poll has written.
 *
 * @param bytes The 32 bytes of the structure.
 * @returns The events that hold; 0 when none did.
 */
export function decodePollEvents(bytes: Bytes): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(8, true) === 0 ? 0 : view.getUint32(24, true);
}

/**
 * The driver's own socket. Where a layer of another maker stands between, it
 * is not the one that Winsock shows.
 *
 * @param api The seam.
 * @param socket Any socket.
 * @returns The base socket, or `INVALID_HANDLE_VALUE` with the code in the
 * `lastError` of `api`.
 */
export function baseSocket(api: SocketApi, socket: Socket): Socket {
  const base = askSocket(api, socket, SIO_BASE_HANDLE);
  if (base !== INVALID_HANDLE_VALUE) return base;
  if (api.lastError === WSAENOTSOCK) return base;
  // Some layers hide the base from all but one of these.
  for (const code of BSP_CODES) {
    const below = askSocket(api, socket, code);
    if (below === INVALID_HANDLE_VALUE || below === socket) continue;
    const found = askSocket(api, below, SIO_BASE_HANDLE);
    if (found !== INVALID_HANDLE_VALUE) return found;
  }
  // Once more, for its own error: that of the last one says something else.
  return askSocket(api, socket, SIO_BASE_HANDLE);
}

const BSP_CODES = [SIO_BSP_HANDLE_SELECT, SIO_BSP_HANDLE_POLL, SIO_BSP_HANDLE];

function askSocket(api: SocketApi, socket: Socket, code: number): Socket {
  const out = new BigUint64Array(1);
  const bytes = new Uint8Array(out.buffer);
  const result = api.wsaIoctl(socket, code, new Uint8Array(0), bytes);
  return result === 0 ? out[0]! : INVALID_HANDLE_VALUE;
}
