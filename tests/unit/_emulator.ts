/**
 * Machine code for Windows on an emulated processor: Unicorn, a library of
 * Debian, which is QEMU's.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

/** The processors, as `Deno.build.arch`. */
export type Processor = "x86_64" | "aarch64";

/** A function of Windows that the code has called. */
export interface Callee {
  /** Its address. */
  address: bigint;
  /** As many parameters as anything has, 64 bits each. */
  args: bigint[];
}

const MEMORY = 0x10_0000n;
const MEMORY_SIZE = 0x4_0000n;
const CODE = MEMORY;
const STACK = MEMORY + 0x2_0000n;
/** Where the test puts what the code works on. */
export const DATA: bigint = MEMORY + 0x3_0000n;
/** Where the code returns to. It and callees are in no memory. */
const RETURN = 0x7ff0_0000_1000n;
const ERR_FETCH_UNMAPPED = 8;
const PARAMETERS = 9;

/** How Windows calls functions on a processor. */
interface Convention {
  /** `uc_arch` and `uc_mode`. */
  open: [number, number];
  /** The numbers of registers in Unicorn. */
  pc: number;
  sp: number;
  result: number;
  args: readonly number[];
  /** What a function must leave as it was, besides the stack. */
  preserved: readonly number[];
  /** What a function may change. */
  volatile: readonly number[];
  /** The link register, where the return address is not on the stack. */
  link?: number;
  /** Bytes on the stack below the first parameter there, at the first step. */
  home: bigint;
}

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

// rax 35, rbp 36, rbx 37, rcx 38, rdi 39, rdx 40, rip 41, rsi 43, rsp 44, r8 106
const X86_64: Convention = {
  open: [4, 8],
  pc: 41,
  sp: 44,
  result: 35,
  args: [38, 40, 106, 107],
  preserved: [36, 37, 39, 43, ...range(110, 113)],
  volatile: [35, 38, 40, ...range(106, 109)],
  home: 40n, // the return address, and shadow space
};

// x29 1, x30 2, sp 4, x0 199, pc 260; x18 is Windows' own
const AARCH64: Convention = {
  open: [2, 0],
  pc: 260,
  sp: 4,
  result: 199,
  args: range(199, 206),
  preserved: [1, ...range(217, 227)],
  volatile: [...range(199, 216), 2],
  link: 2,
  home: 0n,
};

const CONVENTIONS = { x86_64: X86_64, aarch64: AARCH64 };

const SYMBOLS = {
  uc_open: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  uc_close: { parameters: ["usize"], result: "i32" },
  uc_mem_map: { parameters: ["usize", "u64", "usize", "u32"], result: "i32" },
  uc_mem_write: {
    parameters: ["usize", "u64", "buffer", "usize"],
    result: "i32",
  },
  uc_mem_read: {
    parameters: ["usize", "u64", "buffer", "usize"],
    result: "i32",
  },
  uc_reg_write: { parameters: ["usize", "i32", "buffer"], result: "i32" },
  uc_reg_read: { parameters: ["usize", "i32", "buffer"], result: "i32" },
  uc_emu_start: {
    parameters: ["usize", "u64", "u64", "u64", "usize"],
    result: "i32",
  },
} as const;

/**
 * Opens the emulator's library.
 *
 * @returns `undefined` where it is not installed.
 */
export function openUnicorn() {
  try {
    return Deno.dlopen("libunicorn.so.2", SYMBOLS);
  } catch {
    return undefined;
  }
}

/** The library. */
export type Unicorn = NonNullable<ReturnType<typeof openUnicorn>>;

/** A processor with some memory. */
export class Emulator implements Disposable {
  readonly #api: Unicorn["symbols"];
  readonly #convention: Convention;
  readonly #engine: bigint;

