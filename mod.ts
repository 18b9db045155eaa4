/**
 * Windows I/O on one completion port, for Deno: named pipes, an event loop
 * like asyncio's, and the proactor below them.
 *
 * @example Serve a named pipe
 * ```ts ignore
 * import { PipeServer } from "@iocp/proactor";
 *
 * const server = PipeServer.listen("\\\\.\\pipe\\echo", { type: "byte" });
 * for await (const connection of server) {
 *   connection.readable.pipeTo(connection.writable).catch(console.error);
 * }
 * ```
 *
 * @module
 */

export {
  isWindowsError,
  WindowsError,
  type WindowsErrorFields,
} from "./src/ffi/errors.ts";
export type { Handle as WindowsHandle } from "./src/ffi/win32_api.ts";
export {
  CancelledError,
  Future,
  type FutureCallback,
  type FutureContext,
  InvalidStateError,
} from "./src/proactor/future.ts";
export { BaseProactor } from "./src/proactor/base_proactor.ts";
export { IocpProactor } from "./src/proactor/iocp_proactor.ts";
export type { PortMetrics } from "./src/proactor/port_options.ts";
export type {
  CloseOptions,
  ConnectOptions,
  HandleLike,
  IocpProactorOptions,
  OperationOptions,
} from "./src/proactor/proactor_options.ts";
export { OverlappedFuture } from "./src/proactor/overlapped_future.ts";
export { pipe, type PipeOptions } from "./src/pipe/anonymous_pipe.ts";
export {
  connectPipe,
  type ConnectPipeOptions,
} from "./src/pipe/connect_pipe.ts";
export {
  type PipeAddr,
  PipeConnection,
  type PipeDirection,
  type PipeMessage,
  type ReadMessageOptions,
} from "./src/pipe/pipe_connection.ts";
export { PipeHandle } from "./src/pipe/pipe_handle.ts";
export { PipeServer } from "./src/pipe/pipe_server.ts";
export type { PipeSecurity } from "./src/pipe/security.ts";
export type { PipeServerOptions } from "./src/pipe/server_options.ts";
export { connectTcp, type ConnectTcpOptions } from "./src/net/connect_tcp.ts";
export { TcpConnection } from "./src/net/tcp_connection.ts";
export { TcpListener, type TcpListenOptions } from "./src/net/tcp_listener.ts";
export type { TcpAddr, TcpOptions } from "./src/net/tcp_socket.ts";
export type {
  ServedConnection,
  ServerShutdownOptions,
} from "./src/stream/served_connection.ts";
export {
  type ReadOptions,
  type ShutdownOptions,
  StreamConnection,
} from "./src/stream/stream_connection.ts";
export type {
  Protocol,
  ProtocolFactory,
  Transport,
  WriteBufferLimits,
} from "./src/stream/protocol.ts";
export {
  BaseEventLoop,
  type BaseEventLoopOptions,
} from "./src/loop/base_event_loop.ts";
export { callSoonThreadsafe } from "./src/loop/call_soon_threadsafe.ts";
export type {
  ExceptionContext,
  ExceptionHandler,
} from "./src/loop/exception_handler.ts";
export { type Callback, Handle, TimerHandle } from "./src/loop/handles.ts";
export {
  EventLoopPolicy,
  getEventLoop,
  getEventLoopPolicy,
  getRunningLoop,
  newEventLoop,
  run,
  type RunOptions,
  setEventLoop,
  setEventLoopPolicy,
} from "./src/loop/policy.ts";
export {
  type CreateConnectionOptions,
  type CreateServerOptions,
  type LoopOptions,
  StreamEventLoop,
} from "./src/loop/stream_event_loop.ts";
export {
  ProactorEventLoop,
  type ProactorEventLoopOptions,
} from "./src/loop/proactor_event_loop.ts";
export type {
  ExportCallbackOptions,
  RemoteCallback,
  RemoteFunction,
  RemoteToken,
} from "./src/loop/remote_callback.ts";
export { Task, type TaskFunction, type TaskOptions } from "./src/loop/task.ts";
export {
  type DatagramEndpointOptions,
  openDatagramEndpoint,
} from "./src/net/datagram_endpoint.ts";
export type {
  DatagramProtocol,
  DatagramTransport,
} from "./src/net/datagram_protocol.ts";
export type {
  MulticastV4Membership,
  MulticastV6Membership,
} from "./src/net/multicast.ts";
export type { UdpTarget } from "./src/net/udp_address.ts";
export type {
  ReceivedDatagram,
  UdpConnectOptions,
  UdpListenOptions,
  UdpOptions,
} from "./src/net/udp_options.ts";
export { UdpSocket } from "./src/net/udp_socket.ts";
export { SocketEventLoop } from "./src/loop/socket_event_loop.ts";
export type {
  Ipv4Address,
  Ipv6Address,
  SocketAddress,
  UnixAddress,
} from "./src/ffi/sockaddr.ts";
export {
  type AddressInfo,
  type GetAddressInfoOptions,
  getaddrinfo,
  getnameinfo,
  type GetNameInfoOptions,
  type NameInfo,
  type SocketType,
} from "./src/net/address_info.ts";
export {
  addReader,
  addWriter,
  removeReader,
  removeWriter,
  waitReadable,
  type WaitSocketOptions,
  waitWritable,
  type WatchOptions,
} from "./src/net/readiness.ts";
export type { AddressFamily } from "./src/net/resolve.ts";
export { StreamServer } from "./src/stream/stream_server.ts";
