/**
 * The sources of the library as text. A worker may not read files under
 * `--allow-ffi` alone, so its modules are made of these. Written by
 * `_write_sources.ts`.
 *
 * @module
 */

import ffiAddrinfo from "../../src/ffi/addrinfo.ts" with { type: "text" };
import ffiAdvapi32 from "../../src/ffi/advapi32.ts" with { type: "text" };
import ffiAfd from "../../src/ffi/afd.ts" with { type: "text" };
import ffiConstants from "../../src/ffi/constants.ts" with { type: "text" };
import ffiErrors from "../../src/ffi/errors.ts" with { type: "text" };
import ffiIpAddress from "../../src/ffi/ip_address.ts" with { type: "text" };
import ffiKernel32 from "../../src/ffi/kernel32.ts" with { type: "text" };
import ffiLoad from "../../src/ffi/load.ts" with { type: "text" };
import ffiMemory from "../../src/ffi/memory.ts" with { type: "text" };
import ffiMswsock from "../../src/ffi/mswsock.ts" with { type: "text" };
import ffiNameApi from "../../src/ffi/name_api.ts" with { type: "text" };
import ffiNativeNames from "../../src/ffi/native_names.ts" with {
  type: "text",
};
import ffiNativeSockets from "../../src/ffi/native_sockets.ts" with {
  type: "text",
};
import ffiNativeWin32 from "../../src/ffi/native_win32.ts" with {
  type: "text",
};
import ffiNtdll from "../../src/ffi/ntdll.ts" with { type: "text" };
import ffiOutParameters from "../../src/ffi/out_parameters.ts" with {
  type: "text",
};
import ffiPipeName from "../../src/ffi/pipe_name.ts" with { type: "text" };
import ffiSockaddr from "../../src/ffi/sockaddr.ts" with { type: "text" };
import ffiSocketApi from "../../src/ffi/socket_api.ts" with { type: "text" };
import ffiSocketConstants from "../../src/ffi/socket_constants.ts" with {
  type: "text",
};
import ffiSocketExtensions from "../../src/ffi/socket_extensions.ts" with {
  type: "text",
};
import ffiSocketStructs from "../../src/ffi/socket_structs.ts" with {
  type: "text",
};
import ffiStructs from "../../src/ffi/structs.ts" with { type: "text" };
import ffiUserSid from "../../src/ffi/user_sid.ts" with { type: "text" };
import ffiWin32Api from "../../src/ffi/win32_api.ts" with { type: "text" };
import ffiWinsock from "../../src/ffi/winsock.ts" with { type: "text" };
import ffiWs232 from "../../src/ffi/ws2_32.ts" with { type: "text" };
import loopArguments from "../../src/loop/arguments.ts" with { type: "text" };
import loopBaseEventLoop from "../../src/loop/base_event_loop.ts" with {
  type: "text",
};
import loopCallSoonThreadsafe from "../../src/loop/call_soon_threadsafe.ts" with {
  type: "text",
};
import loopExceptionHandler from "../../src/loop/exception_handler.ts" with {
  type: "text",
};
import loopHandles from "../../src/loop/handles.ts" with { type: "text" };
import loopLoopContext from "../../src/loop/loop_context.ts" with {
  type: "text",
};
import loopPolicy from "../../src/loop/policy.ts" with { type: "text" };
import loopPostGate from "../../src/loop/post_gate.ts" with { type: "text" };
import loopProactorEventLoop from "../../src/loop/proactor_event_loop.ts" with {
  type: "text",
};
import loopRegistry from "../../src/loop/registry.ts" with { type: "text" };
import loopRemoteCallback from "../../src/loop/remote_callback.ts" with {
  type: "text",
};
import loopScheduler from "../../src/loop/scheduler.ts" with { type: "text" };
import loopSocketEventLoop from "../../src/loop/socket_event_loop.ts" with {
  type: "text",
};
import loopStreamEventLoop from "../../src/loop/stream_event_loop.ts" with {
  type: "text",
};
import loopTask from "../../src/loop/task.ts" with { type: "text" };
import loopTimerHeap from "../../src/loop/timer_heap.ts" with { type: "text" };
import netAddressInfo from "../../src/net/address_info.ts" with {
  type: "text",
};
import netAfdDevices from "../../src/net/afd_devices.ts" with { type: "text" };
import netConnectAttempt from "../../src/net/connect_attempt.ts" with {
  type: "text",
};
import netConnectRace from "../../src/net/connect_race.ts" with {
  type: "text",
};
import netConnectTcp from "../../src/net/connect_tcp.ts" with { type: "text" };
import netDatagramChannel from "../../src/net/datagram_channel.ts" with {
  type: "text",
};
import netDatagramChannelTransport from "../../src/net/datagram_channel_transport.ts" with {
  type: "text",
};
import netDatagramEndpoint from "../../src/net/datagram_endpoint.ts" with {
  type: "text",
};
import netDatagramProtocol from "../../src/net/datagram_protocol.ts" with {
  type: "text",
};
import netDatagramReader from "../../src/net/datagram_reader.ts" with {
  type: "text",
};
import netDatagramSender from "../../src/net/datagram_sender.ts" with {
  type: "text",
};
import netDatagramWriter from "../../src/net/datagram_writer.ts" with {
  type: "text",
};
import netLookupQueue from "../../src/net/lookup_queue.ts" with {
  type: "text",
};
import netMulticast from "../../src/net/multicast.ts" with { type: "text" };
import netOpenDatagramSocket from "../../src/net/open_datagram_socket.ts" with {
  type: "text",
};
import netPolledSocket from "../../src/net/polled_socket.ts" with {
  type: "text",
};
import netReadiness from "../../src/net/readiness.ts" with { type: "text" };
import netReceiveQueue from "../../src/net/receive_queue.ts" with {
  type: "text",
};
import netResolve from "../../src/net/resolve.ts" with { type: "text" };
import netSocketIo from "../../src/net/socket_io.ts" with { type: "text" };
import netSocketListener from "../../src/net/socket_listener.ts" with {
  type: "text",
};
import netSocketPoller from "../../src/net/socket_poller.ts" with {
  type: "text",
};
import netSocketWatches from "../../src/net/socket_watches.ts" with {
  type: "text",
};
import netTargetEncoder from "../../src/net/target_encoder.ts" with {
  type: "text",
};
import netTcpConnection from "../../src/net/tcp_connection.ts" with {
  type: "text",
};
import netTcpListener from "../../src/net/tcp_listener.ts" with {
  type: "text",
};
import netTcpProtocol from "../../src/net/tcp_protocol.ts" with {
  type: "text",
};
import netTcpSocket from "../../src/net/tcp_socket.ts" with { type: "text" };
import netUdpAddress from "../../src/net/udp_address.ts" with { type: "text" };
import netUdpEnds from "../../src/net/udp_ends.ts" with { type: "text" };
import netUdpErrors from "../../src/net/udp_errors.ts" with { type: "text" };
import netUdpOptions from "../../src/net/udp_options.ts" with { type: "text" };
import netUdpSocket from "../../src/net/udp_socket.ts" with { type: "text" };
import pipeAnonymousPipe from "../../src/pipe/anonymous_pipe.ts" with {
  type: "text",
};
import pipeConnectPipe from "../../src/pipe/connect_pipe.ts" with {
  type: "text",
};
import pipePipeConnection from "../../src/pipe/pipe_connection.ts" with {
  type: "text",
};
import pipePipeHandle from "../../src/pipe/pipe_handle.ts" with {
  type: "text",
};
import pipePipeListener from "../../src/pipe/pipe_listener.ts" with {
  type: "text",
};
import pipePipeProtocol from "../../src/pipe/pipe_protocol.ts" with {
  type: "text",
};
import pipePipeServer from "../../src/pipe/pipe_server.ts" with {
  type: "text",
};
import pipeSecurity from "../../src/pipe/security.ts" with { type: "text" };
import pipeServerOptions from "../../src/pipe/server_options.ts" with {
  type: "text",
};
import proactorArguments from "../../src/proactor/arguments.ts" with {
  type: "text",
};
import proactorAssociation from "../../src/proactor/association.ts" with {
  type: "text",
};
import proactorBaseProactor from "../../src/proactor/base_proactor.ts" with {
  type: "text",
};
import proactorCompletionPort from "../../src/proactor/completion_port.ts" with {
  type: "text",
};
import proactorDefaultProactor from "../../src/proactor/default_proactor.ts" with {
  type: "text",
};
import proactorDeferredWork from "../../src/proactor/deferred_work.ts" with {
  type: "text",
};
import proactorDependents from "../../src/proactor/dependents.ts" with {
  type: "text",
};
import proactorDispatcher from "../../src/proactor/dispatcher.ts" with {
  type: "text",
};
import proactorFuture from "../../src/proactor/future.ts" with { type: "text" };
import proactorFutureTracker from "../../src/proactor/future_tracker.ts" with {
  type: "text",
};
import proactorHandleRegistry from "../../src/proactor/handle_registry.ts" with {
  type: "text",
};
import proactorIocpProactor from "../../src/proactor/iocp_proactor.ts" with {
  type: "text",
};
import proactorOperation from "../../src/proactor/operation.ts" with {
  type: "text",
};
import proactorOutstanding from "../../src/proactor/outstanding.ts" with {
  type: "text",
};
import proactorOverlappedCalls from "../../src/proactor/overlapped_calls.ts" with {
  type: "text",
};
import proactorOverlappedFuture from "../../src/proactor/overlapped_future.ts" with {
  type: "text",
};
import proactorPacketQueue from "../../src/proactor/packet_queue.ts" with {
  type: "text",
};
import proactorPipeDialer from "../../src/proactor/pipe_dialer.ts" with {
  type: "text",
};
import proactorPortHandle from "../../src/proactor/port_handle.ts" with {
  type: "text",
};
import proactorPortOptions from "../../src/proactor/port_options.ts" with {
  type: "text",
};
import proactorProactorOptions from "../../src/proactor/proactor_options.ts" with {
  type: "text",
};
import proactorPump from "../../src/proactor/pump.ts" with { type: "text" };
import proactorWarningProbe from "../../src/proactor/warning_probe.ts" with {
  type: "text",
};
import streamAcceptQueue from "../../src/stream/accept_queue.ts" with {
  type: "text",
};
import streamChannel from "../../src/stream/channel.ts" with { type: "text" };
import streamChannelTransport from "../../src/stream/channel_transport.ts" with {
  type: "text",
};
import streamProtocol from "../../src/stream/protocol.ts" with { type: "text" };
import streamReadHalf from "../../src/stream/read_half.ts" with {
  type: "text",
};
import streamReadQueue from "../../src/stream/read_queue.ts" with {
  type: "text",
};
import streamServedConnection from "../../src/stream/served_connection.ts" with {
  type: "text",
};
import streamStreamConnection from "../../src/stream/stream_connection.ts" with {
  type: "text",
};
import streamStreamIo from "../../src/stream/stream_io.ts" with {
  type: "text",
};
import streamStreamServer from "../../src/stream/stream_server.ts" with {
  type: "text",
};
import streamTurnBudget from "../../src/stream/turn_budget.ts" with {
  type: "text",
};
import streamWebStreams from "../../src/stream/web_streams.ts" with {
  type: "text",
};
import streamWriteBufferLimits from "../../src/stream/write_buffer_limits.ts" with {
  type: "text",
};
import streamWriteHalf from "../../src/stream/write_half.ts" with {
  type: "text",
};

