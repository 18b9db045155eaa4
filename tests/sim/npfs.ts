/**
 * The simulated named pipe file system: names, instances, waiters.
 *
 * The rules are those of ReactOS, drivers/filesystems/npfs: create.c (names,
 * instances, clients), waitsup.c and fsctrl.c (FSCTL_PIPE_WAIT). MS documents
 * CreateNamedPipeW and WaitNamedPipeW.
 *
 * @module
 */

import {
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  FILE_WRITE_ATTRIBUTES,
  FSCTL_PIPE_WAIT,
  GENERIC_READ,
  GENERIC_WRITE,
  PIPE_ACCESS_DUPLEX,
  PIPE_ACCESS_INBOUND,
  PIPE_ACCESS_OUTBOUND,
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
  SECURITY_SQOS_PRESENT,
  STATUS_IO_TIMEOUT,
  STATUS_SUCCESS,
} from "../../src/ffi/constants.ts";
import type {
  FileParameters,
  NamedPipeParameters,
} from "../../src/ffi/win32_api.ts";
import type { Caller } from "./caller.ts";
import type { SimulatedClock } from "./clock.ts";
import {
  type Operation,
  type OperationMemory,
  type Outcome,
  SimulatedFile,
} from "./operation.ts";
import type { Settings } from "./options.ts";
import { type ClientSecurity, type PipeEnd, PipeInstance } from "./pipe_end.ts";
import { type Descriptor, hasAccess, mapRights } from "./security.ts";
import * as status from "./status.ts";

const PREFIX = "\\\\.\\pipe\\";
const DEFAULT_WAIT_MS = 50;
const WAIT_HEADER = 14;
/** `sizeof(FILE_PIPE_WAIT_FOR_BUFFER)`, with its padding. */
const MIN_WAIT_INPUT = 16;
const FOREVER = -(2n ** 63n);
/** FILE_APPEND_DATA of a pipe: the right to make further instances. */
const CREATE_PIPE_INSTANCE = 0x4;
const SECURITY_CONTEXT_TRACKING = 0x4_0000;
const SYNCHRONIZE = 0x10_0000;
const FILE_READ_ATTRIBUTES = 0x80;
const FILE_READ_DATA = 0x1;
const FILE_WRITE_DATA = 0x2;

/** All instances of one name. */
interface NamedPipe {
  /** As it was written first. */
  readonly name: string;
  /** Of the first instance; MS, Named Pipe Security and Access Rights. */
  readonly descriptor: Descriptor;
  readonly messageType: boolean;
  readonly access: number;
  readonly maxInstances: number;
  /** Server ends that are open. */
  servers: number;
  readonly instances: Set<PipeInstance>;
}

/** What the file system needs of the kernel. */
export interface NpfsKernel {
  /** How operations' buffers are touched. */
  readonly memory: OperationMemory;
  /** The simulated time. */
  readonly clock: SimulatedClock;
  /** The settings. */
  readonly settings: Settings;
  /** Who calls now. */
  readonly caller: Caller;
  /** Ends what can end, after a time-out. */
  settle(): void;
}

/** The named pipe file system. */
export class Npfs {
  readonly #kernel: NpfsKernel;
  readonly #pipes = new Map<string, NamedPipe>();
  readonly #waits = new Map<Operation, string>();

  /** @param kernel The kernel it belongs to. */
  constructor(kernel: NpfsKernel) {
    this.#kernel = kernel;
  }

  /**
   * `CreateNamedPipeW`.
   *
   * @param parameters The arguments.
   * @param descriptor What the security descriptor says.
   * @returns The server end, or the NTSTATUS.
   */
  create(
    parameters: NamedPipeParameters,
    descriptor: Descriptor,
  ): PipeEnd | number {
    const name = keyOf(parameters.name);
    if (name === null || name === "") return status.STATUS_OBJECT_NAME_INVALID;
    const problem = checkParameters(parameters);
    if (problem !== STATUS_SUCCESS) return problem;
    const pipe = this.#pipes.get(name);
    const refusal = pipe && this.#refuseInstance(pipe, parameters);
    if (refusal) return refusal;
    const made = pipe ?? this.#newPipe(parameters, descriptor);
    return this.#addInstance(name, made, parameters);
  }

