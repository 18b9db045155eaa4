/**
 * The symbol table of advapi32.dll, with the C signature beside each line.
 *
 * @module
 */

/** Functions of advapi32.dll. */
export const advapi32 = {
  /** BOOL ConvertStringSecurityDescriptorToSecurityDescriptorW(...) */
  ConvertStringSecurityDescriptorToSecurityDescriptorW: {
    parameters: [
      "buffer", // LPCWSTR StringSecurityDescriptor
      "u32", // DWORD StringSDRevision
      "buffer", // PSECURITY_DESCRIPTOR *SecurityDescriptor
      "buffer", // PULONG SecurityDescriptorSize
    ],
    result: "i32", // BOOL
  },

  /** BOOL LookupAccountNameW(...) */
  LookupAccountNameW: {
    parameters: [
      "usize", // LPCWSTR lpSystemName
      "buffer", // LPCWSTR lpAccountName
      "buffer", // PSID Sid
      "buffer", // LPDWORD cbSid
      "buffer", // LPWSTR ReferencedDomainName
      "buffer", // LPDWORD cchReferencedDomainName
      "buffer", // PSID_NAME_USE peUse
    ],
    result: "i32", // BOOL
  },

  /** BOOL OpenProcessToken(ProcessHandle, DesiredAccess, TokenHandle) */
  OpenProcessToken: {
    parameters: [
      "usize", // HANDLE ProcessHandle
      "u32", // DWORD DesiredAccess
      "buffer", // PHANDLE TokenHandle
    ],
    result: "i32", // BOOL
  },

  /** BOOL GetTokenInformation(...) */
  GetTokenInformation: {
    parameters: [
      "usize", // HANDLE TokenHandle
      "u32", // TOKEN_INFORMATION_CLASS TokenInformationClass
      "buffer", // LPVOID TokenInformation
      "u32", // DWORD TokenInformationLength
      "buffer", // PDWORD ReturnLength
    ],
    result: "i32", // BOOL
  },
} as const satisfies Deno.ForeignLibraryInterface;
