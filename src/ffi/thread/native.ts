/**
 * The handles that end with their thread. `worker.terminate()` stops the
 * JavaScript of a worker, and no code of it runs any more: its pipes and ports
 * would be served by nobody until the process ends, and its waits would take
 * the signals that others wait for. So each handle that a
 * worker opens is noted in native memory, and Windows, which waits for the end
 * of the worker's thread, closes what is noted by then.
 *
 * The callback of that wait is a few bytes of machine code, as in
 * `wait_callback.ts`, and for the same reasons. In C:
 *
 * ```c
 * void callback(struct table *table, BOOLEAN timedOut) {
 *   struct entry *entry = InterlockedExchangeAdd(&table->cursor, -16);
 *   if (entry >= table->bottom) entry->close(entry->handle, NULL);
 * }
 * ```
 *
 * A thread that has ended stays signalled, so the callback is called again and
 * again; each call closes one handle by a jump. The handle at the bottom is the
 * wait itself, whose `close` is `UnregisterWaitEx`. Calls that are on their way
 * by then find the cursor below the bottom.
 *
 * While the thread lives, only the thread writes to the table. A handle is
 * struck out before it is closed: its value may be another's at once. The
 * memory of the table, and the slots and buffers that the kernel may own, stay
 * where they are. The code for ARM64 has run on an emulated processor only
 * (`tests/unit/machine_code_test.ts`).
 *
 * @module
 */

import {
  INFINITE,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
} from "../constants.ts";
import { symbolLoader } from "../load.ts";
import { loadSymbols } from "../symbols.ts";
import { kernel32Threads } from "./kernel32.ts";
import { makeExecutable } from "../machine_code.ts";
import { encodeWideString } from "../structs.ts";
import type {
  Address,
  CloseName,
  Handle,
  ThreadHandles,
  Win32Api,
} from "../win32_api.ts";

/** Loads the symbols about the end of a thread. */
export const loadThreadSymbols = symbolLoader({
  kernel32: kernel32Threads,
});

const X64 = [
  ...[0x48, 0xc7, 0xc0, 0xf0, 0xff, 0xff, 0xff], // mov rax, -16
  ...[0xf0, 0x48, 0x0f, 0xc1, 0x01], // lock xadd [rcx], rax
  ...[0x48, 0x3b, 0x41, 0x08], // cmp rax, [rcx+8]
  ...[0x72, 0x08], // jb 1f
  ...[0x48, 0x8b, 0x08], // mov rcx, [rax]
  ...[0x31, 0xd2], // xor edx, edx
  ...[0xff, 0x60, 0x08], // jmp [rax+8]
  0xc3, // 1: ret
];

/** Without the atomics of ARMv8.1, which the first PCs with Windows lack. */
const ARM64 = [
  ...[0x09, 0xfc, 0x5f, 0xc8], // 1: ldaxr x9, [x0]
  ...[0x2a, 0x41, 0x00, 0xd1], // sub x10, x9, #16
  ...[0x0a, 0xfc, 0x0b, 0xc8], // stlxr w11, x10, [x0]
  ...[0xab, 0xff, 0xff, 0x35], // cbnz w11, 1b
  ...[0x0a, 0x04, 0x40, 0xf9], // ldr x10, [x0, #8]
  ...[0x3f, 0x01, 0x0a, 0xeb], // cmp x9, x10
  ...[0x83, 0x00, 0x00, 0x54], // b.lo 2f
  ...[0x20, 0x41, 0x40, 0xa9], // ldp x0, x16, [x9]
  ...[0x01, 0x00, 0x80, 0xd2], // mov x1, #0
  ...[0x00, 0x02, 0x1f, 0xd6], // br x16
  ...[0xc0, 0x03, 0x5f, 0xd6], // 2: ret
];

const CODE: Record<string, number[]> = { x86_64: X64, aarch64: ARM64 };

const ENTRY_SIZE = 16;
/** The cursor and the bottom stand where entry 0 would. */
const BOTTOM = 1;
const ENTRIES_PER_COMMIT = 4096;
const MAX_ENTRIES = 1 << 20;

const SYNCHRONIZE = 0x0010_0000;
// Closing is short, and one call at a time is enough.
const WT_EXECUTEINWAITTHREAD = 0x4;

let shared: ThreadHandles | undefined;

/**
 * The handles of this thread.
 *
 * @param win32 Memory.
 * @returns The same for everybody; nothing on the main thread, which the
 * process ends with, and for processors that are not known.
 */
export function threadHandles(win32: Win32Api): ThreadHandles | undefined {
  const inWorker = "WorkerGlobalScope" in globalThis;
  if (!inWorker || CODE[Deno.build.arch] === undefined) return undefined;
  return shared ??= new NativeThreadHandles(win32);
}

/**
 * The machine code of the callback.
 *
 * @param arch The processor, as `Deno.build.arch`.
 * @returns The bytes; `undefined` for an unknown processor.
 */
export function threadEndCode(
  arch: string,
): Uint8Array<ArrayBuffer> | undefined {
  const code = CODE[arch];
  return code && Uint8Array.from(code);
}

/** The handles of this thread, in a table that exists while there are some. */
class NativeThreadHandles implements ThreadHandles {
  readonly #win32: Win32Api;
  readonly #entries = new Map<Handle, number>();
  readonly #free: number[] = [];
  #table: Table | undefined;

  constructor(win32: Win32Api) {
    this.#win32 = win32;
  }

