/**
 * Servers and clients of named pipes, as the door of this room and that of the
 * package hand them out.
 *
 * @module
 */

export { connectPipe, type ConnectPipeOptions } from "./connect_pipe.ts";
export type { PipeAccess } from "./pipe_access.ts";
export {
  type PipeAddr,
  PipeConnection,
  type PipeDirection,
  type PipeMessage,
  type ReadMessageOptions,
} from "./pipe_connection.ts";
export type {
  IntegrityLevel,
  PeekOptions,
  PipeAccount,
  PipePeek,
  PipePeer,
} from "./pipe_peer_types.ts";
export { PipeServer } from "./pipe_server.ts";
export type { PipeSecurity } from "./security.ts";
export type { PipeServerOptions } from "./server_options.ts";
