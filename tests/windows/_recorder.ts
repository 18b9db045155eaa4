/**
 * Two protocols at the ends of a pipe.
 *
 * @module
 */

import type { PipeServerOptions, Protocol, Transport } from "../../mod.ts";
import { openPipeTransport, servePipe } from "../../src/pipe/pipe_protocol.ts";
import type { ProactorBody } from "./_setup.ts";
import { decode } from "./_bytes.ts";
import { uniquePipeName } from "./_pipes.ts";
import { soon } from "./_turns.ts";

/** What every protocol is told, written down. */
export class EventLog {
  /** The names of what it was told, data in a row once. */
  readonly events: string[] = [];
  /** Ends with the connection. */
  readonly lost: PromiseWithResolvers<Error | null> = Promise.withResolvers();

  connectionLost(error: Error | null): void {
    this.events.push("lost");
    this.lost.resolve(error);
  }

  pauseWriting(): void {
    this.events.push("pause");
  }

  resumeWriting(): void {
    this.events.push("resume");
  }
}

/** A protocol that writes down what it is told. */
export class Recorder extends EventLog implements Protocol {
  /** Set when the connection is made. */
  transport!: Transport;
  /** The data, as they came. */
  readonly chunks: Uint8Array<ArrayBuffer>[] = [];
  /** What `eofReceived` returns. */
  keepOpen = false;

  /** The data as text. */
  get text(): string {
    return this.chunks.map(decode).join("");
  }

  /** The bytes that have come. */
  get size(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  connectionMade(transport: Transport): void {
    this.transport = transport;
    this.events.push("made");
  }

  dataReceived(data: Uint8Array<ArrayBuffer>): void {
    this.chunks.push(data);
    if (this.events.at(-1) !== "data") this.events.push("data");
  }

  eofReceived(): boolean {
    this.events.push("eof");
    return this.keepOpen;
  }
}

/** A test with two connected recorders. */
export type RecorderBody = (
  client: Recorder,
  served: Recorder,
) => Promise<void>;

/**
 * Makes a test of two recorders that are connected by a pipe.
 *
 * @param body The test; both connections are aborted after it.
 * @param options Of the server; a byte-type pipe by default.
 * @returns The body of a test.
 */
export function connected(
  body: RecorderBody,
  options: PipeServerOptions = {},
): ProactorBody {
  return async (proactor) => {
    const path = uniquePipeName();
    const accepted = Promise.withResolvers<Recorder>();
    class Accepted extends Recorder {
      override connectionMade(transport: Transport) {
        super.connectionMade(transport);
        accepted.resolve(this);
      }
    }
    const server = servePipe(() => new Accepted(), path, {
      type: "byte",
      ...options,
      proactor,
    });
    const [, client] = await openPipeTransport(
      () => new Recorder(),
      path,
      { proactor },
    );
    const served = await soon(accepted.promise);
    await body(client, served);
    client.transport.abort();
    served.transport.abort();
    await soon(Promise.all([client.lost.promise, served.lost.promise]));
    await soon(server.shutdown());
  };
}