  /**
   * `CreateFileW` on a pipe or on the file system's root.
   *
   * @param parameters The arguments.
   * @returns The file, or the NTSTATUS.
   */
  open(parameters: FileParameters): SimulatedFile | number {
    const name = keyOf(parameters.name);
    const overlapped = (parameters.flags & FILE_FLAG_OVERLAPPED) !== 0;
    if (name === null) return status.STATUS_OBJECT_NAME_NOT_FOUND;
    if (name === "") return new RootDirectory(overlapped, this);
    const pipe = this.#pipes.get(name);
    if (pipe === undefined || pipe.servers === 0) {
      return status.STATUS_OBJECT_NAME_NOT_FOUND;
    }
    const access = mapRights(parameters.access);
    if (!this.#grantsClient(pipe, access)) return status.STATUS_ACCESS_DENIED;
    const instance = listening(pipe);
    if (instance === undefined) return status.STATUS_PIPE_NOT_AVAILABLE;
    const rights = {
      read: (access & FILE_READ_DATA) !== 0,
      write: (access & FILE_WRITE_DATA) !== 0,
      writeAttributes: (access & FILE_WRITE_ATTRIBUTES) !== 0,
    };
    const security = this.#clientSecurity(parameters.flags);
    return instance.connect({ overlapped, rights, security });
  }

  /**
   * The names of all pipes, with their instances: what NtQueryDirectoryFile
   * tells.
   *
   * @returns The pipes.
   */
  list(): { name: string; instances: number; maxInstances: number }[] {
    return [...this.#pipes.values()].map((pipe) => ({
      name: pipe.name,
      instances: pipe.instances.size,
      maxInstances: pipe.maxInstances,
    }));
  }

  /**
   * Who says nothing can be impersonated, by what it writes: ReactOS,
   * npfs/secursup.c, NpInitializeSecurity.
   */
  #clientSecurity(flags: number): ClientSecurity {
    const { caller } = this.#kernel;
    if ((flags & SECURITY_SQOS_PRESENT) === 0) {
      return { caller, level: 2, dynamic: true };
    }
    const dynamic = (flags & SECURITY_CONTEXT_TRACKING) !== 0;
    return { caller, level: (flags >>> 16) & 0x3, dynamic };
  }

  /**
   * The access list comes before the direction, and both before the state of
   * the instances; that clients make no instances is no matter: ReactOS,
   * npfs/create.c, NpCreateClientEnd.
   */
  #grantsClient(pipe: NamedPipe, access: number): boolean {
    const wanted = (access | SYNCHRONIZE | FILE_READ_ATTRIBUTES) &
      ~CREATE_PIPE_INSTANCE;
    if (!this.#hasAccess(pipe, wanted)) return false;
    const reads = (access & FILE_READ_DATA) !== 0;
    const writes = (access & FILE_WRITE_DATA) !== 0;
    return !(reads && pipe.access === PIPE_ACCESS_INBOUND) &&
      !(writes && pipe.access === PIPE_ACCESS_OUTBOUND);
  }

  #hasAccess({ descriptor }: NamedPipe, wanted: number): boolean {
    const { caller, settings } = this.#kernel;
    return settings.ignoreAccess || hasAccess(descriptor, caller, wanted);
  }

  /**
   * Why a pipe takes no further instance, or 0: the right to make one, the
   * number of instances, the flag, the direction, in the order of ReactOS,
   * npfs/create.c, NpCreateExistingNamedPipe.
   */
  #refuseInstance(pipe: NamedPipe, parameters: NamedPipeParameters): number {
    const wanted = serverRights(parameters) | CREATE_PIPE_INSTANCE;
    if (!this.#hasAccess(pipe, wanted)) return status.STATUS_ACCESS_DENIED;
    if (pipe.maxInstances < 255 && pipe.instances.size >= pipe.maxInstances) {
      return status.STATUS_INSTANCE_NOT_AVAILABLE;
    }
    const { ignoreFirstInstance } = this.#kernel.settings;
    const first = (parameters.openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) !== 0;
    const same = isMessageType(parameters) === pipe.messageType &&
      directionOf(parameters) === pipe.access;
    const refused = (first && !ignoreFirstInstance) || !same;
    return refused ? status.STATUS_ACCESS_DENIED : STATUS_SUCCESS;
  }

  #newPipe(
    parameters: NamedPipeParameters,
    { owner, dacl, level }: Descriptor,
  ): NamedPipe {
    const { user } = this.#kernel.caller;
    return {
      name: parameters.name.slice(PREFIX.length),
      descriptor: { owner: owner ?? user, dacl, level },
      messageType: isMessageType(parameters),
      access: directionOf(parameters),
      maxInstances: parameters.maxInstances,
      servers: 0,
      instances: new Set(),
    };
  }

  /**
   * Starts FSCTL_PIPE_WAIT.
   *
   * @param operation The operation; its input is a FILE_PIPE_WAIT_FOR_BUFFER.
   * @returns STATUS_PENDING, or the error.
   */
  startWait(operation: Operation): number {
    const wait = decodeWait(operation.request.control?.input);
    if (wait === null) return status.STATUS_INVALID_PARAMETER;
    const pipe = this.#pipes.get(wait.name);
    if (pipe === undefined) return status.STATUS_OBJECT_NAME_NOT_FOUND;
    this.#waits.set(operation, wait.name);
    operation.signalled = listening(pipe) !== undefined;
    if (operation.signalled || wait.timeout === Infinity) {
      return status.STATUS_PENDING;
    }
    operation.timer = this.#kernel.clock.schedule(
      wait.timeout,
      () => this.#expire(operation),
    );
    return status.STATUS_PENDING;
  }

  /**
   * Forgets a wait.
   *
   * @param operation The wait.
   */
  removeWait(operation: Operation): void {
    operation.timer?.cancel();
    this.#waits.delete(operation);
  }

  #expire(operation: Operation): void {
    if (operation.signalled) return;
    operation.forced = STATUS_IO_TIMEOUT;
    this.#kernel.settle();
  }

  #addInstance(
    name: string,
    pipe: NamedPipe,
    parameters: NamedPipeParameters,
  ): PipeEnd {
    this.#pipes.set(name, pipe);
    const instance = new PipeInstance({
      memory: this.#kernel.memory,
      settings: this.#kernel.settings,
      messageType: pipe.messageType,
      inboundQuota: parameters.inBufferSize,
      outboundQuota: parameters.outBufferSize,
      owner: pipe.descriptor.owner!,
      info: () => ({
        instances: pipe.instances.size,
        maxInstances: pipe.maxInstances,
      }),
      onListening: () => this.#wake(name),
      onServerClosed: () => pipe.servers -= 1,
      onDeleted: () => this.#delete(name, pipe, instance),
    });
    pipe.instances.add(instance);
    pipe.servers += 1;
    this.#wake(name);
    return instance.openServer(
      (parameters.openMode & FILE_FLAG_OVERLAPPED) !== 0,
      parameters,
    );
  }

  #wake(name: string): void {
    for (const [operation, waited] of this.#waits) {
      if (waited === name) operation.signalled = true;
    }
  }

  #delete(name: string, pipe: NamedPipe, instance: PipeInstance): void {
    pipe.instances.delete(instance);
    // Who waits for the name goes on waiting, until an instance or its time-out
    // comes: npfs/waitsup.c, NpCancelWaiter is called for no other reason.
    if (pipe.instances.size === 0) this.#pipes.delete(name);
  }
}

