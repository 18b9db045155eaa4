/**
 * The function of kernel32.dll that sockets need besides.
 *
 * @module
 */

/** Functions of kernel32.dll. */
export const kernel32Sockets = {
  /** BOOL InitOnceExecuteOnce(...): see call_by_address.ts */
  CallByAddress: {
    name: "InitOnceExecuteOnce",
    parameters: [
      "buffer", // PINIT_ONCE InitOnce
      "usize", // PINIT_ONCE_FN InitFn
      "buffer", // PVOID Parameter
      "usize", // LPVOID *Context
    ],
    result: "i32", // BOOL
  },
} as const satisfies Deno.ForeignLibraryInterface;
