/**
 * A protocol that writes down what it is told, and transports for it.
 *
 * @module
 */

import { pipeIo } from "../../src/pipe/pipe_io.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import {
  ChannelTransport,
  type TransportTraits,
} from "../../src/stream/channel_transport.ts";
import type { Protocol, Transport } from "../../src/stream/protocol.ts";
import type { PairOptions, World } from "./_helpers.ts";
import { text } from "./_bytes.ts";

/** Writes down what it is told. */
export class Recorder implements Protocol {
  /** What it was told, in order. */
  readonly log: string[] = [];
  /** All that was received. */
  received = "";
  /** Given to `connectionMade`. */
  transport: Transport | undefined;
  /** Given to `connectionLost`. */
  error: Error | null | undefined;
  /** What `eofReceived` answers. */
  keepOpen = false;
  /** Called by each callback, with its name. */
  on: (name: string) => void = () => {};

  connectionMade(transport: Transport): void {
    this.transport = transport;
    this.#note("made");
  }

  dataReceived(data: Uint8Array): void {
    this.received += text(data);
    this.#note(`data ${data.length > 20 ? data.length : text(data)}`);
  }

  eofReceived(): boolean {
    this.#note("eof");
    return this.keepOpen;
  }

  connectionLost(error: Error | null): void {
    this.error = error;
    this.#note("lost");
  }

  pauseWriting(): void {
    this.#note("pause");
  }

  resumeWriting(): void {
    this.#note("resume");
  }

  #note(event: string): void {
    this.log.push(event);
    this.on(event);
  }
}

/** A transport, its protocol, and the raw end of its peer. */
export interface Rig {
  /** On its end. */
  transport: ChannelTransport;
  /** Its protocol. */
  protocol: Recorder;
  /** The other end. */
  peer: Handle;
}

/**
 * Makes a transport on an end of a pipe: the server's, unless told otherwise.
 *
 * @param world Where.
 * @param options The pipe, the end, and what differs in the traits.
 * @param protocol The protocol.
 * @returns The transport.
 */
export function rig(
  world: World,
  options: PairOptions & Partial<TransportTraits> & { end?: string } = {},
  protocol: Recorder = new Recorder(),
): Rig {
  const { server, client } = world.pair(options);
  const messages = options.type === "message";
  const [own, peer] = options.end === "client"
    ? [client, server]
    : [server, client];
  const handle = world.port.associate(own, { warnings: messages });
  const transport = new ChannelTransport(world.port, handle, {
    name: 'pipe "x"',
    readable: true,
    writable: true,
    messages,
    ...pipeIo(world.port, handle, messages),
    extra: { addr: "x" },
    ...options,
    protocol,
  });
  return { transport, protocol, peer };
}
