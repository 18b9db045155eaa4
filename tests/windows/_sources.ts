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
import ffiBytes from "../../src/ffi/bytes.ts" with { type: "text" };
import ffiConstants from "../../src/ffi/constants.ts" with { type: "text" };
import ffiDefaultFiles from "../../src/ffi/default_files.ts" with {
  type: "text",
};
import ffiDefaultProcesses from "../../src/ffi/default_processes.ts" with {
  type: "text",
};
import ffiDefaultSockets from "../../src/ffi/default_sockets.ts" with {
  type: "text",
};
import ffiDefaultThreadIo from "../../src/ffi/default_thread_io.ts" with {
  type: "text",
};
import ffiDestination from "../../src/ffi/destination.ts" with { type: "text" };
import ffiErrors from "../../src/ffi/errors.ts" with { type: "text" };
import ffiFileApi from "../../src/ffi/file_api.ts" with { type: "text" };
import ffiFileConstants from "../../src/ffi/file_constants.ts" with {
  type: "text",
};
import ffiFileMode from "../../src/ffi/file_mode.ts" with { type: "text" };
import ffiFilePath from "../../src/ffi/file_path.ts" with { type: "text" };
import ffiFileStructs from "../../src/ffi/file_structs.ts" with {
  type: "text",
};
import ffiIpAddress from "../../src/ffi/ip_address.ts" with { type: "text" };
import ffiKernel32 from "../../src/ffi/kernel32.ts" with { type: "text" };
import ffiKernel32Files from "../../src/ffi/kernel32_files.ts" with {
  type: "text",
};
import ffiKernel32Functions from "../../src/ffi/kernel32_functions.ts" with {
  type: "text",
};
import ffiKernel32Process from "../../src/ffi/kernel32_process.ts" with {
  type: "text",
};
import ffiKernel32Sendfile from "../../src/ffi/kernel32_sendfile.ts" with {
  type: "text",
};
import ffiKernel32SocketFile from "../../src/ffi/kernel32_socket_file.ts" with {
  type: "text",
};
import ffiKernel32ThreadIo from "../../src/ffi/kernel32_thread_io.ts" with {
  type: "text",
};
import ffiKernel32Threads from "../../src/ffi/kernel32_threads.ts" with {
  type: "text",
};
import ffiKernel32Waits from "../../src/ffi/kernel32_waits.ts" with {
  type: "text",
};
import ffiLoad from "../../src/ffi/load.ts" with { type: "text" };
import ffiMachineCode from "../../src/ffi/machine_code.ts" with {
  type: "text",
};
import ffiMapMemory from "../../src/ffi/map_memory.ts" with { type: "text" };
import ffiMemory from "../../src/ffi/memory.ts" with { type: "text" };
import ffiMswsock from "../../src/ffi/mswsock.ts" with { type: "text" };
import ffiNameApi from "../../src/ffi/name_api.ts" with { type: "text" };
import ffiNativeFiles from "../../src/ffi/native_files.ts" with {
  type: "text",
};
import ffiNativeNames from "../../src/ffi/native_names.ts" with {
  type: "text",
};
import ffiNativeProcesses from "../../src/ffi/native_processes.ts" with {
  type: "text",
};
import ffiNativeSendfile from "../../src/ffi/native_sendfile.ts" with {
  type: "text",
};
import ffiNativeSocketFile from "../../src/ffi/native_socket_file.ts" with {
  type: "text",
};
import ffiNativeSockets from "../../src/ffi/native_sockets.ts" with {
  type: "text",
};
import ffiNativeThreadIo from "../../src/ffi/native_thread_io.ts" with {
  type: "text",
};
import ffiNativeWaits from "../../src/ffi/native_waits.ts" with {
  type: "text",
};
import ffiNativeWin32 from "../../src/ffi/native_win32.ts" with {
  type: "text",
};
import ffiNtdll from "../../src/ffi/ntdll.ts" with { type: "text" };
import ffiNtdllFiles from "../../src/ffi/ntdll_files.ts" with { type: "text" };
import ffiNtdllFunctions from "../../src/ffi/ntdll_functions.ts" with {
  type: "text",
};
import ffiNtdllSendfile from "../../src/ffi/ntdll_sendfile.ts" with {
  type: "text",
};
import ffiNtdllThreadIo from "../../src/ffi/ntdll_thread_io.ts" with {
  type: "text",
};
import ffiObjectAttributes from "../../src/ffi/object_attributes.ts" with {
  type: "text",
};
import ffiOutParameters from "../../src/ffi/out_parameters.ts" with {
  type: "text",
};
import ffiPacketWait from "../../src/ffi/packet_wait.ts" with { type: "text" };
import ffiPipeName from "../../src/ffi/pipe_name.ts" with { type: "text" };
import ffiProcessApi from "../../src/ffi/process_api.ts" with { type: "text" };
import ffiProcessStructs from "../../src/ffi/process_structs.ts" with {
  type: "text",
};
import ffiSendfileApi from "../../src/ffi/sendfile_api.ts" with {
  type: "text",
};
import ffiSockaddr from "../../src/ffi/sockaddr.ts" with { type: "text" };
import ffiSocketApi from "../../src/ffi/socket_api.ts" with { type: "text" };
import ffiSocketConstants from "../../src/ffi/socket_constants.ts" with {
  type: "text",
};
import ffiSocketExtensions from "../../src/ffi/socket_extensions.ts" with {
  type: "text",
};
import ffiSocketFileApi from "../../src/ffi/socket_file_api.ts" with {
  type: "text",
};
import ffiSocketStructs from "../../src/ffi/socket_structs.ts" with {
  type: "text",
};
import ffiSpawnMemory from "../../src/ffi/spawn_memory.ts" with {
  type: "text",
};
import ffiStructs from "../../src/ffi/structs.ts" with { type: "text" };
import ffiSystemFolder from "../../src/ffi/system_folder.ts" with {
  type: "text",
};
import ffiThreadHandles from "../../src/ffi/thread_handles.ts" with {
  type: "text",
};
import ffiThreadIoApi from "../../src/ffi/thread_io_api.ts" with {
  type: "text",
};
import ffiThreadTransfer from "../../src/ffi/thread_transfer.ts" with {
  type: "text",
};
import ffiThrown from "../../src/ffi/thrown.ts" with { type: "text" };
import ffiUnreachable from "../../src/ffi/unreachable.ts" with { type: "text" };
import ffiUserSid from "../../src/ffi/user_sid.ts" with { type: "text" };
import ffiWaitApi from "../../src/ffi/wait_api.ts" with { type: "text" };
import ffiWaitCallback from "../../src/ffi/wait_callback.ts" with {
  type: "text",
};
import ffiWin32Api from "../../src/ffi/win32_api.ts" with { type: "text" };
import ffiWinsock from "../../src/ffi/winsock.ts" with { type: "text" };
import ffiWs232 from "../../src/ffi/ws2_32.ts" with { type: "text" };
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
import loopBaseEventLoop from "../../src/loop/base_event_loop.ts" with {
  type: "text",
};
import loopCallSoonThreadsafe from "../../src/loop/call_soon_threadsafe.ts" with {
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
import loopHandleEventLoop from "../../src/loop/handle_event_loop.ts" with {
  type: "text",
};
import loopHandles from "../../src/loop/handles.ts" with { type: "text" };
import loopLoopContext from "../../src/loop/loop_context.ts" with {
  type: "text",
};
import loopPolicy from "../../src/loop/policy.ts" with { type: "text" };
import loopPoolWorker from "../../src/loop/pool_worker.ts" with {
  type: "text",
};
import loopPostGate from "../../src/loop/post_gate.ts" with { type: "text" };
import loopProactorEventLoop from "../../src/loop/proactor_event_loop.ts" with {
  type: "text",
};
import loopProcessEventLoop from "../../src/loop/process_event_loop.ts" with {
  type: "text",
};
import loopRegistry from "../../src/loop/registry.ts" with { type: "text" };
import loopRemoteCallback from "../../src/loop/remote_callback.ts" with {
  type: "text",
};
import loopScheduler from "../../src/loop/scheduler.ts" with { type: "text" };
import loopServer from "../../src/loop/server.ts" with { type: "text" };
import loopSignalHandlers from "../../src/loop/signal_handlers.ts" with {
  type: "text",
};
import loopSockEventLoop from "../../src/loop/sock_event_loop.ts" with {
  type: "text",
};
import loopSocketEventLoop from "../../src/loop/socket_event_loop.ts" with {
  type: "text",
};
import loopSocketSink from "../../src/loop/socket_sink.ts" with {
  type: "text",
};
import loopStreamEventLoop from "../../src/loop/stream_event_loop.ts" with {
  type: "text",
};
import loopTask from "../../src/loop/task.ts" with { type: "text" };
import loopTimerHeap from "../../src/loop/timer_heap.ts" with { type: "text" };
import loopWorkerExecutor from "../../src/loop/worker_executor.ts" with {
  type: "text",
};
import netAcceptedSocket from "../../src/net/accepted_socket.ts" with {
  type: "text",
};
import netAddressInfo from "../../src/net/address_info.ts" with {
  type: "text",
};
import netAdoptListener from "../../src/net/adopt_listener.ts" with {
  type: "text",
};
import netBindAll from "../../src/net/bind_all.ts" with { type: "text" };
import netCallGate from "../../src/net/call_gate.ts" with { type: "text" };
import netClientSocket from "../../src/net/client_socket.ts" with {
  type: "text",
};
import netConnectAttempt from "../../src/net/connect_attempt.ts" with {
  type: "text",
};
import netConnectRace from "../../src/net/connect_race.ts" with {
  type: "text",
};
import netConnectTcp from "../../src/net/connect_tcp.ts" with { type: "text" };
import netConnectUnix from "../../src/net/connect_unix.ts" with {
  type: "text",
};
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
import netMulticast from "../../src/net/multicast.ts" with { type: "text" };
import netOpenDatagramSocket from "../../src/net/open_datagram_socket.ts" with {
  type: "text",
};
import netOpenTls from "../../src/net/open_tls.ts" with { type: "text" };
import netPolledConnect from "../../src/net/polled_connect.ts" with {
  type: "text",
};
import netReadiness from "../../src/net/readiness.ts" with { type: "text" };
import netReadinessSource from "../../src/net/readiness_source.ts" with {
  type: "text",
};
import netReceiveQueue from "../../src/net/receive_queue.ts" with {
  type: "text",
};
import netResolve from "../../src/net/resolve.ts" with { type: "text" };
import netServerAddresses from "../../src/net/server_addresses.ts" with {
  type: "text",
};
import netServerName from "../../src/net/server_name.ts" with { type: "text" };
import netSocket from "../../src/net/socket.ts" with { type: "text" };
import netSocketIo from "../../src/net/socket_io.ts" with { type: "text" };
import netSocketKind from "../../src/net/socket_kind.ts" with { type: "text" };
import netSocketListener from "../../src/net/socket_listener.ts" with {
  type: "text",
};
import netSocketServer from "../../src/net/socket_server.ts" with {
  type: "text",
};
import netSocketTransport from "../../src/net/socket_transport.ts" with {
  type: "text",
};
import netStartTls from "../../src/net/start_tls.ts" with { type: "text" };
import netSubjectAltNames from "../../src/net/subject_alt_names.ts" with {
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
import netTimeLimit from "../../src/net/time_limit.ts" with { type: "text" };
import netTlsConnection from "../../src/net/tls_connection.ts" with {
  type: "text",
};
import netTlsDuplex from "../../src/net/tls_duplex.ts" with { type: "text" };
import netTlsErrors from "../../src/net/tls_errors.ts" with { type: "text" };
import netTlsPart from "../../src/net/tls_part.ts" with { type: "text" };
import netTlsSession from "../../src/net/tls_session.ts" with { type: "text" };
import netUdpAddress from "../../src/net/udp_address.ts" with { type: "text" };
import netUdpEnds from "../../src/net/udp_ends.ts" with { type: "text" };
import netUdpErrors from "../../src/net/udp_errors.ts" with { type: "text" };
import netUdpOptions from "../../src/net/udp_options.ts" with { type: "text" };
import netUdpParts from "../../src/net/udp_parts.ts" with { type: "text" };
import netUdpSocket from "../../src/net/udp_socket.ts" with { type: "text" };
import netUnixConnection from "../../src/net/unix_connection.ts" with {
  type: "text",
};
import netUnixListener from "../../src/net/unix_listener.ts" with {
  type: "text",
};
import netUnixProtocol from "../../src/net/unix_protocol.ts" with {
  type: "text",
};
import netUnixSocket from "../../src/net/unix_socket.ts" with { type: "text" };
import netWatches from "../../src/net/watches.ts" with { type: "text" };
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
import proactorAfdDevices from "../../src/proactor/afd_devices.ts" with {
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
import proactorCallBudget from "../../src/proactor/call_budget.ts" with {
  type: "text",
};
import proactorCallQueue from "../../src/proactor/call_queue.ts" with {
  type: "text",
};
import proactorCallReference from "../../src/proactor/call_reference.ts" with {
  type: "text",
};
import proactorCompletionPort from "../../src/proactor/completion_port.ts" with {
  type: "text",
};
import proactorConnectPoll from "../../src/proactor/connect_poll.ts" with {
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
import proactorFifo from "../../src/proactor/fifo.ts" with { type: "text" };
import proactorFileToSend from "../../src/proactor/file_to_send.ts" with {
  type: "text",
};
import proactorForgotten from "../../src/proactor/forgotten.ts" with {
  type: "text",
};
import proactorFuture from "../../src/proactor/future.ts" with { type: "text" };
import proactorFutureTracker from "../../src/proactor/future_tracker.ts" with {
  type: "text",
};
import proactorGather from "../../src/proactor/gather.ts" with { type: "text" };
import proactorHandleRegistry from "../../src/proactor/handle_registry.ts" with {
  type: "text",
};
import proactorHandleWait from "../../src/proactor/handle_wait.ts" with {
  type: "text",
};
import proactorHandleWaits from "../../src/proactor/handle_waits.ts" with {
  type: "text",
};
import proactorIocpProactor from "../../src/proactor/iocp_proactor.ts" with {
  type: "text",
};
import proactorLateReads from "../../src/proactor/late_reads.ts" with {
  type: "text",
};
import proactorOpenPath from "../../src/proactor/open_path.ts" with {
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
import proactorOverlappedStatus from "../../src/proactor/overlapped_status.ts" with {
  type: "text",
};
import proactorPacketQueue from "../../src/proactor/packet_queue.ts" with {
  type: "text",
};
import proactorPipeDialer from "../../src/proactor/pipe_dialer.ts" with {
  type: "text",
};
import proactorPolledConnectFuture from "../../src/proactor/polled_connect_future.ts" with {
  type: "text",
};
import proactorPolledSocket from "../../src/proactor/polled_socket.ts" with {
  type: "text",
};
import proactorPortHandle from "../../src/proactor/port_handle.ts" with {
  type: "text",
};
import proactorPortLife from "../../src/proactor/port_life.ts" with {
  type: "text",
};
import proactorPortOptions from "../../src/proactor/port_options.ts" with {
  type: "text",
};
import proactorProactorOptions from "../../src/proactor/proactor_options.ts" with {
  type: "text",
};
import proactorPump from "../../src/proactor/pump.ts" with { type: "text" };
import proactorSettleOrder from "../../src/proactor/settle_order.ts" with {
  type: "text",
};
import proactorSocketAssociation from "../../src/proactor/socket_association.ts" with {
  type: "text",
};
import proactorSocketCalls from "../../src/proactor/socket_calls.ts" with {
  type: "text",
};
import proactorSocketConnectCalls from "../../src/proactor/socket_connect_calls.ts" with {
  type: "text",
};
import proactorSocketPoller from "../../src/proactor/socket_poller.ts" with {
  type: "text",
};
import proactorSocketProactor from "../../src/proactor/socket_proactor.ts" with {
  type: "text",
};
import proactorThrownCall from "../../src/proactor/thrown_call.ts" with {
  type: "text",
};
import proactorTransmitCall from "../../src/proactor/transmit_call.ts" with {
  type: "text",
};
import proactorWaitCancelFuture from "../../src/proactor/wait_cancel_future.ts" with {
  type: "text",
};
import proactorWaitHandleFuture from "../../src/proactor/wait_handle_future.ts" with {
  type: "text",
};
import proactorWaitProactor from "../../src/proactor/wait_proactor.ts" with {
  type: "text",
};
import proactorWarningProbe from "../../src/proactor/warning_probe.ts" with {
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
import processInheritance from "../../src/process/inheritance.ts" with {
  type: "text",
};
import processLaunch from "../../src/process/launch.ts" with { type: "text" };
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
import streamConnectionWrites from "../../src/stream/connection_writes.ts" with {
  type: "text",
};
import streamFileMover from "../../src/stream/file_mover.ts" with {
  type: "text",
};
import streamFileReader from "../../src/stream/file_reader.ts" with {
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
  "src/ffi/addrinfo.ts": ffiAddrinfo,
  "src/ffi/advapi32.ts": ffiAdvapi32,
  "src/ffi/afd.ts": ffiAfd,
  "src/ffi/bytes.ts": ffiBytes,
  "src/ffi/constants.ts": ffiConstants,
  "src/ffi/default_files.ts": ffiDefaultFiles,
  "src/ffi/default_processes.ts": ffiDefaultProcesses,
  "src/ffi/default_sockets.ts": ffiDefaultSockets,
  "src/ffi/default_thread_io.ts": ffiDefaultThreadIo,
  "src/ffi/destination.ts": ffiDestination,
  "src/ffi/errors.ts": ffiErrors,
  "src/ffi/file_api.ts": ffiFileApi,
  "src/ffi/file_constants.ts": ffiFileConstants,
  "src/ffi/file_mode.ts": ffiFileMode,
  "src/ffi/file_path.ts": ffiFilePath,
  "src/ffi/file_structs.ts": ffiFileStructs,
  "src/ffi/ip_address.ts": ffiIpAddress,
  "src/ffi/kernel32.ts": ffiKernel32,
  "src/ffi/kernel32_files.ts": ffiKernel32Files,
  "src/ffi/kernel32_functions.ts": ffiKernel32Functions,
  "src/ffi/kernel32_process.ts": ffiKernel32Process,
  "src/ffi/kernel32_sendfile.ts": ffiKernel32Sendfile,
  "src/ffi/kernel32_socket_file.ts": ffiKernel32SocketFile,
  "src/ffi/kernel32_thread_io.ts": ffiKernel32ThreadIo,
  "src/ffi/kernel32_threads.ts": ffiKernel32Threads,
  "src/ffi/kernel32_waits.ts": ffiKernel32Waits,
  "src/ffi/load.ts": ffiLoad,
  "src/ffi/machine_code.ts": ffiMachineCode,
  "src/ffi/map_memory.ts": ffiMapMemory,
  "src/ffi/memory.ts": ffiMemory,
  "src/ffi/mswsock.ts": ffiMswsock,
  "src/ffi/name_api.ts": ffiNameApi,
  "src/ffi/native_files.ts": ffiNativeFiles,
  "src/ffi/native_names.ts": ffiNativeNames,
  "src/ffi/native_processes.ts": ffiNativeProcesses,
  "src/ffi/native_sendfile.ts": ffiNativeSendfile,
  "src/ffi/native_socket_file.ts": ffiNativeSocketFile,
  "src/ffi/native_sockets.ts": ffiNativeSockets,
  "src/ffi/native_thread_io.ts": ffiNativeThreadIo,
  "src/ffi/native_waits.ts": ffiNativeWaits,
  "src/ffi/native_win32.ts": ffiNativeWin32,
  "src/ffi/ntdll.ts": ffiNtdll,
  "src/ffi/ntdll_files.ts": ffiNtdllFiles,
  "src/ffi/ntdll_functions.ts": ffiNtdllFunctions,
  "src/ffi/ntdll_sendfile.ts": ffiNtdllSendfile,
  "src/ffi/ntdll_thread_io.ts": ffiNtdllThreadIo,
  "src/ffi/object_attributes.ts": ffiObjectAttributes,
  "src/ffi/out_parameters.ts": ffiOutParameters,
  "src/ffi/packet_wait.ts": ffiPacketWait,
  "src/ffi/pipe_name.ts": ffiPipeName,
  "src/ffi/process_api.ts": ffiProcessApi,
  "src/ffi/process_structs.ts": ffiProcessStructs,
  "src/ffi/sendfile_api.ts": ffiSendfileApi,
  "src/ffi/sockaddr.ts": ffiSockaddr,
  "src/ffi/socket_api.ts": ffiSocketApi,
  "src/ffi/socket_constants.ts": ffiSocketConstants,
  "src/ffi/socket_extensions.ts": ffiSocketExtensions,
  "src/ffi/socket_file_api.ts": ffiSocketFileApi,
  "src/ffi/socket_structs.ts": ffiSocketStructs,
  "src/ffi/spawn_memory.ts": ffiSpawnMemory,
  "src/ffi/structs.ts": ffiStructs,
  "src/ffi/system_folder.ts": ffiSystemFolder,
  "src/ffi/thread_handles.ts": ffiThreadHandles,
  "src/ffi/thread_io_api.ts": ffiThreadIoApi,
  "src/ffi/thread_transfer.ts": ffiThreadTransfer,
  "src/ffi/thrown.ts": ffiThrown,
  "src/ffi/unreachable.ts": ffiUnreachable,
  "src/ffi/user_sid.ts": ffiUserSid,
  "src/ffi/wait_api.ts": ffiWaitApi,
  "src/ffi/wait_callback.ts": ffiWaitCallback,
  "src/ffi/win32_api.ts": ffiWin32Api,
  "src/ffi/winsock.ts": ffiWinsock,
  "src/ffi/ws2_32.ts": ffiWs232,
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
  "src/file/open_file.ts": fileOpenFile,
  "src/file/open_handle.ts": fileOpenHandle,
  "src/file/open_options.ts": fileOpenOptions,
  "src/file/overlapped_file.ts": fileOverlappedFile,
  "src/file/read_ahead.ts": fileReadAhead,
  "src/file/transfer.ts": fileTransfer,
  "src/file/watch_directory.ts": fileWatchDirectory,
  "src/loop/arguments.ts": loopArguments,
  "src/loop/base_event_loop.ts": loopBaseEventLoop,
  "src/loop/call_soon_threadsafe.ts": loopCallSoonThreadsafe,
  "src/loop/exception_handler.ts": loopExceptionHandler,
  "src/loop/executor_error.ts": loopExecutorError,
  "src/loop/executor_worker.ts": loopExecutorWorker,
  "src/loop/handle_event_loop.ts": loopHandleEventLoop,
  "src/loop/handles.ts": loopHandles,
  "src/loop/loop_context.ts": loopLoopContext,
  "src/loop/policy.ts": loopPolicy,
  "src/loop/pool_worker.ts": loopPoolWorker,
  "src/loop/post_gate.ts": loopPostGate,
  "src/loop/proactor_event_loop.ts": loopProactorEventLoop,
  "src/loop/process_event_loop.ts": loopProcessEventLoop,
  "src/loop/registry.ts": loopRegistry,
  "src/loop/remote_callback.ts": loopRemoteCallback,
  "src/loop/scheduler.ts": loopScheduler,
  "src/loop/server.ts": loopServer,
  "src/loop/signal_handlers.ts": loopSignalHandlers,
  "src/loop/sock_event_loop.ts": loopSockEventLoop,
  "src/loop/socket_event_loop.ts": loopSocketEventLoop,
  "src/loop/socket_sink.ts": loopSocketSink,
  "src/loop/stream_event_loop.ts": loopStreamEventLoop,
  "src/loop/task.ts": loopTask,
  "src/loop/timer_heap.ts": loopTimerHeap,
  "src/loop/worker_executor.ts": loopWorkerExecutor,
  "src/net/accepted_socket.ts": netAcceptedSocket,
  "src/net/address_info.ts": netAddressInfo,
  "src/net/adopt_listener.ts": netAdoptListener,
  "src/net/bind_all.ts": netBindAll,
  "src/net/call_gate.ts": netCallGate,
  "src/net/client_socket.ts": netClientSocket,
  "src/net/connect_attempt.ts": netConnectAttempt,
  "src/net/connect_race.ts": netConnectRace,
  "src/net/connect_tcp.ts": netConnectTcp,
  "src/net/connect_unix.ts": netConnectUnix,
  "src/net/datagram_channel.ts": netDatagramChannel,
  "src/net/datagram_channel_transport.ts": netDatagramChannelTransport,
  "src/net/datagram_endpoint.ts": netDatagramEndpoint,
  "src/net/datagram_protocol.ts": netDatagramProtocol,
  "src/net/datagram_reader.ts": netDatagramReader,
  "src/net/datagram_sender.ts": netDatagramSender,
  "src/net/datagram_writer.ts": netDatagramWriter,
  "src/net/multicast.ts": netMulticast,
  "src/net/open_datagram_socket.ts": netOpenDatagramSocket,
  "src/net/open_tls.ts": netOpenTls,
  "src/net/polled_connect.ts": netPolledConnect,
  "src/net/readiness.ts": netReadiness,
  "src/net/readiness_source.ts": netReadinessSource,
  "src/net/receive_queue.ts": netReceiveQueue,
  "src/net/resolve.ts": netResolve,
  "src/net/server_addresses.ts": netServerAddresses,
  "src/net/server_name.ts": netServerName,
  "src/net/socket.ts": netSocket,
  "src/net/socket_io.ts": netSocketIo,
  "src/net/socket_kind.ts": netSocketKind,
  "src/net/socket_listener.ts": netSocketListener,
  "src/net/socket_server.ts": netSocketServer,
  "src/net/socket_transport.ts": netSocketTransport,
  "src/net/start_tls.ts": netStartTls,
  "src/net/subject_alt_names.ts": netSubjectAltNames,
  "src/net/target_encoder.ts": netTargetEncoder,
  "src/net/tcp_connection.ts": netTcpConnection,
  "src/net/tcp_listener.ts": netTcpListener,
  "src/net/tcp_protocol.ts": netTcpProtocol,
  "src/net/tcp_socket.ts": netTcpSocket,
  "src/net/time_limit.ts": netTimeLimit,
  "src/net/tls_connection.ts": netTlsConnection,
  "src/net/tls_duplex.ts": netTlsDuplex,
  "src/net/tls_errors.ts": netTlsErrors,
  "src/net/tls_part.ts": netTlsPart,
  "src/net/tls_session.ts": netTlsSession,
  "src/net/udp_address.ts": netUdpAddress,
  "src/net/udp_ends.ts": netUdpEnds,
  "src/net/udp_errors.ts": netUdpErrors,
  "src/net/udp_options.ts": netUdpOptions,
  "src/net/udp_parts.ts": netUdpParts,
  "src/net/udp_socket.ts": netUdpSocket,
  "src/net/unix_connection.ts": netUnixConnection,
  "src/net/unix_listener.ts": netUnixListener,
  "src/net/unix_protocol.ts": netUnixProtocol,
  "src/net/unix_socket.ts": netUnixSocket,
  "src/net/watches.ts": netWatches,
  "src/pipe/anonymous_pipe.ts": pipeAnonymousPipe,
  "src/pipe/connect_pipe.ts": pipeConnectPipe,
  "src/pipe/pipe_connection.ts": pipePipeConnection,
  "src/pipe/pipe_handle.ts": pipePipeHandle,
  "src/pipe/pipe_listener.ts": pipePipeListener,
  "src/pipe/pipe_protocol.ts": pipePipeProtocol,
  "src/pipe/pipe_server.ts": pipePipeServer,
  "src/pipe/security.ts": pipeSecurity,
  "src/pipe/server_options.ts": pipeServerOptions,
  "src/proactor/afd_devices.ts": proactorAfdDevices,
  "src/proactor/arguments.ts": proactorArguments,
  "src/proactor/association.ts": proactorAssociation,
  "src/proactor/base_proactor.ts": proactorBaseProactor,
  "src/proactor/call_budget.ts": proactorCallBudget,
  "src/proactor/call_queue.ts": proactorCallQueue,
  "src/proactor/call_reference.ts": proactorCallReference,
  "src/proactor/completion_port.ts": proactorCompletionPort,
  "src/proactor/connect_poll.ts": proactorConnectPoll,
  "src/proactor/default_proactor.ts": proactorDefaultProactor,
  "src/proactor/deferred_work.ts": proactorDeferredWork,
  "src/proactor/dependents.ts": proactorDependents,
  "src/proactor/dispatcher.ts": proactorDispatcher,
  "src/proactor/fifo.ts": proactorFifo,
  "src/proactor/file_to_send.ts": proactorFileToSend,
  "src/proactor/forgotten.ts": proactorForgotten,
  "src/proactor/future.ts": proactorFuture,
  "src/proactor/future_tracker.ts": proactorFutureTracker,
  "src/proactor/gather.ts": proactorGather,
  "src/proactor/handle_registry.ts": proactorHandleRegistry,
  "src/proactor/handle_wait.ts": proactorHandleWait,
  "src/proactor/handle_waits.ts": proactorHandleWaits,
  "src/proactor/iocp_proactor.ts": proactorIocpProactor,
  "src/proactor/late_reads.ts": proactorLateReads,
  "src/proactor/open_path.ts": proactorOpenPath,
  "src/proactor/operation.ts": proactorOperation,
  "src/proactor/outstanding.ts": proactorOutstanding,
  "src/proactor/overlapped_calls.ts": proactorOverlappedCalls,
  "src/proactor/overlapped_future.ts": proactorOverlappedFuture,
  "src/proactor/overlapped_status.ts": proactorOverlappedStatus,
  "src/proactor/packet_queue.ts": proactorPacketQueue,
  "src/proactor/pipe_dialer.ts": proactorPipeDialer,
  "src/proactor/polled_connect_future.ts": proactorPolledConnectFuture,
  "src/proactor/polled_socket.ts": proactorPolledSocket,
  "src/proactor/port_handle.ts": proactorPortHandle,
  "src/proactor/port_life.ts": proactorPortLife,
  "src/proactor/port_options.ts": proactorPortOptions,
  "src/proactor/proactor_options.ts": proactorProactorOptions,
  "src/proactor/pump.ts": proactorPump,
  "src/proactor/settle_order.ts": proactorSettleOrder,
  "src/proactor/socket_association.ts": proactorSocketAssociation,
  "src/proactor/socket_calls.ts": proactorSocketCalls,
  "src/proactor/socket_connect_calls.ts": proactorSocketConnectCalls,
  "src/proactor/socket_poller.ts": proactorSocketPoller,
  "src/proactor/socket_proactor.ts": proactorSocketProactor,
  "src/proactor/thrown_call.ts": proactorThrownCall,
  "src/proactor/transmit_call.ts": proactorTransmitCall,
  "src/proactor/wait_cancel_future.ts": proactorWaitCancelFuture,
  "src/proactor/wait_handle_future.ts": proactorWaitHandleFuture,
  "src/proactor/wait_proactor.ts": proactorWaitProactor,
  "src/proactor/warning_probe.ts": proactorWarningProbe,
  "src/process/adopt_handle.ts": processAdoptHandle,
  "src/process/batch_command.ts": processBatchCommand,
  "src/process/child_process.ts": processChildProcess,
  "src/process/child_transport.ts": processChildTransport,
  "src/process/command_line.ts": processCommandLine,
  "src/process/environment.ts": processEnvironment,
  "src/process/find_program.ts": processFindProgram,
  "src/process/handle_kind.ts": processHandleKind,
  "src/process/inheritance.ts": processInheritance,
  "src/process/launch.ts": processLaunch,
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
  "src/stream/connection_writes.ts": streamConnectionWrites,
  "src/stream/file_mover.ts": streamFileMover,
  "src/stream/file_reader.ts": streamFileReader,
  "src/stream/fill_buffer.ts": streamFillBuffer,
  "src/stream/node_address.ts": streamNodeAddress,
  "src/stream/node_duplex.ts": streamNodeDuplex,
  "src/stream/node_errors.ts": streamNodeErrors,
  "src/stream/owned_writable.ts": streamOwnedWritable,
  "src/stream/protocol.ts": streamProtocol,
  "src/stream/read_half.ts": streamReadHalf,
  "src/stream/read_queue.ts": streamReadQueue,
  "src/stream/send_file.ts": streamSendFile,
  "src/stream/served_connection.ts": streamServedConnection,
  "src/stream/server_core.ts": streamServerCore,
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
  "src/stream/web_streams.ts": streamWebStreams,
  "src/stream/write_buffer_limits.ts": streamWriteBufferLimits,
  "src/stream/write_half.ts": streamWriteHalf,
  "src/stream/write_options.ts": streamWriteOptions,
  "src/stream/write_queue.ts": streamWriteQueue,
  "src/stream/write_turn.ts": streamWriteTurn,
};
