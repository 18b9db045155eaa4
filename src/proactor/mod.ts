/**
 * The proactor: overlapped operations on handles, futures of their results, and
 * the completion port that ends them.
 *
 * @example Send and receive on an anonymous pipe
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 * import { pipe } from "@iocp/proactor/pipe";
 *
 * await using proactor = new IocpProactor();
 * const [reader, writer] = pipe({ proactor });
 * using _reader = reader;
 * using _writer = writer;
 * const received = proactor.recv(reader, 16);
 * await proactor.send(writer, new Uint8Array([1, 2]));
 * console.log((await received).length); // 2
 * ```
 *
 * @module
 */

export * from "./future/future.ts";
export type {
  AsyncContext,
  AsyncSnapshot,
  ContextOption,
} from "../ffi/async_context.ts";
export { IocpProactor } from "./iocp_proactor.ts";
export type { PortMetrics } from "./port/port_options.ts";
export type { OperationKind } from "./port/operation.ts";
export type {
  FlightRecorder,
  RecordOptions,
  Trace,
  TraceEvent,
} from "./port/flight_recorder.ts";
export type * from "./proactor_options.ts";
export { OverlappedFuture } from "./future/overlapped_future.ts";
export { WaitHandleFuture } from "./wait/wait_handle_future.ts";
export type { TransactOptions } from "./call/transact_call.ts";
export type { AcceptedSocket } from "./call/socket_connect_calls.ts";
export type { FileLike, TransmitFileOptions } from "./call/file_to_send.ts";
export * from "../ffi/windows_error.ts";
export type { Handle as WindowsHandle } from "../ffi/win32_api.ts";
export type {
  Ipv4Address,
  Ipv6Address,
  SocketAddress,
  UnixAddress,
} from "../ffi/socket/sockaddr.ts";