/** The root of the file system, on which one waits for pipes. */
class RootDirectory extends SimulatedFile {
  readonly #npfs: Npfs;

  constructor(overlapped: boolean, npfs: Npfs) {
    super(overlapped);
    this.#npfs = npfs;
  }

  override start(operation: Operation): number {
    const code = operation.request.control?.code;
    if (code !== FSCTL_PIPE_WAIT) return status.STATUS_INVALID_DEVICE_REQUEST;
    return this.#npfs.startWait(operation);
  }

  override canComplete(operation: Operation): boolean {
    return operation.signalled;
  }

  override complete(operation: Operation): Outcome {
    this.#npfs.removeWait(operation);
    return { status: STATUS_SUCCESS, bytes: 0 };
  }

  override canCancel(): boolean {
    return true;
  }

  override remove(operation: Operation): void {
    this.#npfs.removeWait(operation);
  }

  override cleanup(): void {}
}

/** The name without its prefix, folded; null when it is no pipe's name. */
function keyOf(name: string): string | null {
  const folded = name.toUpperCase();
  const prefix = PREFIX.toUpperCase();
  if (folded.length > 256 || !folded.startsWith(prefix)) return null;
  return folded.slice(prefix.length);
}

function checkParameters(parameters: NamedPipeParameters): number {
  const { openMode, pipeMode, maxInstances } = parameters;
  const messageType = (pipeMode & PIPE_TYPE_MESSAGE) !== 0;
  const messageMode = (pipeMode & PIPE_READMODE_MESSAGE) !== 0;
  const valid = (openMode & PIPE_ACCESS_DUPLEX) !== 0 &&
    maxInstances >= 1 && maxInstances <= 255 && (messageType || !messageMode);
  return valid ? STATUS_SUCCESS : status.STATUS_INVALID_PARAMETER;
}

