/**
 * Simulated pipe instances and their two ends.
 *
 * The states and what each call answers in them are those of ReactOS,
 * drivers/filesystems/npfs: statesup.c (listening, disconnecting, closing),
 * read.c, write.c, fsctrl.c (peeking, transactions), as far as MS does not
 * document them: ConnectNamedPipe, DisconnectNamedPipe, TransactNamedPipe.
 *
 * @module
 */

import {
  PIPE_ACCESS_INBOUND,
  PIPE_ACCESS_OUTBOUND,
  PIPE_READMODE_MESSAGE,
  STATUS_PIPE_BROKEN,
  STATUS_PIPE_CLOSING,
  STATUS_PIPE_DISCONNECTED,
  STATUS_SUCCESS,
} from "../../src/ffi/constants.ts";
import type { NamedPipeInfo } from "../../src/ffi/win32_api.ts";
import type { Caller } from "./caller.ts";
import {
  type Operation,
  type OperationMemory,
  type Outcome,
  SimulatedFile,
} from "./operation.ts";
import type { Settings } from "./options.ts";
import { PipeQueue } from "./pipe_queue.ts";
import * as status from "./status.ts";

/** What an instance is made with. */
export interface PipeInstanceSettings {
  /** How buffers are touched. */
  readonly memory: OperationMemory;
  /** The settings of the kernel. */
  readonly settings: Settings;
  /** Whether writes are messages. */
  readonly messageType: boolean;
  /** Quota from client to server. */
  readonly inboundQuota: number;
  /** Quota from server to client. */
  readonly outboundQuota: number;
  /** The SID of who owns the name. */
  readonly owner: string;
  /** Counts of all instances of the name. */
  readonly info: () => Pick<NamedPipeInfo, "instances" | "maxInstances">;
  /** It can take a client again. */
  readonly onListening: () => void;
  /** Its server end was closed. */
  readonly onServerClosed: () => void;
  /** Both ends are closed. */
  readonly onDeleted: () => void;
}

/** What a handle may do. */
export interface Rights {
  /** `ReadFile`. */
  readonly read: boolean;
  /** `WriteFile`. */
  readonly write: boolean;
  /** `SetNamedPipeHandleState`. */
  readonly writeAttributes: boolean;
}

/**
 * What a client says of itself when it connects: MS, CreateFileW,
 * SECURITY_SQOS_PRESENT.
 */
export interface ClientSecurity {
  /** Who it is. */
  readonly caller: Caller;
  /** `SECURITY_IMPERSONATION_LEVEL`. */
  readonly level: number;
  /** Told with each write (dynamic tracking), not by the connection. */
  readonly dynamic: boolean;
}

/** How an end is opened. */
export interface EndSettings {
  /** With `FILE_FLAG_OVERLAPPED`. */
  readonly overlapped: boolean;
  /** What its handle may do. */
  readonly rights: Rights;
  /** Who opens it, for a client's end. */
  readonly security?: ClientSecurity;
}

/** The states of [MS-FSCC] FILE_PIPE_LOCAL_INFORMATION. */
export type PipeState = "disconnected" | "listening" | "connected" | "closing";

/** One instance of a named pipe. */
export class PipeInstance {
  /** What it was made with. */
  readonly settings: PipeInstanceSettings;
  /** From client to server. */
  inbound: PipeQueue;
  /** From server to client. */
  outbound: PipeQueue;
  /** The state now. */
  state: PipeState = "listening";
  /** `ConnectNamedPipe` calls that wait for a client. */
  listeners: Operation[] = [];
  /** What the client says of itself; `null` when there is none. */
  security: ClientSecurity | null = null;
  /** Whether the server has read something of the client. */
  wasRead = false;
  #client: PipeEnd | null = null;

  /** @param settings What it is made with. */
  constructor(settings: PipeInstanceSettings) {
    this.settings = settings;
    this.inbound = this.#newQueue(settings.inboundQuota);
    this.outbound = this.#newQueue(settings.outboundQuota);
  }

