/**
 * The symbol table of mswsock.dll, and the definitions of the functions that
 * no DLL exports, with the C signature beside each line.
 *
 * @module
 */

/**
 * Functions of mswsock.dll. Microsoft has `AcceptEx` and `TransmitFile` called
 * by the addresses that `WSAIoctl` gives, as these look them up at every call.
 * To call an address takes `Deno.UnsafeFnPointer`, which a scoped grant refuses,
 * and which costs 2 microseconds a call; the export costs 0.02 in the FFI, and
 * what the look-up costs on Windows. (Measured under Wine, which looks up once.)
 */
export const mswsock = {
  /** BOOL AcceptEx(...) */
  AcceptEx: {
    parameters: [
      "usize", // SOCKET sListenSocket
      "usize", // SOCKET sAcceptSocket
      "usize", // PVOID lpOutputBuffer
      "u32", // DWORD dwReceiveDataLength
      "u32", // DWORD dwLocalAddressLength
      "u32", // DWORD dwRemoteAddressLength
      "buffer", // LPDWORD lpdwBytesReceived
      "usize", // LPOVERLAPPED lpOverlapped
    ],
    result: "i32", // BOOL
  },

  /** void GetAcceptExSockaddrs(...) */
  GetAcceptExSockaddrs: {
    parameters: [
      "usize", // PVOID lpOutputBuffer
      "u32", // DWORD dwReceiveDataLength
      "u32", // DWORD dwLocalAddressLength
      "u32", // DWORD dwRemoteAddressLength
      "buffer", // sockaddr **LocalSockaddr
      "buffer", // LPINT LocalSockaddrLength
      "buffer", // sockaddr **RemoteSockaddr
      "buffer", // LPINT RemoteSockaddrLength
    ],
    result: "void",
  },

  /** BOOL TransmitFile(...) */
  TransmitFile: {
    parameters: [
      "usize", // SOCKET hSocket
      "usize", // HANDLE hFile
      "u32", // DWORD nNumberOfBytesToWrite
      "u32", // DWORD nNumberOfBytesPerSend
      "usize", // LPOVERLAPPED lpOverlapped
      "usize", // LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers
      "u32", // DWORD dwFlags
    ],
    result: "i32", // BOOL
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** Functions that no DLL exports. */
export const socketExtensions = {
  /** BOOL ConnectEx(...) */
  ConnectEx: {
    parameters: [
      "usize", // SOCKET s
      "buffer", // const sockaddr *name
      "i32", // int namelen
      "usize", // PVOID lpSendBuffer
      "u32", // DWORD dwSendDataLength
      "buffer", // LPDWORD lpdwBytesSent
      "usize", // LPOVERLAPPED lpOverlapped
    ],
    result: "i32", // BOOL
  },

  /** BOOL DisconnectEx(s, lpOverlapped, dwFlags, dwReserved) */
  DisconnectEx: {
    parameters: [
      "usize", // SOCKET s
      "usize", // LPOVERLAPPED lpOverlapped
      "u32", // DWORD dwFlags
      "u32", // DWORD dwReserved
    ],
    result: "i32", // BOOL
  },

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
