/**
 * The proactor that is used when none is given.
 *
 * @module
 */

import { defaultPort, portOf } from "./default_port.ts";
import { IocpProactor } from "./iocp_proactor.ts";

let shared: IocpProactor | undefined;

/**
 * The proactor of this thread, made on first use, and anew after its close.
 * With nothing outstanding it keeps no process alive, so it need not be closed.
 *
 * @returns The shared proactor.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function defaultProactor(): IocpProactor {
  const port = defaultPort();
  if (shared === undefined || portOf(shared) !== port) {
    shared = new IocpProactor({ port });
  }
  return shared;
}
