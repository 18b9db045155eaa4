/**
 * Reads that are pending, and that nobody answers.
 *
 * @module
 */

import type { IocpProactor } from "../mod.ts";
import { pipe, type PipeHandle } from "../src/pipe/mod.ts";

const BYTE = new Uint8Array(1);

/** Pipes with a pending read each, in any number. */
export class Silence {
  readonly #proactor: IocpProactor;
  readonly #pipes: [PipeHandle, PipeHandle][] = [];
  readonly #reads: PromiseLike<unknown>[] = [];

  /** @param proactor Where the reads are pending. */
  constructor(proactor: IocpProactor) {
    this.#proactor = proactor;
  }

  /** How many reads are pending. */
  get size(): number {
    return this.#reads.length;
  }

  /**
   * Starts reads, or ends some by a byte for each.
   *
   * @param count How many shall be pending.
   */
  async resize(count: number): Promise<void> {
    while (this.size < count) this.#add();
    while (this.size > count) await this.#remove();
  }

  #add(): void {
    const index = this.size;
    const ends = this.#pipes[index] ??= this.#open();
    this.#reads.push(this.#proactor.recv(ends[0], BYTE.length));
  }

  async #remove(): Promise<void> {
    const read = this.#reads.pop();
    const [, writer] = this.#pipes[this.size]!;
    await this.#proactor.send(writer, BYTE);
    await read;
  }

  #open(): [PipeHandle, PipeHandle] {
    return pipe({ duplex: true, proactor: this.#proactor });
  }
}
