/**
 * TCP in protocol style.
 *
 * @module
 */

import { SocketFamily } from "../socket/socket_transport.ts";
import { openTcp, tcpPeer } from "./connect_tcp.ts";
import { tcpName } from "./tcp_connection.ts";
import { listenTcp } from "./tcp_listener.ts";

/** Serves and connects internet addresses. */
export const TCP_PROTOCOLS = new SocketFamily({
  listen: listenTcp,
  open: openTcp,
  peer: tcpPeer,
  name: tcpName,
});
