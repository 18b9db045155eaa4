/**
 * From a Win32 code to the error a Deno user expects.
 *
 * @module
 */

import {
  ERROR_BROKEN_PIPE,
  ERROR_MORE_DATA,
  ERROR_OPERATION_ABORTED,
  STATUS_BUFFER_OVERFLOW,
  STATUS_CANCELLED,
  STATUS_PIPE_BROKEN,
} from "./constants.ts";
import {
  ERROR_DELETE_PENDING,
  ERROR_DIRECTORY_NOT_SUPPORTED,
  ERROR_FILE_EXISTS,
  STATUS_DELETE_PENDING,
  STATUS_FILE_IS_A_DIRECTORY,
  STATUS_OBJECT_NAME_COLLISION,
} from "./file/constants.ts";
import {
  STATUS_CONNECTION_RESET,
  STATUS_LOCAL_DISCONNECT,
  STATUS_REMOTE_DISCONNECT,
  WSAEACCES,
  WSAECONNABORTED,
  WSAECONNRESET,
} from "./socket/constants.ts";
import type { Win32Api } from "./win32_api.ts";
import { WindowsError, type WindowsErrorFields } from "./windows_error.ts";

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;
type Row = readonly [name: string, errorClass: ErrorClass, state: string];

const E = Deno.errors;

const LINE = /^(\d+) (\w+) (\w+): (.+)$/;

