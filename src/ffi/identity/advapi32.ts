/**
 * The functions of advapi32.dll for tokens and accounts, with the C signature
 * beside each line.
 *
 * @module
 */

/** Functions of advapi32.dll. */
export const advapi32Identity = {
  /** BOOL ImpersonateNamedPipeClient(hNamedPipe) */
  ImpersonateNamedPipeClient: {
    parameters: ["usize"], // HANDLE hNamedPipe
    result: "i32", // BOOL
  },

  /** BOOL RevertToSelf() */
  RevertToSelf: {
    parameters: [],
    result: "i32", // BOOL
  },

  /** BOOL SetThreadToken(Thread, Token) */
  SetThreadToken: {
    parameters: [
      "usize", // PHANDLE Thread
      "usize", // HANDLE Token
    ],
    result: "i32", // BOOL
  },

  /** BOOL OpenThreadToken(...) */
  OpenThreadToken: {
    parameters: [
      "usize", // HANDLE ThreadHandle
      "u32", // DWORD DesiredAccess
      "i32", // BOOL OpenAsSelf
      "buffer", // PHANDLE TokenHandle
    ],
    result: "i32", // BOOL
  },

  /** BOOL GetKernelObjectSecurity(...) */
  GetKernelObjectSecurity: {
    parameters: [
      "usize", // HANDLE Handle
      "u32", // SECURITY_INFORMATION RequestedInformation
      "buffer", // PSECURITY_DESCRIPTOR pSecurityDescriptor
      "u32", // DWORD nLength
      "buffer", // LPDWORD lpnLengthNeeded
    ],
    result: "i32", // BOOL
  },

  /** BOOL LookupAccountSidW(...), on another thread, with native memory */
  LookupAccountSidOnThread: {
    name: "LookupAccountSidW",
    parameters: [
      "usize", // LPCWSTR lpSystemName
      "usize", // PSID Sid
      "usize", // LPWSTR Name
      "usize", // LPDWORD cchName
      "usize", // LPWSTR ReferencedDomainName
      "usize", // LPDWORD cchReferencedDomainName
      "usize", // PSID_NAME_USE peUse
    ],
    result: "i32", // BOOL
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
