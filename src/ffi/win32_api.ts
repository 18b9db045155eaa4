/**
 * The seam between the library and Windows: every native call it makes, typed.
 *
 * `NativeWin32` implements it over `Deno.dlopen`; the unit tests implement it
 * as a simulated kernel. Nothing above `src/ffi/` sees anything else of Windows.
 *
 * Conventions, the same for both implementations:
 * - a call that returns BOOL in C returns the Win32 error code: 0 is success,
 *   and for overlapped calls 997 (ERROR_IO_PENDING) says that a packet follows;
 * - a call that returns a HANDLE or an address returns it, or
 *   {@linkcode INVALID_HANDLE_VALUE} / `0n` with the code in `lastError`;
 * - addresses are native memory (`virtualAlloc`) that the kernel may keep;
 *   a `Uint8Array` is only used until the call returns.
 *
 * @module
 */

/** A Windows HANDLE as an integer. */
export type Handle = bigint;

/** An address in native memory. */
export type Address = bigint;

/** What `CreateFileW` and `CreateNamedPipeW` return when they fail. */
export const INVALID_HANDLE_VALUE: Handle = 0xffff_ffff_ffff_ffffn;

/** The arguments of `CreateNamedPipeW`. */
export interface NamedPipeParameters {
  /** `\\.\pipe\name`. */
  name: string;
  /** `dwOpenMode`: access direction and `FILE_FLAG_*`. */
  openMode: number;
  /** `dwPipeMode`: type, read mode, remote clients. */
  pipeMode: number;
  /** 1 to 255, where 255 is `PIPE_UNLIMITED_INSTANCES`. */
  maxInstances: number;
  /** Output quota in bytes. */
  outBufferSize: number;
  /** Input quota in bytes. */
  inBufferSize: number;
  /** Address of a security descriptor, or `0n` for the default one. */
  securityDescriptor: Address;
}

/** The arguments of `CreateFileW` (`OPEN_EXISTING`, no security attributes). */
export interface FileParameters {
  /** `\\.\pipe\name`, or the file's path. */
  name: string;
  /** `dwDesiredAccess`. */
  access: number;
  /** `dwShareMode`. */
  shareMode: number;
  /** `dwFlagsAndAttributes`. */
  flags: number;
}

/** A wait for packets on another thread. */
export interface PacketWait {
  /** The completion port. */
  port: Handle;
  /** Native memory for the entries, with the record behind them. */
  entries: Address;
  /** How many entries there is room for. */
  capacity: number;
  /** Milliseconds, or INFINITE. */
  timeout: number;
}

/** What `GetNamedPipeInfo` and `GetNamedPipeHandleStateW` tell. */
export interface NamedPipeInfo {
  /** True for the end that `CreateNamedPipeW` made. */
  serverEnd: boolean;
  /** True for a message-type pipe. */
  messageType: boolean;
  /** True when this end reads whole messages. */
  messageReadMode: boolean;
  /** Instances of the pipe that exist now. */
  instances: number;
  /** The limit of instances; 255 is unlimited. */
  maxInstances: number;
}

/** The functions that close handles. */
export type CloseName = "CloseHandle" | "closesocket" | "UnregisterWaitEx";

/** The handles that Windows closes when this thread ends before they are. */
export interface ThreadHandles {
  /**
   * Takes note of a handle; once is enough.
   *
   * @param handle An open handle.
   * @param close What closes it.
   */
  add(handle: Handle, close: CloseName): void;
  /**
   * Takes note of a registered wait, which ends before its object is closed.
   *
   * @param wait The wait.
   * @param object A handle of its own that it waits for.
   */
  addWait(wait: Handle, object: Handle): void;
  /**
   * Strikes a handle out, before it is closed or left to somebody else.
   *
   * @param handle Any handle.
   */
  remove(handle: Handle): void;
}

/** The native memory of a `TransactNamedPipe`. */
export interface PipeExchange {
  /** The message to write. */
  input: Address;
  /** Its bytes. */
  inputLength: number;
  /** Where the answer goes. */
  output: Address;
  /** The most bytes of it. */
  outputLength: number;
}

/** A user or a group. */
export interface Account {
  /** Its SID as text. */
  sid: string;
  /** `SID_NAME_USE`: 1 is a user, 2 a group, 4 an alias. */
  kind: number;
}

/** Every native call of the library. */
export interface Win32Api {
  /** The error code of the last call on this object that failed. */
  readonly lastError: number;
  /** Bytes moved by the last overlapped call that returned 0. */
  readonly transferred: number;
  /** In workers, which may be terminated. */
  readonly threadHandles?: ThreadHandles | undefined;

  // --- completion port -----------------------------------------------------

