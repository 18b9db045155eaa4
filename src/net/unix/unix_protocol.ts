/**
 * Sockets with a path in protocol style.
 *
 * @module
 */

import { SocketFamily } from "../socket/socket_transport.ts";
import { openUnix, unixPeer } from "./connect_unix.ts";
import { unixName } from "./unix_connection.ts";
import { listenUnix } from "./unix_listener.ts";

/** Serves and connects paths. */
export const UNIX_PROTOCOLS = new SocketFamily({
  listen: listenUnix,
  open: openUnix,
  peer: unixPeer,
  name: unixName,
});