  /**
   * Opens the server's end.
   *
   * @param overlapped Whether with `FILE_FLAG_OVERLAPPED`.
   * @param modes The open mode and the pipe mode.
   * @returns The end.
   */
  openServer(
    overlapped: boolean,
    modes: { openMode: number; pipeMode: number },
  ): PipeEnd {
    const read = (modes.openMode & PIPE_ACCESS_INBOUND) !== 0;
    const write = (modes.openMode & PIPE_ACCESS_OUTBOUND) !== 0;
    const rights = { read, write, writeAttributes: write };
    const end = new PipeEnd(this, { overlapped, rights });
    end.isServer = true;
    end.messageReadMode = (modes.pipeMode & PIPE_READMODE_MESSAGE) !== 0;
    return end;
  }

  /**
   * A client opens its end.
   *
   * @param settings How.
   * @returns The end.
   */
  connect(settings: EndSettings): PipeEnd {
    this.#client = new PipeEnd(this, settings);
    this.state = "connected";
    this.security = settings.security ?? null;
    this.wasRead = false;
    for (const operation of this.listeners) operation.signalled = true;
    return this.#client;
  }

  /**
   * `ConnectNamedPipe`.
   *
   * @param operation The operation.
   * @returns STATUS_PENDING, or why it does not wait.
   */
  listen(operation: Operation): number {
    if (this.state === "connected") return status.STATUS_PIPE_CONNECTED;
    // The client has come and gone; its data are there: NpCommonRead.
    if (this.state === "closing") return STATUS_PIPE_CLOSING;
    if (this.state === "disconnected") this.#listenAgain();
    this.listeners.push(operation);
    return status.STATUS_PENDING;
  }

  /**
   * `DisconnectNamedPipe`.
   *
   * @returns The NTSTATUS.
   */
  disconnect(): number {
    if (this.state === "disconnected") return STATUS_PIPE_DISCONNECTED;
    this.#failListeners(STATUS_PIPE_DISCONNECTED);
    this.inbound.disconnect(STATUS_PIPE_DISCONNECTED);
    this.outbound.disconnect(STATUS_PIPE_DISCONNECTED);
    if (this.#client !== null) this.#client.detached = true;
    this.#client = null;
    this.security = null;
    this.state = "disconnected";
    return STATUS_SUCCESS;
  }

  /**
   * An end was closed.
   *
   * @param end Which one.
   */
  close(end: PipeEnd): void {
    if (end.detached) return;
    if (end.isServer) this.settings.onServerClosed();
    const last = this.state !== "connected";
    this.#failListeners(STATUS_PIPE_BROKEN);
    end.incoming.closeReader();
    end.outgoing.closeWriter(this.settings.settings.closedWrites === "fail");
    this.state = "closing";
    if (last) this.settings.onDeleted();
  }

  #listenAgain(): void {
    this.inbound = this.#newQueue(this.settings.inboundQuota);
    this.outbound = this.#newQueue(this.settings.outboundQuota);
    this.state = "listening";
    this.settings.onListening();
  }

  #failListeners(code: number): void {
    for (const operation of this.listeners) {
      if (!operation.signalled) operation.forced = code;
    }
    this.listeners = [];
  }

  #newQueue(quota: number): PipeQueue {
    const { memory, settings } = this.settings;
    return new PipeQueue({ ...settings, quota, memory });
  }
}

/** One end of a pipe instance. */
export class PipeEnd extends SimulatedFile {
  /** The instance. */
  readonly instance: PipeInstance;
  /** What its handle may do. */
  readonly rights: Rights;
  /** True for the end that `CreateNamedPipeW` made. */
  isServer = false;
  /** Whether it reads whole messages. */
  messageReadMode = false;
  /** A client's end that the server has disconnected. */
  detached = false;
  /** The queue of each operation: the instance may get new ones. */
  readonly #queues = new WeakMap<Operation, PipeQueue>();

  /**
   * @param instance The instance.
   * @param settings How it is opened.
   */
  constructor(instance: PipeInstance, settings: EndSettings) {
    super(settings.overlapped);
    this.instance = instance;
    this.rights = settings.rights;
  }

  /** The queue that this end reads. */
  get incoming(): PipeQueue {
    return this.isServer ? this.instance.inbound : this.instance.outbound;
  }

  /** The queue that this end writes. */
  get outgoing(): PipeQueue {
    return this.isServer ? this.instance.outbound : this.instance.inbound;
  }

