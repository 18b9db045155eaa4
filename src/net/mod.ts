/**
 * Sockets: TCP, UDP, unix sockets, TLS on any connection, names and readiness.
 *
 * @example A byte through TCP
 * ```ts
 * import { connectTcp, TcpListener } from "@iocp/proactor/net";
 *
 * await using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * const accepted = listener.accept();
 * await using client = await connectTcp(listener.addr);
 * await using peer = await accepted;
 * await client.write(new Uint8Array([42]));
 * const buffer = new Uint8Array(16);
 * console.log(await peer.read(buffer)); // 1
 * ```
 *
 * @module
 */

export {
  connectTcp,
  type ConnectTcpOptions,
  type TcpLocalAddr,
} from "./tcp/connect_tcp.ts";
export { TcpConnection } from "./tcp/tcp_connection.ts";
export { TcpListener, type TcpListenOptions } from "./tcp/tcp_listener.ts";
export type { TcpAddr, TcpOptions } from "./tcp/tcp_socket.ts";
export { connectUnix, type ConnectUnixOptions } from "./unix/connect_unix.ts";
export { UnixConnection } from "./unix/unix_connection.ts";
export { UnixListener, type UnixListenOptions } from "./unix/unix_listener.ts";
export type { UnixAddr } from "./unix/unix_socket.ts";
export { startTls } from "./tls/start_tls.ts";
export type * from "./tls/tls_options.ts";
export { TlsConnection, type TlsTransport } from "./tls/tls_connection.ts";
export type { TlsHandshakeInfo } from "./tls/tls_session.ts";
export type { ServerHost } from "./tcp/server_addresses.ts";
export type { SocketConnection } from "./socket/socket_connection.ts";
export { TransportSocket } from "./socket/transport_socket.ts";
export type { ServicePort } from "./names/service.ts";
export {
  type DatagramEndpointOptions,
  openDatagramEndpoint,
} from "./udp/datagram_endpoint.ts";
export type {
  DatagramProtocol,
  DatagramTransport,
} from "./udp/datagram_protocol.ts";
export type {
  MulticastV4Membership,
  MulticastV6Membership,
} from "./udp/multicast.ts";
export type { UdpTarget } from "./udp/udp_address.ts";
export type {
  ReceivedDatagram,
  UdpConnectOptions,
  UdpListenOptions,
  UdpOptions,
} from "./udp/udp_options.ts";
export { UdpSocket } from "./udp/udp_socket.ts";
export {
  type AddressInfo,
  type GetAddressInfoOptions,
  getaddrinfo,
  getnameinfo,
  type GetNameInfoOptions,
  type NameInfo,
  type SocketType,
} from "./names/address_info.ts";
export {
  addReader,
  addWriter,
  removeReader,
  removeWriter,
  waitReadable,
  type WaitSocketOptions,
  waitWritable,
  type WatchOptions,
} from "./readiness/readiness.ts";
export type { ReadinessTarget } from "./readiness/readiness_source.ts";
export type { AddressFamily } from "./names/resolve.ts";
export {
  createSocket,
  type CreateSocketOptions,
  type ShutdownSide,
  Socket,
} from "./socket/socket.ts";
export type * from "../stream/types.ts";
export * from "../ffi/windows_error.ts";
export type {
  Ipv4Address,
  Ipv6Address,
  SocketAddress,
  UnixAddress,
} from "../ffi/socket/sockaddr.ts";
