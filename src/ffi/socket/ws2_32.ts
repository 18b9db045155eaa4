/**
 * The symbol table of ws2_32.dll, with the C signature beside each line.
 *
 * SOCKET is `usize`. Winsock captures addresses to send to and arrays of
 * WSABUF before a call returns, so these are `buffer`; what a pending
 * operation goes on using is `usize`. `WSAGetLastError` is missing because
 * `GetLastError` reads the same value.
 *
 * @module
 */

/** INT GetAddrInfoExW(...) */
const getAddrInfo = {
  parameters: [
    "usize", // PCWSTR pName
    "usize", // PCWSTR pServiceName
    "u32", // DWORD dwNameSpace
    "usize", // LPGUID lpNspId
    "usize", // const ADDRINFOEXW *hints
    "usize", // PADDRINFOEXW *ppResult
    "usize", // timeval *timeout
    "usize", // LPOVERLAPPED lpOverlapped
    "usize", // LPLOOKUPSERVICE_COMPLETION_ROUTINE
    "usize", // LPHANDLE lpNameHandle
  ],
  result: "i32", // INT, the error code
} as const satisfies Deno.ForeignFunction;

/** What WSARecv(...) and WSARecvFrom(...) begin with. */
const wsaReceive = [
  "usize", // SOCKET s
  "buffer", // LPWSABUF lpBuffers
  "u32", // DWORD dwBufferCount
  "buffer", // LPDWORD lpNumberOfBytesRecvd
  "buffer", // LPDWORD lpFlags
] as const;

/** What WSASend(...) and WSASendTo(...) begin with. */
const wsaSend = [
  "usize", // SOCKET s
  "buffer", // LPWSABUF lpBuffers
  "u32", // DWORD dwBufferCount
  "buffer", // LPDWORD lpNumberOfBytesSent
  "u32", // DWORD dwFlags
] as const;

