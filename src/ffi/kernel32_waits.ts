/**
 * The functions of kernel32.dll for waits, with the C signature beside each
 * line. A function pointer is a `usize`, so that no `Deno.UnsafePointer` is
 * needed, which a scoped grant refuses.
 *
 * @module
 */

/** Functions of kernel32.dll that only waits need. */
export const kernel32Waits = {
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

  /** BOOL RegisterWaitForSingleObject(...) */
  RegisterWaitForSingleObject: {
    parameters: [
      "buffer", // PHANDLE phNewWaitObject
      "usize", // HANDLE hObject
      "usize", // WAITORTIMERCALLBACK Callback
      "usize", // PVOID Context
      "u32", // ULONG dwMilliseconds
      "u32", // ULONG dwFlags
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

  /** The same on another thread */
  UnregisterWaitAndJoin: {
    name: "UnregisterWaitEx",
    parameters: [
      "usize", // HANDLE WaitHandle
      "usize", // HANDLE CompletionEvent
    ],
    result: "i32", // BOOL
    nonblocking: true,
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
