/**
 * {@linkcode Win32Api} over `Deno.dlopen`.
 *
 * What starts an operation that may pend calls ntdll, which returns the
 * status: were ERROR_IO_PENDING taken for a failure, memory would be freed that
 * the kernel owns. For the rest `GetLastError` is the very next call after the
 * one that failed, in the same function: when a function is entered, V8 may
 * compile or collect, and what it calls of Windows then replaces the code.
 *
 * @module
 */

import { readAccount } from "./account.ts";
import {
  ERROR_IO_PENDING,
  FSCTL_PIPE_LISTEN,
  FSCTL_PIPE_TRANSCEIVE,
  INFINITE,
  STATUS_PENDING,
  WAIT_TIMEOUT,
} from "./constants.ts";
import { completionCode } from "./errors.ts";
import { loadSymbols, type Symbols } from "./symbols.ts";
import { mapMemory } from "./memory.ts";
import { OutU32, OutU64 } from "./out_parameters.ts";
import {
  encodePacketWait,
  PACKET_WAIT_ONCE,
  packetWaitFunction,
} from "./packet_wait.ts";
import {
  decodeWideString,
  encodeSecurityAttributes,
  encodeWideString,
  ENTRY_SIZE,
  OVERLAPPED_OFFSET,
} from "./structs.ts";
import { threadHandles } from "./thread/native.ts";
import { readUserSid } from "./user_sid.ts";
import {
  type Account,
  type Address,
  type FileParameters,
  type Handle,
  INVALID_HANDLE_VALUE,
  type NamedPipeInfo,
  type NamedPipeParameters,
  type PacketWait,
  type PipeExchange,
  type ThreadHandles,
  type Win32Api,
} from "./win32_api.ts";

const SDDL_REVISION_1 = 1;
const OPEN_EXISTING = 3;
const PAGE_READWRITE = 0x4;
const PIPE = { serverEnd: 0x1, typeMessage: 0x4, readModeMessage: 0x2 };
const FORMAT_MESSAGE_FLAGS = 0x1000 | 0x200; // FROM_SYSTEM | IGNORE_INSERTS
const MAX_MESSAGE = 1024;
const OFFSET = BigInt(OVERLAPPED_OFFSET);
const IO_STATUS_SIZE = 16n;
const IO_STATUS_INFORMATION = 2;

/**
 * The real Windows. To make one loads the DLLs, which throws
 * `Deno.errors.NotSupported` when the system is not Windows, and
 * `Deno.errors.NotCapable` when `--allow-ffi` was not granted.
 */
export class NativeWin32 implements Win32Api {
  lastError = 0;
  transferred = 0;
  readonly threadHandles: ThreadHandles | undefined = threadHandles(this);
  readonly #symbols: Symbols = loadSymbols();
  readonly #kernel32 = this.#symbols.kernel32;
  readonly #ntdll = this.#symbols.ntdll;
  readonly #ioStatusWords = new Uint32Array(4);
  readonly #ioStatus = new Uint8Array(this.#ioStatusWords.buffer);
  readonly #removed = new OutU32();

  createIoCompletionPort(
    file: Handle,
    port: Handle,
    key: number,
    concurrency: number,
  ): Handle {
    const { CreateIoCompletionPort } = this.#kernel32;
    const result = CreateIoCompletionPort(file, port, BigInt(key), concurrency);
    if (result === 0n) this.lastError = this.#kernel32.GetLastError();
    return result;
  }