/** Functions of ws2_32.dll. */
export const ws2_32 = {
  /** int WSAStartup(wVersionRequested, lpWSAData) */
  WSAStartup: {
    parameters: [
      "u16", // WORD wVersionRequested
      "buffer", // LPWSADATA lpWSAData
    ],
    result: "i32", // int, the error code
  },

  /** SOCKET WSASocketW(...) */
  WSASocketW: {
    parameters: [
      "i32", // int af
      "i32", // int type
      "i32", // int protocol
      "usize", // LPWSAPROTOCOL_INFOW lpProtocolInfo
      "u32", // GROUP g
      "u32", // DWORD dwFlags
    ],
    result: "usize", // SOCKET
  },

  /** int closesocket(s) */
  closesocket: {
    parameters: ["usize"], // SOCKET s
    result: "i32", // int
  },

  /** int bind(s, name, namelen) */
  bind: {
    parameters: [
      "usize", // SOCKET s
      "buffer", // const sockaddr *name
      "i32", // int namelen
    ],
    result: "i32", // int
  },

  /** int listen(s, backlog) */
  listen: {
    parameters: [
      "usize", // SOCKET s
      "i32", // int backlog
    ],
    result: "i32", // int
  },

  /** int connect(s, name, namelen) */
  connect: {
    parameters: [
      "usize", // SOCKET s
      "buffer", // const sockaddr *name
      "i32", // int namelen
    ],
    result: "i32", // int
  },

  /** int shutdown(s, how) */
  shutdown: {
    parameters: [
      "usize", // SOCKET s
      "i32", // int how
    ],
    result: "i32", // int
  },

  /** int getsockname(s, name, namelen) */
  getsockname: {
    parameters: [
      "usize", // SOCKET s
      "buffer", // sockaddr *name
      "buffer", // int *namelen
    ],
    result: "i32", // int
  },

  /** int getpeername(s, name, namelen) */
  getpeername: {
    parameters: [
      "usize", // SOCKET s
      "buffer", // sockaddr *name
      "buffer", // int *namelen
    ],
    result: "i32", // int
  },

  /** int setsockopt(...) */
  setsockopt: {
    parameters: [
      "usize", // SOCKET s
      "i32", // int level
      "i32", // int optname
      "buffer", // const char *optval
      "i32", // int optlen
    ],
    result: "i32", // int
  },

  /** int getsockopt(...) */
  getsockopt: {
    parameters: [
      "usize", // SOCKET s
      "i32", // int level
      "i32", // int optname
      "buffer", // char *optval
      "buffer", // int *optlen
    ],
    result: "i32", // int
  },

  /** int ioctlsocket(s, cmd, argp) */
  ioctlsocket: {
    parameters: [
      "usize", // SOCKET s
      "u32", // long cmd
      "buffer", // u_long *argp
    ],
    result: "i32", // int
  },

  /** int WSAIoctl(...), never overlapped */
  WSAIoctl: {
    parameters: [
      "usize", // SOCKET s
      "u32", // DWORD dwIoControlCode
      "buffer", // LPVOID lpvInBuffer
      "u32", // DWORD cbInBuffer
      "buffer", // LPVOID lpvOutBuffer
      "u32", // DWORD cbOutBuffer
      "buffer", // LPDWORD lpcbBytesReturned
      "usize", // LPWSAOVERLAPPED lpOverlapped
      "usize", // LPWSAOVERLAPPED_COMPLETION_ROUTINE
    ],
    result: "i32", // int
  },

  /** int WSARecv(...) */
  WSARecv: {
    parameters: [
      ...wsaReceive,
      "usize", // LPWSAOVERLAPPED lpOverlapped
      "usize", // LPWSAOVERLAPPED_COMPLETION_ROUTINE
    ],
    result: "i32", // int
  },

  /** int WSASend(...) */
  WSASend: {
    parameters: [
      ...wsaSend,
      "usize", // LPWSAOVERLAPPED lpOverlapped
      "usize", // LPWSAOVERLAPPED_COMPLETION_ROUTINE
    ],
    result: "i32", // int
  },

  /** int WSARecvFrom(...) */
  WSARecvFrom: {
    parameters: [
      ...wsaReceive,
      "usize", // sockaddr *lpFrom
      "usize", // LPINT lpFromlen
      "usize", // LPWSAOVERLAPPED lpOverlapped
      "usize", // LPWSAOVERLAPPED_COMPLETION_ROUTINE
    ],
    result: "i32", // int
  },

  /** int WSASendTo(...) */
  WSASendTo: {
    parameters: [
      ...wsaSend,
      "buffer", // const sockaddr *lpTo
      "i32", // int iTolen
      "usize", // LPWSAOVERLAPPED lpOverlapped
      "usize", // LPWSAOVERLAPPED_COMPLETION_ROUTINE
    ],
    result: "i32", // int
  },

  /** int WSASendMsg(...) */
  WSASendMsg: {
    parameters: [
      "usize", // SOCKET s
      "usize", // LPWSAMSG lpMsg
      "u32", // DWORD dwFlags
      "buffer", // LPDWORD lpNumberOfBytesSent
      "usize", // LPWSAOVERLAPPED lpOverlapped
      "usize", // LPWSAOVERLAPPED_COMPLETION_ROUTINE
    ],
    result: "i32", // int
  },

  /** INT GetAddrInfoExW(...), overlapped */
  GetAddrInfoExW: getAddrInfo,

  /** The same on another thread, not overlapped */
  LookUpAddrInfo: {
    ...getAddrInfo,
    name: "GetAddrInfoExW",
    nonblocking: true,
  },

  /** INT GetAddrInfoExCancel(lpHandle) */
  GetAddrInfoExCancel: {
    parameters: ["usize"], // LPHANDLE lpHandle
    result: "i32", // INT, the error code
  },

  /** INT GetAddrInfoExOverlappedResult(lpOverlapped) */
  GetAddrInfoExOverlappedResult: {
    parameters: ["usize"], // LPOVERLAPPED lpOverlapped
    result: "i32", // INT, the error code
  },

  /** void FreeAddrInfoExW(pAddrInfoEx) */
  FreeAddrInfoExW: {
    parameters: ["usize"], // PADDRINFOEXW pAddrInfoEx
    result: "void",
  },

  /** INT GetNameInfoW(...), on another thread */
  GetNameInfoW: {
    parameters: [
      "usize", // const SOCKADDR *pSockaddr
      "i32", // socklen_t SockaddrLength
      "usize", // PWCHAR pNodeBuffer
      "u32", // DWORD NodeBufferSize
      "usize", // PWCHAR pServiceBuffer
      "u32", // DWORD ServiceBufferSize
      "i32", // INT Flags
    ],
    result: "i32", // INT, the error code
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
