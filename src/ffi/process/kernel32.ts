/**
 * The functions of kernel32.dll that processes need, with the C signature
 * beside each line.
 *
 * @module
 */

import { kernel32Functions } from "../kernel32.ts";
import { kernel32Folder } from "../system_folder.ts";

/** BOOL CreateProcessW(...) */
const createProcess = {
  parameters: [
    "usize", // LPCWSTR lpApplicationName
    "usize", // LPWSTR lpCommandLine
    "usize", // LPSECURITY_ATTRIBUTES lpProcessAttributes
    "usize", // LPSECURITY_ATTRIBUTES lpThreadAttributes
    "i32", // BOOL bInheritHandles
    "u32", // DWORD dwCreationFlags
    "usize", // LPVOID lpEnvironment
    "usize", // LPCWSTR lpCurrentDirectory
    "usize", // LPSTARTUPINFOW lpStartupInfo
    "usize", // LPPROCESS_INFORMATION lpProcessInformation
  ],
  result: "i32", // BOOL
} as const satisfies Deno.ForeignFunction;

/** Functions of kernel32.dll. */
export const kernel32Process = {
  /** BOOL CreateProcessW(...) */
  CreateProcessW: createProcess,

  /** The same on another thread */
  CreateProcessOnThread: {
    ...createProcess,
    name: "CreateProcessW",
    nonblocking: true,
  },

  /** BOOL InitializeProcThreadAttributeList(List, Count, Flags, Size) */
  InitializeProcThreadAttributeList: {
    parameters: [
      "usize", // LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList
      "u32", // DWORD dwAttributeCount
      "u32", // DWORD dwFlags
      "buffer", // PSIZE_T lpSize
    ],
    result: "i32", // BOOL
  },

  /** BOOL UpdateProcThreadAttribute(...) */
  UpdateProcThreadAttribute: {
    parameters: [
      "usize", // LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList
      "u32", // DWORD dwFlags
      "usize", // DWORD_PTR Attribute
      "usize", // PVOID lpValue
      "usize", // SIZE_T cbSize
      "usize", // PVOID lpPreviousValue
      "usize", // PSIZE_T lpReturnSize
    ],
    result: "i32", // BOOL
  },

  /** void DeleteProcThreadAttributeList(lpAttributeList) */
  DeleteProcThreadAttributeList: {
    parameters: ["usize"], // LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList
    result: "void",
  },

  /** DWORD ResumeThread(hThread) */
  ResumeThread: {
    parameters: ["usize"], // HANDLE hThread
    result: "u32", // DWORD, the suspend count before
  },

  /** BOOL TerminateProcess(hProcess, uExitCode) */
  TerminateProcess: {
    parameters: [
      "usize", // HANDLE hProcess
      "u32", // UINT uExitCode
    ],
    result: "i32", // BOOL
  },

  /** DWORD WaitForSingleObject(hHandle, dwMilliseconds) */
  WaitForSingleObject: kernel32Functions.WaitForSingleObject,

  /** BOOL GetExitCodeProcess(hProcess, lpExitCode) */
  GetExitCodeProcess: {
    parameters: [
      "usize", // HANDLE hProcess
      "buffer", // LPDWORD lpExitCode
    ],
    result: "i32", // BOOL
  },

  /** BOOL GenerateConsoleCtrlEvent(dwCtrlEvent, dwProcessGroupId) */
  GenerateConsoleCtrlEvent: {
    parameters: [
      "u32", // DWORD dwCtrlEvent
      "u32", // DWORD dwProcessGroupId
    ],
    result: "i32", // BOOL
  },

  /** HANDLE CreateJobObjectW(lpJobAttributes, lpName) */
  CreateJobObjectW: {
    parameters: [
      "buffer", // LPSECURITY_ATTRIBUTES lpJobAttributes
      "buffer", // LPCWSTR lpName
    ],
    result: "usize", // HANDLE
  },

  /** BOOL SetInformationJobObject(...) */
  SetInformationJobObject: {
    parameters: [
      "usize", // HANDLE hJob
      "u32", // JOBOBJECTINFOCLASS JobObjectInformationClass
      "buffer", // LPVOID lpJobObjectInformation
      "u32", // DWORD cbJobObjectInformationLength
    ],
    result: "i32", // BOOL
  },

  /** BOOL QueryInformationJobObject(...) */
  QueryInformationJobObject: {
    parameters: [
      "usize", // HANDLE hJob
      "u32", // JOBOBJECTINFOCLASS JobObjectInformationClass
      "buffer", // LPVOID lpJobObjectInformation
      "u32", // DWORD cbJobObjectInformationLength
      "buffer", // LPDWORD lpReturnLength
    ],
    result: "i32", // BOOL
  },

  /** BOOL TerminateJobObject(hJob, uExitCode) */
  TerminateJobObject: {
    parameters: [
      "usize", // HANDLE hJob
      "u32", // UINT uExitCode
    ],
    result: "i32", // BOOL
  },

  /** HANDLE GetStdHandle(nStdHandle) */
  GetStdHandle: {
    parameters: ["u32"], // DWORD nStdHandle
    result: "usize", // HANDLE
  },

  /** BOOL DuplicateHandle(...) */
  DuplicateHandle: kernel32Functions.DuplicateHandle,

  /** BOOL GetHandleInformation(hObject, lpdwFlags) */
  GetHandleInformation: {
    parameters: [
      "usize", // HANDLE hObject
      "buffer", // LPDWORD lpdwFlags
    ],
    result: "i32", // BOOL
  },

  /** BOOL SetHandleInformation(hObject, dwMask, dwFlags) */
  SetHandleInformation: {
    parameters: [
      "usize", // HANDLE hObject
      "u32", // DWORD dwMask
      "u32", // DWORD dwFlags
    ],
    result: "i32", // BOOL
  },

  /** UINT GetConsoleCP() */
  GetConsoleCP: {
    parameters: [],
    result: "u32", // UINT
  },

  /** LPWCH GetEnvironmentStringsW() */
  GetEnvironmentStringsW: {
    parameters: [],
    result: "usize", // LPWCH
  },

  /** BOOL FreeEnvironmentStringsW(penv) */
  FreeEnvironmentStringsW: {
    parameters: ["usize"], // LPWCH penv
    result: "i32", // BOOL
  },

  /** int lstrlenW(lpString) */
  lstrlenW: {
    parameters: ["usize"], // LPCWSTR lpString
    result: "i32", // int
  },

  /** DWORD SearchPathW(...) on another thread */
  SearchPathOnThread: {
    name: "SearchPathW",
    parameters: [
      "usize", // LPCWSTR lpPath
      "usize", // LPCWSTR lpFileName
      "usize", // LPCWSTR lpExtension
      "u32", // DWORD nBufferLength
      "usize", // LPWSTR lpBuffer
      "usize", // LPWSTR *lpFilePart
    ],
    result: "u32", // DWORD, characters
    nonblocking: true,
  },

  /** DWORD GetShortPathNameW(...) on another thread */
  GetShortPathOnThread: {
    name: "GetShortPathNameW",
    parameters: [
      "usize", // LPCWSTR lpszLongPath
      "usize", // LPWSTR lpszShortPath
      "u32", // DWORD cchBuffer
    ],
    result: "u32", // DWORD, characters
    nonblocking: true,
  },

  /** DWORD GetFullPathNameW(...) */
  GetFullPathNameW: kernel32Functions.GetFullPathNameW,

  /** DWORD GetModuleFileNameW(hModule, lpFilename, nSize) */
  GetModuleFileNameW: {
    parameters: [
      "usize", // HMODULE hModule
      "buffer", // LPWSTR lpFilename
      "u32", // DWORD nSize
    ],
    result: "u32", // DWORD, characters
  },

  /** UINT GetSystemDirectoryW(lpBuffer, uSize) */
  GetSystemDirectoryW: kernel32Folder.GetSystemDirectoryW,

  /** UINT GetWindowsDirectoryW(lpBuffer, uSize) */
  GetWindowsDirectoryW: kernel32Folder.GetSystemDirectoryW,
} as const satisfies Deno.ForeignLibraryInterface;