/** A line a code: its name, the class of `Deno.errors` or our own, the text. */
const TABLE = `
2 ERROR_FILE_NOT_FOUND NotFound: no such name
3 ERROR_PATH_NOT_FOUND NotFound: no such path
5 ERROR_ACCESS_DENIED PermissionDenied: access is denied
6 ERROR_INVALID_HANDLE BadResource: the handle is invalid
8 ERROR_NOT_ENOUGH_MEMORY WindowsError: not enough memory
19 ERROR_WRITE_PROTECT PermissionDenied: the disk is read-only
29 ERROR_WRITE_FAULT WindowsError: not all bytes were written
32 ERROR_SHARING_VIOLATION Busy: another program is using the file
33 ERROR_LOCK_VIOLATION Busy: a part of it is locked
38 ERROR_HANDLE_EOF WindowsError: the end of the file
39 ERROR_HANDLE_DISK_FULL WindowsError: the disk is full
50 ERROR_NOT_SUPPORTED NotSupported: not supported
53 ERROR_BAD_NETPATH NotFound: no such computer
59 ERROR_UNEXP_NET_ERR ConnectionAborted: unexpected network error
64 ERROR_NETNAME_DELETED ConnectionReset: the peer is gone
66 ERROR_BAD_DEV_TYPE NotSupported: the device does not know how to
80 ERROR_FILE_EXISTS AlreadyExists: the name exists already
87 ERROR_INVALID_PARAMETER WindowsError: a parameter is incorrect
109 ERROR_BROKEN_PIPE BrokenPipe: the other end is closed
112 ERROR_DISK_FULL WindowsError: the disk is full
120 ERROR_CALL_NOT_IMPLEMENTED NotSupported: not supported
121 ERROR_SEM_TIMEOUT TimedOut: the time-out expired
123 ERROR_INVALID_NAME WindowsError: the name is malformed
183 ERROR_ALREADY_EXISTS AlreadyExists: the name exists already
193 ERROR_BAD_EXE_FORMAT WindowsError: it is no program
206 ERROR_FILENAME_EXCED_RANGE WindowsError: the name is too long
216 ERROR_EXE_MACHINE_TYPE_MISMATCH WindowsError: it is a program for another machine
225 ERROR_VIRUS_INFECTED PermissionDenied: it holds a virus
230 ERROR_BAD_PIPE WindowsError: the pipe has another state or mode
231 ERROR_PIPE_BUSY Busy: all instances are busy
232 ERROR_NO_DATA BrokenPipe: the other end is closing
233 ERROR_PIPE_NOT_CONNECTED BrokenPipe: the pipe has no other end
234 ERROR_MORE_DATA WindowsError: the message is longer than the buffer
258 WAIT_TIMEOUT TimedOut: the time-out expired
267 ERROR_DIRECTORY NotADirectory: it is not a directory
303 ERROR_DELETE_PENDING PermissionDenied: it is being deleted
336 ERROR_DIRECTORY_NOT_SUPPORTED IsADirectory: it is a directory
740 ERROR_ELEVATION_REQUIRED PermissionDenied: it wants the rights of an administrator
676 ERROR_HANDLES_CLOSED Interrupted: the handle was closed
995 ERROR_OPERATION_ABORTED Interrupted: operation canceled
1225 ERROR_CONNECTION_REFUSED ConnectionRefused: refused
1226 ERROR_GRACEFUL_DISCONNECT ConnectionAborted: the peer is gone
1227 ERROR_ADDRESS_ALREADY_ASSOCIATED AddrInUse: the address is in use
1228 ERROR_ADDRESS_NOT_ASSOCIATED AddrNotAvailable: the address is not available
1229 ERROR_CONNECTION_INVALID NotConnected: not connected
1231 ERROR_NETWORK_UNREACHABLE NetworkUnreachable: the network is unreachable
1232 ERROR_HOST_UNREACHABLE NetworkUnreachable: the host is unreachable
1233 ERROR_PROTOCOL_UNREACHABLE NetworkUnreachable: the host is unreachable
1234 ERROR_PORT_UNREACHABLE ConnectionRefused: the port is closed
1236 ERROR_CONNECTION_ABORTED ConnectionAborted: aborted
1332 ERROR_NONE_MAPPED NotFound: no account has that name
1337 ERROR_INVALID_SID WindowsError: the SID is invalid
1338 ERROR_INVALID_SECURITY_DESCR WindowsError: malformed SDDL
1346 ERROR_BAD_IMPERSONATION_LEVEL PermissionDenied: the client does not let others act for it
1347 ERROR_CANT_OPEN_ANONYMOUS PermissionDenied: the client is anonymous
1368 ERROR_CANNOT_IMPERSONATE WouldBlock: nothing of the client was read yet
1450 ERROR_NO_SYSTEM_RESOURCES WindowsError: out of resources
1460 ERROR_TIMEOUT TimedOut: the time-out expired
10004 WSAEINTR Interrupted: interrupted
10009 WSAEBADF BadResource: the handle is invalid
10013 WSAEACCES PermissionDenied: access is denied
10014 WSAEFAULT WindowsError: an address or a size is wrong
10022 WSAEINVAL WindowsError: invalid argument or state
10024 WSAEMFILE WindowsError: too many sockets are open
10035 WSAEWOULDBLOCK WouldBlock: it would block
10036 WSAEINPROGRESS Busy: another operation is in progress
10037 WSAEALREADY Busy: the operation is in progress already
10038 WSAENOTSOCK BadResource: the handle is not a socket
10039 WSAEDESTADDRREQ WindowsError: an address is required
10040 WSAEMSGSIZE WindowsError: the datagram is too long
10041 WSAEPROTOTYPE NotSupported: the protocol is of another type
10042 WSAENOPROTOOPT NotSupported: no such option
10043 WSAEPROTONOSUPPORT NotSupported: no such protocol
10044 WSAESOCKTNOSUPPORT NotSupported: no such type of socket
10045 WSAEOPNOTSUPP NotSupported: not supported
10047 WSAEAFNOSUPPORT NotSupported: no such address family
10048 WSAEADDRINUSE AddrInUse: the address is in use
10049 WSAEADDRNOTAVAIL AddrNotAvailable: the address is not available
10050 WSAENETDOWN NetworkUnreachable: the network is down
10051 WSAENETUNREACH NetworkUnreachable: the network is unreachable
10052 WSAENETRESET ConnectionReset: the network was reset
10053 WSAECONNABORTED ConnectionAborted: aborted
10054 WSAECONNRESET ConnectionReset: the peer reset the connection
10055 WSAENOBUFS WindowsError: no buffer space is left
10056 WSAEISCONN WindowsError: connected already
10057 WSAENOTCONN NotConnected: not connected
10058 WSAESHUTDOWN BrokenPipe: shut down already
10060 WSAETIMEDOUT TimedOut: the time-out expired
10061 WSAECONNREFUSED ConnectionRefused: refused
10064 WSAEHOSTDOWN NetworkUnreachable: the host is down
10065 WSAEHOSTUNREACH NetworkUnreachable: the host is unreachable
10101 WSAEDISCON ConnectionAborted: the peer is gone
10109 WSATYPE_NOT_FOUND NotFound: no such service
10111 WSA_E_CANCELLED Interrupted: operation canceled
11001 WSAHOST_NOT_FOUND NotFound: no such host
11002 WSATRY_AGAIN TimedOut: no name server answers
11003 WSANO_RECOVERY WindowsError: the name server fails
11004 WSANO_DATA NotFound: the name has no such address
`;

