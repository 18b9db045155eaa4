/**
 * Acting as the client of a pipe. Who it is tells `connection.peer()`.
 *
 * @example A file that the client may read
 * ```ts ignore: needs a client that lets itself be impersonated
 * import { PipeServer } from "@iocp/proactor/pipe";
 * import { impersonate } from "@iocp/proactor/identity";
 *
 * await using server = PipeServer.listen("files", { security: "everyone" });
 * using connection = await server.accept();
 * const text = impersonate(
 *   connection,
 *   ({ sid }) => Deno.readTextFileSync(`C:\\shares\\${sid}.txt`),
 * );
 * await connection.write(new TextEncoder().encode(text));
 * ```
 *
 * @module
 */

export {
  impersonate,
  type ImpersonatedClient,
  type ImpersonateOptions,
  type ImpersonationLevel,
} from "./impersonate.ts";
export type {
  IntegrityLevel,
  PipeAccount,
  PipePeer,
} from "../pipe/pipe_peer_types.ts";