  getQueuedCompletionStatusEx(
    port: Handle,
    entries: Uint8Array<ArrayBuffer>,
    timeout: number,
  ): number {
    const ok = this.#kernel32.GetQueuedCompletionStatusEx(
      port,
      entries,
      entries.byteLength / ENTRY_SIZE,
      this.#removed.bytes,
      timeout,
      0,
    );
    if (ok !== 0) return this.#removed.value;
    this.lastError = this.#kernel32.GetLastError();
    return this.lastError === WAIT_TIMEOUT ? 0 : -1;
  }

  waitForCompletions(wait: PacketWait): Promise<number> {
    const { entries, capacity } = wait;
    const record = entries + BigInt(capacity * ENTRY_SIZE);
    this.copyIn(record, encodePacketWait(wait));
    return this.#kernel32.WaitForCompletions(
      record + PACKET_WAIT_ONCE,
      packetWaitFunction(this),
      record,
      0n,
    );
  }

  postQueuedCompletionStatus(
    port: Handle,
    bytes: number,
    key: number,
    overlapped: Address,
  ): number {
    const ok = this.#kernel32.PostQueuedCompletionStatus(
      port,
      bytes,
      BigInt(key),
      overlapped,
    );
    return ok !== 0 ? 0 : (this.lastError = this.#kernel32.GetLastError());
  }

  setFileCompletionNotificationModes(file: Handle, flags: number): number {
    const ok = this.#kernel32.SetFileCompletionNotificationModes(file, flags);
    return ok !== 0 ? 0 : (this.lastError = this.#kernel32.GetLastError());
  }

  cancelIoEx(file: Handle, overlapped: Address): number {
    const ok = this.#kernel32.CancelIoEx(file, overlapped);
    return ok !== 0 ? 0 : (this.lastError = this.#kernel32.GetLastError());
  }

  createFile(parameters: FileParameters): Handle {
    const handle = this.#kernel32.CreateFileW(
      encodeWideString(parameters.name),
      parameters.access,
      parameters.shareMode,
      null,
      OPEN_EXISTING,
      parameters.flags,
      0n,
    );
    if (handle === INVALID_HANDLE_VALUE) {
      this.lastError = this.#kernel32.GetLastError();
    }
    return handle;
  }

  closeHandle(handle: Handle): number {
    this.threadHandles?.remove(handle);
    const ok = this.#kernel32.CloseHandle(handle);
    return ok !== 0 ? 0 : (this.lastError = this.#kernel32.GetLastError());
  }

  readFile(file: Handle, to: Address, length: number, at: Address): number {
    const { NtReadFile: read } = this.#ntdll;
    const status = read(file, 0n, 0n, at, at, to, length, at + OFFSET, 0n);
    return this.#ended(status, at);
  }

  writeFile(file: Handle, from: Address, length: number, at: Address): number {
    const { NtWriteFile: write } = this.#ntdll;
    const status = write(file, 0n, 0n, at, at, from, length, at + OFFSET, 0n);
    if (status !== 0) return this.#statusCode(status);
    this.transferred = length;
    return 0;
  }

  fsControl(
    file: Handle,
    code: number,
    input: Uint8Array<ArrayBuffer> | null,
    overlapped: Address,
  ): number {
    return this.#statusCode(
      this.#ntdll.NtFsControlFile(
        file,
        0n,
        0n,
        overlapped,
        overlapped,
        code,
        input,
        input?.byteLength ?? 0,
        0n,
        0,
      ),
    );
  }

  createNamedPipe(parameters: NamedPipeParameters): Handle {
    const { securityDescriptor } = parameters;
    const handle = this.#kernel32.CreateNamedPipeW(
      encodeWideString(parameters.name),
      parameters.openMode,
      parameters.pipeMode,
      parameters.maxInstances,
      parameters.outBufferSize,
      parameters.inBufferSize,
      INFINITE,
      securityDescriptor === 0n
        ? null
        : encodeSecurityAttributes(securityDescriptor),
    );
    if (handle === INVALID_HANDLE_VALUE) {
      this.lastError = this.#kernel32.GetLastError();
    }
    return handle;
  }

  connectNamedPipe(pipe: Handle, overlapped: Address): number {
    return this.fsControl(pipe, FSCTL_PIPE_LISTEN, null, overlapped);
  }

  transactNamedPipe(
    pipe: Handle,
    exchange: PipeExchange,
    overlapped: Address,
  ): number {
    const status = this.#ntdll.NtFsControlFileInMemory(
      pipe,
      0n,
      0n,
      overlapped,
      overlapped,
      FSCTL_PIPE_TRANSCEIVE,
      exchange.input,
      exchange.inputLength,
      exchange.output,
      exchange.outputLength,
    );
    return this.#ended(status, overlapped);
  }

  disconnectNamedPipe(pipe: Handle): number {
    const ok = this.#kernel32.DisconnectNamedPipe(pipe);
    return ok !== 0 ? 0 : (this.lastError = this.#kernel32.GetLastError());
  }

  setNamedPipeHandleState(pipe: Handle, mode: number): number {
    const bytes = new Uint8Array(Uint32Array.of(mode).buffer);
    const ok = this.#kernel32.SetNamedPipeHandleState(pipe, bytes, null, null);
    return ok !== 0 ? 0 : (this.lastError = this.#kernel32.GetLastError());
  }

  getNamedPipeInfo(pipe: Handle): NamedPipeInfo | null {
    const [flags, max] = [new OutU32(), new OutU32()];
    const [state, instances] = [new OutU32(), new OutU32()];
    const k = this.#kernel32;
    const ok = k.GetNamedPipeInfo(pipe, flags.bytes, null, null, max.bytes);
    if (ok === 0) return this.lastError = this.#kernel32.GetLastError(), null;
    const got = k.GetNamedPipeHandleStateW(
      pipe,
      state.bytes,
      instances.bytes,
      null,
      null,
      null,
      0,
    );
    if (got === 0) return this.lastError = this.#kernel32.GetLastError(), null;
    return {
      serverEnd: (flags.value & PIPE.serverEnd) !== 0,
      messageType: (flags.value & PIPE.typeMessage) !== 0,
      messageReadMode: (state.value & PIPE.readModeMessage) !== 0,
      instances: instances.value,
      maxInstances: max.value,
    };
  }

  peekMessageRemainder(pipe: Handle): number {
    const left = new OutU32();
    const k = this.#kernel32;
    const ok = k.PeekNamedPipe(pipe, null, 0, null, null, left.bytes);
    if (ok === 0) return this.lastError = this.#kernel32.GetLastError(), -1;
    return left.value;
  }

  getNamedPipeClientProcessId(pipe: Handle): number {
    const id = new OutU32();
    const ok = this.#kernel32.GetNamedPipeClientProcessId(pipe, id.bytes);
    if (ok === 0) return this.lastError = this.#kernel32.GetLastError(), 0;
    return id.value;
  }

  getNamedPipeServerProcessId(pipe: Handle): number {
    const id = new OutU32();
    const ok = this.#kernel32.GetNamedPipeServerProcessId(pipe, id.bytes);
    if (ok === 0) return this.lastError = this.#kernel32.GetLastError(), 0;
    return id.value;
  }

  currentUserSid(): string {
    const { sid, code } = readUserSid(this.#symbols);
    if (code !== 0) this.lastError = code;
    return sid;
  }

  lookupAccount(name: string): Account | null {
    const { account, code } = readAccount(this.#symbols, name);
    if (code !== 0) this.lastError = code;
    return account;
  }

  convertStringSecurityDescriptor(sddl: string): Address {
    const descriptor = new OutU64();
    const ok = this.#symbols.advapi32
      .ConvertStringSecurityDescriptorToSecurityDescriptorW(
        encodeWideString(sddl),
        SDDL_REVISION_1,
        descriptor.bytes,
        null,
      );
    if (ok === 0) return this.lastError = this.#kernel32.GetLastError(), 0n;
    return descriptor.value;
  }

  localFree(memory: Address): void {
    this.#kernel32.LocalFree(memory);
  }

  virtualAlloc(address: Address, size: number, type: number): Address {
    const result = this.#kernel32.VirtualAlloc(
      address,
      BigInt(size),
      type,
      PAGE_READWRITE,
    );
    if (result === 0n) this.lastError = this.#kernel32.GetLastError();
    return result;
  }

  virtualFree(address: Address, size: number, type: number): number {
    const ok = this.#kernel32.VirtualFree(address, BigInt(size), type);
    return ok !== 0 ? 0 : (this.lastError = this.#kernel32.GetLastError());
  }

  readonly mapMemory = mapMemory;

  copyIn(target: Address, source: Uint8Array<ArrayBuffer>): void {
    this.#ntdll.CopyIn(target, source, BigInt(source.byteLength));
  }

  copyOut(target: Uint8Array<ArrayBuffer>, source: Address): void {
    this.#ntdll.CopyOut(target, source, BigInt(target.byteLength));
  }

  ntStatusToDosError(status: number): number {
    return this.#ntdll.RtlNtStatusToDosError(status >>> 0);
  }

  formatMessage(code: number): string {
    const text = new Uint8Array(MAX_MESSAGE * 2);
    const units = this.#kernel32.FormatMessageW(
      FORMAT_MESSAGE_FLAGS,
      0n,
      code,
      0,
      text,
      MAX_MESSAGE,
      0n,
    );
    return decodeWideString(text, units).trimEnd();
  }

  /** The code of a call that has returned; on success the bytes are known. */
  #ended(status: number, overlapped: Address): number {
    if (status !== 0) return this.#statusCode(status);
    this.#ntdll.CopyOut(this.#ioStatus, overlapped, IO_STATUS_SIZE);
    this.transferred = this.#ioStatusWords[IO_STATUS_INFORMATION]!;
    return 0;
  }

  /** An NTSTATUS needs no `GetLastError`, so nothing can come between. */
  #statusCode(status: number): number {
    if (status === STATUS_PENDING) return ERROR_IO_PENDING;
    return status === 0 ? 0 : completionCode(this, status);
  }
}
