/**
 * Windows I/O on one completion port, for Deno: named pipes, an event loop
 * like asyncio's, and the proactor below them.
 *
 * @example Serve a named pipe
 * ```ts
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
} from "./src/proactor/future/future.ts";
export { IocpProactor } from "./src/proactor/iocp_proactor.ts";
export type { PortMetrics } from "./src/proactor/port/port_options.ts";
export type {
  CloseOptions,
  ConnectOptions,
  DisconnectOptions,
  HandleLike,
  IocpProactorOptions,
  OperationOptions,
  ReceivedFrom,
  ReceivedFromInto,
  WaitHandleOptions,
} from "./src/proactor/proactor_options.ts";
export type { TransactOptions } from "./src/proactor/call/transact_call.ts";
export { OverlappedFuture } from "./src/proactor/future/overlapped_future.ts";
export { WaitHandleFuture } from "./src/proactor/wait/wait_handle_future.ts";
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
export type {
  SubprocessSignal,
  SubprocessStatus,
} from "./src/process/child_process.ts";
export {
  Subprocess,
  type SubprocessOutput,
  type SubprocessOutputOptions,
  type SubprocessPipes,
} from "./src/process/subprocess.ts";
export {
  subprocessExec,
  subprocessShell,
} from "./src/process/subprocess_exec.ts";
export type {
  SubprocessExecOptions,
  SubprocessOptions,
  SubprocessStdio,
} from "./src/process/subprocess_options.ts";
export type {
  SubprocessProtocol,
  SubprocessProtocolFactory,
  SubprocessTransport,
} from "./src/process/subprocess_protocol.ts";
export {
  adoptHandle,
  type AdoptHandleOptions,
} from "./src/process/adopt_handle.ts";
export { HandleStream } from "./src/process/handle_stream.ts";
export type { HandleKind } from "./src/process/handle_kind.ts";
export {
  openStderr,
  openStdin,
  openStdout,
  type StandardStreamOptions,
} from "./src/process/standard_streams.ts";
export {
  connectTcp,
  type ConnectTcpOptions,
} from "./src/net/tcp/connect_tcp.ts";
export { TcpConnection } from "./src/net/tcp/tcp_connection.ts";
export {
  TcpListener,
  type TcpListenOptions,
} from "./src/net/tcp/tcp_listener.ts";
export type { TcpAddr, TcpOptions } from "./src/net/tcp/tcp_socket.ts";
export {
  connectUnix,
  type ConnectUnixOptions,
} from "./src/net/unix/connect_unix.ts";
export { UnixConnection } from "./src/net/unix/unix_connection.ts";
export {
  UnixListener,
  type UnixListenOptions,
} from "./src/net/unix/unix_listener.ts";
export type { UnixAddr } from "./src/net/unix/unix_socket.ts";
export { startTls } from "./src/net/tls/start_tls.ts";
export type {
  StartTlsClientOptions,
  StartTlsOptions,
  StartTlsServerOptions,
  TlsOptions,
} from "./src/net/tls/tls_options.ts";
export {
  TlsConnection,
  type TlsTransport,
} from "./src/net/tls/tls_connection.ts";
export type { TlsHandshakeInfo } from "./src/net/tls/tls_session.ts";
export type {
  ServedConnection,
  ServerShutdownOptions,
} from "./src/stream/served_connection.ts";
export type {
  DeadlineOptions,
  DroppedBytesError,
} from "./src/stream/close_deadline.ts";
export type { Conn } from "./src/stream/conn.ts";
export type { StreamConnection } from "./src/stream/stream_connection.ts";
export type { ReadOptions } from "./src/stream/stream_traits.ts";
export type {
  ShutdownOptions,
  WaitOptions,
} from "./src/stream/wait_options.ts";
export type { DuplexConnection, NodeDuplex } from "./src/stream/node_duplex.ts";
export { toNodeDuplex } from "./src/stream/to_node_duplex.ts";
export type { StreamTarget } from "./src/stream/web_streams.ts";
export type {
  BufferedProtocol,
  Protocol,
  ProtocolFactory,
  Transport,
  WriteBufferLimits,
  WriteBufferOptions,
} from "./src/stream/protocol.ts";
export { callSoonThreadsafe } from "./src/loop/call_soon_threadsafe.ts";
export type { ExceptionContext } from "./src/loop/exception_handler.ts";
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
export type {
  CreateConnectionOptions,
  CreateServerOptions,
  CreateUnixConnectionOptions,
  CreateUnixServerOptions,
  LoopOptions,
  ProactorEventLoopOptions,
  ShutdownDefaultExecutorOptions,
  SockAccepted,
  SockRecvFromIntoOptions,
  StartServingOptions,
} from "./src/loop/loop_options.ts";
export {
  type ExecutorShutdownOptions,
  type WorkerCall,
  WorkerExecutor,
  type WorkerExecutorOptions,
} from "./src/loop/worker_executor.ts";
export { type ServeForeverOptions, Server } from "./src/loop/server.ts";
export type { ServerHost } from "./src/net/tcp/server_addresses.ts";
export {
  type ExceptionHandler,
  ProactorEventLoop,
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
} from "./src/net/udp/datagram_endpoint.ts";
export type {
  DatagramProtocol,
  DatagramTransport,
} from "./src/net/udp/datagram_protocol.ts";
export type {
  MulticastV4Membership,
  MulticastV6Membership,
} from "./src/net/udp/multicast.ts";
export type { UdpTarget } from "./src/net/udp/udp_address.ts";
export type {
  ReceivedDatagram,
  UdpConnectOptions,
  UdpListenOptions,
  UdpOptions,
} from "./src/net/udp/udp_options.ts";
export { UdpSocket } from "./src/net/udp/udp_socket.ts";
export type {
  Ipv4Address,
  Ipv6Address,
  SocketAddress,
  UnixAddress,
} from "./src/ffi/socket/sockaddr.ts";
export {
  type AddressInfo,
  type GetAddressInfoOptions,
  getaddrinfo,
  getnameinfo,
  type GetNameInfoOptions,
  type NameInfo,
  type SocketType,
} from "./src/net/names/address_info.ts";
export {
  addReader,
  addWriter,
  removeReader,
  removeWriter,
  waitReadable,
  type WaitSocketOptions,
  waitWritable,
  type WatchOptions,
} from "./src/net/readiness/readiness.ts";
export type { ReadinessTarget } from "./src/net/readiness/readiness_source.ts";
export { copyFile, type CopyFileOptions } from "./src/file/copy_file.ts";
export type { CopyToOptions } from "./src/file/copy_to.ts";
export type {
  DirectoryChangeEvent,
  DirectoryEvent,
  DirectoryOverflowEvent,
  DirectoryRenameEvent,
} from "./src/file/change_events.ts";
export { DirectoryWatcher } from "./src/file/directory_watcher.ts";
export type { OverlappedFileInfo } from "./src/file/file_info.ts";
export { openFile } from "./src/file/open_file.ts";
export type { OpenFileOptions } from "./src/file/open_options.ts";
export {
  type FileOperationOptions,
  OverlappedFile,
} from "./src/file/overlapped_file.ts";
export {
  type DirectoryChange,
  watchDirectory,
  type WatchDirectoryOptions,
} from "./src/file/watch_directory.ts";
export type { AddressFamily } from "./src/net/names/resolve.ts";
export type { StreamServer } from "./src/stream/stream_server.ts";
export type { AcceptedSocket } from "./src/proactor/call/socket_connect_calls.ts";
export type {
  FileLike,
  TransmitFileOptions,
} from "./src/proactor/call/file_to_send.ts";
export {
  createSocket,
  type CreateSocketOptions,
  type ShutdownSide,
  Socket,
} from "./src/net/socket/socket.ts";
export type {
  SendFileOptions,
  SendFileSource,
} from "./src/stream/file_mover.ts";
export type { SeekableFile } from "./src/stream/file_reader.ts";
