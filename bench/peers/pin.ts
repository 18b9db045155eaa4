/**
 * Pins this process, and with it all that it starts, to one core.
 *
 * @module
 */

const FAILED = "Cannot pin to one core: expect figures that jump";

/**
 * Pins this process.
 *
 * @param mask The cores that it may use.
 */
export function pinTo(mask: bigint): void {
  const { symbols } = Deno.dlopen("kernel32.dll", {
    GetCurrentProcess: { parameters: [], result: "usize" },
    // BOOL (HANDLE, DWORD_PTR)
    SetProcessAffinityMask: { parameters: ["usize", "usize"], result: "i32" },
  });
  const process = symbols.GetCurrentProcess();
  if (symbols.SetProcessAffinityMask(process, mask) === 0) {
    console.error(FAILED);
  }
}

/**
 * Pins this process to the first core that it may use. Figures of processes on
 * several cores jump by a factor of two, as each round trip may or may not wake
 * another one.
 *
 * @returns The masks of the first core and of the next one that the system has;
 * 0 where there is none.
 */
export function pinToOneCore(): { first: bigint; next: bigint } {
  const { symbols } = Deno.dlopen("kernel32.dll", {
    GetCurrentProcess: { parameters: [], result: "usize" },
    // BOOL (HANDLE, PDWORD_PTR process, PDWORD_PTR system)
    GetProcessAffinityMask: {
      parameters: ["usize", "buffer", "buffer"],
      result: "i32",
    },
  });
  const process = symbols.GetCurrentProcess();
  const masks = new BigUint64Array(2);
  const [own, system] = [masks.subarray(0), masks.subarray(1)];
  const asked = symbols.GetProcessAffinityMask(process, own, system);
  const mask = own[0]!;
  const first = mask & -mask;
  const others = system[0]! & ~first;
  if (asked === 0) console.error(FAILED);
  else pinTo(first);
  return { first, next: others & -others };
}
