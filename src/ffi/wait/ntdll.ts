/**
 * The functions of ntdll.dll for waits, with the C signature beside each line.
 *
 * @module
 */

/** Functions of ntdll.dll that only waits need. */
export const ntdllWaits = {
  /** NTSTATUS NtQueryObject(...) */
  NtQueryObject: {
    parameters: [
      "usize", // HANDLE Handle
      "u32", // OBJECT_INFORMATION_CLASS ObjectInformationClass
      "buffer", // PVOID ObjectInformation
      "u32", // ULONG ObjectInformationLength
      "usize", // PULONG ReturnLength
    ],
    result: "u32", // NTSTATUS
  },
} as const satisfies Deno.ForeignLibraryInterface;
