/**
 * The symbol table of kernel32.dll, with the C signature beside each line.
 *
 * HANDLE, pointers to memory the kernel keeps and SIZE_T are `usize`; BOOL is
 * `i32`; a `buffer` is memory that only lives until the call returns.
 *
 * @module
 */

/** What RegisterWaitForSingleObject(...) takes behind its PHANDLE. */
export const registerWaitRest = [
  "usize", // HANDLE hObject
  "usize", // WAITORTIMERCALLBACK Callback
  "usize", // PVOID Context
  "u32", // ULONG dwMilliseconds
  "u32", // ULONG dwFlags
] as const;

/** Functions of kernel32.dll. */
export const kernel32Functions = {
  /** DWORD GetFileType(hFile) */
  GetFileType: {
    parameters: ["usize"], // HANDLE hFile
    result: "u32", // DWORD
  },

  /** DWORD GetFullPathNameW(...): text only, it touches no disk */
  GetFullPathNameW: {
    parameters: [
      "buffer", // LPCWSTR lpFileName
      "u32", // DWORD nBufferLength
      "buffer", // LPWSTR lpBuffer
      "buffer", // LPWSTR *lpFilePart
    ],
    result: "u32", // DWORD, characters
  },

  /** DWORD WaitForSingleObject(hHandle, dwMilliseconds) */
  WaitForSingleObject: {
    parameters: [
      "usize", // HANDLE hHandle
      "u32", // DWORD dwMilliseconds
    ],
    result: "u32", // DWORD
  },

  /** BOOL DuplicateHandle(...) */
  DuplicateHandle: {
    parameters: [
      "usize", // HANDLE hSourceProcessHandle
      "usize", // HANDLE hSourceHandle
      "usize", // HANDLE hTargetProcessHandle
      "buffer", // LPHANDLE lpTargetHandle
      "u32", // DWORD dwDesiredAccess
      "i32", // BOOL bInheritHandle
      "u32", // DWORD dwOptions
    ],
    result: "i32", // BOOL
  },

  /** BOOL UnregisterWaitEx(WaitHandle, CompletionEvent) */
  UnregisterWaitEx: {
    parameters: [
      "usize", // HANDLE WaitHandle
      "usize", // HANDLE CompletionEvent
    ],
    result: "i32", // BOOL
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** Functions of kernel32.dll. */
export const kernel32 = {
  /** HANDLE CreateIoCompletionPort(FileHandle, ExistingPort, Key, Threads) */
  CreateIoCompletionPort: {
    parameters: [
      "usize", // HANDLE FileHandle
      "usize", // HANDLE ExistingCompletionPort
      "usize", // ULONG_PTR CompletionKey
      "u32", // DWORD NumberOfConcurrentThreads
    ],
    result: "usize", // HANDLE
  },

  /** BOOL GetQueuedCompletionStatusEx(...), entries in JavaScript memory */
  GetQueuedCompletionStatusEx: {
    parameters: [
      "usize", // HANDLE CompletionPort
      "buffer", // LPOVERLAPPED_ENTRY lpCompletionPortEntries
      "u32", // ULONG ulCount
      "buffer", // PULONG ulNumEntriesRemoved
      "u32", // DWORD dwMilliseconds
      "i32", // BOOL fAlertable
    ],
    result: "i32", // BOOL
  },

  /** BOOL InitOnceExecuteOnce(...) on another thread: see packet_wait.ts */
  WaitForCompletions: {
    name: "InitOnceExecuteOnce",
    parameters: [
      "usize", // PINIT_ONCE InitOnce
      "usize", // PINIT_ONCE_FN InitFn
      "usize", // PVOID Parameter
      "usize", // LPVOID *Context
    ],
    result: "i32", // BOOL
    nonblocking: true,
  },

  /** BOOL PostQueuedCompletionStatus(...) */
  PostQueuedCompletionStatus: {
    parameters: [
      "usize", // HANDLE CompletionPort
      "u32", // DWORD dwNumberOfBytesTransferred
      "usize", // ULONG_PTR dwCompletionKey
      "usize", // LPOVERLAPPED lpOverlapped
    ],
    result: "i32", // BOOL
  },

  /** BOOL SetFileCompletionNotificationModes(FileHandle, Flags) */
  SetFileCompletionNotificationModes: {
    parameters: [
      "usize", // HANDLE FileHandle
      "u8", // UCHAR Flags
    ],
    result: "i32", // BOOL
  },

  /** BOOL CancelIoEx(hFile, lpOverlapped) */
  CancelIoEx: {
    parameters: [
      "usize", // HANDLE hFile
      "usize", // LPOVERLAPPED lpOverlapped
    ],
    result: "i32", // BOOL
  },

  /** HANDLE CreateFileW(...) */
  CreateFileW: {
    parameters: [
      "buffer", // LPCWSTR lpFileName
      "u32", // DWORD dwDesiredAccess
      "u32", // DWORD dwShareMode
      "buffer", // LPSECURITY_ATTRIBUTES lpSecurityAttributes
      "u32", // DWORD dwCreationDisposition
      "u32", // DWORD dwFlagsAndAttributes
      "usize", // HANDLE hTemplateFile
    ],
    result: "usize", // HANDLE
  },

  /** BOOL CloseHandle(hObject) */
  CloseHandle: {
    parameters: ["usize"], // HANDLE hObject
    result: "i32", // BOOL
  },

  /** HANDLE CreateNamedPipeW(...) */
  CreateNamedPipeW: {
    parameters: [
      "buffer", // LPCWSTR lpName
      "u32", // DWORD dwOpenMode
      "u32", // DWORD dwPipeMode
      "u32", // DWORD nMaxInstances
      "u32", // DWORD nOutBufferSize
      "u32", // DWORD nInBufferSize
      "u32", // DWORD nDefaultTimeOut
      "buffer", // LPSECURITY_ATTRIBUTES lpSecurityAttributes
    ],
    result: "usize", // HANDLE
  },

  /** BOOL DisconnectNamedPipe(HANDLE hNamedPipe) */
  DisconnectNamedPipe: { parameters: ["usize"], result: "i32" },

  /** BOOL SetNamedPipeHandleState(...) */
  SetNamedPipeHandleState: {
    parameters: [
      "usize", // HANDLE hNamedPipe
      "buffer", // LPDWORD lpMode
      "buffer", // LPDWORD lpMaxCollectionCount
      "buffer", // LPDWORD lpCollectDataTimeout
    ],
    result: "i32", // BOOL
  },

  /** BOOL GetNamedPipeInfo(...) */
  GetNamedPipeInfo: {
    parameters: [
      "usize", // HANDLE hNamedPipe
      "buffer", // LPDWORD lpFlags
      "buffer", // LPDWORD lpOutBufferSize
      "buffer", // LPDWORD lpInBufferSize
      "buffer", // LPDWORD lpMaxInstances
    ],
    result: "i32", // BOOL
  },

  /** BOOL GetNamedPipeHandleStateW(...) */
  GetNamedPipeHandleStateW: {
    parameters: [
      "usize", // HANDLE hNamedPipe
      "buffer", // LPDWORD lpState
      "buffer", // LPDWORD lpCurInstances
      "buffer", // LPDWORD lpMaxCollectionCount
      "buffer", // LPDWORD lpCollectDataTimeout
      "buffer", // LPWSTR lpUserName
      "u32", // DWORD nMaxUserNameSize
    ],
    result: "i32", // BOOL
  },

  /** BOOL PeekNamedPipe(...) */
  PeekNamedPipe: {
    parameters: [
      "usize", // HANDLE hNamedPipe
      "buffer", // LPVOID lpBuffer
      "u32", // DWORD nBufferSize
      "buffer", // LPDWORD lpBytesRead
      "buffer", // LPDWORD lpTotalBytesAvail
      "buffer", // LPDWORD lpBytesLeftThisMessage
    ],
    result: "i32", // BOOL
  },

  /** BOOL GetNamedPipeClientProcessId(Pipe, ClientProcessId) */
  GetNamedPipeClientProcessId: {
    parameters: [
      "usize", // HANDLE Pipe
      "buffer", // PULONG ClientProcessId
    ],
    result: "i32", // BOOL
  },

  /** BOOL GetNamedPipeServerProcessId(Pipe, ServerProcessId) */
  GetNamedPipeServerProcessId: {
    parameters: [
      "usize", // HANDLE Pipe
      "buffer", // PULONG ServerProcessId
    ],
    result: "i32", // BOOL
  },

  /** LPVOID VirtualAlloc(...) */
  VirtualAlloc: {
    parameters: [
      "usize", // LPVOID lpAddress
      "usize", // SIZE_T dwSize
      "u32", // DWORD flAllocationType
      "u32", // DWORD flProtect
    ],
    result: "usize", // LPVOID
  },

  /** BOOL VirtualFree(...) */
  VirtualFree: {
    parameters: [
      "usize", // LPVOID lpAddress
      "usize", // SIZE_T dwSize
      "u32", // DWORD dwFreeType
    ],
    result: "i32", // BOOL
  },

  /** HLOCAL LocalFree(hMem) */
  LocalFree: {
    parameters: ["usize"], // HLOCAL hMem
    result: "usize", // HLOCAL
  },

  /** DWORD FormatMessageW(...) */
  FormatMessageW: {
    parameters: [
      "u32", // DWORD dwFlags
      "usize", // LPCVOID lpSource
      "u32", // DWORD dwMessageId
      "u32", // DWORD dwLanguageId
      "buffer", // LPWSTR lpBuffer
      "u32", // DWORD nSize
      "usize", // va_list *Arguments
    ],
    result: "u32", // DWORD
  },

  /** DWORD GetLastError() */
  GetLastError: {
    parameters: [],
    result: "u32", // DWORD
  },

  /** HMODULE GetModuleHandleW(lpModuleName) */
  GetModuleHandleW: {
    parameters: ["buffer"], // LPCWSTR lpModuleName
    result: "usize", // HMODULE
  },

  /** FARPROC GetProcAddress(hModule, lpProcName) */
  GetProcAddress: {
    parameters: [
      "usize", // HMODULE hModule
      "buffer", // LPCSTR lpProcName
    ],
    result: "usize", // FARPROC
  },

  /** BOOL VirtualProtect(...) */
  VirtualProtect: {
    parameters: [
      "usize", // LPVOID lpAddress
      "usize", // SIZE_T dwSize
      "u32", // DWORD flNewProtect
      "buffer", // PDWORD lpflOldProtect
    ],
    result: "i32", // BOOL
  },

  /** BOOL FlushInstructionCache(...) */
  FlushInstructionCache: {
    parameters: [
      "usize", // HANDLE hProcess
      "usize", // LPCVOID lpBaseAddress
      "usize", // SIZE_T dwSize
    ],
    result: "i32", // BOOL
  },
} as const satisfies Deno.ForeignLibraryInterface;
