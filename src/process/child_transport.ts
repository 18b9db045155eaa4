/**
 * `ChildTransport`: the {@linkcode SubprocessTransport} over a child.
 *
 * @module
 */

import { describe, inspectAsText } from "../ffi/describe.ts";
import { pipeIo } from "../pipe/pipe_io.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { ChannelTransport } from "../stream/channel_transport.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";
import { ProtocolCaller } from "../stream/protocol_caller.ts";
import type { Protocol, Transport } from "../stream/protocol.ts";
import type { ChildProcess, SubprocessSignal } from "./child_process.ts";
import type { ParentEnd, ParentEnds } from "./stdio_ends.ts";
import type {
  SubprocessProtocol,
  SubprocessTransport,
} from "./subprocess_protocol.ts";

const STREAMS = ["stdin", "stdout", "stderr"];

type Event = () => void;

/** What a transport needs of a child. */
export interface TransportParts extends DeadlineOptions {
  /** The process. */
  child: Pick<
    ChildProcess,
    "destroy" | "exited" | "kill" | "pid" | "status"
  >;
  /** Our ends of its pipes, which are the transport's from now on. */
  ends: ParentEnds;
}

/** A child and the transports of its pipes. */
export class ChildTransport implements SubprocessTransport {
  static {
    inspectAsText(this);
  }

  readonly #port: CompletionPort;
  readonly #child: TransportParts["child"];
  readonly #pipes: readonly (Transport | null)[];
  readonly #caller: ProtocolCaller;
  #protocol: SubprocessProtocol;
  /**
   * What happens before the turn after `connectionMade`, in which those who
   * wait for the transport have it; `null` afterwards.
   */
  #early: Event[] | null = [];
  #open: number;
  #exited = false;
  #error: Error | null = null;
  #closing = false;

  /**
   * Takes a child, tells the protocol and starts to read.
   *
   * @param port The completion port.
   * @param parts The child and our ends of its pipes.
   * @param protocol Who is told.
   * @throws {Deno.errors.BadResource} when the port is closed.
   */
  constructor(
    port: CompletionPort,
    { child, ends, deadline }: TransportParts,
    protocol: SubprocessProtocol,
  ) {
    this.#port = port;
    this.#child = child;
    this.#caller = new ProtocolCaller(port, `process ${child.pid}`);
    this.#protocol = protocol;
    this.#open = ends.filter((end) => end !== null).length;
    this.#pipes = ends.map((end, fd) =>
      end && this.#connect(end, fd, deadline)
    );
    child.exited.then(() => this.#ended(), (error) => this.#lost(error));
    this.#run(() => this.#protocol.connectionMade?.(this));
    port.defer(() => this.#begin());
  }

  getPid(): number {
    return this.#child.pid;
  }

  getReturnCode(): number | null {
    return this.#child.status?.code ?? null;
  }

  getPipeTransport(fd: number): Transport | null {
    return this.#pipes[fd] ?? null;
  }

  sendSignal(signal: SubprocessSignal): void {
    this.#child.kill(signal);
  }

  terminate(): void {
    this.#child.kill("SIGTERM");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    for (const pipe of this.#pipes) pipe?.close();
    this.#child.destroy();
  }

  isClosing(): boolean {
    return this.#closing;
  }

  async wait(): Promise<number> {
    return (await this.#child.exited).code;
  }

  getProtocol(): SubprocessProtocol {
    return this.#protocol;
  }

  setProtocol(protocol: SubprocessProtocol): void {
    this.#protocol = protocol;
  }

  /** `<ChildTransport pid=42 running stdin=<...>>`. */
  toString(): string {
    const code = this.getReturnCode();
    const pipes = this.#pipes.map((pipe, fd) =>
      pipe === null ? "" : `${STREAMS[fd]}=${pipe}`
    );
    return describe(this.constructor.name, [
      this.#closing ? "closed" : "",
      `pid=${this.getPid()}`,
      code === null ? "running" : `returncode=${code}`,
      ...pipes,
    ]);
  }

  // --- parts ---------------------------------------------------------------

  #connect(
    { handle, path }: ParentEnd,
    fd: number,
    deadline: number | undefined,
  ): Transport {
    return new ChannelTransport(this.#port, handle, {
      protocol: this.#pipeProtocol(fd),
      name: `pipe "${path}"`,
      readable: true,
      writable: fd === 0,
      messages: false,
      deadline,
      ...pipeIo(this.#port, handle, false),
      extra: { addr: path, pipe: handle.handle },
    });
  }

  #pipeProtocol(fd: number): Protocol {
    return {
      ...fd === 0 ? this.#inputProtocol() : this.#outputProtocol(fd),
      connectionLost: (error) => {
        this.#tell(() => this.#protocol.pipeConnectionLost?.(fd, error));
        this.#tell(() => this.#pipeClosed());
      },
    };
  }

  #outputProtocol(fd: number): Protocol {
    return {
      dataReceived: (data) =>
        this.#tell(() => this.#protocol.pipeDataReceived?.(fd, data)),
    };
  }

  /**
   * Standard input is a duplex pipe: reading from it tells that the child has
   * closed it. What is being written then fails, and says so.
   */
  #inputProtocol(): Protocol {
    let transport: Transport;
    return {
      connectionMade: (made) => void (transport = made),
      eofReceived: () => transport.getWriteBufferSize() > 0,
      pauseWriting: () => this.#run(() => this.#protocol.pauseWriting?.()),
      resumeWriting: () => this.#run(() => this.#protocol.resumeWriting?.()),
    };
  }

  #begin(): void {
    const events = this.#early ?? [];
    this.#early = null;
    for (const event of events) this.#run(event);
  }

  #ended(): void {
    this.#tell(() => this.#protocol.processExited?.());
    this.#tell(() => this.#processEnded());
  }

  #lost(error: Error): void {
    this.#error = error;
    this.#tell(() => this.#processEnded());
  }

  #pipeClosed(): void {
    this.#open--;
    this.#finishIfOver();
  }

  #processEnded(): void {
    this.#exited = true;
    this.#finishIfOver();
  }

  #finishIfOver(): void {
    if (!this.#exited || this.#open > 0) return;
    this.#closing = true;
    this.#protocol.connectionLost?.(this.#error);
  }

  /** Events come behind `connectionMade`, in their order. */
  #tell(event: Event): void {
    if (this.#early !== null) this.#early.push(event);
    else this.#run(event);
  }

  /** A protocol that throws goes on to be told, as in asyncio. */
  #run(event: Event): void {
    try {
      this.#caller.call(event, undefined);
    } catch (error) {
      this.#caller.report(error, "Exception in a subprocess protocol");
    }
  }
}
