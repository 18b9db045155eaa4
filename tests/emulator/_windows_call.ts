/**
 * Calls of machine code by the rules of Windows for x64 and ARM64: registers
 * that a function must leave alone, the alignment of the stack, the shadow
 * space, and a callee that spoils all it may.
 *
 * Sources: Microsoft, x64 calling convention; Overview of ARM64 ABI conventions.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type Arch, BASE, bytesOf, type Emulator } from "./_emulator.ts";

/** Where the code is. */
const CODE = BASE + 0x1000n;
/** Where a test may put its data. */
export const DATA = BASE + 0x4000n;
/** The functions that the code calls. */
export const CALLEES: readonly bigint[] = [BASE + 0x8000n, BASE + 0x8100n];
const RETURN = BASE + 0x9000n;
const STACK = BASE + 0xf000n;
const SPOILT = 0xdead_beef_dead_beefn;
const KEPT = 0x0123_4567_89ab_cd00n;

interface Convention {
  args: readonly string[];
  /** What a function leaves as it was. */
  kept: readonly string[];
  /** What a callee may spoil. */
  volatile: readonly string[];
  result: string;
  sp: string;
}

const names = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => `x${first + i}`);

const CONVENTIONS: Record<Arch, Convention> = {
  x86_64: {
    args: ["rcx", "rdx", "r8", "r9"],
    kept: ["rbx", "rbp", "rsi", "rdi", "r12", "r13", "r14", "r15"],
    volatile: ["rax", "rcx", "rdx", "r8", "r9", "r10", "r11"],
    result: "rax",
    sp: "rsp",
  },
  aarch64: {
    args: names(0, 7),
    // x18 is the thread's block
    kept: names(18, 29),
    volatile: names(0, 17),
    result: "x0",
    sp: "sp",
  },
};

/** A call that the code has made. */
export interface MadeCall {
  /** The address. */
  callee: bigint;
  /** As many arguments as were asked for. */
  args: bigint[];
  /** Whether the stack was that of the caller: a jump. */
  tail: boolean;
}

/** What the test answers for a callee. */
export interface Callee {
  /** How many arguments it has. */
  args: number;
  /** What it returns. */
  result: bigint;
  /** What it does besides. */
  body?: (emulator: Emulator) => Promise<void>;
}

/** What came of a call. */
export interface Outcome {
  /** The calls that the code made. */
  calls: MadeCall[];
  /** What it returned. */
  result: bigint;
}

/** A function of Windows' that is emulated. */
export class WindowsCall {
  readonly #emulator: Emulator;
  readonly #arch: Arch;
  readonly #convention: Convention;

  /** @param emulator An emulator that was just started, and its processor. */
  constructor(emulator: Emulator, arch: Arch) {
    this.#emulator = emulator;
    this.#arch = arch;
    this.#convention = CONVENTIONS[arch];
  }

  /** Puts the code, and stops where it calls and returns. */
  async load(code: Uint8Array): Promise<void> {
    await this.#emulator.write(CODE, code);
    for (const stop of [...CALLEES, RETURN]) await this.#emulator.stopAt(stop);
  }

  /** Calls the code, and checks what it must leave alone. */
  async call(
    args: readonly bigint[],
    callees: readonly Callee[],
  ): Promise<Outcome> {
    const sp = await this.#enter(args);
    const calls: MadeCall[] = [];
    for (;;) {
      const pc = await this.#emulator.run();
      if (pc === RETURN) break;
      const callee = callees[CALLEES.indexOf(pc)]!;
      calls.push(await this.#made(pc, callee.args, sp));
      await callee.body?.(this.#emulator);
      await this.#leave(callee.result);
    }
    await this.#check(sp);
    const result = await this.#emulator.register(this.#convention.result);
    return { calls, result };
  }

  async #enter(args: readonly bigint[]): Promise<bigint> {
    const { kept, volatile, args: registers, sp } = this.#convention;
    const x64 = this.#arch === "x86_64";
    for (const name of volatile) {
      await this.#emulator.setRegister(name, SPOILT);
    }
    for (const [i, name] of kept.entries()) {
      await this.#emulator.setRegister(name, KEPT + BigInt(i));
    }
    for (const [i, value] of args.entries()) {
      await this.#emulator.setRegister(registers[i]!, value);
    }
    const top = x64 ? STACK - 8n : STACK;
    if (x64) await this.#emulator.setWord(top, RETURN);
    else await this.#emulator.setRegister("x30", RETURN);
    await this.#emulator.setRegister(sp, top);
    await this.#emulator.write(top + 8n, bytesOf(KEPT));
    await this.#emulator.setRegister("pc", CODE);
    return top;
  }

  async #made(callee: bigint, count: number, top: bigint): Promise<MadeCall> {
    const { args: registers, sp } = this.#convention;
    const x64 = this.#arch === "x86_64";
    const at = await this.#emulator.register(sp);
    assertEquals((at + (x64 ? 8n : 0n)) % 16n, 0n, "the stack is aligned");
    const args: bigint[] = [];
    for (let i = 0; i < count; i++) {
      const name = registers[i];
      // On x64 behind the return address and the shadow space
      const spilled = at + BigInt(x64 ? 8 + 8 * i : 8 * (i - registers.length));
      args.push(
        name === undefined
          ? await this.#emulator.word(spilled)
          : await this.#emulator.register(name),
      );
    }
    return { callee, args, tail: at === top };
  }

  /** Spoils what a callee may, and returns. */
  async #leave(result: bigint): Promise<void> {
    const { volatile, result: register, sp } = this.#convention;
    for (const name of volatile) {
      await this.#emulator.setRegister(name, SPOILT);
    }
    await this.#emulator.setRegister(register, result);
    if (this.#arch === "aarch64") {
      const link = await this.#emulator.register("x30");
      await this.#emulator.setRegister("x30", SPOILT);
      return await this.#emulator.setRegister("pc", link);
    }
    const at = await this.#emulator.register(sp);
    const back = await this.#emulator.word(at);
    for (let i = 0n; i < 4n; i++) {
      await this.#emulator.setWord(at + 8n + 8n * i, SPOILT);
    }
    await this.#emulator.setRegister(sp, at + 8n);
    await this.#emulator.setRegister("pc", back);
  }

  async #check(top: bigint): Promise<void> {
    const { kept, sp } = this.#convention;
    const after = this.#arch === "x86_64" ? top + 8n : top;
    assertEquals(await this.#emulator.register(sp), after, "the stack");
    for (const [i, name] of kept.entries()) {
      const value = await this.#emulator.register(name);
      assertEquals(value, KEPT + BigInt(i), name);
    }
  }
}
