/**
 * Rules of Windows that Wine does not have, as far as they show in answers.
 *
 * Not here: W2 (a thread of the pool must compute meanwhile), W3 (the call
 * would block this thread), W10, W12 and W15 (matters of time), W13 (another
 * user), W14 (the loader). `tests/rules/` and `tests/unit/` have their tests.
 *
 * @module
 */

import { OPEN, type Trace } from "../trace.ts";
import { MESSAGES, PAIR } from "./pipes.ts";

/** The traces. */
export const RULES: readonly Trace[] = [{
  name: "W1: a byte-mode read takes an empty message behind data",
  rules: ["W1"],
  source: "go-winio issues 42 and 43; ReactOS, npfs/readsup.c",
  steps: [
    [["serve", "server", { type: "message" }], "ok"],
    [["open", "client"], "ok"],
    [["write", "server", "data", "abc"], "ok"],
    [["write", "server", "end", ""], "ok"],
    [["packets"], "data 0 3; end 0 0"],
    [["read", "client", "read", 10], "ok"],
    [["packets"], 'read 0 3 "abc"'],
    [["read", "client", "next", 10], "pending"],
    [["packets"], "none"],
    [["write", "server", "more", "d"], "ok"],
    [["packets"], 'next 0 1 "d"; more 0 1'],
  ],
}, {
  name: "W1: a byte-mode read goes on to the next message",
  rules: ["W1"],
  source: "ReactOS, npfs/readsup.c; Wine, dlls/kernel32/tests/pipe.c",
  steps: [
    [["serve", "server", { type: "message" }], "ok"],
    [["open", "client"], "ok"],
    [["write", "server", "one", "abc"], "ok"],
    [["write", "server", "two", "def"], "ok"],
    [["packets"], "one 0 3; two 0 3"],
    [["read", "client", "read", 4], "ok"],
    [["packets"], 'read 0 4 "abcd"'],
    [["read", "client", "rest", 4], "ok"],
    [["packets"], 'rest 0 2 "ef"'],
  ],
}, {
  name: "W4: a backlog above 200 counts as 200",
  rules: ["W4"],
  source: "MS, listen; OpenJDK 25819",
  steps: [
    [["socket", "listener"], "ok"],
    [["bind", "listener"], "ok"],
    [["listen", "listener", 1000], "ok"],
    [["dialMany", "listener", 205], "200 connected, 5 refused"],
  ],
}, {
  name: "W4: SOMAXCONN_HINT asks for more than 200",
  rules: ["W4"],
  source: "MS, listen",
  steps: [
    [["socket", "listener"], "ok"],
    [["bind", "listener"], "ok"],
    [["listen", "listener", -210], "ok"],
    [["dialMany", "listener", 205], "205 connected, 0 refused"],
  ],
}, {
  name: "W5: an exclusive port is taken while its connections live",
  rules: ["W5"],
  source: "MS, Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE",
  anyOrder: true,
  steps: [
    [["socket", "listener"], "ok"],
    [["exclusive", "listener"], "ok"],
    [["bind", "listener"], "ok"],
    [["listen", "listener", 5], "ok"],
    [["socket", "server"], "ok"],
    [["socket", "client"], "ok"],
    [["bind", "client"], "ok"],
    [["accept", "listener", "server", "accept"], "begun"],
    [["dial", "client", "listener", "dial"], "begun"],
    [["packets"], "accept 0 0; dial 0 0"],
    [["accepted", "server", "listener"], "ok"],
    [["closeSocket", "listener"], "ok"],
    [["socket", "next"], "ok"],
    [["exclusive", "next"], "ok"],
    [["bind", "next", "127.0.0.1", "listener"], "error 10048"],
  ],
}, {
  name: "W6: a specific bind behind an exclusive wildcard is denied",
  rules: ["W6"],
  source: "MS, Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE; MS, bind",
  steps: [
    [["socket", "wildcard"], "ok"],
    [["exclusive", "wildcard"], "ok"],
    [["bind", "wildcard", "0.0.0.0"], "ok"],
    [["socket", "specific"], "ok"],
    [["bind", "specific", "127.0.0.1", "wildcard"], "error 10013"],
    [["socket", "second"], "ok"],
    [["exclusive", "second"], "ok"],
    [["bind", "second", "0.0.0.0", "wildcard"], "error 10048"],
  ],
}, {
  name: "W7: a client's end after the server's DisconnectNamedPipe",
  rules: ["W7"],
  source: "MS, DisconnectNamedPipe; .NET, PipeStream.Windows.cs",
  steps: [
    ...PAIR,
    [["disconnect", "server"], "ok"],
    [["read", "client", "read", 10], "error 233"],
    [["write", "client", "write", "x"], "error 233"],
    [["packets"], "none"],
  ],
}, {
  name: "W7: a client reads while the server disconnects",
  rules: ["W7"],
  source: "MS, DisconnectNamedPipe; Wine, dlls/ntdll/tests/pipe.c",
  steps: [
    ...PAIR,
    [["read", "client", "read", 10], "pending"],
    [["disconnect", "server"], "ok"],
    [["packets"], "read C00000B0 0"],
  ],
}, {
  name: "W8: a client that came, wrote and went before the connect",
  rules: ["W8"],
  source: "MS, ConnectNamedPipe (232); ReactOS, npfs/read.c",
  steps: [
    ...PAIR,
    [["write", "client", "write", "abc"], "ok"],
    [["packets"], "write 0 3"],
    [["close", "client"], "ok"],
    [["connect", "server", "listen"], "error 232"],
    [["read", "server", "read", 10], "ok"],
    [["packets"], 'read 0 3 "abc"'],
    [["read", "server", "end", 10], "error 109"],
    [["packets"], "none"],
  ],
}, {
  name: "W9: what kind of object a handle is",
  rules: ["W9"],
  source: "MS, NtQueryObject",
  steps: [
    [["mutex", "mutex"], "ok"],
    [["event", "event", "auto"], "ok"],
    [["isMutex", "mutex"], "true"],
    [["isMutex", "event"], "false"],
  ],
}, {
  name: "W11: cached reads and extending writes end at once",
  rules: ["W11"],
  source: "MS, Asynchronous Disk I/O Appears as Synchronous (KB 156932)",
  steps: [
    [["file", "file", "create"], "ok"],
    [["writeAt", "file", "write", 0, "hello"], "ok"],
    [["packets"], "write 0 5"],
    [["readAt", "file", "read", 0, 5], "ok"],
    [["packets"], 'read 0 5 "hello"'],
  ],
}, {
  name: "W16: a socket that was disconnected for reuse",
  rules: ["W16"],
  source: "MS, DisconnectEx",
  anyOrder: true,
  steps: [
    [["socket", "listener"], "ok"],
    [["bind", "listener"], "ok"],
    [["listen", "listener", 5], "ok"],
    [["socket", "server"], "ok"],
    [["socket", "client"], "ok"],
    [["bind", "client"], "ok"],
    [["accept", "listener", "server", "accept"], "begun"],
    [["dial", "client", "listener", "dial"], "begun"],
    [["packets"], "accept 0 0; dial 0 0"],
    [["connected", "client"], "ok"],
    [["accepted", "server", "listener"], "ok"],
    [["reuse", "client", "disconnect"], "begun"],
    // It may take the time of TIME_WAIT
    [["packets"], OPEN],
  ],
}, {
  name: "W17: a second first instance is refused",
  rules: ["W17"],
  source: "ReactOS, npfs/create.c; MS, CreateNamedPipeW",
  steps: [
    [["serve", "one", { first: true }], "ok"],
    [["serve", "two", { first: true }], "error 5"],
    [["serve", "three"], "ok"],
  ],
}, {
  name: "W18: a warning in skip mode, and its packet",
  rules: ["W18"],
  source: "none",
  skip: true,
  steps: [
    ...MESSAGES,
    [["write", "client", "write", "abcdef"], "ok 6"],
    [["read", "server", "read", 2], "error 234"],
    [["packets"], OPEN],
    [["read", "server", "rest", 10], 'ok 4 "cdef"'],
  ],
}];
