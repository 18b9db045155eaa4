/**
 * `connectPipe`: the client end of a named pipe.
 *
 * @module
 */

import { observerFor, portFor } from "../proactor/default_port.ts";
import {
  FILE_WRITE_ATTRIBUTES,
  GENERIC_READ,
  GENERIC_WRITE,
  PIPE_READMODE_MESSAGE,
  SECURITY_ANONYMOUS,
  SECURITY_IDENTIFICATION,
  SECURITY_IMPERSONATION,
  SECURITY_SQOS_PRESENT,
} from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { normalizePipeName } from "../ffi/pipe_name.ts";
import type { Handle } from "../ffi/win32_api.ts";
import { assertInteger, assertOptions } from "../proactor/arguments.ts";
import type { Future } from "../proactor/future/future.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { DialFuture, dialPipe } from "../proactor/call/pipe_dialer.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../stream/close_deadline.ts";
import {
  PipeConnection,
  type PipeDirection,
  type PipeTraits,
} from "./pipe_connection.ts";
import { assertOneOf } from "./server_options.ts";

/** Options of {@linkcode connectPipe}. */
export interface ConnectPipeOptions extends DeadlineOptions {
  /**
   * The directions, seen from the client; the server must offer them.
   *
   * @default {"duplex"}
   */
  direction?: PipeDirection | undefined;
  /**
   * `"message"` reads message by message, which a message-type pipe allows.
   *
   * @default {"byte"}
   */
  readMode?: "byte" | "message" | undefined;
  /**
   * How far the server may act in the name of the client.
   *
   * @default {"identification"}
   */
  impersonation?: "anonymous" | "identification" | "impersonation" | undefined;
  /**
   * Whose the pipe must be: anybody may make a pipe of a name that is free, so
   * a name alone says nothing of who serves it. Its owner, which is whoever has
   * made its first instance, is compared before a byte is sent: with the user of
   * this process (`"current-user"`; for a process with the rights of an
   * administrator also with their group, which owns what they make), with the
   * administrators and the system (`"administrators"`), or with a SID, such as
   * `"S-1-5-20"`. Without it the owner may be anyone.
   */
  expectedServer?:
    | "current-user"
    | "administrators"
    | `S-1-${string}`
    | undefined;
  /**
   * Milliseconds to wait while all instances are busy (or, with
   * `waitForServer`, for the server).
   *
   * @default {Infinity}
   */
  timeout?: number | undefined;
  /**
   * True waits for a server that does not exist yet.
   *
   * @default {false}
   */
  waitForServer?: boolean | undefined;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

const IMPERSONATION = {
  anonymous: SECURITY_ANONYMOUS,
  identification: SECURITY_IDENTIFICATION,
  impersonation: SECURITY_IMPERSONATION,
};

/** Reading messages must be asked for, which takes this right. */
const ACCESS: Record<PipeDirection, number> = {
  duplex: GENERIC_READ | GENERIC_WRITE,
  in: GENERIC_READ | FILE_WRITE_ATTRIBUTES,
  out: GENERIC_WRITE,
};

const MAX_TIMEOUT = 0x7fff_ffff;

/**
 * Connects to a named pipe. When all its instances are busy, it waits for one
 * without polling; when there is no such pipe, it fails at once.
 *
 * @example Usage
 * ```ts
 * import { connectPipe } from "@iocp/proactor";
 *
 * using connection = await connectPipe("\\\\.\\pipe\\echo", { timeout: 1000 });
 * await connection.write(new TextEncoder().encode("hello"));
 * ```
 *
 * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone; or
 * `\\server\pipe\name`. A name may hold backslashes.
 * @param options Access, read mode, time-out, signal.
 * @returns The connection.
 * @throws {TypeError} when the name or an option is malformed.
 * @throws {RangeError} when the time-out is not from 0 to 2147483647 ms.
 * @throws {Deno.errors.NotFound} when there is no such pipe.
 * @throws {Deno.errors.TimedOut} when no instance was free, or with
 * `waitForServer` no server came, in time.
 * @throws {Deno.errors.PermissionDenied} when the pipe is not open to us, or
 * not in these directions, or not that of the expected server.
 * @throws {Deno.errors.NotSupported} when the pipe has no messages to read, or
 * the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function connectPipe(
  path: string,
  options: ConnectPipeOptions = {},
): Promise<PipeConnection> {
  const connect = () => openConnection(path, options);
  const observer = observerFor(options.proactor);
  if (observer === null) return await connect();
  return await observer.connecting({ transport: "pipe", path }, connect);
}

async function openConnection(
  path: string,
  options: ConnectPipeOptions,
): Promise<PipeConnection> {
  const port = portFor(options.proactor);
  const { handle, traits } = await openPipe(port, path, options);
  const warnings = traits.messageType;
  try {
    const registered = port.associate(handle, { warnings });
    return new PipeConnection(port, registered, traits);
  } catch (error) {
    port.api.closeHandle(handle);
    throw error;
  }
}

/** A client end and what is known of it. */
export interface OpenedPipe {
  /** The handle; the receiver must close it. */
  handle: Handle;
  /** What is known of it. */
  traits: PipeTraits;
}

/**
 * Opens a client end and sets its read mode.
 *
 * @param proactor The proactor that waits.
 * @param path The pipe.
 * @param options As for {@linkcode connectPipe}.
 * @returns The handle, not yet on the port.
 */
export async function openPipe(
  port: CompletionPort,
  path: string,
  options: ConnectPipeOptions,
): Promise<OpenedPipe> {
  assertOptions(options, { waitForServer: "boolean", signal: "signal" });
  const name = normalizePipeName(path, { remote: true });
  const { direction = "duplex", readMode = "byte", deadline } = options;
  const { impersonation: level = "identification" } = options;
  assertDeadline(deadline);
  assertOneOf("direction", direction, ["duplex", "in", "out"]);
  assertOneOf("readMode", readMode, ["byte", "message"]);
  assertOneOf("impersonation", level, Object.keys(IMPERSONATION));
  const { expectedServer } = options;
  const check = expectedServer === undefined
    ? undefined
    : await serverCheck(port, name, expectedServer);
  const handle = await dial(port, name, {
    ...options,
    accessMask: ACCESS[direction],
    qualityOfService: SECURITY_SQOS_PRESENT | IMPERSONATION[level],
  });
  try {
    check?.(handle);
    return {
      handle,
      traits: {
        ...inspect(port, handle, { path: name, direction, readMode }),
        deadline,
      },
    };
  } catch (error) {
    port.api.closeHandle(handle);
    throw error;
  }
}

/** What it takes is loaded when a server is expected, and before it is dialed:
 * nothing comes between the connection and the check. */
async function serverCheck(
  port: CompletionPort,
  path: string,
  expected: string,
): Promise<(pipe: Handle) => void> {
  const { assertExpectation, assertServer } = await import(
    "./expected_server.ts"
  );
  assertExpectation(expected);
  return (pipe) => assertServer(port.api, { pipe, path, expected });
}

interface DialOptions extends ConnectPipeOptions {
  accessMask: number;
  qualityOfService: number;
}

async function dial(
  port: CompletionPort,
  path: string,
  options: DialOptions,
): Promise<Handle> {
  const { timeout = Infinity, waitForServer = false, signal } = options;
  if (timeout !== Infinity) {
    assertInteger("timeout", timeout, [0, MAX_TIMEOUT]);
  }
  const future = dialPipe({ port }, path, {
    access: options.accessMask,
    qualityOfService: options.qualityOfService,
    waitForServer,
    signal,
  });
  if (timeout === Infinity || future.done()) return await future;
  const timer = setTimeout(
    () => future.cancel(timedOut(path, future)),
    timeout,
  );
  try {
    return await future;
  } finally {
    clearTimeout(timer);
  }
}

function timedOut(path: string, future: Future<Handle>): Error {
  const absent = future instanceof DialFuture && future.absent;
  const state = absent
    ? "no server came in time"
    : "no instance was free in time";
  return new Deno.errors.TimedOut(`Cannot connect to pipe "${path}": ${state}`);
}

function inspect(
  port: CompletionPort,
  handle: Handle,
  wanted: { path: string; direction: PipeDirection; readMode: string },
): PipeTraits {
  const { path, direction } = wanted;
  const { api } = port;
  const messageReadMode = wanted.readMode === "message";
  // Fails when the pipe may not be asked; then it is taken for a byte pipe.
  const messageType = api.getNamedPipeInfo(handle)?.messageType ?? false;
  if (messageReadMode && !messageType) {
    throw new Deno.errors.NotSupported(
      `Cannot read messages from pipe "${path}": it is a byte-type pipe`,
    );
  }
  // Also for a stream: who reads bytes does not see the peer's end.
  const code = messageType
    ? api.setNamedPipeHandleState(handle, PIPE_READMODE_MESSAGE)
    : 0;
  if (code !== 0 && messageReadMode) {
    throw windowsError(api, code, {
      syscall: "SetNamedPipeHandleState",
      action: `Cannot read messages from pipe "${path}"`,
    });
  }
  return {
    path,
    direction,
    messageType,
    messageReadMode,
    serverEnd: false,
  };
}
