/**
 * A processor that QEMU emulates, driven over the protocol of GDB: memory,
 * registers, and running from one address to another.
 *
 * @module
 */

import { retry } from "@std/async/retry";

/** The processors, as `Deno.build.arch`. */
export type Arch = "x86_64" | "aarch64";

/** Where the program's only segment begins. */
export const BASE = 0x40_0000n;
const SEGMENT_SIZE = 0x1_0000n;
const HEADERS = 64 + 56;

/** Of ELF: `e_machine`. */
const MACHINES = { x86_64: 62, aarch64: 183 };

/** Names of registers by GDB's numbers. */
const REGISTERS: Record<Arch, readonly string[]> = {
  x86_64: [
    ...["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"],
    ...["r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "pc"],
  ],
  aarch64: [...Array.from({ length: 31 }, (_, i) => `x${i}`), "sp", "pc"],
};

/** An emulated processor with 64 KiB of memory. */
export class Emulator implements AsyncDisposable {
  readonly #arch: Arch;
  readonly #child: Deno.ChildProcess;
  readonly #gdb: Deno.TcpConn;
  readonly #program: string;
  #unread = "";

  private constructor(
    arch: Arch,
    child: Deno.ChildProcess,
    gdb: Deno.TcpConn,
    program: string,
  ) {
    this.#arch = arch;
    this.#child = child;
    this.#gdb = gdb;
    this.#program = program;
  }

  /**
   * Starts QEMU.
   *
   * @param arch The processor.
   * @returns The emulator.
   */
  static async start(arch: Arch): Promise<Emulator> {
    const folder = Deno.env.get("PROACTOR_QEMU");
    if (folder === undefined) throw new Error("PROACTOR_QEMU names no folder");
    const program = await Deno.makeTempFile();
    await Deno.writeFile(program, elf(arch), { mode: 0o755 });
    const port = freePort();
    const child = new Deno.Command(`${folder}/qemu-${arch}`, {
      args: ["-g", `${port}`, program],
      stdin: "null",
      stderr: "null",
    }).spawn();
    const connect = () => Deno.connect({ hostname: "127.0.0.1", port });
    const gdb = await retry(connect, { minTimeout: 20, maxAttempts: 12 });
    gdb.setNoDelay(true);
    const emulator = new Emulator(arch, child, gdb, program);
    // QEMU lets single registers be set by who knows what it has
    await emulator.#ask("qXfer:features:read:target.xml:0,fff");
    return emulator;
  }

  /** Writes memory. */
  async write(address: bigint, bytes: Uint8Array): Promise<void> {
    const size = bytes.length.toString(16);
    await this.#ok(`M${address.toString(16)},${size}:${bytes.toHex()}`);
  }

  /** Reads memory. */
  async read(address: bigint, length: number): Promise<Uint8Array> {
    const question = `m${address.toString(16)},${length.toString(16)}`;
    return Uint8Array.fromHex(await this.#ask(question));
  }

  /** The 64 bits at an address. */
  async word(address: bigint): Promise<bigint> {
    return wordOf(await this.read(address, 8));
  }

  /** Writes 64 bits. */
  setWord(address: bigint, value: bigint): Promise<void> {
    return this.write(address, bytesOf(value));
  }

  /** The value of a register. */
  async register(name: string): Promise<bigint> {
    const text = await this.#ask(`p${this.#number(name)}`);
    return wordOf(Uint8Array.fromHex(text));
  }

  /** Sets a register. */
  setRegister(name: string, value: bigint): Promise<void> {
    return this.#ok(`P${this.#number(name)}=${bytesOf(value).toHex()}`);
  }

  /** Lets an address end `run`. */
  stopAt(address: bigint): Promise<void> {
    const kind = this.#arch === "x86_64" ? 1 : 4;
    return this.#ok(`Z0,${address.toString(16)},${kind}`);
  }

  /** Runs to one of the stops, and tells which. */
  async run(): Promise<bigint> {
    const why = await this.#ask("c");
    if (!why.startsWith("T05")) throw new Error(`The code has stopped: ${why}`);
    return await this.register("pc");
  }

  /** Ends QEMU. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#gdb.close();
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await Deno.remove(this.#program);
  }

  #number(name: string): string {
    return REGISTERS[this.#arch].indexOf(name).toString(16);
  }

  async #ok(command: string): Promise<void> {
    const answer = await this.#ask(command);
    if (answer !== "OK") throw new Error(`${command}: ${answer}`);
  }

  async #ask(command: string): Promise<string> {
    const bytes = new TextEncoder().encode(command);
    const sum = bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
    const check = sum.toString(16).padStart(2, "0");
    await this.#send(`+$${command}#${check}`);
    const packet = /\$([^#]*)#../;
    while (!packet.test(this.#unread)) await this.#receive();
    const [whole, answer] = packet.exec(this.#unread)!;
    const end = this.#unread.indexOf(whole) + whole.length;
    this.#unread = this.#unread.slice(end);
    return answer!;
  }

  async #send(text: string): Promise<void> {
    const writer = this.#gdb.writable.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(4096);
    const length = await this.#gdb.read(buffer);
    if (length === null) throw new Error("QEMU has ended");
    this.#unread += new TextDecoder().decode(buffer.subarray(0, length));
  }
}

/** The bytes of 64 bits. */
export function bytesOf(value: bigint): Uint8Array<ArrayBuffer> {
  return new Uint8Array(BigUint64Array.of(value).buffer);
}

function wordOf(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A program of one empty segment that can be read, written and executed. */
function elf(arch: Arch): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(HEADERS));
  const bytes = new Uint8Array(view.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little endian
  view.setUint16(16, 2, true); // e_type: executable
  view.setUint16(18, MACHINES[arch], true);
  view.setUint32(20, 1, true); // e_version
  view.setBigUint64(24, BASE + 0x1000n, true); // e_entry
  view.setBigUint64(32, 64n, true); // e_phoff
  view.setUint16(52, 64, true); // e_ehsize
  view.setUint16(54, 56, true); // e_phentsize
  view.setUint16(56, 1, true); // e_phnum
  view.setUint32(64, 1, true); // p_type: PT_LOAD
  view.setUint32(68, 7, true); // p_flags: all
  view.setBigUint64(80, BASE, true); // p_vaddr
  view.setBigUint64(88, BASE, true); // p_paddr
  view.setBigUint64(96, BigInt(HEADERS), true); // p_filesz
  view.setBigUint64(104, SEGMENT_SIZE, true); // p_memsz
  view.setBigUint64(112, 0x1000n, true); // p_align
  return bytes;
}
