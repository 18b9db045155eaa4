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
import { SimulationControls } from "./controls.ts";
import type { CallName } from "./faults.ts";
import { hex } from "./memory.ts";
import type { Request, SimulatedFile } from "./operation.ts";
import { PipeEnd } from "./pipe_end.ts";
import { ENTRY_SIZE } from "./port.ts";
import { sleepUntilPackets } from "./port_wait.ts";
import { DEFAULT_DESCRIPTOR, type Descriptor, isSddl } from "./security.ts";
import * as codes from "./status.ts";

const KNOWN_MODES = 3;

/** What an overlapped call names besides its file. */
type RequestPart = Pick<Request, "kind" | "overlapped"> & Partial<Request>;

/** The simulated kernel as the library calls it. */
export class SimulatedWin32 extends SimulationControls implements Win32Api {
  #lastError = 0;
  #transferred = 0;

  get lastError(): number {
    return this.#lastError;
  }

  get transferred(): number {
    return this.#transferred;
  }

  createIoCompletionPort(
    file: Handle,
    port: Handle,
    key: number,
    _concurrency: number,
  ): Handle {
    if (this.#faulty("createIoCompletionPort")) return 0n;
    if (file === INVALID_HANDLE_VALUE) {
      if (port !== 0n) return this.#error(codes.ERROR_INVALID_PARAMETER, 0n);
      return this.kernel.handles.open(this.kernel.newPort());
    }
    const object = this.kernel.file(file);
    if (object === null) return this.#error(ERROR_INVALID_HANDLE, 0n);
    if (object.association !== null || !object.overlapped) {
      return this.#error(codes.ERROR_INVALID_PARAMETER, 0n);
    }
    const known = port === 0n ? this.kernel.newPort() : this.kernel.port(port);
    if (known === null) return this.#error(ERROR_INVALID_HANDLE, 0n);
    object.association = { port: known, key };
    return port === 0n ? this.kernel.handles.open(known) : port;
  }

  getQueuedCompletionStatusEx(
    port: Handle,
    entries: Uint8Array<ArrayBuffer>,
    timeout: number,
  ): number {
    if (this.#faulty("getQueuedCompletionStatusEx")) return -1;
    const object = this.kernel.port(port);
    if (object === null) return this.#error(ERROR_INVALID_HANDLE, -1);
    const capacity = Math.floor(entries.length / ENTRY_SIZE);
    if (capacity === 0) return this.#error(codes.ERROR_INVALID_PARAMETER, -1);
    sleepUntilPackets(this.kernel, object, timeout);
    const records = this.kernel.dequeue(object, capacity);
    if (records.length === 0) return this.#error(codes.WAIT_TIMEOUT, 0);
    entries.set(records);
    return records.length / ENTRY_SIZE;
  }

  waitForCompletions(wait: PacketWait): Promise<number> {
    if (this.#faulty("waitForCompletions")) return Promise.resolve(0);
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
    if (this.#faulty("postQueuedCompletionStatus")) return this.#lastError;
    const object = this.kernel.port(port);
    if (object === null) return this.#code(ERROR_INVALID_HANDLE);
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
    if (this.#faulty(name)) return this.#lastError;
    const object = this.kernel.file(file);
    if (object === null) return this.#code(ERROR_INVALID_HANDLE);
    if ((flags & ~KNOWN_MODES) !== 0) {
      return this.#code(codes.ERROR_INVALID_PARAMETER);
    }
    object.notificationModes |= flags;
    return 0;
  }

  cancelIoEx(file: Handle, overlapped: Address): number {
    if (this.#faulty("cancelIoEx")) return this.#lastError;
    const object = this.kernel.file(file);
    if (object === null) return this.#code(ERROR_INVALID_HANDLE);
    const found = this.kernel.cancel(object, overlapped);
    return found > 0 ? 0 : this.#code(ERROR_NOT_FOUND);
  }

  createFile(parameters: FileParameters): Handle {
    if (this.#faulty("createFile")) return INVALID_HANDLE_VALUE;
    const file = this.kernel.npfs.open(parameters);
    const handle = this.#opened(file);
    if (handle !== INVALID_HANDLE_VALUE) this.opened.push({ ...parameters });
    this.kernel.settle();
    return handle;
  }

  closeHandle(handle: Handle): number {
    if (this.#faulty("closeHandle")) return this.#lastError;
    const { kernel } = this;
    const object = kernel.handles.get(handle);
    if (object === undefined) {
      if (kernel.handles.isStale(handle)) {
        kernel.guard.violations.push(`handle ${hex(handle)} closed twice`);
      }
      return this.#code(ERROR_INVALID_HANDLE);
    }
    if (kernel.handles.close(handle)) kernel.destroy(object);
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
    if (this.#faulty("createNamedPipe")) return INVALID_HANDLE_VALUE;
    const descriptor = this.#descriptor(parameters.securityDescriptor);
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
    if (this.#faulty("setNamedPipeHandleState")) return this.#lastError;
    const end = this.#pipeEnd(pipe);
    if (end === null) return this.#lastError;
    return this.#code(codes.toDosError(end.setMode(mode)));
  }

  getNamedPipeInfo(pipe: Handle): NamedPipeInfo | null {
    if (this.#faulty("getNamedPipeInfo")) return null;
    const end = this.#pipeEnd(pipe);
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
    if (this.#faulty("peekMessageRemainder")) return -1;
    const end = this.#pipeEnd(pipe);
    if (end === null) return -1;
    const code = codes.toDosError(end.peek());
    if (code !== 0) return this.#error(code, -1);
    const { messageType } = end.instance.settings;
    return messageType ? end.incoming.messageRemainder : 0;
  }

  getNamedPipeClientProcessId(pipe: Handle): number {
    if (this.#faulty("getNamedPipeClientProcessId")) return 0;
    const end = this.#pipeEnd(pipe);
    return end === null ? 0 : this.kernel.settings.clientProcessId;
  }

  getNamedPipeServerProcessId(pipe: Handle): number {
    if (this.#faulty("getNamedPipeServerProcessId")) return 0;
    const end = this.#pipeEnd(pipe);
    return end === null ? 0 : this.kernel.settings.serverProcessId;
  }

  currentUserSid(): string {
    if (this.#faulty("currentUserSid")) return "";
    return this.kernel.caller.user;
  }

  convertStringSecurityDescriptor(sddl: string): Address {
    if (this.#faulty("convertStringSecurityDescriptor")) return 0n;
    if (!isSddl(sddl)) {
      return this.#error(codes.ERROR_INVALID_SECURITY_DESCR, 0n);
    }
    return this.descriptors.add(sddl);
  }

  localFree(memory: Address): void {
    this.faults.enter("localFree");
    if (memory === 0n || this.descriptors.delete(memory)) return;
    this.kernel.guard.violation(
      `LocalFree of ${hex(memory)}, which is not allocated`,
    );
  }

  virtualAlloc(address: Address, size: number, type: number): Address {
    if (this.#faulty("virtualAlloc")) return 0n;
    const result = this.kernel.guard.memory.allocate(address, size, type);
    return result.error === 0 ? result.address : this.#error(result.error, 0n);
  }

  virtualFree(address: Address, size: number, type: number): number {
    if (this.#faulty("virtualFree")) return this.#lastError;
    const { memory, claims } = this.kernel.guard;
    const region = memory.regionFreedBy(address, size, type);
    if (typeof region === "number") return this.#code(region);
    const owned = claims.collision(region.start, region.end, true);
    if (owned !== undefined) {
      this.kernel.guard.violation(
        `memory freed with the ${owned.label}, in use`,
      );
    }
    return memory.free(address, size, type);
  }

  /** Memory that cannot be mapped: every access is checked. */
  mapMemory(): null {
    return null;
  }

  copyIn(target: Address, source: Uint8Array): void {
    this.faults.enter("copyIn");
    const { memory, claims } = this.kernel.guard;
    const end = target + BigInt(source.length);
    const owned = claims.collision(target, end, true);
    if (owned !== undefined) {
      this.kernel.guard.violation(
        `bytes copied over the ${owned.label}, in use`,
      );
    }
    memory.write(target, source);
  }

  copyOut(target: Uint8Array, source: Address): void {
    this.faults.enter("copyOut");
    this.kernel.guard.memory.read(target, source);
  }

  ntStatusToDosError(status: number): number {
    this.faults.enter("ntStatusToDosError");
    return codes.toDosError(status);
  }

  formatMessage(code: number): string {
    if (this.#faulty("formatMessage")) return "";
    return codes.messageOf(code);
  }

  /** Counts a call; true when it shall fail. */
  #faulty(name: CallName): boolean {
    const code = this.faults.enter(name);
    return this.#code(code) !== 0;
  }

  #code(code: number): number {
    if (code !== 0) this.#lastError = code;
    return code;
  }

  #error<T>(code: number, result: T): T {
    this.#lastError = code;
    return result;
  }

  #opened(file: SimulatedFile | number): Handle {
    if (typeof file !== "number") return this.kernel.handles.open(file);
    return this.#error(codes.toDosError(file), INVALID_HANDLE_VALUE);
  }

  #descriptor(address: Address): Descriptor {
    const descriptor = this.descriptors.descriptor(address);
    if (descriptor !== null) return descriptor;
    const problem = `no security descriptor at ${hex(address)}`;
    this.kernel.guard.violation(problem);
    return DEFAULT_DESCRIPTOR;
  }

  #pipeEnd(handle: Handle): PipeEnd | null {
    const file = this.kernel.file(handle);
    if (file instanceof PipeEnd) return file;
    const code = file === null ? ERROR_INVALID_HANDLE : 1; // INVALID_FUNCTION
    return this.#error(code, null);
  }

  #overlapped(
    name: CallName,
    handle: Handle,
    part: RequestPart,
  ): number {
    this.#transferred = 0;
    if (this.#faulty(name)) return this.#lastError;
    const file = this.kernel.file(handle);
    if (file === null) return this.#code(ERROR_INVALID_HANDLE);
    if (part.overlapped === 0n) {
      return this.#code(codes.ERROR_INVALID_PARAMETER);
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
    return this.#code(code);
  }
}
