/**
 * `adoptHandle`: a stream over a handle that somebody else has opened.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import { PIPE_READMODE_MESSAGE } from "../ffi/constants.ts";
import type { ProcessApi } from "../ffi/process/api.ts";
import { defaultProcesses } from "../ffi/process/default.ts";
import { defaultThreadIo } from "../ffi/thread_io/default.ts";
import { windowsError } from "../ffi/errors.ts";
import type { Handle } from "../ffi/win32_api.ts";
import { fileIo } from "../pipe/pipe_io.ts";
import { assertOneOf } from "../pipe/server_options.ts";
import { assertHandle } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { defaultProactor } from "../proactor/default_proactor.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../stream/close_deadline.ts";
import { ThreadIo, type ThreadIoOptions } from "../stream/thread_io.ts";
import {
  type HandleApis,
  type HandleTraits,
  inspectHandle,
} from "./handle_kind.ts";
import { type Adoption, HandleStream } from "./handle_stream.ts";

/** Options of {@linkcode adoptHandle}. */
export interface AdoptHandleOptions extends DeadlineOptions {
  /** What the handle is used for: to read, to write, or both. */
  direction: "in" | "out" | "duplex";
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
  /** Ends the wait for the answer what the handle is. */
  signal?: AbortSignal | undefined;
}

/**
 * Makes a stream of a handle that somebody else has opened.
 *
 * What was opened for overlapped I/O (pipes, sockets, devices) is driven by the
 * completion port. What was not is read and written by threads of Windows' pool,
 * one for each read or write that is pending, and in one direction only, since
 * Windows would let a write wait for the pending read. Closing such a stream
 * asks Windows to cancel what is pending; what Windows does not cancel goes on
 * until it ends by itself, bytes that it brings are lost, and only then is the
 * handle closed. It keeps no process alive.
 *
 * Windows is asked what the handle is on a thread of Deno's pool. While somebody
 * else has a read pending on the same handle, or on a duplicate of it in another
 * process, and it was not opened for overlapped I/O, the answer waits for the
 * end of that read. A signal ends the wait.
 *
 * Refused are consoles, which `Deno.stdin` and its like are for, and files that
 * were opened for overlapped I/O, which have no position to read from.
 *
 * @example Usage
 * ```ts
 * import { adoptHandle } from "@iocp/proactor/process";
 *
 * // A handle that the parent passed with `inheritHandles`.
 * using stream = await adoptHandle(BigInt(Deno.args[0]!), { direction: "in" });
 * console.log(await stream.read(new Uint8Array(100)));
 * ```
 *
 * @param handle The handle, which is the stream's to close once there is one.
 * @param options The direction.
 * @returns The stream.
 * @throws {TypeError} when the handle is not a bigint, or there is no such
 * direction.
 * @throws {Deno.errors.BadResource} when it, or the proactor, is closed.
 * @throws {Deno.errors.NotSupported} when it is a console, a file opened for
 * overlapped I/O, or to be read and written by threads; or the system is not
 * Windows.
 * @throws {WindowsError} when it is on another completion port.
 */
export async function adoptHandle(
  handle: Handle,
  options: AdoptHandleOptions,
): Promise<HandleStream> {
  const { direction, deadline, signal, proactor = defaultProactor() } = options;
  assertHandle("adopt handle", handle);
  assertOneOf("direction", direction, ["in", "out", "duplex"]);
  assertDeadline(deadline);
  const name = `handle ${handle}`;
  return await adopt(proactor, handle, { direction, name, deadline, signal });
}

/** How a handle is adopted. */
export interface Adopting
  extends Pick<Adoption, "direction" | "name" | "deadline"> {
  /** Gives the question up what the handle is. */
  signal?: AbortSignal | undefined;
  /** Replaces Windows, for tests. */
  apis?: AdoptApis | undefined;
}

/** The seams that tell what a handle is, and drive it by threads. */
export interface AdoptApis extends HandleApis {
  /** Handles. */
  processes: Pick<ProcessApi, "handleFlags" | "lastError" | "duplicateHandle">;
}

/**
 * Makes a stream of a handle.
 *
 * @param proactor The proactor.
 * @param handle The handle; still the caller's when this throws.
 * @param options The direction, and what messages call it.
 * @returns The stream.
 * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
 * @throws {Deno.errors.NotSupported} when it can be driven by nothing.
 */
export async function adopt(
  proactor: IocpProactor,
  handle: Handle,
  { signal, apis = defaultApis(portOf(proactor)), ...options }: Adopting,
): Promise<HandleStream> {
  const port = portOf(proactor);
  port.assertOpen(`adopt ${options.name}`);
  const traits = await inspectHandle(apis, handle, signal);
  port.assertOpen(`adopt ${options.name}`);
  assertDrivable(traits, options);
  const { overlapped, messageType } = traits;
  // Who reads a message pipe as bytes does not see its end. If it may not be
  // set, the pipe is read as it is.
  if (overlapped && messageType) {
    port.api.setNamedPipeHandleState(handle, PIPE_READMODE_MESSAGE);
  }
  const io = overlapped
    ? fileIo(port, handle, messageType)
    : new ThreadIo(port, handle, threadIoOptions(port, apis));
  return new HandleStream(port, handle, { ...traits, ...options, io });
}

function defaultApis(port: CompletionPort): AdoptApis {
  return {
    win32: port.api,
    processes: defaultProcesses(),
    threads: defaultThreadIo(),
  };
}

function threadIoOptions(
  port: CompletionPort,
  { threads, processes }: AdoptApis,
): ThreadIoOptions {
  return {
    api: threads,
    duplicatePort() {
      const own = processes.duplicateHandle(port.handle, false);
      if (own !== 0n) return own;
      throw windowsError(port.api, processes.lastError, {
        syscall: "DuplicateHandle",
        action: "Cannot use a completion port on other threads",
      });
    },
  };
}

function assertDrivable(
  { kind, overlapped }: HandleTraits,
  { name, direction }: Pick<Adoption, "direction" | "name">,
): void {
  const obstacle = kind === "console"
    ? "it is a console"
    : kind === "file" && overlapped
    ? "it is a file opened for overlapped I/O, which has no position"
    : direction === "duplex" && !overlapped
    ? "it was not opened for overlapped I/O, so a read would block writes"
    : "";
  if (obstacle === "") return;
  throw new Deno.errors.NotSupported(`Cannot adopt ${name}: ${obstacle}`);
}