  add(handle: Handle, close: CloseName): void {
    const address = addressOf(close);
    if (address === 0n || this.#entries.has(handle)) return;
    const table = this.#table ??= Table.open(this.#win32);
    const index = table?.take(this.#free.pop()) ?? 0;
    if (index === 0) return;
    table!.write(index, handle, address);
    this.#entries.set(handle, index);
  }

  addWait(wait: Handle, object: Handle): void {
    this.add(object, "CloseHandle");
    this.add(wait, "UnregisterWaitEx");
    const [below, above] = [object, wait].map((each) =>
      this.#entries.get(each)
    );
    // The callback goes down from the top
    if (below === undefined || above === undefined || below < above) return;
    this.#table!.write(above, object, addressOf("CloseHandle"));
    this.#table!.write(below, wait, addressOf("UnregisterWaitEx"));
    this.#entries.set(object, above);
    this.#entries.set(wait, below);
  }

  remove(handle: Handle): void {
    const index = this.#entries.get(handle);
    if (index === undefined) return;
    this.#entries.delete(handle);
    this.#table!.clear(index);
    this.#free.push(index);
    if (this.#entries.size === 0) this.#close();
  }

  #close(): void {
    this.#table!.close();
    this.#table = undefined;
    this.#free.length = 0;
  }
}

/** The table, and the wait for the end of the thread. */
class Table {
  readonly #win32: Win32Api;
  readonly #base: Address;
  readonly #words = new BigUint64Array(2);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  readonly #nothing = addressOf("GetLastError");
  #top = BOTTOM;
  #committed = 0;
  #code: Address = 0n;
  #thread: Handle = 0n;

  private constructor(win32: Win32Api, base: Address) {
    this.#win32 = win32;
    this.#base = base;
  }

  /** Gives nothing when Windows has no memory, or refuses the wait. */
  static open(win32: Win32Api): Table | undefined {
    const base = win32.virtualAlloc(0n, MAX_ENTRIES * ENTRY_SIZE, MEM_RESERVE);
    if (base === 0n) return undefined;
    const table = new Table(win32, base);
    try {
      if (table.#commit() && table.#watch()) return table;
    } catch {
      // Without the page of code it is as without the memory.
    }
    table.close();
    return undefined;
  }

  /** An entry that is not in use; 0 when there is no memory. */
  take(free: number | undefined): number {
    if (free !== undefined) return free;
    const next = this.#top + 1;
    if (next >= this.#committed && !this.#commit()) return 0;
    this.write(next, 0n, this.#nothing);
    this.#top = next;
    this.#setCursor();
    return next;
  }

  write(index: number, handle: Handle, close: Address): void {
    this.#words[0] = handle;
    this.#words[1] = close;
    this.#win32.copyIn(this.#at(index), this.#bytes);
  }

  clear(index: number): void {
    this.write(index, 0n, this.#nothing);
  }

  /** The thread lives, so the callback was never called. */
  close(): void {
    if (this.#thread !== 0n) this.#unwatch();
    this.#win32.virtualFree(this.#base, 0, MEM_RELEASE);
    if (this.#code !== 0n) this.#win32.virtualFree(this.#code, 0, MEM_RELEASE);
  }

  #at(index: number): Address {
    return this.#base + BigInt(index * ENTRY_SIZE);
  }

  #commit(): boolean {
    if (this.#committed >= MAX_ENTRIES) return false;
    const size = ENTRIES_PER_COMMIT * ENTRY_SIZE;
    const start = this.#at(this.#committed);
    if (this.#win32.virtualAlloc(start, size, MEM_COMMIT) === 0n) return false;
    this.#committed += ENTRIES_PER_COMMIT;
    return true;
  }

  #setCursor(): void {
    this.#words[0] = this.#at(this.#top);
    this.#words[1] = this.#at(BOTTOM);
    this.#win32.copyIn(this.#base, this.#bytes);
  }

  #watch(): boolean {
    const symbols = loadThreadSymbols().kernel32;
    const { GetCurrentThreadId, OpenThread } = symbols;
    this.#code = makeExecutable(this.#win32, threadEndCode(Deno.build.arch)!);
    this.write(BOTTOM, 0n, addressOf("UnregisterWaitEx"));
    this.#setCursor();
    this.#thread = OpenThread(SYNCHRONIZE, 0, GetCurrentThreadId());
    if (this.#thread === 0n) return false;
    return symbols.RegisterWaitForSingleObject(
      this.#at(BOTTOM),
      this.#thread,
      this.#code,
      this.#base,
      INFINITE,
      WT_EXECUTEINWAITTHREAD,
    ) !== 0;
  }

  #unwatch(): void {
    this.#win32.copyOut(this.#bytes, this.#at(BOTTOM));
    const wait = this.#words[0]!;
    if (wait !== 0n) loadThreadSymbols().kernel32.UnregisterWaitEx(wait, 0n);
    this.#win32.closeHandle(this.#thread);
  }
}

const addresses = new Map<string, Address>();

function addressOf(name: string): Address {
  let address = addresses.get(name);
  if (address === undefined) {
    const { GetModuleHandleW, GetProcAddress } = loadSymbols().kernel32;
    const library = name === "closesocket" ? "ws2_32.dll" : "kernel32.dll";
    const module = GetModuleHandleW(encodeWideString(library));
    const bytes = new TextEncoder().encode(`${name}\0`);
    addresses.set(name, address = GetProcAddress(module, bytes));
  }
  return address;
}