function isMessageType({ pipeMode }: NamedPipeParameters): boolean {
  return (pipeMode & PIPE_TYPE_MESSAGE) !== 0;
}

function directionOf({ openMode }: NamedPipeParameters): number {
  return openMode & PIPE_ACCESS_DUPLEX;
}

/** What CreateNamedPipeW asks for: ReactOS, kernel32/client/file/npipe.c. */
function serverRights(parameters: NamedPipeParameters): number {
  const access = directionOf(parameters);
  const read = (access & PIPE_ACCESS_INBOUND) !== 0 ? GENERIC_READ : 0;
  const write = (access & PIPE_ACCESS_OUTBOUND) !== 0 ? GENERIC_WRITE : 0;
  return mapRights(read | write) | SYNCHRONIZE;
}

function listening(pipe: NamedPipe): PipeInstance | undefined {
  for (const instance of pipe.instances) {
    if (instance.state === "listening") return instance;
  }
  return undefined;
}

/** Decodes a FILE_PIPE_WAIT_FOR_BUFFER; null when it is malformed. */
function decodeWait(
  input: Uint8Array | undefined,
): { name: string; timeout: number } | null {
  // npfs/fsctrl.c, NpWaitForNamedPipe: INVALID_PARAMETER.
  if (input === undefined || input.length < MIN_WAIT_INPUT) return null;
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const length = view.getUint32(8, true);
  if (length % 2 !== 0 || length > input.length - WAIT_HEADER) return null;
  const text = input.subarray(WAIT_HEADER, WAIT_HEADER + length);
  const name = new TextDecoder("utf-16le").decode(text).toUpperCase();
  if (view.getUint8(12) === 0) return { name, timeout: DEFAULT_WAIT_MS };
  const ticks = view.getBigInt64(0, true);
  if (ticks === FOREVER) return { name, timeout: Infinity };
  return { name, timeout: ticks < 0n ? Number(-ticks) / 10_000 : 0 };
}