  override start(operation: Operation): number {
    if (this.detached) return STATUS_PIPE_DISCONNECTED;
    switch (operation.request.kind) {
      case "read":
        return this.#startRead(operation);
      case "write":
        return this.#startWrite(operation);
      case "transact":
        return this.#startTransact(operation);
      case "connect":
        if (!this.isServer) return status.STATUS_ILLEGAL_FUNCTION;
        return this.instance.listen(operation);
      default:
        return status.STATUS_ILLEGAL_FUNCTION;
    }
  }

  override canComplete(operation: Operation): boolean {
    const queue = this.#queues.get(operation);
    switch (operation.request.kind) {
      case "read":
      case "transact":
        return queue?.canRead(operation) ?? false;
      case "write":
        return queue?.canWrite(operation) ?? true;
      default:
        return operation.signalled;
    }
  }

  override complete(operation: Operation): Outcome {
    const queue = this.#queues.get(operation);
    const { kind } = operation.request;
    if (queue === undefined) {
      this.remove(operation);
      return { status: STATUS_SUCCESS, bytes: 0 };
    }
    if (kind !== "write" && this.isServer) this.instance.wasRead = true;
    return kind === "write"
      ? queue.write(operation)
      : queue.read(operation, this.messageReadMode);
  }

  override canCancel(operation: Operation): boolean {
    if (operation.request.kind !== "write") return true;
    return this.#queues.get(operation)?.holds(operation) ?? true;
  }

  override remove(operation: Operation): void {
    this.#queues.get(operation)?.remove(operation);
    const { instance } = this;
    instance.listeners = instance.listeners.filter((it) => it !== operation);
  }

  override cleanup(): void {
    this.instance.close(this);
  }

  /**
   * `SetNamedPipeHandleState`.
   *
   * @param mode The read mode.
   * @returns The NTSTATUS.
   */
  setMode(mode: number): number {
    if (!this.rights.writeAttributes) return status.STATUS_ACCESS_DENIED;
    if (this.detached) return STATUS_PIPE_DISCONNECTED;
    const message = (mode & PIPE_READMODE_MESSAGE) !== 0;
    const { messageType } = this.instance.settings;
    if (message && !messageType) return status.STATUS_INVALID_PARAMETER;
    this.messageReadMode = message;
    return STATUS_SUCCESS;
  }

  /**
   * `PeekNamedPipe` without a buffer.
   *
   * @returns The NTSTATUS.
   */
  peek(): number {
    if (!this.rights.read) return status.STATUS_ACCESS_DENIED;
    if (this.detached) return STATUS_PIPE_DISCONNECTED;
    const { state } = this.instance;
    if (state === "connected" || this.incoming.hasData) return STATUS_SUCCESS;
    if (state === "closing") return STATUS_PIPE_BROKEN;
    return status.STATUS_INVALID_PIPE_STATE;
  }

  #startRead(operation: Operation): number {
    if (!this.rights.read) return status.STATUS_ACCESS_DENIED;
    const { state } = this.instance;
    if (state === "listening") return status.STATUS_PIPE_LISTENING;
    if (state === "disconnected") return STATUS_PIPE_DISCONNECTED;
    this.#queues.set(operation, this.incoming);
    return this.incoming.startRead(operation);
  }

  /** As npfs has it: both directions, messages, and nothing left to read. */
  #startTransact(operation: Operation): number {
    const { read, write } = this.rights;
    if (!read || !write) return status.STATUS_ACCESS_DENIED;
    if (this.instance.state !== "connected" || !this.messageReadMode) {
      return status.STATUS_INVALID_PIPE_STATE;
    }
    if (this.incoming.hasData) return status.STATUS_PIPE_BUSY;
    this.#queues.set(operation, this.incoming);
    const started = this.incoming.startRead(operation);
    this.outgoing.put(operation.request.input ?? new Uint8Array(0));
    return started;
  }

  #startWrite(operation: Operation): number {
    if (!this.rights.write) return status.STATUS_ACCESS_DENIED;
    const { state, settings } = this.instance;
    if (state === "listening") return status.STATUS_PIPE_LISTENING;
    if (state === "disconnected") return STATUS_PIPE_DISCONNECTED;
    if (state === "closing") return STATUS_PIPE_CLOSING;
    // An empty write on a byte pipe leaves no trace.
    if (operation.request.length === 0 && !settings.messageType) {
      return status.STATUS_PENDING;
    }
    this.#queues.set(operation, this.outgoing);
    this.outgoing.startWrite(operation);
    return status.STATUS_PENDING;
  }
}
