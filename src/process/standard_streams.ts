/**
 * The standard streams of this process.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import { defaultProcesses } from "../ffi/process/default.ts";
import { windowsError } from "../ffi/errors.ts";
import {
  STD_ERROR_HANDLE,
  STD_INPUT_HANDLE,
  STD_OUTPUT_HANDLE,
} from "../ffi/process/structs.ts";
import type { Handle } from "../ffi/win32_api.ts";
import { defaultProactor } from "../proactor/default_proactor.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { adopt, type AdoptHandleOptions } from "./adopt_handle.ts";
import type { HandleStream } from "./handle_stream.ts";

/** Options of {@linkcode openStdin} and its like. */
export interface StandardStreamOptions {
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
  /** Ends the wait for the answer what the stream is. */
  signal?: AbortSignal | undefined;
}

interface StandardStream {
  id: number;
  name: string;
  direction: AdoptHandleOptions["direction"];
}

const STDIN = stream(STD_INPUT_HANDLE, "input", "in");
const STDOUT = stream(STD_OUTPUT_HANDLE, "output", "out");
const STDERR = stream(STD_ERROR_HANDLE, "error", "out");

function stream(
  id: number,
  end: string,
  direction: StandardStream["direction"],
): StandardStream {
  return { id, name: `standard ${end}`, direction };
}

/**
 * Opens the standard input of this process, for what a parent gave us: a pipe,
 * overlapped or not, a file, a socket, a device. See {@linkcode adoptHandle}
 * for what drives it and what its close does. Closing it leaves the process's
 * own handle open. What `Deno.stdin` reads meanwhile is missing here, and the
 * promise may wait for a read that is pending.
 *
 * @example Usage
 * ```ts
 * import { openStdin } from "@iocp/proactor/process";
 *
 * using input = await openStdin();
 * const buffer = new Uint8Array(1024);
 * console.log(await input.read(buffer));
 * ```
 *
 * @param options The proactor, and a signal.
 * @returns A stream to read from.
 * @throws {Deno.errors.NotFound} when this process has none.
 * @throws {Deno.errors.NotSupported} when it is a console, or the system is not
 * Windows.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 */
export function openStdin(
  options: StandardStreamOptions = {},
): Promise<HandleStream> {
  return open(options, STDIN);
}

/**
 * Opens the standard output of this process; see {@linkcode openStdin}.
 *
 * @example Usage
 * ```ts
 * import { openStdout } from "@iocp/proactor/process";
 *
 * await using output = await openStdout();
 * await output.write(new TextEncoder().encode("hello"));
 * ```
 *
 * @param options The proactor, and a signal.
 * @returns A stream to write to.
 * @throws {Deno.errors.NotFound} when this process has none.
 * @throws {Deno.errors.NotSupported} when it is a console, or the system is not
 * Windows.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 */
export function openStdout(
  options: StandardStreamOptions = {},
): Promise<HandleStream> {
  return open(options, STDOUT);
}

/**
 * Opens the standard error of this process; see {@linkcode openStdin}.
 *
 * @example Usage
 * ```ts
 * import { openStderr } from "@iocp/proactor/process";
 *
 * await using errors = await openStderr();
 * await errors.write(new TextEncoder().encode("hello"));
 * ```
 *
 * @param options The proactor, and a signal.
 * @returns A stream to write to.
 * @throws {Deno.errors.NotFound} when this process has none.
 * @throws {Deno.errors.NotSupported} when it is a console, or the system is not
 * Windows.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 */
export function openStderr(
  options: StandardStreamOptions = {},
): Promise<HandleStream> {
  return open(options, STDERR);
}

async function open(
  options: StandardStreamOptions,
  stream: StandardStream,
): Promise<HandleStream> {
  const { proactor = defaultProactor(), signal } = options;
  const handle = duplicate(proactor, stream);
  try {
    return await adopt(proactor, handle, { ...stream, signal });
  } catch (error) {
    portOf(proactor).api.closeHandle(handle);
    throw error;
  }
}

/** Others use the handle too, so the stream gets one of its own. */
function duplicate(proactor: IocpProactor, stream: StandardStream): Handle {
  const processes = defaultProcesses();
  const handle = processes.standardHandle(stream.id);
  if (handle === 0n) {
    throw new Deno.errors.NotFound(
      `Cannot open ${stream.name}: this process has none`,
    );
  }
  const own = processes.duplicateHandle(handle, false);
  if (own !== 0n) return own;
  throw windowsError(portOf(proactor).api, processes.lastError, {
    syscall: "DuplicateHandle",
    action: `Cannot open ${stream.name}`,
  });
}