let rows: Map<number, Row> | undefined;

/** The row of a code. The table is read when the first call has failed. */
function rowOf(code: number): Row | undefined {
  rows ??= new Map(
    TABLE.trim().split("\n").map((line) => {
      const [, key, name, className, state] = LINE.exec(line)!;
      return [Number(key), [name!, classOf(className!), state!]];
    }),
  );
  return rows.get(code);
}

function classOf(name: string): ErrorClass {
  return Object.hasOwn(E, name) ? E[name as keyof typeof E] : WindowsError;
}

/** An exclusive socket on all addresses, or an excluded range of ports. */
const BIND_DENIED: Row = [
  "WSAEACCES",
  E.AddrInUse,
  "the address is in use, or its port is reserved",
];

/** What was tried, for {@linkcode windowsError}. */
export interface FailedCall {
  /** The Windows function, such as `"CreateFileW"`. */
  syscall: string;
  /** The first part of the message: `Cannot connect to pipe "\\.\pipe\x"`. */
  action: string;
  /** Replaces the text of the code, where the caller knows better. */
  state?: string | undefined;
  /** Replaces the class of the code, where the caller knows better. */
  errorClass?: ErrorClass | undefined;
}

/**
 * Makes the error for a failed call: the one gate from codes to classes.
 *
 * @param api Gives the system's text for codes without one of ours.
 * @param code The Win32 code.
 * @param call What was tried.
 * @returns An instance of a `Deno.errors` class or {@linkcode WindowsError}
 * with `winerror`, `code` and `syscall`.
 */
export function windowsError(
  api: Pick<Win32Api, "formatMessage">,
  code: number,
  call: FailedCall,
): Error & WindowsErrorFields {
  const denied = code === WSAEACCES && call.syscall === "bind";
  const row = denied ? BIND_DENIED : rowOf(code);
  const state = call.state ?? row?.[2] ?? systemText(api, code);
  const Class = call.errorClass ?? row?.[1] ?? WindowsError;
  return Object.assign(new Class(`${call.action}: ${state}`), {
    winerror: code,
    code: row?.[0] ?? `ERROR_${code}`,
    syscall: call.syscall,
  });
}

function systemText(api: Pick<Win32Api, "formatMessage">, code: number) {
  const text = api.formatMessage(code).replace(/\.$/, "");
  if (text === "") return `Windows error ${code}`;
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/**
 * The Win32 code of a completion.
 *
 * @param api Translates what is not in the table.
 * @param status The NTSTATUS of the packet.
 * @returns The code that `GetLastError` would give.
 */
export function completionCode(
  api: Pick<Win32Api, "ntStatusToDosError">,
  status: number,
): number {
  switch (status) {
    case STATUS_BUFFER_OVERFLOW:
      return ERROR_MORE_DATA;
    case STATUS_CANCELLED:
      return ERROR_OPERATION_ABORTED;
    case STATUS_PIPE_BROKEN:
      return ERROR_BROKEN_PIPE;
    // The system makes ERROR_NETNAME_DELETED of them, which tells less.
    case STATUS_CONNECTION_RESET:
    case STATUS_REMOTE_DISCONNECT:
      return WSAECONNRESET;
    case STATUS_LOCAL_DISCONNECT:
      return WSAECONNABORTED;
    // The system makes ERROR_ACCESS_DENIED of both.
    case STATUS_FILE_IS_A_DIRECTORY:
      return ERROR_DIRECTORY_NOT_SUPPORTED;
    case STATUS_DELETE_PENDING:
      return ERROR_DELETE_PENDING;
    case STATUS_OBJECT_NAME_COLLISION: // as CreateFileW has it
      return ERROR_FILE_EXISTS;
    default:
      return api.ntStatusToDosError(status);
  }
}
