/**
 * The simulated kernel as models drive it: it notes which things each step
 * touches, names operations, and asks how calls end.
 *
 * @module
 */

import type { Operation, Request, SimulatedFile } from "../sim/operation.ts";
import { Kernel, type ReadyOperation } from "../sim/kernel.ts";
import type { SimulationOptions } from "../sim/options.ts";
import { PipeEnd } from "../sim/pipe_end.ts";
import { CompletionPort } from "../sim/port.ts";
import { SimulatedSocket } from "../sim/simulated_socket.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";

/** The thread with JavaScript: steps on it keep their order. */
export const TOUCHES_THREAD = 1;

/** Queues of packets, and the threads that wait for them. */
export const TOUCHES_PORT = 2;

/** What touches more than can be told. */
export const TOUCHES_ALL = -1;

/** Names, and what is not told apart. */
const TOUCHES_NAMES = 4;

/** The bits of pipes and sockets follow, two for each. */
const FIRST_BIT = 3;
const PAIRS = 13;
const TO_SERVER = 1;
const TO_CLIENT = 2;
const BOTH_WAYS = TO_SERVER | TO_CLIENT;

/** The kernel with notes. */
export class ModelWin32 extends SimulatedWin32 {
  /** What was touched since the last look, as bits. */
  touched = 0;
  readonly #labels = new Map<object, string>();
  readonly #bits = new Map<object, number>();
  #files = 0;
  #pairs = 0;
  readonly #operations = new Map<string, number>();

  /** @param options The settings. */
  constructor(options: SimulationOptions = {}) {
    super(options);
    this.#watch(this.kernel);
    this.#watchSockets();
  }

  /** The kernel itself. */
  get inner(): Kernel {
    return this.kernel;
  }

  /** A schedule begins: names start afresh. */
  begin(): void {
    this.#files = this.#pairs = 0;
    this.#labels.clear();
    this.#bits.clear();
    this.#operations.clear();
    this.touched = 0;
  }

  /**
   * Names a file.
   *
   * @param file The file.
   * @param label Its name.
   */
  label(file: SimulatedFile, label: string): void {
    this.#labels.set(file, label);
  }

  /** The name of a file or an operation. */
  nameOf(object: SimulatedFile | Operation): string {
    return this.#labels.get(object) ?? "unknown";
  }

  /** @param ready The operation ends in this way. */
  finish(ready: ReadyOperation): void {
    this.#touchRequest(ready.operation.request);
    if (ready.operation.request.file.association !== null) {
      this.touched |= TOUCHES_PORT;
    }
    this.kernel.finish(ready);
  }

  /**
   * Notes that somebody has touched one way of a connection, or a socket that
   * listens.
   *
   * @param way What.
   */
  touch(way: object): void {
    this.touched |= this.#bitsOf(way, TO_SERVER);
  }

  #watch(kernel: Kernel): void {
    const proto = Kernel.prototype;
    kernel.submit = (request) => {
      this.#touchRequest(request);
      return proto.submit.call(kernel, request);
    };
    kernel.cancel = (file, overlapped) => {
      this.#touchFile(file, BOTH_WAYS);
      return proto.cancel.call(kernel, file, overlapped);
    };
    kernel.destroy = (object) => {
      if (object instanceof CompletionPort) this.touched |= TOUCHES_PORT;
      else if (object instanceof PipeEnd) this.#touchFile(object, BOTH_WAYS);
      this.touched |= TOUCHES_NAMES;
      proto.destroy.call(kernel, object);
    };
    kernel.newPort = (concurrency) => {
      const port = proto.newPort.call(kernel, concurrency);
      const push = port.push.bind(port);
      port.push = (packet) => {
        this.touched |= TOUCHES_PORT;
        push(packet);
      };
      return port;
    };
    kernel.dequeue = (port, limit) => {
      this.touched |= TOUCHES_PORT;
      return proto.dequeue.call(kernel, port, limit);
    };
    const { add } = kernel.operations;
    kernel.operations.add = (operation) => {
      this.#name(operation);
      return add.call(kernel.operations, operation);
    };
    this.#watchNames(kernel);
  }

  /** What is done to sockets without an operation. */
  #watchSockets(): void {
    const { sockets } = this;
    const close = sockets.closeSocket.bind(sockets);
    const shutdown = sockets.shutdown.bind(sockets);
    sockets.closeSocket = (socket) => {
      this.#touchSocket(sockets.at(socket));
      return close(socket);
    };
    sockets.shutdown = (socket, how) => {
      this.#touchSocket(sockets.at(socket));
      return shutdown(socket, how);
    };
  }

  #watchNames({ npfs }: Kernel): void {
    const open = npfs.open.bind(npfs);
    const create = npfs.create.bind(npfs);
    npfs.open = (parameters) => this.#opened(open(parameters));
    npfs.create = (parameters, descriptor) =>
      this.#opened(create(parameters, descriptor));
  }

  #opened<F extends SimulatedFile>(file: F | number): F | number {
    this.touched |= TOUCHES_NAMES;
    if (typeof file !== "number") this.#touchFile(file, BOTH_WAYS);
    return file;
  }

  #name(operation: Operation): void {
    const { file, kind } = operation.request;
    let label = this.#labels.get(file);
    if (label === undefined) {
      this.#labels.set(file, label = `file ${++this.#files}`);
    }
    const key = `${label}: ${kind}`;
    const number = (this.#operations.get(key) ?? 0) + 1;
    this.#operations.set(key, number);
    this.#labels.set(operation, `${key} ${number}`);
  }

  #touchRequest({ file, kind }: Request): void {
    if (file instanceof SimulatedSocket) return this.#touchSocket(file, kind);
    if (kind !== "read" && kind !== "write") {
      this.touched |= TOUCHES_NAMES; // it may listen again
      return this.#touchFile(file, BOTH_WAYS);
    }
    const isServer = file instanceof PipeEnd && file.isServer;
    const toServer = isServer === (kind === "read");
    this.#touchFile(file, toServer ? TO_SERVER : TO_CLIENT);
  }

  #touchFile(file: SimulatedFile, directions: number): void {
    if (file instanceof SimulatedSocket) this.#touchSocket(file);
    else if (!(file instanceof PipeEnd)) this.touched |= TOUCHES_NAMES;
    else this.touched |= this.#bitsOf(file.instance, directions);
  }

  /** One way of a connection, or both; or a socket that has none yet. */
  #touchSocket(file: SimulatedSocket, kind?: string): void {
    const { incoming, outgoing } = file;
    if (incoming === null || outgoing === null) {
      this.touched |= TOUCHES_NAMES;
      return this.touch(file);
    }
    if (kind !== "write") this.touch(incoming);
    if (kind !== "read") this.touch(outgoing);
  }

  #bitsOf(object: object, directions: number): number {
    let bit = this.#bits.get(object);
    if (bit === undefined) {
      bit = FIRST_BIT + 2 * (this.#pairs++ % PAIRS);
      this.#bits.set(object, bit);
    }
    return directions << bit;
  }
}
