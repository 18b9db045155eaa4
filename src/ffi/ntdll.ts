/**
 * The symbol table of ntdll.dll, with the C signature beside each line.
 *
 * @module
 */

/** Functions of ntdll.dll. */
export const ntdll = {
  /** VOID RtlMoveMemory(Destination, Source, Length), into native memory */
  CopyIn: {
    name: "RtlMoveMemory",
    parameters: [
      "usize", // VOID *Destination
      "buffer", // const VOID *Source
      "usize", // SIZE_T Length
    ],
    result: "void",
  },

  /** VOID RtlMoveMemory(Destination, Source, Length), out of native memory */
  CopyOut: {
    name: "RtlMoveMemory",
    parameters: [
      "buffer", // VOID *Destination
      "usize", // const VOID *Source
      "usize", // SIZE_T Length
    ],
    result: "void",
  },

  /** ULONG RtlNtStatusToDosError(Status) */
  RtlNtStatusToDosError: {
    parameters: ["u32"], // NTSTATUS Status
    result: "u32", // ULONG
  },
} as const satisfies Deno.ForeignLibraryInterface;
