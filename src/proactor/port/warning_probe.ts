/**
 * Does an immediate ERROR_MORE_DATA queue a packet when successes do not?
 *
 * Windows documents `FILE_SKIP_COMPLETION_PORT_ON_SUCCESS` for successes only.
 * If a warning were wrongly taken for one that queues no packet, memory would
 * be freed too early; the other way round a read would hang. So an experiment
 * with a pipe finds out, once a process.
 *
 * @module
 */

import {
  ERROR_MORE_DATA,
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  GENERIC_WRITE,
  MEM_RELEASE,
  PIPE_ACCESS_INBOUND,
  PIPE_READMODE_MESSAGE,
  PIPE_REJECT_REMOTE_CLIENTS,
  PIPE_TYPE_MESSAGE,
} from "../../ffi/constants.ts";
import { allocate } from "../../ffi/memory.ts";
import { privatePipeName } from "../../ffi/pipe_name.ts";
import { ENTRY_SIZE } from "../../ffi/structs.ts";
import {
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../../ffi/win32_api.ts";

/** What the kernel does with a synchronous warning in skip mode. */
export type WarningMode = "packet" | "no packet" | "unknown";

const answers = new WeakMap<Win32Api, WarningMode>();

/**
 * Makes the experiment, once a process.
 *
 * @param api The seam.
 * @returns `"unknown"` when it could not be made: then skip mode must not be
 * used where warnings can occur.
 */
export function warningMode(api: Win32Api): WarningMode {
  let mode = answers.get(api);
  if (mode === undefined) answers.set(api, mode = probe(api));
  return mode;
}

function probe(api: Win32Api): WarningMode {
  const name = privatePipeName();
  const server = api.createNamedPipe({
    name,
    openMode: PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED |
      FILE_FLAG_FIRST_PIPE_INSTANCE,
    pipeMode: PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE |
      PIPE_REJECT_REMOTE_CLIENTS,
    maxInstances: 1,
    outBufferSize: 0,
    inBufferSize: 64,
    securityDescriptor: 0n,
  });
  if (server === INVALID_HANDLE_VALUE) return "unknown";
  try {
    return probeServer(api, server, name);
  } finally {
    api.closeHandle(server);
  }
}

function probeServer(api: Win32Api, server: Handle, name: string): WarningMode {
  const client = api.createFile({
    name,
    access: GENERIC_WRITE,
    shareMode: 0,
    flags: FILE_FLAG_OVERLAPPED,
  });
  if (client === INVALID_HANDLE_VALUE) return "unknown";
  const port = api.createIoCompletionPort(INVALID_HANDLE_VALUE, 0n, 0, 1);
  try {
    return port === 0n ? "unknown" : provoke(api, { server, client, port });
  } finally {
    if (port !== 0n) api.closeHandle(port);
    api.closeHandle(client);
  }
}

/** Reads one byte of a message of two. Nothing here can stay pending. */
function provoke(
  api: Win32Api,
  handles: { server: Handle; client: Handle; port: Handle },
): WarningMode {
  const { server, client, port } = handles;
  if (api.createIoCompletionPort(server, port, 1, 0) === 0n) return "unknown";
  const skip = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;
  if (api.setFileCompletionNotificationModes(server, skip) !== 0) {
    return "unknown";
  }
  const memory = allocate(api, 4096);
  const [overlapped, buffer] = [memory, memory + 128n];
  const written = api.writeFile(client, buffer, 2, memory + 64n);
  const read = api.readFile(server, buffer, 1, overlapped);
  // The memory is kept: the kernel may own it.
  if (written !== 0 || read !== ERROR_MORE_DATA) return "unknown";
  const entries = new Uint8Array(ENTRY_SIZE);
  const packets = api.getQueuedCompletionStatusEx(port, entries, 0);
  api.virtualFree(memory, 0, MEM_RELEASE);
  return packets > 0 ? "packet" : "no packet";
}
