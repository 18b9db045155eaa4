import { assertEquals, assertStrictEquals } from "@std/assert";
import { assertInstanceOf, assertThrows } from "@std/assert";
import { completionCode, windowsError } from "../../src/ffi/errors.ts";
import { WindowsError } from "../../src/ffi/windows_error.ts";
import { loadSocketSymbols } from "../../src/ffi/socket/winsock.ts";
import { CallGate } from "../../src/net/socket/call_gate.ts";
import { UNIX } from "../../src/net/unix/unix_socket.ts";

const E = Deno.errors;
const silent = { formatMessage: () => "" };

type ErrorClass = new (message: string) => Error;

const CLASSES: [code: number, name: string, errorClass: ErrorClass][] = [
  [59, "ERROR_UNEXP_NET_ERR", E.ConnectionAborted],
  [1225, "ERROR_CONNECTION_REFUSED", E.ConnectionRefused],
  [1226, "ERROR_GRACEFUL_DISCONNECT", E.ConnectionAborted],
  [1227, "ERROR_ADDRESS_ALREADY_ASSOCIATED", E.AddrInUse],
  [1228, "ERROR_ADDRESS_NOT_ASSOCIATED", E.AddrNotAvailable],
  [1229, "ERROR_CONNECTION_INVALID", E.NotConnected],
  [1231, "ERROR_NETWORK_UNREACHABLE", E.NetworkUnreachable],
  [1232, "ERROR_HOST_UNREACHABLE", E.NetworkUnreachable],
  [1233, "ERROR_PROTOCOL_UNREACHABLE", E.NetworkUnreachable],
  [1234, "ERROR_PORT_UNREACHABLE", E.ConnectionRefused],
  [10004, "WSAEINTR", E.Interrupted],
  [10013, "WSAEACCES", E.PermissionDenied],
  [10022, "WSAEINVAL", WindowsError],
  [10035, "WSAEWOULDBLOCK", E.WouldBlock],
  [10038, "WSAENOTSOCK", E.BadResource],
  [10040, "WSAEMSGSIZE", WindowsError],
  [10042, "WSAENOPROTOOPT", E.NotSupported],
  [10047, "WSAEAFNOSUPPORT", E.NotSupported],
  [10048, "WSAEADDRINUSE", E.AddrInUse],
  [10049, "WSAEADDRNOTAVAIL", E.AddrNotAvailable],
  [10051, "WSAENETUNREACH", E.NetworkUnreachable],
  [10053, "WSAECONNABORTED", E.ConnectionAborted],
  [10054, "WSAECONNRESET", E.ConnectionReset],
  [10057, "WSAENOTCONN", E.NotConnected],
  [10058, "WSAESHUTDOWN", E.BrokenPipe],
  [10060, "WSAETIMEDOUT", E.TimedOut],
  [10061, "WSAECONNREFUSED", E.ConnectionRefused],
  [10065, "WSAEHOSTUNREACH", E.NetworkUnreachable],
  [10111, "WSA_E_CANCELLED", E.Interrupted],
  [11001, "WSAHOST_NOT_FOUND", E.NotFound],
  [11004, "WSANO_DATA", E.NotFound],
];

for (const [code, name, errorClass] of CLASSES) {
  Deno.test(`windowsError() makes ${errorClass.name} of ${name}`, () => {
    const call = { syscall: "connect", action: "Cannot connect" };
    const error = windowsError(silent, code, call);
    assertInstanceOf(error, errorClass);
    assertEquals(error.winerror, code);
    assertEquals(error.code, name);
  });
}

Deno.test("windowsError() says in words what is wrong with a socket", () => {
  const call = { syscall: "bind", action: "Cannot listen on 127.0.0.1:80" };
  assertEquals(
    windowsError(silent, 10048, call).message,
    "Cannot listen on 127.0.0.1:80: the address is in use",
  );
});

const TO_DOS = {
  ntStatusToDosError: (status: number) => status === 0 ? 0 : 64,
};

Deno.test("completionCode() tells a reset from other lost connections", () => {
  assertStrictEquals(completionCode(TO_DOS, 0xc000_020d), 10054);
  assertStrictEquals(completionCode(TO_DOS, 0xc000_013c), 10054);
  assertStrictEquals(completionCode(TO_DOS, 0xc000_013b), 10053);
  assertStrictEquals(completionCode(TO_DOS, 0xc000_00c9), 64);
});

Deno.test({
  name:
    "loadSocketSymbols() refuses a system that is not Windows (not tested on Windows)",
  ignore: Deno.build.os === "windows",
  fn: () => {
    assertThrows(
      () => loadSocketSymbols(),
      E.NotSupported,
      "Cannot load ws2_32.dll: the system is",
    );
  },
});

Deno.test("a denied bind means that the address is in use", () => {
  const gate = new CallGate(silent, "Cannot listen");
  assertInstanceOf(gate.error("bind", 10013), E.AddrInUse);
  assertInstanceOf(gate.error("WSASendTo", 10013), E.PermissionDenied);
});

Deno.test("a denied bind to a path means what it says", () => {
  const gate = new CallGate(silent, "Cannot listen", UNIX.errors);
  assertInstanceOf(gate.error("bind", 10013), E.PermissionDenied);
});
