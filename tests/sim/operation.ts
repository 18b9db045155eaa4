/**
 * An overlapped operation of the simulated kernel, and the files it runs on.
 *
 * @module
 */

import type { Address, Handle } from "../../src/ffi/win32_api.ts";
import type { SimulatedTimer } from "./clock.ts";
import type { CompletionPort } from "./port.ts";

/** What an operation does. */
export type OperationKind =
  | "read"
  | "write"
  | "transact"
  | "connect"
  | "wait";

/** How an operation ended. */
export interface Outcome {
  /** The NTSTATUS. */
  readonly status: number;
  /** The bytes moved. */
  readonly bytes: number;
}

/** What a call hands to the kernel. */
export interface Request {
  /** What to do. */
  readonly kind: OperationKind;
  /** The handle it was called with. */
  readonly handle: Handle;
  /** The file behind the handle. */
  readonly file: SimulatedFile;
  /** Address of the OVERLAPPED. */
  readonly overlapped: Address;
  /** Address of the buffer, or `0n`. */
  readonly buffer: Address;
  /** Bytes of the buffer. */
  readonly length: number;
  /** What a transaction writes. */
  readonly input?: Uint8Array;
  /** Told the end of an operation that a thread waits for. */
  readonly onEnded?: (outcome: Outcome) => void;
  /** What a device control asks. */
  readonly control?: { readonly code: number; readonly input: Uint8Array };
}

/** An operation from its call until the kernel lets go of its memory. */
export class Operation {
  /** Rises by one with each operation. */
  readonly id: number;
  /** What was asked. */
  readonly request: Request;
  /** Whether the call returned (or will return) ERROR_IO_PENDING. */
  pending = false;
  /** Whether somebody asked to cancel it and no outcome was picked yet. */
  cancelRequested = false;
  /** Whether the awaited event (a client, an instance) was seen. */
  signalled = false;
  /** Whether a read was queued before its data came. */
  waited = false;
  /** The status that the file's state forces on it. */
  forced: number | null = null;
  /** The end, once there is one. */
  outcome: Outcome | null = null;
  /** Its time-out. */
  timer: SimulatedTimer | null = null;

  /**
   * @param id The number of the operation.
   * @param request What was asked.
   */
  constructor(id: number, request: Request) {
    this.id = id;
    this.request = request;
  }

  /** A name for messages: `read #3`. */
  get name(): string {
    return `${this.request.kind} #${this.id}`;
  }
}

/** A port and the key that a file's packets carry. */
export interface Association {
  /** The port. */
  readonly port: CompletionPort;
  /** The completion key. */
  readonly key: number;
}

/** An open file of the simulated kernel. */
export abstract class SimulatedFile {
  /** Where packets go. */
  association: Association | null = null;
  /** Flags of `SetFileCompletionNotificationModes`. */
  notificationModes = 0;
  /** Opened with `FILE_FLAG_OVERLAPPED`. */
  readonly overlapped: boolean;

  /** @param overlapped Whether it was opened with `FILE_FLAG_OVERLAPPED`. */
  constructor(overlapped: boolean) {
    this.overlapped = overlapped;
  }

  /**
   * Starts an operation.
   *
   * @param operation The operation.
   * @returns STATUS_PENDING when it is queued, or the error.
   */
  abstract start(operation: Operation): number;

  /**
   * Tells whether an operation pends even if it could end at once.
   *
   * @param _operation The operation.
   * @returns True when its call returns ERROR_IO_PENDING in any case.
   */
  alwaysPends(_operation: Operation): boolean {
    return false;
  }

  /**
   * Tells whether a queued operation could end now.
   *
   * @param operation The operation.
   * @returns True when `complete` may be called.
   */
  abstract canComplete(operation: Operation): boolean;

  /**
   * Ends a queued operation that can complete.
   *
   * @param operation The operation.
   * @returns Its end.
   */
  abstract complete(operation: Operation): Outcome;

  /**
   * Tells whether a queued operation can still be cancelled.
   *
   * @param operation The operation.
   * @returns False when all it had to do is done.
   */
  abstract canCancel(operation: Operation): boolean;

  /**
   * Takes a queued operation away without ending it.
   *
   * @param operation The operation.
   */
  abstract remove(operation: Operation): void;

  /** The last handle of the file was closed. */
  abstract cleanup(): void;
}

/** How files touch the memory of operations. */
export interface OperationMemory {
  /**
   * Reads from an operation's buffer.
   *
   * @param operation The operation.
   * @param offset Where to start in the buffer.
   * @param length How many bytes.
   * @returns The bytes.
   */
  read(operation: Operation, offset: number, length: number): Uint8Array;

  /**
   * Writes to an operation's buffer.
   *
   * @param operation The operation.
   * @param offset Where to start in the buffer.
   * @param bytes The bytes.
   */
  write(operation: Operation, offset: number, bytes: Uint8Array): void;
}