  /** `CreateIoCompletionPort`: a new port (`0n` port) or an association. */
  createIoCompletionPort(
    file: Handle,
    port: Handle,
    key: number,
    concurrency: number,
  ): Handle;
  /**
   * `GetQueuedCompletionStatusEx` on this thread. Fills `entries` with
   * OVERLAPPED_ENTRY records of 32 bytes.
   *
   * @returns The number of entries, 0 when none came in time, or -1 with the
   * code in `lastError`.
   */
  getQueuedCompletionStatusEx(
    port: Handle,
    entries: Uint8Array<ArrayBuffer>,
    timeout: number,
  ): number;
  /**
   * `GetQueuedCompletionStatusEx` on another thread. Behind the entries is
   * the record of the wait (`packet_wait.ts`), which gets their number, and
   * says whether the wait has begun.
   *
   * @returns Not 0 when entries came; 0 on time-out or failure.
   */
  waitForCompletions(wait: PacketWait): Promise<number>;
  /** `PostQueuedCompletionStatus`. */
  postQueuedCompletionStatus(
    port: Handle,
    bytes: number,
    key: number,
    overlapped: Address,
  ): number;
  /** `SetFileCompletionNotificationModes`. */
  setFileCompletionNotificationModes(file: Handle, flags: number): number;
  /** `CancelIoEx`; `0n` cancels every operation of the handle. */
  cancelIoEx(file: Handle, overlapped: Address): number;

  // --- handles and files ---------------------------------------------------

  /** `CreateFileW` with `OPEN_EXISTING`. */
  createFile(parameters: FileParameters): Handle;
  /** `CloseHandle`. */
  closeHandle(handle: Handle): number;
  /** `ReadFile` into native memory. */
  readFile(
    file: Handle,
    buffer: Address,
    length: number,
    overlapped: Address,
  ): number;
  /** `WriteFile` from native memory. */
  writeFile(
    file: Handle,
    buffer: Address,
    length: number,
    overlapped: Address,
  ): number;
  /**
   * `NtFsControlFile` without output. (`DeviceIoControl` sends the controls of
   * pipes to the wrong place.)
   */
  fsControl(
    file: Handle,
    code: number,
    input: Uint8Array<ArrayBuffer> | null,
    overlapped: Address,
  ): number;

  // --- named pipes ---------------------------------------------------------

  /** `CreateNamedPipeW`. */
  createNamedPipe(parameters: NamedPipeParameters): Handle;
  /** `ConnectNamedPipe`. */
  connectNamedPipe(pipe: Handle, overlapped: Address): number;
  /** `TransactNamedPipe`: writes a message and reads the next one. */
  transactNamedPipe(
    pipe: Handle,
    exchange: PipeExchange,
    overlapped: Address,
  ): number;
  /** `SetNamedPipeHandleState` with the mode only. */
  setNamedPipeHandleState(pipe: Handle, mode: number): number;
  /** `DisconnectNamedPipe`, by the server's end only. */
  disconnectNamedPipe(pipe: Handle): number;
  /** `GetNamedPipeInfo` and `GetNamedPipeHandleStateW`; `null` on failure. */
  getNamedPipeInfo(pipe: Handle): NamedPipeInfo | null;
  /**
   * `PeekNamedPipe`: the bytes left of the message at the head of the queue.
   *
   * @returns The number of bytes, or -1 with the code in `lastError`.
   */
  peekMessageRemainder(pipe: Handle): number;
  /** `GetNamedPipeClientProcessId`; 0 on failure. */
  getNamedPipeClientProcessId(pipe: Handle): number;
  /** `GetNamedPipeServerProcessId`; 0 on failure. */
  getNamedPipeServerProcessId(pipe: Handle): number;

  // --- security ------------------------------------------------------------

  /** The SID of the process's user as text (`S-1-5-...`), or `""`. */
  currentUserSid(): string;
  /**
   * `LookupAccountNameW`, on this computer and the domains that it trusts.
   *
   * @returns The account, or `null` with the code in `lastError`.
   */
  lookupAccount(name: string): Account | null;
  /**
   * `ConvertStringSecurityDescriptorToSecurityDescriptorW`. Free the result
   * with `localFree`.
   */
  convertStringSecurityDescriptor(sddl: string): Address;
  /** `LocalFree`. */
  localFree(memory: Address): void;

  // --- memory --------------------------------------------------------------

  /** `VirtualAlloc` with `PAGE_READWRITE`; `0n` lets Windows choose. */
  virtualAlloc(address: Address, size: number, type: number): Address;
  /** `VirtualFree`. */
  virtualFree(address: Address, size: number, type: number): number;
  /**
   * Native memory as an array, which must not be touched once the memory is
   * freed; `null` where that is not permitted (a scoped grant).
   */
  mapMemory(address: Address, size: number): Uint8Array<ArrayBuffer> | null;
  /** Copies `source` to native memory. */
  copyIn(target: Address, source: Uint8Array<ArrayBuffer>): void;
  /** Copies native memory over the whole of `target`. */
  copyOut(target: Uint8Array<ArrayBuffer>, source: Address): void;

  // --- errors --------------------------------------------------------------

  /** `RtlNtStatusToDosError`. */
  ntStatusToDosError(status: number): number;
  /** `FormatMessageW`: the system's text without its line end, or `""`. */
  formatMessage(code: number): string;
}
