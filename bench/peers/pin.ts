/**
 * Pins this process, and with it all that it starts, to one core.
 *
 * @module
 */

/**
 * Pins this process to the first core that it may use. Figures of processes on
 * several cores jump by a factor of two, as each round trip may or may not wake
 * another one.
 */
export function pinToOneCore(): void {
  const { symbols } = Deno.dlopen("kernel32.dll", {
    GetCurrentProcess: { parameters: [], result: "usize" },
    // BOOL (HANDLE, PDWORD_PTR process, PDWORD_PTR system)
    GetProcessAffinityMask: {
      parameters: ["usize", "buffer", "buffer"],
      result: "i32",
    },
    // BOOL (HANDLE, DWORD_PTR)
    SetProcessAffinityMask: { parameters: ["usize", "usize"], result: "i32" },
  });
  const process = symbols.GetCurrentProcess();
  const masks = new BigUint64Array(2);
  const [own, system] = [masks.subarray(0), masks.subarray(1)];
  const asked = symbols.GetProcessAffinityMask(process, own, system);
  const mask = own[0]!;
  const first = mask & -mask;
  if (asked !== 0 && symbols.SetProcessAffinityMask(process, first) !== 0) {
    return;
  }
  console.error("Cannot pin to one core: expect figures that jump");
}
