/**
 * Named pipes and TCP as `node:net` has them, for what is written for Node:
 * a socket that is there at once and connects, and a server of such sockets.
 *
 * @example A question and its answer
 * ```ts
 * import { connect, createServer } from "@iocp/proactor/node";
 * import { once } from "node:events";
 *
 * const path = `\\\\.\\pipe\\${crypto.randomUUID()}`;
 * const server = createServer((socket) => socket.pipe(socket)).listen(path);
 * const socket = connect(path, () => socket.write("hello"));
 * const [data] = await once(socket, "data");
 * console.log(String(data)); // hello
 * socket.end();
 * server.close();
 * ```
 *
 * @module
 */

export { connect, PipeSocket } from "./pipe_socket.ts";
export type {
  ConnectOptions,
  PipeSocketOptions,
  SocketArgument,
} from "./connect_options.ts";
export { createServer, PipeSocketServer } from "./pipe_socket_server.ts";
export type { ListenOptions, SocketServerOptions } from "./listen_options.ts";
export type { SocketAddressInfo } from "./socket_address_info.ts";
export type * from "../stream/duplex_types.ts";
export type { PipeSecurity } from "../pipe/security.ts";
export type { PipeAccess } from "../pipe/pipe_access.ts";
