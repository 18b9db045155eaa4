/**
 * A protocol that checks how it is called, and throws when it is told to.
 *
 * @module
 */

import type {
  BufferedProtocol,
  Protocol,
  Transport,
} from "../../src/stream/protocol.ts";
import { assertCounts } from "./outcomes.ts";

/** The calls that may throw. */
export type ProtocolCall =
  | "connectionMade"
  | "dataReceived"
  | "getBuffer"
  | "eofReceived"
  | "pauseWriting"
  | "resumeWriting"
  | "connectionLost";

/** What a protocol throws that was told to. */
export class Thrown extends Error {}

/** Notes what it is told, and what is wrong with that. */
export class RecordingProtocol implements Protocol {
  /** Bytes that it was given. */
  readonly received: number[] = [];
  /** What is wrong, in the first place. */
  wrong = "";
  /** Throws in the next call. */
  throwsNext = false;
  /** What it has thrown, and in which call. */
  thrown: { error: Thrown; call: ProtocolCall } | null = null;
  /** Whether `eofReceived` keeps the transport open. */
  keepsOpen = false;
  /** The transport, from `connectionMade` on. */
  transport: Transport | null = null;
  /** True between `pauseReading` and `resumeReading`. */
  paused = false;
  /** True from the call of `close` or `abort` on. */
  closing = false;
  /** True when the peer writes no more. */
  eof = false;
  /** What `connectionLost` was given; `undefined` before. */
  lost: Error | null | undefined;
  #writingPaused = false;

  connectionMade(transport: Transport): void {
    if (this.transport !== null) this.#note("connectionMade twice");
    this.transport = transport;
    this.called("connectionMade");
  }

  dataReceived(data: Uint8Array<ArrayBuffer>): void {
    this.#assertOpen("dataReceived");
    if (this.paused) this.#note("data while reading is paused");
    if (this.eof) this.#note("data behind the end");
    if (this.closing) this.#note("data behind close");
    if (data.length === 0) this.#note("no data");
    this.received.push(...data);
    this.called("dataReceived");
  }

  eofReceived(): boolean {
    this.#assertOpen("eofReceived");
    if (this.eof) this.#note("eofReceived twice");
    if (this.paused) this.#note("the end while reading is paused");
    if (this.closing) this.#note("the end behind close");
    this.eof = true;
    this.called("eofReceived");
    return this.keepsOpen;
  }

  pauseWriting(): void {
    this.#assertOpen("pauseWriting");
    if (this.#writingPaused) this.#note("pauseWriting twice");
    this.#writingPaused = true;
    this.called("pauseWriting");
  }

  resumeWriting(): void {
    this.#assertOpen("resumeWriting");
    if (!this.#writingPaused) this.#note("resumeWriting without a pause");
    this.#writingPaused = false;
    this.called("resumeWriting");
  }

  connectionLost(error: Error | null): void {
    this.#assertOpen("connectionLost");
    this.lost = error;
    const before = this.thrown;
    if (before !== null && error !== before.error) {
      this.#note("connectionLost without what was thrown");
    }
    this.called("connectionLost");
  }

  /**
   * Checks what it was told so far.
   *
   * @param sent How many bytes were sent to it.
   * @throws {Error} when something was wrong.
   */
  check(sent: number): void {
    if (this.wrong !== "") throw new Error(this.wrong);
    assertCounts("The protocol", this.received, sent);
  }

  #assertOpen(call: ProtocolCall): void {
    if (this.transport === null) this.#note(`${call} before connectionMade`);
    if (this.lost !== undefined) this.#note(`${call} behind connectionLost`);
  }

  #note(text: string): void {
    this.wrong ||= text;
  }

  /**
   * Throws, when it was told to.
   *
   * @param call Which call it is.
   */
  protected called(call: ProtocolCall): void {
    if (!this.throwsNext) return;
    this.throwsNext = false;
    const error = new Thrown(call);
    this.thrown = { error, call };
    this.closing = true;
    throw error;
  }
}

/** The same, with room of its own for a part of what comes. */
export class BufferedRecordingProtocol extends RecordingProtocol
  implements BufferedProtocol {
  readonly #room = new Uint8Array(2);

  getBuffer(): Uint8Array {
    this.called("getBuffer");
    return this.#room;
  }

  bufferUpdated(byteLength: number): void {
    this.dataReceived(this.#room.slice(0, byteLength));
  }
}
