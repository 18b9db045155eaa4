/**
 * What peers have sent, on the standard output.
 *
 * @module
 */

import { hexDump } from "./hex_dump.ts";
import { jsonData, jsonLine } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** How data are shown. */
export interface DataFlags {
  /** Lines of numbers. */
  hex?: boolean | undefined;
  /** Lines of JSON, one for each event. */
  json?: boolean | undefined;
  /** One write of the peer at a time. */
  message?: boolean | undefined;
  /** Nothing is told but results and errors. */
  quiet?: boolean | undefined;
}

/** Something that has happened, as JSON tells it. */
export interface EventFields {
  /** What. */
  event: string;
  /** What else is known. */
  [field: string]: unknown;
}

const LINE_END = new Uint8Array([10]);

/** Writes what has come, and tells what has happened. */
export class DataOutput {
  readonly #terminal: Terminal;
  readonly #flags: DataFlags;
  readonly #offsets = new Map<number, number>();
  #last: Promise<void> = Promise.resolve();

  /**
   * @param terminal Where to write.
   * @param flags How data are shown.
   */
  constructor(terminal: Terminal, flags: DataFlags) {
    this.#terminal = terminal;
    this.#flags = flags;
  }

  /**
   * Writes data, behind what is being written.
   *
   * @param data The bytes, or one message.
   * @param connection The number of the connection.
   * @returns Resolves when they are written.
   */
  data(data: Uint8Array, connection: number): Promise<void> {
    return this.#write(() => this.#shown(data, connection));
  }

  /**
   * Tells what has happened: as JSON among the results, else as a line for
   * people beside them.
   *
   * @param fields What has happened.
   * @param line The line.
   * @returns Resolves when it is written.
   */
  async event(fields: EventFields, line: string): Promise<void> {
    const { json = false, quiet = false } = this.#flags;
    if (json) await this.#write(() => [jsonLine(fields)]);
    else if (!quiet) this.#terminal.note(line);
  }

  #shown(data: Uint8Array, connection: number): (Uint8Array | string)[] {
    const { hex = false, json = false, message = false } = this.#flags;
    if (json) {
      const event = message ? "message" : "data";
      return [jsonLine({ event, connection, ...jsonData(data) })];
    }
    if (!hex) return message ? [data, LINE_END] : [data];
    const offset = message ? 0 : this.#offsets.get(connection) ?? 0;
    this.#offsets.set(connection, offset + data.length);
    return [hexDump(data, offset)];
  }

  /** What several connections send does not mix within one write. */
  #write(parts: () => (Uint8Array | string)[]): Promise<void> {
    const write = this.#last.then(async () => {
      for (const part of parts()) await this.#terminal.write(part);
    });
    this.#last = write.catch(() => {}); // told to who has asked
    return write;
  }
}
