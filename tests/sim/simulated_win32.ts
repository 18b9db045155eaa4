/**
 * A deterministic Windows kernel in TypeScript behind the seam of the library:
 * completion ports, named pipes, memory, handles and time.
 *
 * Nothing happens by itself: there are no real timers, and with `manual` set
 * the test picks which operation ends when. What npfs does was checked against
 * Wine 10; the options name where systems differ.
 *
 * @module
 */

import {
  ERROR_INVALID_HANDLE,
  ERROR_NOT_FOUND,
} from "../../src/ffi/constants.ts";
import {
  type Address,
  type FileParameters,
  type Handle,
  INVALID_HANDLE_VALUE,
  type NamedPipeInfo,
  type NamedPipeParameters,
  type PacketWait,
  type PipeExchange,
  type Win32Api,
} from "../../src/ffi/win32_api.ts";
import type { CallName } from "./faults.ts";
import { hex } from "./memory.ts";
import type { KernelObject } from "./handles.ts";
import { type Request, SimulatedFile } from "./operation.ts";
import { PipeEnd } from "./pipe_end.ts";
import { ENTRY_SIZE } from "./port.ts";
import { sleepUntilPackets } from "./port_wait.ts";
import { SimulatedCalls } from "./simulated_calls.ts";
import * as codes from "./status.ts";

const KNOWN_MODES = 3;

/** What an overlapped call names besides its file. */
type RequestPart = Pick<Request, "kind" | "overlapped"> & Partial<Request>;

/** The simulated kernel as the library calls it. */
export class SimulatedWin32 extends SimulatedCalls implements Win32Api {
  #transferred = 0;

  get transferred(): number {
    return this.#transferred;
  }

  createIoCompletionPort(
    file: Handle,
    port: Handle,
    key: number,
    concurrency: number,
  ): Handle {
    if (this.faulty("createIoCompletionPort")) return 0n;
    const newPort = () => this.kernel.newPort(concurrency);
    if (file === INVALID_HANDLE_VALUE) {
      if (port !== 0n) return this.error(codes.ERROR_INVALID_PARAMETER, 0n);
      return this.kernel.handles.open(newPort());
    }
    const object = this.#unlocked(file, "createIoCompletionPort");
    if (object === null) return this.error(ERROR_INVALID_HANDLE, 0n);
    if (object.association !== null || !object.overlapped) {
      return this.error(codes.ERROR_INVALID_PARAMETER, 0n);
    }
    const known = port === 0n ? newPort() : this.kernel.port(port);
    if (known === null) return this.error(ERROR_INVALID_HANDLE, 0n);
    object.association = { port: known, key };
    return port === 0n ? this.kernel.handles.open(known) : port;
  }

  getQueuedCompletionStatusEx(
    port: Handle,
    entries: Uint8Array<ArrayBuffer>,
    timeout: number,
  ): number {
    if (this.faulty("getQueuedCompletionStatusEx")) return -1;
    const object = this.kernel.port(port);
    if (object === null) return this.error(ERROR_INVALID_HANDLE, -1);
    const capacity = Math.floor(entries.length / ENTRY_SIZE);
    if (capacity === 0) return this.error(codes.ERROR_INVALID_PARAMETER, -1);
    sleepUntilPackets(this.kernel, object, timeout);
    const records = this.kernel.dequeue(object, capacity);
    if (records.length === 0) return this.error(codes.WAIT_TIMEOUT, 0);
    entries.set(records);
    return records.length / ENTRY_SIZE;
  }

  waitForCompletions(wait: PacketWait): Promise<number> {
    if (this.faulty("waitForCompletions")) return Promise.resolve(0);
    return new Promise((resolve) => {
      this.kernel.waits.add({ parameters: wait, resolve });
    });
  }

