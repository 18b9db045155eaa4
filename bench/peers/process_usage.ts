/**
 * What a process has spent, as `load.c` asks for it.
 *
 * @module
 */

const PROCESS_QUERY_INFORMATION = 0x0400;
const PROCESS_VM_READ = 0x0010;

const PROCESS_MEMORY_COUNTERS = 72;
const PEAK_WORKING_SET = 8;
const WORKING_SET = 16;

const kernel32 = {
  // HANDLE OpenProcess(DWORD, BOOL, DWORD)
  OpenProcess: { parameters: ["u32", "i32", "u32"], result: "usize" },
  // BOOL GetProcessTimes(HANDLE, FILETIME*, FILETIME*, FILETIME*, FILETIME*)
  GetProcessTimes: {
    parameters: ["usize", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  // BOOL K32GetProcessMemoryInfo(HANDLE, PROCESS_MEMORY_COUNTERS*, DWORD)
  K32GetProcessMemoryInfo: {
    parameters: ["usize", "buffer", "u32"],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** What a process has spent so far. */
export interface Usage {
  /** Seconds in its own code. */
  user: number;
  /** Seconds in the system. */
  system: number;
  /** Resident bytes. */
  resident: number;
  /** The most bytes that were ever resident. */
  peak: number;
}

/** Looks at a process. */
export class ProcessUsage {
  readonly #symbols = Deno.dlopen("kernel32.dll", kernel32).symbols;
  readonly #process: bigint;
  readonly #times = new BigUint64Array(4);
  readonly #memory = new DataView(new ArrayBuffer(PROCESS_MEMORY_COUNTERS));

  /**
   * @param pid The process.
   * @throws {Error} when it cannot be opened.
   */
  constructor(pid: number) {
    const access = PROCESS_QUERY_INFORMATION | PROCESS_VM_READ;
    this.#process = this.#symbols.OpenProcess(access, 0, pid);
    if (this.#process === 0n) throw new Error(`Cannot open process ${pid}`);
  }

  /**
   * Looks at it now.
   *
   * @returns What it has spent so far.
   * @throws {Error} when Windows does not tell.
   */
  read(): Usage {
    this.#readTimes();
    this.#readMemory();
    const [, , system = 0n, user = 0n] = this.#times;
    return {
      user: Number(user) / 1e7,
      system: Number(system) / 1e7,
      resident: Number(this.#memory.getBigUint64(WORKING_SET, true)),
      peak: Number(this.#memory.getBigUint64(PEAK_WORKING_SET, true)),
    };
  }

  #readTimes(): void {
    const times = this.#times;
    const ok = this.#symbols.GetProcessTimes(
      this.#process,
      times.subarray(0), // created
      times.subarray(1), // ended
      times.subarray(2), // in the system
      times.subarray(3), // in its own code
    );
    if (ok === 0) throw new Error("Cannot read the times of the process");
  }

  #readMemory(): void {
    const ok = this.#symbols.K32GetProcessMemoryInfo(
      this.#process,
      this.#memory,
      this.#memory.byteLength,
    );
    if (ok === 0) throw new Error("Cannot read the memory of the process");
  }
}
