/**
 * Which pipes there are on this computer.
 *
 * @module
 */

import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { portFor } from "../proactor/default_port.ts";
import type { PipeAccount } from "./pipe_peer_types.ts";
import type { PipeInfo } from "./read_pipes.ts";

/** Options of {@linkcode listPipes} and its like. */
export interface PipeDirectoryOptions {
  /** The proactor whose Windows is asked, instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

/**
 * Lists the pipes of this computer, in no order. It connects to none of them.
 *
 * @example Usage
 * ```ts
 * import { listPipes } from "@iocp/proactor/pipe";
 *
 * for (const { path, instances } of await listPipes()) {
 *   console.log(path, instances);
 * }
 * ```
 *
 * @param options The proactor.
 * @returns The pipes.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 * @throws {WindowsError} when Windows refuses.
 */
export async function listPipes(
  options: PipeDirectoryOptions = {},
): Promise<PipeInfo[]> {
  const { api } = portFor(options.proactor);
  const { readPipes } = await import("./read_pipes.ts");
  return readPipes(api);
}

/**
 * Tells of a pipe how many instances it has. It does not connect.
 *
 * @example Usage
 * ```ts
 * import { pipeInfo } from "@iocp/proactor/pipe";
 *
 * const info = await pipeInfo("docker_engine");
 * console.log(info?.instances ?? "there is no such pipe");
 * ```
 *
 * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
 * @param options The proactor.
 * @returns The pipe, or `null` when there is none of that name.
 * @throws {TypeError} when the name is malformed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 * @throws {WindowsError} when Windows refuses.
 */
export async function pipeInfo(
  path: string,
  options: PipeDirectoryOptions = {},
): Promise<PipeInfo | null> {
  const { api } = portFor(options.proactor);
  const { findPipe } = await import("./read_pipes.ts");
  return findPipe(api, path);
}

/**
 * Tells whether there is a pipe. It does not connect: a server whose clients
 * are counted, or that has one instance, is not disturbed.
 *
 * @example Usage
 * ```ts
 * import { pipeExists } from "@iocp/proactor/pipe";
 *
 * console.log(await pipeExists("no-such-pipe")); // false
 * ```
 *
 * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
 * @param options The proactor.
 * @returns True while an instance of it exists.
 * @throws {TypeError} when the name is malformed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 * @throws {WindowsError} when Windows refuses.
 */
export async function pipeExists(
  path: string,
  options: PipeDirectoryOptions = {},
): Promise<boolean> {
  const { api } = portFor(options.proactor);
  const { isPipe } = await import("./read_pipes.ts");
  return isPipe(api, path);
}

/**
 * Tells whose a pipe is. That takes a connection: it takes an instance, and the
 * server sees a client that leaves at once.
 *
 * @example Usage
 * ```ts
 * import { PipeServer, pipeOwner } from "@iocp/proactor/pipe";
 *
 * using server = PipeServer.listen("owner-example");
 * const owner = await pipeOwner(server.addr.path);
 * console.log(owner.sid.startsWith("S-1-5-")); // true
 * ```
 *
 * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
 * @param options The proactor.
 * @returns The owner, which is whoever made the pipe's first instance.
 * @throws {TypeError} when the name is malformed.
 * @throws {Deno.errors.NotFound} when there is no such pipe.
 * @throws {Deno.errors.Busy} when all instances are busy.
 * @throws {Deno.errors.PermissionDenied} when the pipe is not open to us.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function pipeOwner(
  path: string,
  options: PipeDirectoryOptions = {},
): Promise<PipeAccount> {
  const { api } = portFor(options.proactor);
  const { readOwner } = await import("./read_pipes.ts");
  return await readOwner(api, path);
}