  postQueuedCompletionStatus(
    port: Handle,
    bytes: number,
    key: number,
    overlapped: Address,
  ): number {
    if (this.faulty("postQueuedCompletionStatus")) return this.lastErrorCode;
    const object = this.kernel.port(port);
    if (object === null) return this.code(ERROR_INVALID_HANDLE);
    const owned = overlapped === 0n
      ? undefined
      : this.kernel.guard.claims.collision(overlapped, overlapped + 1n, true);
    if (owned !== undefined) {
      this.kernel.guard.violation(`packet posted for the ${owned.label}`);
    }
    object.push({ key, overlapped, status: 0, bytes, operation: null });
    return 0;
  }

  setFileCompletionNotificationModes(file: Handle, flags: number): number {
    const name = "setFileCompletionNotificationModes";
    if (this.faulty(name)) return this.lastErrorCode;
    const object = this.kernel.file(file);
    if (object === null) return this.code(ERROR_INVALID_HANDLE);
    if ((flags & ~KNOWN_MODES) !== 0) {
      return this.code(codes.ERROR_INVALID_PARAMETER);
    }
    object.notificationModes |= flags;
    return 0;
  }

  cancelIoEx(file: Handle, overlapped: Address): number {
    if (this.faulty("cancelIoEx")) return this.lastErrorCode;
    const object = this.kernel.file(file);
    if (object === null) return this.code(ERROR_INVALID_HANDLE);
    const found = this.kernel.cancel(object, overlapped);
    return found > 0 ? 0 : this.code(ERROR_NOT_FOUND);
  }

  createFile(parameters: FileParameters): Handle {
    if (this.faulty("createFile")) return INVALID_HANDLE_VALUE;
    const file = this.kernel.npfs.open(parameters);
    const handle = this.#opened(file);
    if (handle !== INVALID_HANDLE_VALUE) this.opened.push({ ...parameters });
    this.kernel.settle();
    return handle;
  }

  closeHandle(handle: Handle): number {
    if (this.faulty("closeHandle")) return this.lastErrorCode;
    const { kernel } = this;
    const object = kernel.handles.get(handle);
    if (object === undefined) {
      if (kernel.handles.isStale(handle)) {
        kernel.guard.violations.push(`handle ${hex(handle)} closed twice`);
      }
      return this.code(ERROR_INVALID_HANDLE);
    }
    if (kernel.handles.close(handle)) this.#destroy(object, handle);
    kernel.settle();
    return 0;
  }

  readFile(
    file: Handle,
    buffer: Address,
    length: number,
    overlapped: Address,
  ): number {
    const part: RequestPart = { kind: "read", overlapped, buffer, length };
    return this.#overlapped("readFile", file, part);
  }

  writeFile(
    file: Handle,
    buffer: Address,
    length: number,
    overlapped: Address,
  ): number {
    const part: RequestPart = { kind: "write", overlapped, buffer, length };
    return this.#overlapped("writeFile", file, part);
  }

  fsControl(
    device: Handle,
    code: number,
    input: Uint8Array<ArrayBuffer>,
    overlapped: Address,
  ): number {
    const control = { code, input: input.slice() };
    const part: RequestPart = { kind: "wait", overlapped, control };
    return this.#overlapped("fsControl", device, part);
  }

  createNamedPipe(parameters: NamedPipeParameters): Handle {
    if (this.faulty("createNamedPipe")) return INVALID_HANDLE_VALUE;
    const descriptor = this.descriptorAt(parameters.securityDescriptor);
    const end = this.kernel.npfs.create(parameters, descriptor);
    const handle = this.#opened(end);
    if (handle !== INVALID_HANDLE_VALUE) this.created.push({ ...parameters });
    this.kernel.settle();
    return handle;
  }

  connectNamedPipe(pipe: Handle, overlapped: Address): number {
    const part: RequestPart = { kind: "connect", overlapped };
    return this.#overlapped("connectNamedPipe", pipe, part);
  }

