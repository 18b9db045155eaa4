/**
 * The model of a file: reads and writes at positions and in order, appends,
 * cancels, flushes on another thread, and the close, while they are under way.
 *
 * @module
 */

import { FileCore } from "../../src/file/file_core.ts";
import { OverlappedFile } from "../../src/file/overlapped_file.ts";
import type { DiskEntry } from "../sim/disk_file.ts";
import { environment } from "./environment.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { type ModelDisk, newEntry, openDisk } from "./model_disk.ts";
import { isError } from "./outcomes.ts";
import { PortRun } from "./port_run.ts";
import { WorldPool } from "./world.ts";

/** Which file, and how much happens to it. */
export interface FileBounds {
  /** Immediate successes queue no packet. */
  skip: boolean;
  /** Writes go to the end. */
  append: boolean;
  /** Calls of the program. */
  calls: number;
  /** Calls that are given up. */
  cancels: number;
}

/** Bytes of a read and a write. */
const CHUNK = 2;

/** Bytes that the file has at first: they count on from one. */
const SIZE = 6;

/** Where writes at positions begin: each has its place. */
const FIRST_PLACE = 10;

const PATH = "C:\\model";

/**
 * Makes the space of a file.
 *
 * @param bounds Which file.
 * @returns The space.
 */
export function fileSpace(bounds: FileBounds): Space {
  const { skip, append } = bounds;
  const pool = new WorldPool({ skip });
  const kind = append ? "append" : "positions";
  const name = `file-${kind}-${skip ? "skip" : "packets"}`;
  return { name, start: (pick) => new FileRun(pool, bounds, pick) };
}

/** A write of the program. */
interface Write {
  readonly place: number;
  readonly value: number;
  state: "pending" | "done" | "failed";
}

class FileRun extends PortRun {
  readonly #bounds: FileBounds;
  readonly #disk: ModelDisk;
  readonly #entry: DiskEntry;
  readonly #file: OverlappedFile;
  readonly #core: FileCore;
  readonly #writes: Write[] = [];
  readonly #inOrder: number[] = [];
  readonly #aborters: AbortController[] = [];
  #calls: number;
  #cancels: number;
  #given = 0;
  #closed = false;

