/**
 * The parts of a proactor. The other rooms of the library reach by its port
 * what its users do not need.
 *
 * @module
 */

import type { SocketApi } from "../ffi/socket/api.ts";
import type { Handle } from "../ffi/win32_api.ts";
import { PipeOperations } from "./call/pipe_operations.ts";
import { SocketOperations } from "./call/socket_operations.ts";
import {
  type SendPartOptions,
  TransferOperations,
} from "./call/transfer_operations.ts";
import type { FutureContext } from "./future/future.ts";
import type { OverlappedFuture } from "./future/overlapped_future.ts";
import type { CompletionPort } from "./port/completion_port.ts";
import type { PortHandle } from "./port/port_handle.ts";
import { ProactorCore } from "./proactor_core.ts";
import type {
  CloseOptions,
  HandleLike,
  IocpProactorOptions,
} from "./proactor_options.ts";
import { WaitOperations } from "./wait/wait_operations.ts";

/** Milliseconds that a close takes at most. */
const DEFAULT_DEADLINE = 5000;

const partsOfPorts = new WeakMap<CompletionPort, ProactorParts>();

/** What an {@linkcode IocpProactor} consists of. */
export class ProactorParts {
  /** The port, the handles on it, and the futures. */
  readonly core: ProactorCore;
  /** Reads and writes. */
  readonly transfers: TransferOperations;
  /** Connections of pipes. */
  readonly pipes: PipeOperations;
  /** Datagrams, connections and files of sockets. */
  readonly sockets: SocketOperations;
  /** Waits for kernel objects. */
  readonly waits: WaitOperations;

  /** @param options As {@linkcode IocpProactor} takes them. */
  constructor(options: IocpProactorOptions) {
    const core = new ProactorCore(options);
    this.core = core;
    this.transfers = new TransferOperations(core);
    this.pipes = new PipeOperations(core);
    this.sockets = new SocketOperations(core, options.sendFile);
    this.waits = new WaitOperations(core, options.waits);
    partsOfPorts.set(core.port, this);
  }

  /** Closes a raw handle; see {@linkcode IocpProactor.closeHandle}. */
  closeHandle(handle: Handle): void {
    this.waits.interrupt(handle);
    this.core.closeHandle(handle);
  }

  /** Ends everything; see {@linkcode IocpProactor.close}. */
  async close(options: CloseOptions): Promise<number> {
    const { deadline = DEFAULT_DEADLINE } = options;
    const end = performance.now() + deadline;
    const quarantined = await this.core.close(deadline);
    await this.waits.close(Math.max(0, end - performance.now()));
    return quarantined;
  }
}

/**
 * The parts of the proactor that has a port, made for a port that has none.
 *
 * @param port The port.
 * @returns The parts; always the same for one port.
 */
export function partsOf(port: CompletionPort): ProactorParts {
  return partsOfPorts.get(port) ?? new ProactorParts({ port });
}

/**
 * The port's view of a handle; a new handle is put on the port.
 *
 * @param port The port of a proactor.
 * @param handle The handle, or its owner.
 * @param action The beginning of an error's message.
 * @returns What the port knows of it.
 * @throws {TypeError} when it is neither a bigint nor an owner of a handle.
 * @throws {Deno.errors.BadResource} when it, or the proactor, is closed.
 */
export function ownerOf(
  port: CompletionPort,
  handle: HandleLike,
  action: string,
): PortHandle {
  return partsOf(port).core.ownerOf(handle, action);
}

/**
 * The Winsock of a proactor.
 *
 * @param port The port of a proactor.
 * @returns The functions; the real ones, unless a test has replaced them.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function socketsOf(port: CompletionPort): SocketApi {
  return partsOf(port).core.openSockets();
}

/**
 * The loop in which the futures of a proactor run their callbacks.
 *
 * @param port The port of a proactor.
 * @returns The loop's context; `undefined` when no loop drives the proactor.
 */
export function contextOf(port: CompletionPort): FutureContext | undefined {
  return partsOf(port).core.context;
}

/**
 * Refuses what is no stream socket.
 *
 * @param port The port of a proactor.
 * @param socket The socket.
 * @param action The beginning of an error's message.
 * @throws {TypeError} when it is a socket, but no stream.
 * @throws {Deno.errors.BadResource} when it is closed, or no socket.
 */
export function assertStreamSocket(
  port: CompletionPort,
  socket: HandleLike,
  action: string,
): void {
  partsOf(port).sockets.streamSocket(socket, action);
}

/** A part of what has to be sent, and where to. */
export interface PartToSend extends SendPartOptions {
  /** The handle, or its owner. */
  handle: HandleLike;
  /** Copied before the call returns. */
  data: readonly Uint8Array[];
}

/**
 * As {@linkcode IocpProactor.send}, for those who send until all is sent.
 *
 * @param port The port of a proactor.
 * @param part What to send, and who is given what Windows has not taken.
 * @returns The number of bytes written.
 * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
 */
export function sendPart(
  port: CompletionPort,
  { handle, data, ...options }: PartToSend,
): OverlappedFuture<number> {
  return partsOf(port).transfers.sendPart(handle, data, options);
}