/** TypeScript by path. */
export const SOURCES: Readonly<Record<string, string>> = {
  "src/ffi/addrinfo.ts": ffiAddrinfo,
  "src/ffi/advapi32.ts": ffiAdvapi32,
  "src/ffi/afd.ts": ffiAfd,
  "src/ffi/constants.ts": ffiConstants,
  "src/ffi/errors.ts": ffiErrors,
  "src/ffi/ip_address.ts": ffiIpAddress,
  "src/ffi/kernel32.ts": ffiKernel32,
  "src/ffi/load.ts": ffiLoad,
  "src/ffi/memory.ts": ffiMemory,
  "src/ffi/mswsock.ts": ffiMswsock,
  "src/ffi/name_api.ts": ffiNameApi,
  "src/ffi/native_names.ts": ffiNativeNames,
  "src/ffi/native_sockets.ts": ffiNativeSockets,
  "src/ffi/native_win32.ts": ffiNativeWin32,
  "src/ffi/ntdll.ts": ffiNtdll,
  "src/ffi/out_parameters.ts": ffiOutParameters,
  "src/ffi/pipe_name.ts": ffiPipeName,
  "src/ffi/sockaddr.ts": ffiSockaddr,
  "src/ffi/socket_api.ts": ffiSocketApi,
  "src/ffi/socket_constants.ts": ffiSocketConstants,
  "src/ffi/socket_extensions.ts": ffiSocketExtensions,
  "src/ffi/socket_structs.ts": ffiSocketStructs,
  "src/ffi/structs.ts": ffiStructs,
  "src/ffi/user_sid.ts": ffiUserSid,
  "src/ffi/win32_api.ts": ffiWin32Api,
  "src/ffi/winsock.ts": ffiWinsock,
  "src/ffi/ws2_32.ts": ffiWs232,
  "src/loop/arguments.ts": loopArguments,
  "src/loop/base_event_loop.ts": loopBaseEventLoop,
  "src/loop/call_soon_threadsafe.ts": loopCallSoonThreadsafe,
  "src/loop/exception_handler.ts": loopExceptionHandler,
  "src/loop/handles.ts": loopHandles,
  "src/loop/loop_context.ts": loopLoopContext,
  "src/loop/policy.ts": loopPolicy,
  "src/loop/post_gate.ts": loopPostGate,
  "src/loop/proactor_event_loop.ts": loopProactorEventLoop,
  "src/loop/registry.ts": loopRegistry,
  "src/loop/remote_callback.ts": loopRemoteCallback,
  "src/loop/scheduler.ts": loopScheduler,
  "src/loop/socket_event_loop.ts": loopSocketEventLoop,
  "src/loop/stream_event_loop.ts": loopStreamEventLoop,
  "src/loop/task.ts": loopTask,
  "src/loop/timer_heap.ts": loopTimerHeap,
  "src/net/address_info.ts": netAddressInfo,
  "src/net/afd_devices.ts": netAfdDevices,
  "src/net/connect_attempt.ts": netConnectAttempt,
  "src/net/connect_race.ts": netConnectRace,
  "src/net/connect_tcp.ts": netConnectTcp,
  "src/net/datagram_channel.ts": netDatagramChannel,
  "src/net/datagram_channel_transport.ts": netDatagramChannelTransport,
  "src/net/datagram_endpoint.ts": netDatagramEndpoint,
  "src/net/datagram_protocol.ts": netDatagramProtocol,
  "src/net/datagram_reader.ts": netDatagramReader,
  "src/net/datagram_sender.ts": netDatagramSender,
  "src/net/datagram_writer.ts": netDatagramWriter,
  "src/net/lookup_queue.ts": netLookupQueue,
  "src/net/multicast.ts": netMulticast,
  "src/net/open_datagram_socket.ts": netOpenDatagramSocket,
  "src/net/polled_socket.ts": netPolledSocket,
  "src/net/readiness.ts": netReadiness,
  "src/net/receive_queue.ts": netReceiveQueue,
  "src/net/resolve.ts": netResolve,
  "src/net/socket_io.ts": netSocketIo,
  "src/net/socket_listener.ts": netSocketListener,
  "src/net/socket_poller.ts": netSocketPoller,
  "src/net/socket_watches.ts": netSocketWatches,
  "src/net/target_encoder.ts": netTargetEncoder,
  "src/net/tcp_connection.ts": netTcpConnection,
  "src/net/tcp_listener.ts": netTcpListener,
  "src/net/tcp_protocol.ts": netTcpProtocol,
  "src/net/tcp_socket.ts": netTcpSocket,
  "src/net/udp_address.ts": netUdpAddress,
  "src/net/udp_ends.ts": netUdpEnds,
  "src/net/udp_errors.ts": netUdpErrors,
  "src/net/udp_options.ts": netUdpOptions,
  "src/net/udp_socket.ts": netUdpSocket,
  "src/pipe/anonymous_pipe.ts": pipeAnonymousPipe,
  "src/pipe/connect_pipe.ts": pipeConnectPipe,
  "src/pipe/pipe_connection.ts": pipePipeConnection,
  "src/pipe/pipe_handle.ts": pipePipeHandle,
  "src/pipe/pipe_listener.ts": pipePipeListener,
  "src/pipe/pipe_protocol.ts": pipePipeProtocol,
  "src/pipe/pipe_server.ts": pipePipeServer,
  "src/pipe/security.ts": pipeSecurity,
  "src/pipe/server_options.ts": pipeServerOptions,
  "src/proactor/arguments.ts": proactorArguments,
  "src/proactor/association.ts": proactorAssociation,
  "src/proactor/base_proactor.ts": proactorBaseProactor,
  "src/proactor/completion_port.ts": proactorCompletionPort,
  "src/proactor/default_proactor.ts": proactorDefaultProactor,
  "src/proactor/deferred_work.ts": proactorDeferredWork,
  "src/proactor/dependents.ts": proactorDependents,
  "src/proactor/dispatcher.ts": proactorDispatcher,
  "src/proactor/future.ts": proactorFuture,
  "src/proactor/future_tracker.ts": proactorFutureTracker,
  "src/proactor/handle_registry.ts": proactorHandleRegistry,
  "src/proactor/iocp_proactor.ts": proactorIocpProactor,
  "src/proactor/operation.ts": proactorOperation,
  "src/proactor/outstanding.ts": proactorOutstanding,
  "src/proactor/overlapped_calls.ts": proactorOverlappedCalls,
  "src/proactor/overlapped_future.ts": proactorOverlappedFuture,
  "src/proactor/packet_queue.ts": proactorPacketQueue,
  "src/proactor/pipe_dialer.ts": proactorPipeDialer,
  "src/proactor/port_handle.ts": proactorPortHandle,
  "src/proactor/port_options.ts": proactorPortOptions,
  "src/proactor/proactor_options.ts": proactorProactorOptions,
  "src/proactor/pump.ts": proactorPump,
  "src/proactor/warning_probe.ts": proactorWarningProbe,
  "src/stream/accept_queue.ts": streamAcceptQueue,
  "src/stream/channel.ts": streamChannel,
  "src/stream/channel_transport.ts": streamChannelTransport,
  "src/stream/protocol.ts": streamProtocol,
  "src/stream/read_half.ts": streamReadHalf,
  "src/stream/read_queue.ts": streamReadQueue,
  "src/stream/served_connection.ts": streamServedConnection,
  "src/stream/stream_connection.ts": streamStreamConnection,
  "src/stream/stream_io.ts": streamStreamIo,
  "src/stream/stream_server.ts": streamStreamServer,
  "src/stream/turn_budget.ts": streamTurnBudget,
  "src/stream/web_streams.ts": streamWebStreams,
  "src/stream/write_buffer_limits.ts": streamWriteBufferLimits,
  "src/stream/write_half.ts": streamWriteHalf,
};
