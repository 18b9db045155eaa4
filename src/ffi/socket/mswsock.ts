/**
 * The definition of the function that no DLL exports, and that is not called by
 * `call_by_address.ts`, with the C signature beside each line.
 *
 * @module
 */

/** Functions that no DLL exports. */
export const socketExtensions = {
  /** INT WSARecvMsg(...) */
  WSARecvMsg: {
    parameters: [
      "usize", // SOCKET s
      "usize", // LPWSAMSG lpMsg
      "buffer", // LPDWORD lpdwNumberOfBytesRecvd
      "usize", // LPWSAOVERLAPPED lpOverlapped
      "usize", // LPWSAOVERLAPPED_COMPLETION_ROUTINE
    ],
    result: "i32", // int
  },
} as const satisfies Deno.ForeignLibraryInterface;
