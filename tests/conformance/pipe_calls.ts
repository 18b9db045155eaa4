/**
 * The calls on ports and named pipes that traces make.
 *
 * @module
 */

import {
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  FSCTL_PIPE_WAIT,
  GENERIC_READ,
  GENERIC_WRITE,
  PIPE_ACCESS_DUPLEX,
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
} from "../../src/ffi/constants.ts";
import { encodePipeWait } from "../../src/ffi/structs.ts";
import { type Handle, INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import { answer, type Bench } from "./bench.ts";

const PREFIX = "\\\\.\\pipe\\";
const QUOTA = 4096;

/** How a server end is made. */
export interface ServeOptions {
  /** Default `"byte"`. */
  type?: "byte" | "message";
  /** How the server reads. Default: as the type. */
  mode?: "byte" | "message";
  /** FILE_FLAG_FIRST_PIPE_INSTANCE. */
  first?: boolean;
  /** Most instances. Default 255. */
  instances?: number;
  /** Quota of both directions. Default 4096. */
  quota?: number;
}

/** Calls on ports and pipes. */
export class PipeCalls {
  readonly #bench: Bench;

  /** @param bench Where handles and operations are. */
  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** `CreateNamedPipeW`; all ends of a trace are of one pipe. */
  serve(name: string, options: ServeOptions = {}): string {
    const { type = "byte", mode = type, first = false } = options;
    const { instances = 255, quota = QUOTA } = options;
    const flags = FILE_FLAG_OVERLAPPED |
      (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0);
    const handle = this.#bench.system.win32.createNamedPipe({
      name: this.#path(),
      openMode: PIPE_ACCESS_DUPLEX | flags,
      pipeMode: (type === "message" ? PIPE_TYPE_MESSAGE : 0) |
        (mode === "message" ? PIPE_READMODE_MESSAGE : 0),
      maxInstances: instances,
      outBufferSize: quota,
      inBufferSize: quota,
      securityDescriptor: 0n,
    });
    return this.#made(name, handle);
  }

  /** `CreateFileW` of the pipe: a client. */
  open(name: string, access: "r" | "w" | "rw" = "rw"): string {
    const read = access.includes("r") ? GENERIC_READ : 0;
    const write = access.includes("w") ? GENERIC_WRITE : 0;
    return this.#open(name, this.#path(), (read | write) >>> 0);
  }

  /** `CreateFileW` of the root of the pipes. */
  root(name: string): string {
    return this.#open(name, PREFIX, GENERIC_READ);
  }

  /** `ConnectNamedPipe`. */
  connect(pipe: string, operation: string): string {
    const { win32 } = this.#bench.system;
    const started = this.#bench.operation(operation);
    const handle = this.#bench.handle(pipe);
    const code = win32.connectNamedPipe(handle, started.overlapped);
    return this.#bench.outcome(code, started, 0);
  }

  /** `ReadFile`. */
  read(pipe: string, operation: string, length: number): string {
    const { win32 } = this.#bench.system;
    const started = this.#bench.operation(operation, { receives: true });
    const { buffer, overlapped } = started;
    const handle = this.#bench.handle(pipe);
    const code = win32.readFile(handle, buffer, length, overlapped);
    return this.#bench.outcome(code, started, win32.transferred);
  }

  /** `WriteFile`. */
  write(pipe: string, operation: string, text: string): string {
    const { win32 } = this.#bench.system;
    const started = this.#bench.operation(operation, { text });
    const { buffer, overlapped } = started;
    const handle = this.#bench.handle(pipe);
    const code = win32.writeFile(handle, buffer, text.length, overlapped);
    return this.#bench.outcome(code, started, win32.transferred);
  }

  /** `TransactNamedPipe`. */
  transact(pipe: string, operation: string, text: string): string {
    const { win32 } = this.#bench.system;
    const input = this.#bench.operation(`${operation}'s input`, { text });
    const started = this.#bench.operation(operation, { receives: true });
    const exchange = {
      input: input.buffer,
      inputLength: text.length,
      output: started.buffer,
      outputLength: 100,
    };
    const handle = this.#bench.handle(pipe);
    const { overlapped } = started;
    const code = win32.transactNamedPipe(handle, exchange, overlapped);
    return this.#bench.outcome(code, started, win32.transferred);
  }

  /** `SetNamedPipeHandleState`. */
  mode(pipe: string, mode: "byte" | "message"): string {
    const { win32 } = this.#bench.system;
    const state = mode === "message" ? PIPE_READMODE_MESSAGE : 0;
    const handle = this.#bench.handle(pipe);
    return answer(win32.setNamedPipeHandleState(handle, state));
  }

  /** `PeekNamedPipe`: what is left of the first message. */
  peek(pipe: string): string {
    const { win32 } = this.#bench.system;
    const left = win32.peekMessageRemainder(this.#bench.handle(pipe));
    return left < 0 ? `error ${win32.lastError}` : `ok ${left}`;
  }

  /** `GetNamedPipeInfo` and `GetNamedPipeHandleStateW`. */
  info(pipe: string): string {
    const { win32 } = this.#bench.system;
    const info = win32.getNamedPipeInfo(this.#bench.handle(pipe));
    if (info === null) return `error ${win32.lastError}`;
    const end = info.serverEnd ? "server" : "client";
    const type = info.messageType ? "message" : "byte";
    const mode = info.messageReadMode ? "message" : "byte";
    return `${end}, ${type}, reads ${mode}, ${info.instances}`;
  }

  /** `DisconnectNamedPipe`. */
  disconnect(pipe: string): string {
    const { win32 } = this.#bench.system;
    return answer(win32.disconnectNamedPipe(this.#bench.handle(pipe)));
  }

  /** FSCTL_PIPE_WAIT for the trace's pipe. */
  waitPipe(root: string, operation: string, milliseconds: number): string {
    const started = this.#bench.operation(operation);
    const name = this.#path().slice(PREFIX.length);
    const input = encodePipeWait(name, milliseconds);
    return this.#control(root, started.name, input);
  }

  /** FSCTL_PIPE_WAIT with a structure that is too short. */
  waitShort(root: string, operation: string, length: number): string {
    this.#bench.operation(operation);
    return this.#control(root, operation, new Uint8Array(length));
  }

  /** `CancelIoEx`, of one operation or all of the handle. */
  cancel(handle: string, operation?: string): string {
    const { win32 } = this.#bench.system;
    const overlapped = operation === undefined
      ? 0n
      : this.#bench.started(operation).overlapped;
    return answer(win32.cancelIoEx(this.#bench.handle(handle), overlapped));
  }

  /** `CloseHandle`. */
  close(handle: string): string {
    const { win32 } = this.#bench.system;
    const known = this.#bench.handle(handle);
    this.#bench.disown(handle);
    return answer(win32.closeHandle(known));
  }

  /** `PostQueuedCompletionStatus`. */
  post(operation: string, bytes: number): string {
    const { win32 } = this.#bench.system;
    const { overlapped } = this.#bench.operation(operation);
    const { port } = this.#bench;
    return answer(win32.postQueuedCompletionStatus(port, bytes, 1, overlapped));
  }

  #path(): string {
    return `${PREFIX}conformance-${this.#bench.id}`;
  }

  #open(name: string, path: string, access: number): string {
    const { win32 } = this.#bench.system;
    const flags = FILE_FLAG_OVERLAPPED;
    const shareMode = path === PREFIX ? 3 : 0;
    const file = { name: path, access, shareMode, flags };
    return this.#made(name, win32.createFile(file));
  }

  #made(name: string, handle: Handle): string {
    const { win32 } = this.#bench.system;
    if (handle === INVALID_HANDLE_VALUE) return `error ${win32.lastError}`;
    this.#bench.own(name, handle, () => win32.closeHandle(handle));
    this.#bench.associate(handle);
    return "ok";
  }

  #control(root: string, name: string, input: Uint8Array<ArrayBuffer>): string {
    const { win32 } = this.#bench.system;
    const started = this.#bench.started(name);
    const handle = this.#bench.handle(root);
    const { overlapped } = started;
    const code = win32.fsControl(handle, FSCTL_PIPE_WAIT, input, overlapped);
    return this.#bench.outcome(code, started, 0);
  }
}
