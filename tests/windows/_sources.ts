/**
 * The sources of the library as text. A worker may not read files under
 * `--allow-ffi` alone, so its modules are made of these. Written by
 * `_write_sources.ts`.
 *
 * @module
 */

import ffiAccount from "../../src/ffi/account.ts" with { type: "text" };
import ffiAdvapi32 from "../../src/ffi/advapi32.ts" with { type: "text" };
import ffiAsyncContext from "../../src/ffi/async_context.ts" with {
  type: "text",
};
import ffiBytes from "../../src/ffi/bytes.ts" with { type: "text" };
import ffiConstants from "../../src/ffi/constants.ts" with { type: "text" };
import ffiDuplicateHandle from "../../src/ffi/duplicate_handle.ts" with {
  type: "text",
};
import ffiErrors from "../../src/ffi/errors.ts" with { type: "text" };
import ffiFileApi from "../../src/ffi/file/api.ts" with { type: "text" };
import ffiFileConstants from "../../src/ffi/file/constants.ts" with {
  type: "text",
};
import ffiFileDefault from "../../src/ffi/file/default.ts" with {
  type: "text",
};
import ffiFileFilePath from "../../src/ffi/file/file_path.ts" with {
  type: "text",
};
import ffiFileKernel32 from "../../src/ffi/file/kernel32.ts" with {
  type: "text",
};
import ffiFileNative from "../../src/ffi/file/native.ts" with { type: "text" };
import ffiFileNtdll from "../../src/ffi/file/ntdll.ts" with { type: "text" };
import ffiFileStructs from "../../src/ffi/file/structs.ts" with {
  type: "text",
};
import ffiFileMode from "../../src/ffi/file_mode.ts" with { type: "text" };
import ffiKernel32 from "../../src/ffi/kernel32.ts" with { type: "text" };
import ffiLoad from "../../src/ffi/load.ts" with { type: "text" };
import ffiMachineCode from "../../src/ffi/machine_code.ts" with {
  type: "text",
};
import ffiMemory from "../../src/ffi/memory.ts" with { type: "text" };
import ffiNameApi from "../../src/ffi/name/api.ts" with { type: "text" };
import ffiNameNative from "../../src/ffi/name/native.ts" with { type: "text" };
import ffiNameStructs from "../../src/ffi/name/structs.ts" with {
  type: "text",
};
import ffiNativeWin32 from "../../src/ffi/native_win32.ts" with {
  type: "text",
};
import ffiNtdll from "../../src/ffi/ntdll.ts" with { type: "text" };
import ffiObjectAttributes from "../../src/ffi/object_attributes.ts" with {
  type: "text",
};
import ffiOutParameters from "../../src/ffi/out_parameters.ts" with {
  type: "text",
};
import ffiPacketWait from "../../src/ffi/packet_wait.ts" with { type: "text" };
import ffiPipeName from "../../src/ffi/pipe_name.ts" with { type: "text" };
import ffiProcessApi from "../../src/ffi/process/api.ts" with { type: "text" };
import ffiProcessDefault from "../../src/ffi/process/default.ts" with {
  type: "text",
};
import ffiProcessKernel32 from "../../src/ffi/process/kernel32.ts" with {
  type: "text",
};
import ffiProcessNative from "../../src/ffi/process/native.ts" with {
  type: "text",
};
import ffiProcessSpawnMemory from "../../src/ffi/process/spawn_memory.ts" with {
  type: "text",
};
import ffiProcessStructs from "../../src/ffi/process/structs.ts" with {
  type: "text",
};
import ffiSendfileApi from "../../src/ffi/sendfile/api.ts" with {
  type: "text",
};
import ffiSendfileKernel32 from "../../src/ffi/sendfile/kernel32.ts" with {
  type: "text",
};
import ffiSendfileNative from "../../src/ffi/sendfile/native.ts" with {
  type: "text",
};
import ffiSendfileNtdll from "../../src/ffi/sendfile/ntdll.ts" with {
  type: "text",
};
import ffiSocketAfd from "../../src/ffi/socket/afd.ts" with { type: "text" };
import ffiSocketApi from "../../src/ffi/socket/api.ts" with { type: "text" };
import ffiSocketBacklog from "../../src/ffi/socket/backlog.ts" with {
  type: "text",
};
import ffiSocketCallByAddress from "../../src/ffi/socket/call_by_address.ts" with {
  type: "text",
};
import ffiSocketConstants from "../../src/ffi/socket/constants.ts" with {
  type: "text",
};
import ffiSocketDefault from "../../src/ffi/socket/default.ts" with {
  type: "text",
};
import ffiSocketDestination from "../../src/ffi/socket/destination.ts" with {
  type: "text",
};
import ffiSocketIpAddress from "../../src/ffi/socket/ip_address.ts" with {
  type: "text",
};
import ffiSocketKernel32 from "../../src/ffi/socket/kernel32.ts" with {
  type: "text",
};
import ffiSocketMswsock from "../../src/ffi/socket/mswsock.ts" with {
  type: "text",
};
import ffiSocketNative from "../../src/ffi/socket/native.ts" with {
  type: "text",
};
import ffiSocketSockaddr from "../../src/ffi/socket/sockaddr.ts" with {
  type: "text",
};
import ffiSocketSocketExtensions from "../../src/ffi/socket/socket_extensions.ts" with {
  type: "text",
};
import ffiSocketStructs from "../../src/ffi/socket/structs.ts" with {
  type: "text",
};
import ffiSocketUnreachable from "../../src/ffi/socket/unreachable.ts" with {
  type: "text",
};
import ffiSocketWinsock from "../../src/ffi/socket/winsock.ts" with {
  type: "text",
};
import ffiSocketWs232 from "../../src/ffi/socket/ws2_32.ts" with {
  type: "text",
};
import ffiSocketFileApi from "../../src/ffi/socket_file/api.ts" with {
  type: "text",
};
import ffiSocketFileKernel32 from "../../src/ffi/socket_file/kernel32.ts" with {
  type: "text",
};
import ffiSocketFileNative from "../../src/ffi/socket_file/native.ts" with {
  type: "text",
};
import ffiStructs from "../../src/ffi/structs.ts" with { type: "text" };
import ffiSymbols from "../../src/ffi/symbols.ts" with { type: "text" };
import ffiSystemFolder from "../../src/ffi/system_folder.ts" with {
  type: "text",
};
import ffiThreadKernel32 from "../../src/ffi/thread/kernel32.ts" with {
  type: "text",
};
import ffiThreadNative from "../../src/ffi/thread/native.ts" with {
  type: "text",
};
import ffiThreadIoApi from "../../src/ffi/thread_io/api.ts" with {
  type: "text",
};
import ffiThreadIoDefault from "../../src/ffi/thread_io/default.ts" with {
  type: "text",
};
import ffiThreadIoKernel32 from "../../src/ffi/thread_io/kernel32.ts" with {
  type: "text",
};
import ffiThreadIoNative from "../../src/ffi/thread_io/native.ts" with {
  type: "text",
};
import ffiThreadIoNtdll from "../../src/ffi/thread_io/ntdll.ts" with {
  type: "text",
};
import ffiThreadIoThreadTransfer from "../../src/ffi/thread_io/thread_transfer.ts" with {
  type: "text",
};
import ffiThrown from "../../src/ffi/thrown.ts" with { type: "text" };
import ffiTraceback from "../../src/ffi/traceback.ts" with { type: "text" };
import ffiUserSid from "../../src/ffi/user_sid.ts" with { type: "text" };
import ffiWaitApi from "../../src/ffi/wait/api.ts" with { type: "text" };
import ffiWaitKernel32 from "../../src/ffi/wait/kernel32.ts" with {
  type: "text",
};
import ffiWaitNative from "../../src/ffi/wait/native.ts" with { type: "text" };
import ffiWaitNtdll from "../../src/ffi/wait/ntdll.ts" with { type: "text" };
import ffiWaitWaitCallback from "../../src/ffi/wait/wait_callback.ts" with {
  type: "text",
};
import ffiWin32Api from "../../src/ffi/win32_api.ts" with { type: "text" };
import fileBlockCopy from "../../src/file/block_copy.ts" with { type: "text" };
import fileChangeEvents from "../../src/file/change_events.ts" with {
  type: "text",
};
import fileChangeReader from "../../src/file/change_reader.ts" with {
  type: "text",
};
import fileCopyFile from "../../src/file/copy_file.ts" with { type: "text" };
import fileCopyTo from "../../src/file/copy_to.ts" with { type: "text" };
import fileDirectoryWatcher from "../../src/file/directory_watcher.ts" with {
  type: "text",
};
import fileFileBuffers from "../../src/file/file_buffers.ts" with {
  type: "text",
};
import fileFileCalls from "../../src/file/file_calls.ts" with { type: "text" };
import fileFileCore from "../../src/file/file_core.ts" with { type: "text" };
import fileFileInfo from "../../src/file/file_info.ts" with { type: "text" };
import fileFileLane from "../../src/file/file_lane.ts" with { type: "text" };
import fileFileStreams from "../../src/file/file_streams.ts" with {
  type: "text",
};
import fileInOrder from "../../src/file/in_order.ts" with { type: "text" };
import fileMod from "../../src/file/mod.ts" with { type: "text" };
import fileOpenFile from "../../src/file/open_file.ts" with { type: "text" };
import fileOpenHandle from "../../src/file/open_handle.ts" with {
  type: "text",
};
import fileOpenOptions from "../../src/file/open_options.ts" with {
  type: "text",
};
import fileOverlappedFile from "../../src/file/overlapped_file.ts" with {
  type: "text",
};
import fileReadAhead from "../../src/file/read_ahead.ts" with { type: "text" };
import fileTransfer from "../../src/file/transfer.ts" with { type: "text" };
import fileWatchDirectory from "../../src/file/watch_directory.ts" with {
  type: "text",
};
import loopArguments from "../../src/loop/arguments.ts" with { type: "text" };
import loopCallSoonThreadsafe from "../../src/loop/call_soon_threadsafe.ts" with {
  type: "text",
};
import loopConnections from "../../src/loop/connections.ts" with {
  type: "text",
};
import loopDebugMode from "../../src/loop/debug_mode.ts" with { type: "text" };
import loopDefaultExecutor from "../../src/loop/default_executor.ts" with {
  type: "text",
};
import loopExceptionHandler from "../../src/loop/exception_handler.ts" with {
  type: "text",
};
import loopExecutorError from "../../src/loop/executor_error.ts" with {
  type: "text",
};
import loopExecutorWorker from "../../src/loop/executor_worker.ts" with {
  type: "text",
};
import loopHandles from "../../src/loop/handles.ts" with { type: "text" };
import loopHost from "../../src/loop/host.ts" with { type: "text" };
import loopLifecycle from "../../src/loop/lifecycle.ts" with { type: "text" };
import loopLoopContext from "../../src/loop/loop_context.ts" with {
  type: "text",
};
import loopLoopOptions from "../../src/loop/loop_options.ts" with {
  type: "text",
};
import loopMod from "../../src/loop/mod.ts" with { type: "text" };
import loopPolicy from "../../src/loop/policy.ts" with { type: "text" };
import loopPoolWorker from "../../src/loop/pool_worker.ts" with {
  type: "text",
};
import loopPostGate from "../../src/loop/post_gate.ts" with { type: "text" };
import loopProactorEventLoop from "../../src/loop/proactor_event_loop.ts" with {
  type: "text",
};
import loopReaders from "../../src/loop/readers.ts" with { type: "text" };
import loopRegistry from "../../src/loop/registry.ts" with { type: "text" };
import loopRemoteCallback from "../../src/loop/remote_callback.ts" with {
  type: "text",
};
import loopRunner from "../../src/loop/runner.ts" with { type: "text" };
import loopRunningTask from "../../src/loop/running_task.ts" with {
  type: "text",
};
import loopScheduler from "../../src/loop/scheduler.ts" with { type: "text" };
import loopScheduling from "../../src/loop/scheduling.ts" with { type: "text" };
import loopSecured from "../../src/loop/secured.ts" with { type: "text" };
import loopSendAll from "../../src/loop/send_all.ts" with { type: "text" };
import loopServer from "../../src/loop/server.ts" with { type: "text" };
import loopServers from "../../src/loop/servers.ts" with { type: "text" };
import loopSignalHandlers from "../../src/loop/signal_handlers.ts" with {
  type: "text",
};
import loopSockCalls from "../../src/loop/sock_calls.ts" with { type: "text" };
import loopSocketSink from "../../src/loop/socket_sink.ts" with {
  type: "text",
};
import loopSubprocesses from "../../src/loop/subprocesses.ts" with {
  type: "text",
};
import loopTask from "../../src/loop/task.ts" with { type: "text" };
import loopTaskGroup from "../../src/loop/task_group.ts" with { type: "text" };
import loopTaskQueries from "../../src/loop/task_queries.ts" with {
  type: "text",
};
import loopTasks from "../../src/loop/tasks.ts" with { type: "text" };
import loopTimeouts from "../../src/loop/timeouts.ts" with { type: "text" };
import loopTimerHeap from "../../src/loop/timer_heap.ts" with { type: "text" };
import loopTransports from "../../src/loop/transports.ts" with { type: "text" };
import loopWorkerExecutor from "../../src/loop/worker_executor.ts" with {
  type: "text",
};
import netMod from "../../src/net/mod.ts" with { type: "text" };
import netNamesAddressInfo from "../../src/net/names/address_info.ts" with {
  type: "text",
};
import netNamesResolve from "../../src/net/names/resolve.ts" with {
  type: "text",
};
import netNamesService from "../../src/net/names/service.ts" with {
  type: "text",
};
import netReadinessReadiness from "../../src/net/readiness/readiness.ts" with {
  type: "text",
};
import netReadinessReadinessSource from "../../src/net/readiness/readiness_source.ts" with {
  type: "text",
};
import netReadinessWatches from "../../src/net/readiness/watches.ts" with {
  type: "text",
};
import netSocketAddressSharing from "../../src/net/socket/address_sharing.ts" with {
  type: "text",
};
import netSocketBindAll from "../../src/net/socket/bind_all.ts" with {
  type: "text",
};
import netSocketCallGate from "../../src/net/socket/call_gate.ts" with {
  type: "text",
};
import netSocketClientLeft from "../../src/net/socket/client_left.ts" with {
  type: "text",
};
import netSocketClientSocket from "../../src/net/socket/client_socket.ts" with {
  type: "text",
};
import netSocketConnectAttempt from "../../src/net/socket/connect_attempt.ts" with {
  type: "text",
};
import netSocketPolledConnect from "../../src/net/socket/polled_connect.ts" with {
  type: "text",
};
import netSocketSocket from "../../src/net/socket/socket.ts" with {
  type: "text",
};
import netSocketSocketIo from "../../src/net/socket/socket_io.ts" with {
  type: "text",
};
import netSocketSocketKind from "../../src/net/socket/socket_kind.ts" with {
  type: "text",
};
import netSocketSocketListener from "../../src/net/socket/socket_listener.ts" with {
  type: "text",
};
import netSocketSocketOptions from "../../src/net/socket/socket_options.ts" with {
  type: "text",
};
import netSocketSocketServer from "../../src/net/socket/socket_server.ts" with {
  type: "text",
};
import netSocketSocketTransport from "../../src/net/socket/socket_transport.ts" with {
  type: "text",
};
import netSocketTimeLimit from "../../src/net/socket/time_limit.ts" with {
  type: "text",
};
import netSocketTransportSocket from "../../src/net/socket/transport_socket.ts" with {
  type: "text",
};
import netTcpAcceptedSocket from "../../src/net/tcp/accepted_socket.ts" with {
  type: "text",
};
import netTcpAdoptListener from "../../src/net/tcp/adopt_listener.ts" with {
  type: "text",
};
import netTcpConnectRace from "../../src/net/tcp/connect_race.ts" with {
  type: "text",
};
import netTcpConnectTcp from "../../src/net/tcp/connect_tcp.ts" with {
  type: "text",
};
import netTcpServerAddresses from "../../src/net/tcp/server_addresses.ts" with {
  type: "text",
};
import netTcpTcpConnection from "../../src/net/tcp/tcp_connection.ts" with {
  type: "text",
};
import netTcpTcpListener from "../../src/net/tcp/tcp_listener.ts" with {
  type: "text",
};
import netTcpTcpProtocol from "../../src/net/tcp/tcp_protocol.ts" with {
  type: "text",
};
import netTcpTcpSocket from "../../src/net/tcp/tcp_socket.ts" with {
  type: "text",
};
import netTlsOpenTls from "../../src/net/tls/open_tls.ts" with { type: "text" };
import netTlsServerName from "../../src/net/tls/server_name.ts" with {
  type: "text",
};
import netTlsStartTls from "../../src/net/tls/start_tls.ts" with {
  type: "text",
};
import netTlsSubjectAltNames from "../../src/net/tls/subject_alt_names.ts" with {
  type: "text",
};
import netTlsTlsConnection from "../../src/net/tls/tls_connection.ts" with {
  type: "text",
};
import netTlsTlsDuplex from "../../src/net/tls/tls_duplex.ts" with {
  type: "text",
};
import netTlsTlsErrors from "../../src/net/tls/tls_errors.ts" with {
  type: "text",
};
import netTlsTlsOptions from "../../src/net/tls/tls_options.ts" with {
  type: "text",
};
import netTlsTlsPart from "../../src/net/tls/tls_part.ts" with { type: "text" };
import netTlsTlsProtocol from "../../src/net/tls/tls_protocol.ts" with {
  type: "text",
};
import netTlsTlsSession from "../../src/net/tls/tls_session.ts" with {
  type: "text",
};
import netTlsTlsSetup from "../../src/net/tls/tls_setup.ts" with {
  type: "text",
};
import netTlsTlsTransport from "../../src/net/tls/tls_transport.ts" with {
  type: "text",
};
import netTlsTransportConnection from "../../src/net/tls/transport_connection.ts" with {
  type: "text",
};
import netUdpAdoptDatagrams from "../../src/net/udp/adopt_datagrams.ts" with {
  type: "text",
};
import netUdpDatagramChannel from "../../src/net/udp/datagram_channel.ts" with {
  type: "text",
};
import netUdpDatagramChannelTransport from "../../src/net/udp/datagram_channel_transport.ts" with {
  type: "text",
};
import netUdpDatagramEndpoint from "../../src/net/udp/datagram_endpoint.ts" with {
  type: "text",
};
import netUdpDatagramProtocol from "../../src/net/udp/datagram_protocol.ts" with {
  type: "text",
};
import netUdpDatagramReader from "../../src/net/udp/datagram_reader.ts" with {
  type: "text",
};
import netUdpDatagramSender from "../../src/net/udp/datagram_sender.ts" with {
  type: "text",
};
import netUdpDatagramWriter from "../../src/net/udp/datagram_writer.ts" with {
  type: "text",
};
import netUdpMulticast from "../../src/net/udp/multicast.ts" with {
  type: "text",
};
import netUdpOpenDatagramSocket from "../../src/net/udp/open_datagram_socket.ts" with {
  type: "text",
};
import netUdpReceiveQueue from "../../src/net/udp/receive_queue.ts" with {
  type: "text",
};
import netUdpTargetEncoder from "../../src/net/udp/target_encoder.ts" with {
  type: "text",
};
import netUdpUdpAddress from "../../src/net/udp/udp_address.ts" with {
  type: "text",
};
import netUdpUdpEnds from "../../src/net/udp/udp_ends.ts" with { type: "text" };
import netUdpUdpErrors from "../../src/net/udp/udp_errors.ts" with {
  type: "text",
};
import netUdpUdpIteration from "../../src/net/udp/udp_iteration.ts" with {
  type: "text",
};
import netUdpUdpOptions from "../../src/net/udp/udp_options.ts" with {
  type: "text",
};
import netUdpUdpParts from "../../src/net/udp/udp_parts.ts" with {
  type: "text",
};
import netUdpUdpSocket from "../../src/net/udp/udp_socket.ts" with {
  type: "text",
};
import netUnixConnectUnix from "../../src/net/unix/connect_unix.ts" with {
  type: "text",
};
import netUnixUnixConnection from "../../src/net/unix/unix_connection.ts" with {
  type: "text",
};
import netUnixUnixListener from "../../src/net/unix/unix_listener.ts" with {
  type: "text",
};
import netUnixUnixProtocol from "../../src/net/unix/unix_protocol.ts" with {
  type: "text",
};
import netUnixUnixSocket from "../../src/net/unix/unix_socket.ts" with {
  type: "text",
};
import pipeAnonymousPipe from "../../src/pipe/anonymous_pipe.ts" with {
  type: "text",
};
import pipeConnectPipe from "../../src/pipe/connect_pipe.ts" with {
  type: "text",
};
import pipeMod from "../../src/pipe/mod.ts" with { type: "text" };
import pipePipeAccess from "../../src/pipe/pipe_access.ts" with {
  type: "text",
};
import pipePipeConnection from "../../src/pipe/pipe_connection.ts" with {
  type: "text",
};
import pipePipeHandle from "../../src/pipe/pipe_handle.ts" with {
  type: "text",
};
import pipePipeIo from "../../src/pipe/pipe_io.ts" with { type: "text" };
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
import proactorCallAfdDevices from "../../src/proactor/call/afd_devices.ts" with {
  type: "text",
};
import proactorCallCallHost from "../../src/proactor/call/call_host.ts" with {
  type: "text",
};
import proactorCallConnectPoll from "../../src/proactor/call/connect_poll.ts" with {
  type: "text",
};
import proactorCallFileToSend from "../../src/proactor/call/file_to_send.ts" with {
  type: "text",
};
import proactorCallGather from "../../src/proactor/call/gather.ts" with {
  type: "text",
};
import proactorCallOpenPath from "../../src/proactor/call/open_path.ts" with {
  type: "text",
};
import proactorCallOverlappedCalls from "../../src/proactor/call/overlapped_calls.ts" with {
  type: "text",
};
import proactorCallPipeDialer from "../../src/proactor/call/pipe_dialer.ts" with {
  type: "text",
};
import proactorCallPipeOperations from "../../src/proactor/call/pipe_operations.ts" with {
  type: "text",
};
import proactorCallPolledConnectFuture from "../../src/proactor/call/polled_connect_future.ts" with {
  type: "text",
};
import proactorCallPolledSocket from "../../src/proactor/call/polled_socket.ts" with {
  type: "text",
};
import proactorCallSocketAssociation from "../../src/proactor/call/socket_association.ts" with {
  type: "text",
};
import proactorCallSocketCalls from "../../src/proactor/call/socket_calls.ts" with {
  type: "text",
};
import proactorCallSocketConnectCalls from "../../src/proactor/call/socket_connect_calls.ts" with {
  type: "text",
};
import proactorCallSocketOperations from "../../src/proactor/call/socket_operations.ts" with {
  type: "text",
};
import proactorCallSocketPoller from "../../src/proactor/call/socket_poller.ts" with {
  type: "text",
};
import proactorCallTransactCall from "../../src/proactor/call/transact_call.ts" with {
  type: "text",
};
import proactorCallTransferOperations from "../../src/proactor/call/transfer_operations.ts" with {
  type: "text",
};
import proactorCallTransmitCall from "../../src/proactor/call/transmit_call.ts" with {
  type: "text",
};
import proactorCallTransmitFile from "../../src/proactor/call/transmit_file.ts" with {
  type: "text",
};
import proactorCallTransmitOptions from "../../src/proactor/call/transmit_options.ts" with {
  type: "text",
};
import proactorDefaultPort from "../../src/proactor/default_port.ts" with {
  type: "text",
};
import proactorDefaultProactor from "../../src/proactor/default_proactor.ts" with {
  type: "text",
};
import proactorDrainPipe from "../../src/proactor/drain_pipe.ts" with {
  type: "text",
};
import proactorFutureCancelBySignal from "../../src/proactor/future/cancel_by_signal.ts" with {
  type: "text",
};
import proactorFutureFailures from "../../src/proactor/future/failures.ts" with {
  type: "text",
};
import proactorFutureFuture from "../../src/proactor/future/future.ts" with {
  type: "text",
};
import proactorFutureFutureHost from "../../src/proactor/future/future_host.ts" with {
  type: "text",
};
import proactorFutureFutureTracker from "../../src/proactor/future/future_tracker.ts" with {
  type: "text",
};
import proactorFutureOverlappedFuture from "../../src/proactor/future/overlapped_future.ts" with {
  type: "text",
};
import proactorIocpProactor from "../../src/proactor/iocp_proactor.ts" with {
  type: "text",
};
import proactorMod from "../../src/proactor/mod.ts" with { type: "text" };
import proactorPortAssociation from "../../src/proactor/port/association.ts" with {
  type: "text",
};
import proactorPortCallBudget from "../../src/proactor/port/call_budget.ts" with {
  type: "text",
};
import proactorPortCallOutcome from "../../src/proactor/port/call_outcome.ts" with {
  type: "text",
};
import proactorPortCallQueue from "../../src/proactor/port/call_queue.ts" with {
  type: "text",
};
import proactorPortCallReference from "../../src/proactor/port/call_reference.ts" with {
  type: "text",
};
import proactorPortCompletionPort from "../../src/proactor/port/completion_port.ts" with {
  type: "text",
};
import proactorPortDeferredWork from "../../src/proactor/port/deferred_work.ts" with {
  type: "text",
};
import proactorPortDispatcher from "../../src/proactor/port/dispatcher.ts" with {
  type: "text",
};
import proactorPortFifo from "../../src/proactor/port/fifo.ts" with {
  type: "text",
};
import proactorPortForgotten from "../../src/proactor/port/forgotten.ts" with {
  type: "text",
};
import proactorPortHandleRegistry from "../../src/proactor/port/handle_registry.ts" with {
  type: "text",
};
import proactorPortLateReads from "../../src/proactor/port/late_reads.ts" with {
  type: "text",
};
import proactorPortOperation from "../../src/proactor/port/operation.ts" with {
  type: "text",
};
import proactorPortOutstanding from "../../src/proactor/port/outstanding.ts" with {
  type: "text",
};
import proactorPortPacketQueue from "../../src/proactor/port/packet_queue.ts" with {
  type: "text",
};
import proactorPortPortHandle from "../../src/proactor/port/port_handle.ts" with {
  type: "text",
};
import proactorPortPortLife from "../../src/proactor/port/port_life.ts" with {
  type: "text",
};
import proactorPortPortOptions from "../../src/proactor/port/port_options.ts" with {
  type: "text",
};
import proactorPortPump from "../../src/proactor/port/pump.ts" with {
  type: "text",
};
import proactorPortSettleOrder from "../../src/proactor/port/settle_order.ts" with {
  type: "text",
};
import proactorPortSlowCalls from "../../src/proactor/port/slow_calls.ts" with {
  type: "text",
};
import proactorPortWarningProbe from "../../src/proactor/port/warning_probe.ts" with {
  type: "text",
};
import proactorProactorCore from "../../src/proactor/proactor_core.ts" with {
  type: "text",
};
import proactorProactorOptions from "../../src/proactor/proactor_options.ts" with {
  type: "text",
};
import proactorProactorParts from "../../src/proactor/proactor_parts.ts" with {
  type: "text",
};
import proactorSocketArguments from "../../src/proactor/socket_arguments.ts" with {
  type: "text",
};
import proactorWaitDrains from "../../src/proactor/wait/drains.ts" with {
  type: "text",
};
import proactorWaitHandleWait from "../../src/proactor/wait/handle_wait.ts" with {
  type: "text",
};
import proactorWaitHandleWaits from "../../src/proactor/wait/handle_waits.ts" with {
  type: "text",
};
import proactorWaitWaitCancelFuture from "../../src/proactor/wait/wait_cancel_future.ts" with {
  type: "text",
};
import proactorWaitWaitHandleFuture from "../../src/proactor/wait/wait_handle_future.ts" with {
  type: "text",
};
import proactorWaitWaitOperations from "../../src/proactor/wait/wait_operations.ts" with {
  type: "text",
};
import processAdoptHandle from "../../src/process/adopt_handle.ts" with {
  type: "text",
};
import processBatchCommand from "../../src/process/batch_command.ts" with {
  type: "text",
};
import processChildProcess from "../../src/process/child_process.ts" with {
  type: "text",
};
import processChildTransport from "../../src/process/child_transport.ts" with {
  type: "text",
};
import processCommandLine from "../../src/process/command_line.ts" with {
  type: "text",
};
import processEnvironment from "../../src/process/environment.ts" with {
  type: "text",
};
import processFindProgram from "../../src/process/find_program.ts" with {
  type: "text",
};
import processHandleKind from "../../src/process/handle_kind.ts" with {
  type: "text",
};
import processHandleStream from "../../src/process/handle_stream.ts" with {
  type: "text",
};
import processInheritance from "../../src/process/inheritance.ts" with {
  type: "text",
};
import processLaunch from "../../src/process/launch.ts" with { type: "text" };
import processMod from "../../src/process/mod.ts" with { type: "text" };
import processOpenSubprocess from "../../src/process/open_subprocess.ts" with {
  type: "text",
};
import processShortPath from "../../src/process/short_path.ts" with {
  type: "text",
};
import processStandardStreams from "../../src/process/standard_streams.ts" with {
  type: "text",
};
import processStdioEnds from "../../src/process/stdio_ends.ts" with {
  type: "text",
};
import processSubprocess from "../../src/process/subprocess.ts" with {
  type: "text",
};
import processSubprocessExec from "../../src/process/subprocess_exec.ts" with {
  type: "text",
};
import processSubprocessOptions from "../../src/process/subprocess_options.ts" with {
  type: "text",
};
import processSubprocessProtocol from "../../src/process/subprocess_protocol.ts" with {
  type: "text",
};
import streamAcceptQueue from "../../src/stream/accept_queue.ts" with {
  type: "text",
};
import streamChannel from "../../src/stream/channel.ts" with { type: "text" };
import streamChannelTransport from "../../src/stream/channel_transport.ts" with {
  type: "text",
};
import streamCloseDeadline from "../../src/stream/close_deadline.ts" with {
  type: "text",
};
import streamConn from "../../src/stream/conn.ts" with { type: "text" };
import streamConnectionFront from "../../src/stream/connection_front.ts" with {
  type: "text",
};
import streamConnectionWrites from "../../src/stream/connection_writes.ts" with {
  type: "text",
};
import streamFileMover from "../../src/stream/file_mover.ts" with {
  type: "text",
};
import streamFileReader from "../../src/stream/file_reader.ts" with {
  type: "text",
};
import streamFileSender from "../../src/stream/file_sender.ts" with {
  type: "text",
};
import streamFileStream from "../../src/stream/file_stream.ts" with {
  type: "text",
};
import streamFillBuffer from "../../src/stream/fill_buffer.ts" with {
  type: "text",
};
import streamNodeAddress from "../../src/stream/node_address.ts" with {
  type: "text",
};
import streamNodeDuplex from "../../src/stream/node_duplex.ts" with {
  type: "text",
};
import streamNodeErrors from "../../src/stream/node_errors.ts" with {
  type: "text",
};
import streamOwnedWritable from "../../src/stream/owned_writable.ts" with {
  type: "text",
};
import streamProtocol from "../../src/stream/protocol.ts" with { type: "text" };
import streamProtocolCaller from "../../src/stream/protocol_caller.ts" with {
  type: "text",
};
import streamReadHalf from "../../src/stream/read_half.ts" with {
  type: "text",
};
import streamReadQueue from "../../src/stream/read_queue.ts" with {
  type: "text",
};
import streamSendFile from "../../src/stream/send_file.ts" with {
  type: "text",
};
import streamServedConnection from "../../src/stream/served_connection.ts" with {
  type: "text",
};
import streamServerCore from "../../src/stream/server_core.ts" with {
  type: "text",
};
import streamServerFront from "../../src/stream/server_front.ts" with {
  type: "text",
};
import streamStreamConnection from "../../src/stream/stream_connection.ts" with {
  type: "text",
};
import streamStreamIo from "../../src/stream/stream_io.ts" with {
  type: "text",
};
import streamStreamParts from "../../src/stream/stream_parts.ts" with {
  type: "text",
};
import streamStreamServer from "../../src/stream/stream_server.ts" with {
  type: "text",
};
import streamStreamTraits from "../../src/stream/stream_traits.ts" with {
  type: "text",
};
import streamThreadIo from "../../src/stream/thread_io.ts" with {
  type: "text",
};
import streamToNodeDuplex from "../../src/stream/to_node_duplex.ts" with {
  type: "text",
};
import streamTransmitPace from "../../src/stream/transmit_pace.ts" with {
  type: "text",
};
import streamTransmitSlots from "../../src/stream/transmit_slots.ts" with {
  type: "text",
};
import streamTransportSink from "../../src/stream/transport_sink.ts" with {
  type: "text",
};
import streamTurnBudget from "../../src/stream/turn_budget.ts" with {
  type: "text",
};
import streamWaitOptions from "../../src/stream/wait_options.ts" with {
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
import streamWriteOptions from "../../src/stream/write_options.ts" with {
  type: "text",
};
import streamWriteQueue from "../../src/stream/write_queue.ts" with {
  type: "text",
};
import streamWriteTurn from "../../src/stream/write_turn.ts" with {
  type: "text",
};

/** TypeScript by path. */
export const SOURCES: Readonly<Record<string, string>> = {
  "src/ffi/account.ts": ffiAccount,
  "src/ffi/advapi32.ts": ffiAdvapi32,
  "src/ffi/async_context.ts": ffiAsyncContext,
  "src/ffi/bytes.ts": ffiBytes,
  "src/ffi/constants.ts": ffiConstants,
  "src/ffi/duplicate_handle.ts": ffiDuplicateHandle,
  "src/ffi/errors.ts": ffiErrors,
  "src/ffi/file/api.ts": ffiFileApi,
  "src/ffi/file/constants.ts": ffiFileConstants,
  "src/ffi/file/default.ts": ffiFileDefault,
  "src/ffi/file/file_path.ts": ffiFileFilePath,
  "src/ffi/file/kernel32.ts": ffiFileKernel32,
  "src/ffi/file/native.ts": ffiFileNative,
  "src/ffi/file/ntdll.ts": ffiFileNtdll,
  "src/ffi/file/structs.ts": ffiFileStructs,
  "src/ffi/file_mode.ts": ffiFileMode,
  "src/ffi/kernel32.ts": ffiKernel32,
  "src/ffi/load.ts": ffiLoad,
  "src/ffi/machine_code.ts": ffiMachineCode,
  "src/ffi/memory.ts": ffiMemory,
  "src/ffi/name/api.ts": ffiNameApi,
  "src/ffi/name/native.ts": ffiNameNative,
  "src/ffi/name/structs.ts": ffiNameStructs,
  "src/ffi/native_win32.ts": ffiNativeWin32,
  "src/ffi/ntdll.ts": ffiNtdll,
  "src/ffi/object_attributes.ts": ffiObjectAttributes,
  "src/ffi/out_parameters.ts": ffiOutParameters,
  "src/ffi/packet_wait.ts": ffiPacketWait,
  "src/ffi/pipe_name.ts": ffiPipeName,
  "src/ffi/process/api.ts": ffiProcessApi,
  "src/ffi/process/default.ts": ffiProcessDefault,
  "src/ffi/process/kernel32.ts": ffiProcessKernel32,
  "src/ffi/process/native.ts": ffiProcessNative,
  "src/ffi/process/spawn_memory.ts": ffiProcessSpawnMemory,
  "src/ffi/process/structs.ts": ffiProcessStructs,
  "src/ffi/sendfile/api.ts": ffiSendfileApi,
  "src/ffi/sendfile/kernel32.ts": ffiSendfileKernel32,
  "src/ffi/sendfile/native.ts": ffiSendfileNative,
  "src/ffi/sendfile/ntdll.ts": ffiSendfileNtdll,
  "src/ffi/socket/afd.ts": ffiSocketAfd,
  "src/ffi/socket/api.ts": ffiSocketApi,
  "src/ffi/socket/backlog.ts": ffiSocketBacklog,
  "src/ffi/socket/call_by_address.ts": ffiSocketCallByAddress,
  "src/ffi/socket/constants.ts": ffiSocketConstants,
  "src/ffi/socket/default.ts": ffiSocketDefault,
  "src/ffi/socket/destination.ts": ffiSocketDestination,
  "src/ffi/socket/ip_address.ts": ffiSocketIpAddress,
  "src/ffi/socket/kernel32.ts": ffiSocketKernel32,
  "src/ffi/socket/mswsock.ts": ffiSocketMswsock,
  "src/ffi/socket/native.ts": ffiSocketNative,
  "src/ffi/socket/sockaddr.ts": ffiSocketSockaddr,
  "src/ffi/socket/socket_extensions.ts": ffiSocketSocketExtensions,
  "src/ffi/socket/structs.ts": ffiSocketStructs,
  "src/ffi/socket/unreachable.ts": ffiSocketUnreachable,
  "src/ffi/socket/winsock.ts": ffiSocketWinsock,
  "src/ffi/socket/ws2_32.ts": ffiSocketWs232,
  "src/ffi/socket_file/api.ts": ffiSocketFileApi,
  "src/ffi/socket_file/kernel32.ts": ffiSocketFileKernel32,
  "src/ffi/socket_file/native.ts": ffiSocketFileNative,
  "src/ffi/structs.ts": ffiStructs,
  "src/ffi/symbols.ts": ffiSymbols,
  "src/ffi/system_folder.ts": ffiSystemFolder,
  "src/ffi/thread/kernel32.ts": ffiThreadKernel32,
  "src/ffi/thread/native.ts": ffiThreadNative,
  "src/ffi/thread_io/api.ts": ffiThreadIoApi,
  "src/ffi/thread_io/default.ts": ffiThreadIoDefault,
  "src/ffi/thread_io/kernel32.ts": ffiThreadIoKernel32,
  "src/ffi/thread_io/native.ts": ffiThreadIoNative,
  "src/ffi/thread_io/ntdll.ts": ffiThreadIoNtdll,
  "src/ffi/thread_io/thread_transfer.ts": ffiThreadIoThreadTransfer,
  "src/ffi/thrown.ts": ffiThrown,
  "src/ffi/traceback.ts": ffiTraceback,
  "src/ffi/user_sid.ts": ffiUserSid,
  "src/ffi/wait/api.ts": ffiWaitApi,
  "src/ffi/wait/kernel32.ts": ffiWaitKernel32,
  "src/ffi/wait/native.ts": ffiWaitNative,
  "src/ffi/wait/ntdll.ts": ffiWaitNtdll,
  "src/ffi/wait/wait_callback.ts": ffiWaitWaitCallback,
  "src/ffi/win32_api.ts": ffiWin32Api,
  "src/file/block_copy.ts": fileBlockCopy,
  "src/file/change_events.ts": fileChangeEvents,
  "src/file/change_reader.ts": fileChangeReader,
  "src/file/copy_file.ts": fileCopyFile,
  "src/file/copy_to.ts": fileCopyTo,
  "src/file/directory_watcher.ts": fileDirectoryWatcher,
  "src/file/file_buffers.ts": fileFileBuffers,
  "src/file/file_calls.ts": fileFileCalls,
  "src/file/file_core.ts": fileFileCore,
  "src/file/file_info.ts": fileFileInfo,
  "src/file/file_lane.ts": fileFileLane,
  "src/file/file_streams.ts": fileFileStreams,
  "src/file/in_order.ts": fileInOrder,
  "src/file/mod.ts": fileMod,
  "src/file/open_file.ts": fileOpenFile,
  "src/file/open_handle.ts": fileOpenHandle,
  "src/file/open_options.ts": fileOpenOptions,
  "src/file/overlapped_file.ts": fileOverlappedFile,
  "src/file/read_ahead.ts": fileReadAhead,
  "src/file/transfer.ts": fileTransfer,
  "src/file/watch_directory.ts": fileWatchDirectory,
  "src/loop/arguments.ts": loopArguments,
  "src/loop/call_soon_threadsafe.ts": loopCallSoonThreadsafe,
  "src/loop/connections.ts": loopConnections,
  "src/loop/debug_mode.ts": loopDebugMode,
  "src/loop/default_executor.ts": loopDefaultExecutor,
  "src/loop/exception_handler.ts": loopExceptionHandler,
  "src/loop/executor_error.ts": loopExecutorError,
  "src/loop/executor_worker.ts": loopExecutorWorker,
  "src/loop/handles.ts": loopHandles,
  "src/loop/host.ts": loopHost,
  "src/loop/lifecycle.ts": loopLifecycle,
  "src/loop/loop_context.ts": loopLoopContext,
  "src/loop/loop_options.ts": loopLoopOptions,
  "src/loop/mod.ts": loopMod,
  "src/loop/policy.ts": loopPolicy,
  "src/loop/pool_worker.ts": loopPoolWorker,
  "src/loop/post_gate.ts": loopPostGate,
  "src/loop/proactor_event_loop.ts": loopProactorEventLoop,
  "src/loop/readers.ts": loopReaders,
  "src/loop/registry.ts": loopRegistry,
  "src/loop/remote_callback.ts": loopRemoteCallback,
  "src/loop/runner.ts": loopRunner,
  "src/loop/running_task.ts": loopRunningTask,
  "src/loop/scheduler.ts": loopScheduler,
  "src/loop/scheduling.ts": loopScheduling,
  "src/loop/secured.ts": loopSecured,
  "src/loop/send_all.ts": loopSendAll,
  "src/loop/server.ts": loopServer,
  "src/loop/servers.ts": loopServers,
  "src/loop/signal_handlers.ts": loopSignalHandlers,
  "src/loop/sock_calls.ts": loopSockCalls,
  "src/loop/socket_sink.ts": loopSocketSink,
  "src/loop/subprocesses.ts": loopSubprocesses,
  "src/loop/task.ts": loopTask,
  "src/loop/task_group.ts": loopTaskGroup,
  "src/loop/task_queries.ts": loopTaskQueries,
  "src/loop/tasks.ts": loopTasks,
  "src/loop/timeouts.ts": loopTimeouts,
  "src/loop/timer_heap.ts": loopTimerHeap,
  "src/loop/transports.ts": loopTransports,
  "src/loop/worker_executor.ts": loopWorkerExecutor,
  "src/net/mod.ts": netMod,
  "src/net/names/address_info.ts": netNamesAddressInfo,
  "src/net/names/resolve.ts": netNamesResolve,
  "src/net/names/service.ts": netNamesService,
  "src/net/readiness/readiness.ts": netReadinessReadiness,
  "src/net/readiness/readiness_source.ts": netReadinessReadinessSource,
  "src/net/readiness/watches.ts": netReadinessWatches,
  "src/net/socket/address_sharing.ts": netSocketAddressSharing,
  "src/net/socket/bind_all.ts": netSocketBindAll,
  "src/net/socket/call_gate.ts": netSocketCallGate,
  "src/net/socket/client_left.ts": netSocketClientLeft,
  "src/net/socket/client_socket.ts": netSocketClientSocket,
  "src/net/socket/connect_attempt.ts": netSocketConnectAttempt,
  "src/net/socket/polled_connect.ts": netSocketPolledConnect,
  "src/net/socket/socket.ts": netSocketSocket,
  "src/net/socket/socket_io.ts": netSocketSocketIo,
  "src/net/socket/socket_kind.ts": netSocketSocketKind,
  "src/net/socket/socket_listener.ts": netSocketSocketListener,
  "src/net/socket/socket_options.ts": netSocketSocketOptions,
  "src/net/socket/socket_server.ts": netSocketSocketServer,
  "src/net/socket/socket_transport.ts": netSocketSocketTransport,
  "src/net/socket/time_limit.ts": netSocketTimeLimit,
  "src/net/socket/transport_socket.ts": netSocketTransportSocket,
  "src/net/tcp/accepted_socket.ts": netTcpAcceptedSocket,
  "src/net/tcp/adopt_listener.ts": netTcpAdoptListener,
  "src/net/tcp/connect_race.ts": netTcpConnectRace,
  "src/net/tcp/connect_tcp.ts": netTcpConnectTcp,
  "src/net/tcp/server_addresses.ts": netTcpServerAddresses,
  "src/net/tcp/tcp_connection.ts": netTcpTcpConnection,
  "src/net/tcp/tcp_listener.ts": netTcpTcpListener,
  "src/net/tcp/tcp_protocol.ts": netTcpTcpProtocol,
  "src/net/tcp/tcp_socket.ts": netTcpTcpSocket,
  "src/net/tls/open_tls.ts": netTlsOpenTls,
  "src/net/tls/server_name.ts": netTlsServerName,
  "src/net/tls/start_tls.ts": netTlsStartTls,
  "src/net/tls/subject_alt_names.ts": netTlsSubjectAltNames,
  "src/net/tls/tls_connection.ts": netTlsTlsConnection,
  "src/net/tls/tls_duplex.ts": netTlsTlsDuplex,
  "src/net/tls/tls_errors.ts": netTlsTlsErrors,
  "src/net/tls/tls_options.ts": netTlsTlsOptions,
  "src/net/tls/tls_part.ts": netTlsTlsPart,
  "src/net/tls/tls_protocol.ts": netTlsTlsProtocol,
  "src/net/tls/tls_session.ts": netTlsTlsSession,
  "src/net/tls/tls_setup.ts": netTlsTlsSetup,
  "src/net/tls/tls_transport.ts": netTlsTlsTransport,
  "src/net/tls/transport_connection.ts": netTlsTransportConnection,
  "src/net/udp/adopt_datagrams.ts": netUdpAdoptDatagrams,
  "src/net/udp/datagram_channel.ts": netUdpDatagramChannel,
  "src/net/udp/datagram_channel_transport.ts": netUdpDatagramChannelTransport,
  "src/net/udp/datagram_endpoint.ts": netUdpDatagramEndpoint,
  "src/net/udp/datagram_protocol.ts": netUdpDatagramProtocol,
  "src/net/udp/datagram_reader.ts": netUdpDatagramReader,
  "src/net/udp/datagram_sender.ts": netUdpDatagramSender,
  "src/net/udp/datagram_writer.ts": netUdpDatagramWriter,
  "src/net/udp/multicast.ts": netUdpMulticast,
  "src/net/udp/open_datagram_socket.ts": netUdpOpenDatagramSocket,
  "src/net/udp/receive_queue.ts": netUdpReceiveQueue,
  "src/net/udp/target_encoder.ts": netUdpTargetEncoder,
  "src/net/udp/udp_address.ts": netUdpUdpAddress,
  "src/net/udp/udp_ends.ts": netUdpUdpEnds,
  "src/net/udp/udp_errors.ts": netUdpUdpErrors,
  "src/net/udp/udp_iteration.ts": netUdpUdpIteration,
  "src/net/udp/udp_options.ts": netUdpUdpOptions,
  "src/net/udp/udp_parts.ts": netUdpUdpParts,
  "src/net/udp/udp_socket.ts": netUdpUdpSocket,
  "src/net/unix/connect_unix.ts": netUnixConnectUnix,
  "src/net/unix/unix_connection.ts": netUnixUnixConnection,
  "src/net/unix/unix_listener.ts": netUnixUnixListener,
  "src/net/unix/unix_protocol.ts": netUnixUnixProtocol,
  "src/net/unix/unix_socket.ts": netUnixUnixSocket,
  "src/pipe/anonymous_pipe.ts": pipeAnonymousPipe,
  "src/pipe/connect_pipe.ts": pipeConnectPipe,
  "src/pipe/mod.ts": pipeMod,
  "src/pipe/pipe_access.ts": pipePipeAccess,
  "src/pipe/pipe_connection.ts": pipePipeConnection,
  "src/pipe/pipe_handle.ts": pipePipeHandle,
  "src/pipe/pipe_io.ts": pipePipeIo,
  "src/pipe/pipe_listener.ts": pipePipeListener,
  "src/pipe/pipe_protocol.ts": pipePipeProtocol,
  "src/pipe/pipe_server.ts": pipePipeServer,
  "src/pipe/security.ts": pipeSecurity,
  "src/pipe/server_options.ts": pipeServerOptions,
  "src/proactor/arguments.ts": proactorArguments,
  "src/proactor/call/afd_devices.ts": proactorCallAfdDevices,
  "src/proactor/call/call_host.ts": proactorCallCallHost,
  "src/proactor/call/connect_poll.ts": proactorCallConnectPoll,
  "src/proactor/call/file_to_send.ts": proactorCallFileToSend,
  "src/proactor/call/gather.ts": proactorCallGather,
  "src/proactor/call/open_path.ts": proactorCallOpenPath,
  "src/proactor/call/overlapped_calls.ts": proactorCallOverlappedCalls,
  "src/proactor/call/pipe_dialer.ts": proactorCallPipeDialer,
  "src/proactor/call/pipe_operations.ts": proactorCallPipeOperations,
  "src/proactor/call/polled_connect_future.ts": proactorCallPolledConnectFuture,
  "src/proactor/call/polled_socket.ts": proactorCallPolledSocket,
  "src/proactor/call/socket_association.ts": proactorCallSocketAssociation,
  "src/proactor/call/socket_calls.ts": proactorCallSocketCalls,
  "src/proactor/call/socket_connect_calls.ts": proactorCallSocketConnectCalls,
  "src/proactor/call/socket_operations.ts": proactorCallSocketOperations,
  "src/proactor/call/socket_poller.ts": proactorCallSocketPoller,
  "src/proactor/call/transact_call.ts": proactorCallTransactCall,
  "src/proactor/call/transfer_operations.ts": proactorCallTransferOperations,
  "src/proactor/call/transmit_call.ts": proactorCallTransmitCall,
  "src/proactor/call/transmit_file.ts": proactorCallTransmitFile,
  "src/proactor/call/transmit_options.ts": proactorCallTransmitOptions,
  "src/proactor/default_port.ts": proactorDefaultPort,
  "src/proactor/default_proactor.ts": proactorDefaultProactor,
  "src/proactor/drain_pipe.ts": proactorDrainPipe,
  "src/proactor/future/cancel_by_signal.ts": proactorFutureCancelBySignal,
  "src/proactor/future/failures.ts": proactorFutureFailures,
  "src/proactor/future/future.ts": proactorFutureFuture,
  "src/proactor/future/future_host.ts": proactorFutureFutureHost,
  "src/proactor/future/future_tracker.ts": proactorFutureFutureTracker,
  "src/proactor/future/overlapped_future.ts": proactorFutureOverlappedFuture,
  "src/proactor/iocp_proactor.ts": proactorIocpProactor,
  "src/proactor/mod.ts": proactorMod,
  "src/proactor/port/association.ts": proactorPortAssociation,
  "src/proactor/port/call_budget.ts": proactorPortCallBudget,
  "src/proactor/port/call_outcome.ts": proactorPortCallOutcome,
  "src/proactor/port/call_queue.ts": proactorPortCallQueue,
  "src/proactor/port/call_reference.ts": proactorPortCallReference,
  "src/proactor/port/completion_port.ts": proactorPortCompletionPort,
  "src/proactor/port/deferred_work.ts": proactorPortDeferredWork,
  "src/proactor/port/dispatcher.ts": proactorPortDispatcher,
  "src/proactor/port/fifo.ts": proactorPortFifo,
  "src/proactor/port/forgotten.ts": proactorPortForgotten,
  "src/proactor/port/handle_registry.ts": proactorPortHandleRegistry,
  "src/proactor/port/late_reads.ts": proactorPortLateReads,
  "src/proactor/port/operation.ts": proactorPortOperation,
  "src/proactor/port/outstanding.ts": proactorPortOutstanding,
  "src/proactor/port/packet_queue.ts": proactorPortPacketQueue,
  "src/proactor/port/port_handle.ts": proactorPortPortHandle,
  "src/proactor/port/port_life.ts": proactorPortPortLife,
  "src/proactor/port/port_options.ts": proactorPortPortOptions,
  "src/proactor/port/pump.ts": proactorPortPump,
  "src/proactor/port/settle_order.ts": proactorPortSettleOrder,
  "src/proactor/port/slow_calls.ts": proactorPortSlowCalls,
  "src/proactor/port/warning_probe.ts": proactorPortWarningProbe,
  "src/proactor/proactor_core.ts": proactorProactorCore,
  "src/proactor/proactor_options.ts": proactorProactorOptions,
  "src/proactor/proactor_parts.ts": proactorProactorParts,
  "src/proactor/socket_arguments.ts": proactorSocketArguments,
  "src/proactor/wait/drains.ts": proactorWaitDrains,
  "src/proactor/wait/handle_wait.ts": proactorWaitHandleWait,
  "src/proactor/wait/handle_waits.ts": proactorWaitHandleWaits,
  "src/proactor/wait/wait_cancel_future.ts": proactorWaitWaitCancelFuture,
  "src/proactor/wait/wait_handle_future.ts": proactorWaitWaitHandleFuture,
  "src/proactor/wait/wait_operations.ts": proactorWaitWaitOperations,
  "src/process/adopt_handle.ts": processAdoptHandle,
  "src/process/batch_command.ts": processBatchCommand,
  "src/process/child_process.ts": processChildProcess,
  "src/process/child_transport.ts": processChildTransport,
  "src/process/command_line.ts": processCommandLine,
  "src/process/environment.ts": processEnvironment,
  "src/process/find_program.ts": processFindProgram,
  "src/process/handle_kind.ts": processHandleKind,
  "src/process/handle_stream.ts": processHandleStream,
  "src/process/inheritance.ts": processInheritance,
  "src/process/launch.ts": processLaunch,
  "src/process/mod.ts": processMod,
  "src/process/open_subprocess.ts": processOpenSubprocess,
  "src/process/short_path.ts": processShortPath,
  "src/process/standard_streams.ts": processStandardStreams,
  "src/process/stdio_ends.ts": processStdioEnds,
  "src/process/subprocess.ts": processSubprocess,
  "src/process/subprocess_exec.ts": processSubprocessExec,
  "src/process/subprocess_options.ts": processSubprocessOptions,
  "src/process/subprocess_protocol.ts": processSubprocessProtocol,
  "src/stream/accept_queue.ts": streamAcceptQueue,
  "src/stream/channel.ts": streamChannel,
  "src/stream/channel_transport.ts": streamChannelTransport,
  "src/stream/close_deadline.ts": streamCloseDeadline,
  "src/stream/conn.ts": streamConn,
  "src/stream/connection_front.ts": streamConnectionFront,
  "src/stream/connection_writes.ts": streamConnectionWrites,
  "src/stream/file_mover.ts": streamFileMover,
  "src/stream/file_reader.ts": streamFileReader,
  "src/stream/file_sender.ts": streamFileSender,
  "src/stream/file_stream.ts": streamFileStream,
  "src/stream/fill_buffer.ts": streamFillBuffer,
  "src/stream/node_address.ts": streamNodeAddress,
  "src/stream/node_duplex.ts": streamNodeDuplex,
  "src/stream/node_errors.ts": streamNodeErrors,
  "src/stream/owned_writable.ts": streamOwnedWritable,
  "src/stream/protocol.ts": streamProtocol,
  "src/stream/protocol_caller.ts": streamProtocolCaller,
  "src/stream/read_half.ts": streamReadHalf,
  "src/stream/read_queue.ts": streamReadQueue,
  "src/stream/send_file.ts": streamSendFile,
  "src/stream/served_connection.ts": streamServedConnection,
  "src/stream/server_core.ts": streamServerCore,
  "src/stream/server_front.ts": streamServerFront,
  "src/stream/stream_connection.ts": streamStreamConnection,
  "src/stream/stream_io.ts": streamStreamIo,
  "src/stream/stream_parts.ts": streamStreamParts,
  "src/stream/stream_server.ts": streamStreamServer,
  "src/stream/stream_traits.ts": streamStreamTraits,
  "src/stream/thread_io.ts": streamThreadIo,
  "src/stream/to_node_duplex.ts": streamToNodeDuplex,
  "src/stream/transmit_pace.ts": streamTransmitPace,
  "src/stream/transmit_slots.ts": streamTransmitSlots,
  "src/stream/transport_sink.ts": streamTransportSink,
  "src/stream/turn_budget.ts": streamTurnBudget,
  "src/stream/wait_options.ts": streamWaitOptions,
  "src/stream/web_streams.ts": streamWebStreams,
  "src/stream/write_buffer_limits.ts": streamWriteBufferLimits,
  "src/stream/write_half.ts": streamWriteHalf,
  "src/stream/write_options.ts": streamWriteOptions,
  "src/stream/write_queue.ts": streamWriteQueue,
  "src/stream/write_turn.ts": streamWriteTurn,
};
