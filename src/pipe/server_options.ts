/**
 * Options of a pipe server, checked before any system call.
 *
 * @module
 */

import {
  FILE_FLAG_OVERLAPPED,
  PIPE_ACCESS_DUPLEX,
  PIPE_ACCESS_INBOUND,
  PIPE_ACCESS_OUTBOUND,
  PIPE_READMODE_MESSAGE,
  PIPE_REJECT_REMOTE_CLIENTS,
  PIPE_TYPE_BYTE,
  PIPE_TYPE_MESSAGE,
  PIPE_UNLIMITED_INSTANCES,
} from "../ffi/constants.ts";
import { normalizePipeName } from "../ffi/pipe_name.ts";
import type { NamedPipeParameters } from "../ffi/win32_api.ts";
import {
  assertInteger,
  assertOptions,
  shownValue,
} from "../proactor/arguments.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../stream/close_deadline.ts";
import type { PipeDirection, PipeTraits } from "./pipe_connection.ts";
import type { PipeSecurity } from "./security.ts";

/** Options of {@linkcode PipeServer}. */
export interface PipeServerOptions extends DeadlineOptions {
  /**
   * A `"byte"` pipe is a plain stream, as `node:net`, .NET and go-winio make
   * them. A `"message"` pipe keeps the boundaries of writes and can end one
   * direction by itself, by an empty message. asyncio makes message pipes and
   * reads them as streams; but there an empty write of a client that means
   * nothing by it, as Node's `socket.write("")`, ends the server's reads, and
   * what comes behind it is lost.
   *
   * @default {"byte"}
   */
  type?: "byte" | "message" | undefined;
  /**
   * The directions, seen from the server.
   *
   * @default {"duplex"}
   */
  direction?: PipeDirection | undefined;
  /**
   * Instances that wait for clients at any time, 1 to 254.
   *
   * @default {8}
   */
  instances?: number | undefined;
  /**
   * Instances that may exist at once, 1 to 254, with clients or waiting.
   *
   * @default {Infinity}
   */
  maxInstances?: number | undefined;
  /**
   * Bytes that clients can write before the server reads.
   *
   * @default {65536}
   */
  inBufferSize?: number | undefined;
  /**
   * Bytes that the server can write before a client reads.
   *
   * @default {65536}
   */
  outBufferSize?: number | undefined;
  /**
   * Who may connect.
   *
   * @default {"currentUser"}
   */
  security?: PipeSecurity | undefined;
  /**
   * True lets clients of other computers in.
   *
   * @default {false}
   */
  allowRemote?: boolean | undefined;
  /**
   * Connections that may wait for `accept` before no more are taken.
   *
   * @default {128}
   */
  backlog?: number | undefined;
  /** Shuts the server down when it is aborted. */
  signal?: AbortSignal | undefined;
  /**
   * Told of errors that end no call: a client that could not be accepted. By
   * default they are written to the console.
   */
  onError?: ((error: unknown) => void) | undefined;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

/** What a listener needs of the options. */
export interface ListenerOptions extends DeadlineOptions {
  /** `\\.\pipe\name`. */
  path: string;
  /** The directions, seen from the server. */
  direction: PipeDirection;
  /** True for a message-type pipe. */
  messageType: boolean;
  /** Instances that wait for clients at any time. */
  instances: number;
  /** Instances that may exist at once. */
  maxInstances: number;
  /** The arguments of `CreateNamedPipeW` but for the security descriptor. */
  parameters: Omit<NamedPipeParameters, "securityDescriptor">;
  /** Who may connect. */
  security: PipeSecurity;
}

const SERVER_OPTIONS = {
  allowRemote: "boolean",
  signal: "signal",
  onError: "function",
} as const;

const MAX_QUOTA = 0x7fff_ffff;

/** 255 stands for "unlimited" in Windows. */
const MAX_INSTANCES = 254;

const ACCESS: Record<PipeDirection, number> = {
  duplex: PIPE_ACCESS_DUPLEX,
  in: PIPE_ACCESS_INBOUND,
  out: PIPE_ACCESS_OUTBOUND,
};

/**
 * Checks the options and fills in the defaults.
 *
 * @param path `\\.\pipe\name`.
 * @param options What the caller gave.
 * @returns What the listener needs.
 * @throws {TypeError} when the name, `type` or `direction` is not one, or an
 * option is of another type.
 * @throws {RangeError} when a number is out of its range.
 */
export function resolveServerOptions(
  path: string,
  options: PipeServerOptions,
): ListenerOptions {
  assertOptions(options, SERVER_OPTIONS);
  const name = normalizePipeName(path);
  const { type = "byte", direction = "duplex", security = "currentUser" } =
    options;
  assertOneOf("type", type, ["byte", "message"]);
  assertOneOf("direction", direction, ["duplex", "in", "out"]);
  assertDeadline(options.deadline);
  const { instances, maxInstances } = resolveInstances(options);
  return {
    path: name,
    direction,
    messageType: type === "message",
    instances,
    maxInstances,
    security,
    deadline: options.deadline,
    parameters: resolveParameters(name, options),
  };
}

/**
 * What the server knows of each of its connections.
 *
 * @param options The pipe.
 * @returns The traits of the server's end.
 */
export function serverTraits(options: ListenerOptions): PipeTraits {
  const { path, direction, messageType, deadline } = options;
  const messageReadMode = messageType;
  const serverEnd = true;
  return { path, direction, messageType, messageReadMode, serverEnd, deadline };
}

/**
 * Refuses a value that is not in a list.
 *
 * @param name What the value is called.
 * @param value The value.
 * @param allowed The list.
 * @throws {TypeError} when it is not in the list.
 */
export function assertOneOf(
  name: string,
  value: string,
  allowed: readonly string[],
): void {
  if (allowed.includes(value)) return;
  const list = allowed.map((one) => JSON.stringify(one)).join(" or ");
  throw new TypeError(
    `Cannot use ${name} ${shownValue(value)}: it is not ${list}`,
  );
}

function resolveInstances(options: PipeServerOptions) {
  const { maxInstances = Infinity } = options;
  if (maxInstances !== Infinity) {
    assertInteger("maxInstances", maxInstances, [1, MAX_INSTANCES]);
  }
  const most = Math.min(maxInstances, MAX_INSTANCES);
  const { instances = Math.min(8, most) } = options;
  assertInteger("instances", instances, [1, most]);
  return { instances, maxInstances };
}

function resolveParameters(name: string, options: PipeServerOptions) {
  const {
    type = "byte",
    direction = "duplex",
    maxInstances = Infinity,
    inBufferSize = 65536,
    outBufferSize = 65536,
    allowRemote = false,
  } = options;
  assertInteger("inBufferSize", inBufferSize, [0, MAX_QUOTA]);
  assertInteger("outBufferSize", outBufferSize, [0, MAX_QUOTA]);
  const mode = type === "message"
    ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE
    : PIPE_TYPE_BYTE;
  return {
    name,
    openMode: (ACCESS[direction] | FILE_FLAG_OVERLAPPED) >>> 0,
    pipeMode: mode | (allowRemote ? 0 : PIPE_REJECT_REMOTE_CLIENTS),
    // One more keeps the name.
    maxInstances: Math.min(maxInstances + 1, PIPE_UNLIMITED_INSTANCES),
    outBufferSize,
    inBufferSize,
  };
}