  /**
   * Starts a processor with code.
   *
   * @param unicorn The library.
   * @param processor The processor.
   * @param code The function to run.
   */
  constructor(unicorn: Unicorn, processor: Processor, code: Uint8Array) {
    this.#api = unicorn.symbols;
    this.#convention = CONVENTIONS[processor];
    const engine = new BigUint64Array(1);
    const bytes = new Uint8Array(engine.buffer);
    check(this.#api.uc_open(...this.#convention.open, bytes));
    this.#engine = engine[0]!;
    check(this.#api.uc_mem_map(this.#engine, MEMORY, MEMORY_SIZE, 7));
    this.write(CODE, code);
  }

  [Symbol.dispose](): void {
    this.#api.uc_close(this.#engine);
  }

  /** Writes memory. */
  write(address: bigint, data: Uint8Array): void {
    const bytes = Uint8Array.from(data);
    const size = BigInt(bytes.length);
    check(this.#api.uc_mem_write(this.#engine, address, bytes, size));
  }

  /** Reads memory. */
  read(address: bigint, size: number): Uint8Array<ArrayBuffer> {
    const data = new Uint8Array(size);
    check(this.#api.uc_mem_read(this.#engine, address, data, BigInt(size)));
    return data;
  }

  /** Reads a DWORD. */
  word(address: bigint): number {
    return new DataView(this.read(address, 4).buffer).getUint32(0, true);
  }

  /** Reads 64 bits. */
  long(address: bigint): bigint {
    return new DataView(this.read(address, 8).buffer).getBigUint64(0, true);
  }

  /**
   * Calls the code as Windows would, and checks that it keeps the rules of
   * calls: registers and stack as they were, the stack aligned for each callee.
   *
   * @param args The parameters, at most four.
   * @param onCall Plays the functions that are called: gives the result.
   * @returns The result.
   */
  call(
    args: readonly bigint[],
    onCall: (callee: Callee) => bigint,
  ): bigint {
    const { args: registers, preserved } = this.#convention;
    const sp = STACK - (this.#convention.link === undefined ? 8n : 0n);
    this.#setAll([...preserved, ...this.#convention.volatile]);
    const before = preserved.map((register) => this.#get(register));
    args.forEach((arg, i) => this.#set(registers[i]!, arg));
    this.#set(this.#convention.sp, sp);
    this.#setReturn(RETURN);
    let pc = CODE;
    for (;;) {
      pc = this.#run(pc);
      if (pc === RETURN) break;
      pc = this.#playCallee(pc, onCall);
    }
    assertEquals(preserved.map((register) => this.#get(register)), before);
    assertEquals(this.#get(this.#convention.sp), STACK);
    return this.#get(this.#convention.result);
  }

  /** Runs until the code leaves its memory. */
  #run(pc: bigint): bigint {
    const code = this.#api.uc_emu_start(this.#engine, pc, 0n, 0n, 1000n);
    assertEquals(code, ERR_FETCH_UNMAPPED);
    return this.#get(this.#convention.pc);
  }

  #playCallee(address: bigint, onCall: (callee: Callee) => bigint): bigint {
    const { sp, link, volatile, result } = this.#convention;
    const onStack = link === undefined;
    const stack = this.#get(sp);
    assertEquals(stack % 16n, onStack ? 8n : 0n, "The stack is not aligned");
    const back = onStack ? this.long(stack) : this.#get(link!);
    const value = onCall({ address, args: this.#args(stack) });
    this.#setAll(volatile); // whoever relies on these is wrong
    this.#set(result, value);
    if (onStack) this.#set(sp, stack + 8n);
    return back;
  }

  #args(stack: bigint): bigint[] {
    const { args, home } = this.#convention;
    return range(0, PARAMETERS - 1).map((i) => {
      if (i < args.length) return this.#get(args[i]!);
      return this.long(stack + home + 8n * BigInt(i - args.length));
    });
  }

  #setReturn(address: bigint): void {
    const { link } = this.#convention;
    if (link !== undefined) return this.#set(link, address);
    this.write(
      STACK - 8n,
      new Uint8Array(new BigUint64Array([address]).buffer),
    );
  }

  /** Fills registers with what nobody expects. */
  #setAll(registers: readonly number[]): void {
    for (const register of registers) {
      this.#set(register, 0xdead_0000_beef_0000n + BigInt(register));
    }
  }

  #get(register: number): bigint {
    const value = new BigUint64Array(1);
    const bytes = new Uint8Array(value.buffer);
    check(this.#api.uc_reg_read(this.#engine, register, bytes));
    return value[0]!;
  }

  #set(register: number, value: bigint): void {
    const bytes = new Uint8Array(new BigUint64Array([value]).buffer);
    check(this.#api.uc_reg_write(this.#engine, register, bytes));
  }
}

function check(code: number): void {
  assertEquals(code, 0, `Unicorn answers ${code}`);
}