  transactNamedPipe(
    pipe: Handle,
    { input, inputLength, output, outputLength }: PipeExchange,
    overlapped: Address,
  ): number {
    const bytes = new Uint8Array(inputLength);
    if (inputLength > 0) this.kernel.guard.memory.read(bytes, input);
    return this.#overlapped("transactNamedPipe", pipe, {
      kind: "transact",
      overlapped,
      buffer: output,
      length: outputLength,
      input: bytes,
    });
  }

  setNamedPipeHandleState(pipe: Handle, mode: number): number {
    if (this.faulty("setNamedPipeHandleState")) return this.lastErrorCode;
    const end = this.#pipeEnd(pipe, "setNamedPipeHandleState");
    if (end === null) return this.lastErrorCode;
    return this.code(codes.toDosError(end.setMode(mode)));
  }

  getNamedPipeInfo(pipe: Handle): NamedPipeInfo | null {
    if (this.faulty("getNamedPipeInfo")) return null;
    const end = this.#pipeEnd(pipe, "getNamedPipeInfo");
    if (end === null) return null;
    const { messageType, info } = end.instance.settings;
    return {
      serverEnd: end.isServer,
      messageType,
      messageReadMode: end.messageReadMode,
      ...info(),
    };
  }

  peekMessageRemainder(pipe: Handle): number {
    if (this.faulty("peekMessageRemainder")) return -1;
    const end = this.#pipeEnd(pipe, "peekMessageRemainder");
    if (end === null) return -1;
    const code = codes.toDosError(end.peek());
    if (code !== 0) return this.error(code, -1);
    const { messageType } = end.instance.settings;
    return messageType ? end.incoming.messageRemainder : 0;
  }

  getNamedPipeClientProcessId(pipe: Handle): number {
    if (this.faulty("getNamedPipeClientProcessId")) return 0;
    const end = this.#pipeEnd(pipe, "getNamedPipeClientProcessId");
    return end === null ? 0 : this.kernel.settings.clientProcessId;
  }

  getNamedPipeServerProcessId(pipe: Handle): number {
    if (this.faulty("getNamedPipeServerProcessId")) return 0;
    const end = this.#pipeEnd(pipe, "getNamedPipeServerProcessId");
    return end === null ? 0 : this.kernel.settings.serverProcessId;
  }

  #opened(file: SimulatedFile | number): Handle {
    if (typeof file !== "number") return this.kernel.handles.open(file);
    return this.error(codes.toDosError(file), INVALID_HANDLE_VALUE);
  }

  /** The last close of a locked file waits, too. */
  #destroy(object: KernelObject, handle: Handle): void {
    if (object instanceof SimulatedFile && this.kernel.isLocked(object)) {
      this.kernel.guard.violation(
        `closeHandle waits for what pends on synchronous handle ${hex(handle)}`,
      );
    }
    this.kernel.destroy(object);
  }

  /** A call on this thread must not wait for the lock of a file. */
  #unlocked(handle: Handle, name: CallName): SimulatedFile | null {
    const file = this.kernel.file(handle);
    if (file === null || !this.kernel.isLocked(file)) return file;
    this.kernel.guard.violation(
      `${name} waits for what pends on synchronous handle ${hex(handle)}`,
    );
    return file;
  }

  #pipeEnd(handle: Handle, name: CallName): PipeEnd | null {
    const file = this.#unlocked(handle, name);
    if (file instanceof PipeEnd) return file;
    const code = file === null ? ERROR_INVALID_HANDLE : 1; // INVALID_FUNCTION
    return this.error(code, null);
  }

  #overlapped(
    name: CallName,
    handle: Handle,
    part: RequestPart,
  ): number {
    this.#transferred = 0;
    if (this.faulty(name)) return this.lastErrorCode;
    const file = this.kernel.file(handle);
    if (file === null) return this.code(ERROR_INVALID_HANDLE);
    if (part.overlapped === 0n) {
      return this.code(codes.ERROR_INVALID_PARAMETER);
    }
    if (!file.overlapped) {
      this.kernel.guard.violation(
        `${name} on synchronous handle ${hex(handle)}`,
      );
    }
    const request = { handle, file, buffer: 0n, length: 0, ...part };
    const { status, bytes } = this.kernel.submit(request);
    const code = codes.toDosError(status);
    if (code === 0) this.#transferred = bytes;
    return this.code(code);
  }
}
