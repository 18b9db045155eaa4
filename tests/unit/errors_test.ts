/** Codes, classes, texts: the one error gate. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { completionCode, windowsError } from "../../src/ffi/errors.ts";
import { isWindowsError, WindowsError } from "../../src/ffi/windows_error.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";

const E = Deno.errors;

const TABLE: [number, string, new (message: string) => Error][] = [
  [2, "ERROR_FILE_NOT_FOUND", E.NotFound],
  [3, "ERROR_PATH_NOT_FOUND", E.NotFound],
  [53, "ERROR_BAD_NETPATH", E.NotFound],
  [5, "ERROR_ACCESS_DENIED", E.PermissionDenied],
  [66, "ERROR_BAD_DEV_TYPE", E.NotSupported],
  [80, "ERROR_FILE_EXISTS", E.AlreadyExists],
  [183, "ERROR_ALREADY_EXISTS", E.AlreadyExists],
  [109, "ERROR_BROKEN_PIPE", E.BrokenPipe],
  [232, "ERROR_NO_DATA", E.BrokenPipe],
  [233, "ERROR_PIPE_NOT_CONNECTED", E.BrokenPipe],
  [230, "ERROR_BAD_PIPE", WindowsError],
  [231, "ERROR_PIPE_BUSY", E.Busy],
  [121, "ERROR_SEM_TIMEOUT", E.TimedOut],
  [258, "WAIT_TIMEOUT", E.TimedOut],
  [1460, "ERROR_TIMEOUT", E.TimedOut],
  [10060, "WSAETIMEDOUT", E.TimedOut],
  [995, "ERROR_OPERATION_ABORTED", E.Interrupted],
  [64, "ERROR_NETNAME_DELETED", E.ConnectionReset],
  [1236, "ERROR_CONNECTION_ABORTED", E.ConnectionAborted],
  [10053, "WSAECONNABORTED", E.ConnectionAborted],
  [10054, "WSAECONNRESET", E.ConnectionReset],
  [1225, "ERROR_CONNECTION_REFUSED", E.ConnectionRefused],
  [10061, "WSAECONNREFUSED", E.ConnectionRefused],
  [6, "ERROR_INVALID_HANDLE", E.BadResource],
  [50, "ERROR_NOT_SUPPORTED", E.NotSupported],
  [120, "ERROR_CALL_NOT_IMPLEMENTED", E.NotSupported],
  [234, "ERROR_MORE_DATA", WindowsError],
  [8, "ERROR_NOT_ENOUGH_MEMORY", WindowsError],
  [87, "ERROR_INVALID_PARAMETER", WindowsError],
  [123, "ERROR_INVALID_NAME", WindowsError],
  [1332, "ERROR_NONE_MAPPED", E.NotFound],
  [1337, "ERROR_INVALID_SID", WindowsError],
  [1338, "ERROR_INVALID_SECURITY_DESCR", WindowsError],
  [1346, "ERROR_BAD_IMPERSONATION_LEVEL", E.PermissionDenied],
  [1347, "ERROR_CANT_OPEN_ANONYMOUS", E.PermissionDenied],
  [1368, "ERROR_CANNOT_IMPERSONATE", E.WouldBlock],
  [1450, "ERROR_NO_SYSTEM_RESOURCES", WindowsError],
  [4711, "ERROR_4711", WindowsError],
];

Deno.test("windowsError() gives every code its class, name and syscall", () => {
  const sim = new SimulatedWin32();
  const call = { syscall: "ReadFile", action: 'Cannot read from pipe "x"' };
  for (const [code, name, errorClass] of TABLE) {
    const error = windowsError(sim, code, call);
    assertInstanceOf(error, errorClass, name);
    assertEquals(error.constructor, errorClass);
    assertEquals([error.winerror, error.code], [code, name]);
    assertEquals(error.syscall, "ReadFile");
    assert(isWindowsError(error));
  }
});

Deno.test("windowsError() writes messages in the house's style", () => {
  const sim = new SimulatedWin32();
  const call = { syscall: "ReadFile", action: 'Cannot read from pipe "x"' };
  for (const [code] of TABLE) {
    const { message } = windowsError(sim, code, call);
    const [action, state] = message.split(": ");
    assertEquals(action, call.action);
    assert(/^[a-z]|^SDDL|^Windows error \d+$/.test(state!), message);
    assert(!/[.\s]$|n't\b/.test(message), message);
  }
});

Deno.test("windowsError() uses the system's text for codes without one", () => {
  const sim = new SimulatedWin32();
  const call = { syscall: "X", action: "Cannot do it" };
  const known = windowsError(sim, 535, call).message;
  assertEquals(
    known,
    "Cannot do it: there is a process on other end of the pipe",
  );
  const unknown = windowsError(sim, 9999, call).message;
  assertEquals(unknown, "Cannot do it: Windows error 9999");
});

Deno.test("windowsError() lets the caller know better", () => {
  const error = windowsError(new SimulatedWin32(), 5, {
    syscall: "CreateNamedPipeW",
    action: "Cannot listen",
    state: "the name is served already",
    errorClass: E.AddrInUse,
  });
  assertInstanceOf(error, E.AddrInUse);
  assertEquals(error.message, "Cannot listen: the name is served already");
  assertEquals([error.winerror, error.code], [5, "ERROR_ACCESS_DENIED"]);
});

Deno.test("isWindowsError() is false for all other errors", () => {
  assertEquals(new WindowsError("x").name, "WindowsError");
  const others = [
    new Error("x"),
    new WindowsError("x"),
    new E.NotFound("x"),
    { winerror: 5, syscall: "x" },
    Object.assign(new Error("x"), { winerror: "5", syscall: "x" }),
    null,
    undefined,
    "x",
  ];
  for (const each of others) assert(!isWindowsError(each));
});

Deno.test("completionCode() gives an NTSTATUS the code of GetLastError", () => {
  const sim = new SimulatedWin32();
  const pairs = [
    [0x8000_0005, 234],
    [0xc000_0120, 995],
    [0xc000_014b, 109],
    [0xc000_00b1, 232],
    [0xc000_00b0, 233],
    [0xc000_00b5, 121],
    [0xc000_013c, 10054],
    [0xc000_0236, 1225],
    [0xc000_0241, 1236],
    [0xc000_9999, 317],
  ] as const;
  for (const [status, code] of pairs) {
    assertEquals(completionCode(sim, status), code);
  }
});