  constructor(pool: WorldPool, bounds: FileBounds, pick: Pick) {
    super(pool, pick);
    this.#bounds = bounds;
    this.#calls = bounds.calls;
    this.#cancels = bounds.cancels;
    this.#entry = newEntry(SIZE);
    const [disk, handle] = openDisk(this.world, this.#entry);
    this.#disk = disk;
    const { port } = this.world;
    const owner = port.associate(handle, { warnings: false });
    const name = `file "${PATH}"`;
    this.#core = new FileCore(port, owner, { files: disk, name });
    const { append } = bounds;
    this.#file = new OverlappedFile(this.#core, { path: PATH, append });
    this.watch("finished", this.#core.finished, () => {});
    this.touched();
  }

  protected actions(add: (step: Step) => void): void {
    if (this.#disk.waits) {
      add(this.step("flush returns", () => this.#disk.finish()));
    }
    if (this.#cancels > 0) this.#cancelSteps(add);
    if (this.#closed) return;
    add(this.lastStep());
    add(this.step("close", () => this.#close()));
    if (this.#calls > 0) this.#callSteps(add);
  }

  #callSteps(add: (step: Step) => void): void {
    const call = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.#calls--;
        body();
      }));
    call("read on", () => this.#readOn());
    call("read twice", () => {
      this.#readOn();
      this.#readOn();
    });
    if (this.#bounds.append) this.#appendSteps(call);
    else this.#writeSteps(call);
    if (this.#disk.waits) return;
    call("flush and read", () => {
      this.#flush();
      this.#readOn();
    });
  }

  #appendSteps(call: (name: string, body: () => void) => void): void {
    call("append", () => this.#write(undefined));
    call("append twice", () => {
      this.#write(undefined);
      this.#write(undefined);
    });
  }

  #writeSteps(call: (name: string, body: () => void) => void): void {
    const place = FIRST_PLACE + CHUNK * this.#writes.length;
    call("write at", () => this.#write(place));
    call("write and read at", () => {
      this.#write(place);
      this.#readBack();
    });
  }

  #cancelSteps(add: (step: Step) => void): void {
    this.#aborters.forEach((aborter, index) => {
      if (aborter.signal.aborted || this.open(`call ${index}`) === 0) return;
      add(this.step(`cancel call ${index}`, () => {
        this.#cancels--;
        aborter.abort();
      }));
    });
  }

  /** Watches a call that may be cancelled. */
  #call<T>(
    start: (signal: AbortSignal) => Promise<T>,
    ended: (value: T | undefined) => void,
  ): void {
    const aborter = new AbortController();
    const { signal } = aborter;
    const index = this.#aborters.push(aborter) - 1;
    this.watch(`call ${index}`, start(signal), ({ value, error }) => {
      ended(value);
      if (error === undefined) return;
      if (signal.aborted && error === signal.reason) return;
      if (this.#closed && isError(error, "Interrupted", "BadResource")) return;
      throw error;
    });
  }

  /** Reads from the position of the file. */
  #readOn(): void {
    const target = new Uint8Array(CHUNK);
    this.#call((signal) => this.#file.read(target, { signal }), (count) => {
      if (count === undefined || count === null) return;
      this.#inOrder.push(...target.subarray(0, count));
    });
  }

  /** Reads what was written before. */
  #readBack(): void {
    const [write] = this.#writes;
    const { place, value, state } = write!;
    const target = new Uint8Array(CHUNK);
    const options = { at: place };
    const read = (signal: AbortSignal) =>
      this.#file.read(target, { ...options, signal });
    this.#call(read, (count) => {
      if (count === undefined || (count === null && state !== "done")) return;
      const bytes = [...target.subarray(0, count ?? 0)];
      const whole = bytes.every((byte) => byte === value);
      if (whole && bytes.length === CHUNK) return;
      const none = bytes.every((byte) => byte === 0);
      if (none && state !== "done") return;
      throw new Error(`read ${bytes} where ${value} was written`);
    });
  }

  #write(at: number | undefined): void {
    const value = 100 + ++this.#given;
    const data = new Uint8Array(CHUNK).fill(value);
    const write: Write = { place: at ?? -1, value, state: "pending" };
    this.#writes.push(write);
    this.#call((signal) => {
      const writing = this.#file.write(data, { at, signal });
      data.fill(0xee); // the array is ours again
      return writing;
    }, (count) => {
      write.state = count === undefined ? "failed" : "done";
      if (count === undefined || count === CHUNK) return;
      throw new Error(`${count} bytes were written`);
    });
  }

  #flush(): void {
    this.watch("flush", this.#file.sync(), ({ error }) => {
      if (error === undefined) return;
      if (this.#closed && isError(error, "BadResource")) return;
      throw error;
    });
  }

  #close(): void {
    this.#closed = true;
    this.#file.close();
    this.#file.close();
    if (this.#file.handle !== null) throw new Error("A closed file is open");
  }

  protected checkState(): void {
    this.#inOrder.forEach((byte, index) => this.#checkByte(byte, index));
    const { wrong } = this.#disk;
    if (wrong !== "") throw new Error(wrong);
    this.#checkWrites();
  }

  /** Behind what was there at first, writes at positions may come late. */
  #checkByte(byte: number, index: number): void {
    if (index >= SIZE && !this.#bounds.append) return;
    if (byte === this.#entry.data[index]) return;
    throw new Error(`Byte ${index} is ${byte}`);
  }

  /** Each write is there once it has ended, in its place and whole. */
  #checkWrites(): void {
    const { data } = this.#entry;
    if (this.#bounds.append) return assertAppended(data, this.#writes);
    for (const { place, value, state } of this.#writes) {
      const bytes = data.subarray(place, place + CHUNK);
      const whole = bytes.length === CHUNK && bytes.every((b) => b === value);
      if (whole || state !== "done") continue;
      throw new Error(`${value} was written, and is not there`);
    }
  }

  protected describe(): string {
    return [
      this.#calls,
      this.#cancels,
      this.#inOrder.length,
      this.#entry.data.length,
      this.#writes.map(({ state }) => state[0]).join(""),
      this.#aborters.map(({ signal }) => +signal.aborted).join(""),
      this.open("call"),
      +this.#closed,
      +this.#disk.waits,
    ].join();
  }

  protected end(): void {
    this.settle();
    if (!this.#closed && !this.#disk.waits) this.#assertReadsOn();
    if (!this.#closed) this.#close();
    this.settle();
    if (this.#disk.waits) this.#assertOpen();
    this.#disk.finish();
    this.settle();
  }

  /** The threads of all files are the same few. */
  override discard(): void {
    super.discard();
    this.#disk.finish();
    environment.drain();
  }

  /** What was cancelled has not moved the position. */
  #assertReadsOn(): void {
    if (this.open("call") > 0) throw new Error("A call goes on");
    while (this.#inOrder.length < SIZE) {
      const { length } = this.#inOrder;
      this.#readOn();
      this.settle();
      if (this.#inOrder.length === length) throw new Error("It reads nothing");
    }
  }

  /** Another thread works with the handle. */
  #assertOpen(): void {
    if (this.open("finished") > 0) return;
    throw new Error("The file has finished under a call");
  }
}

/** Appended parts are whole, once, and in the order of their calls. */
function assertAppended(data: Uint8Array, writes: readonly Write[]): void {
  let at = SIZE;
  for (const { value, state } of writes) {
    const there = data[at] === value && data[at + 1] === value;
    if (there) at += CHUNK;
    else if (state === "done") throw new Error(`${value} is not at its place`);
  }
  if (at !== data.length) throw new Error("Something else was appended");
}
