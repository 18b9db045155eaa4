/**
 * The ordinary life of pipes.
 *
 * @module
 */

import type { Step, Trace } from "../trace.ts";

const WINE_PIPE = "Wine, dlls/kernel32/tests/pipe.c";
const WINE_NT_PIPE = "Wine, dlls/ntdll/tests/pipe.c";

/** A server end and a client of it. */
export const PAIR: readonly Step[] = [
  [["serve", "server"], "ok"],
  [["open", "client"], "ok"],
];

/** The same of a message pipe, both ends in message mode. */
export const MESSAGES: readonly Step[] = [
  [["serve", "server", { type: "message" }], "ok"],
  [["open", "client"], "ok"],
  [["mode", "client", "message"], "ok"],
];

/** The traces. */
export const PIPES: readonly Trace[] = [{
  name: "pipe: connect, then open",
  source: `MS, ConnectNamedPipe; ${WINE_NT_PIPE}`,
  steps: [
    [["serve", "server"], "ok"],
    [["connect", "server", "listen"], "pending"],
    [["packets"], "none"],
    [["open", "client"], "ok"],
    [["packets"], "listen 0 0"],
    [["connect", "server", "again"], "error 535"],
    [["packets"], "none"],
  ],
}, {
  name: "pipe: open, then connect",
  source: `MS, ConnectNamedPipe (535); ${WINE_PIPE}`,
  steps: [
    ...PAIR,
    [["connect", "server", "listen"], "error 535"],
    [["packets"], "none"],
    [["info", "server"], "server, byte, reads byte, 1"],
    [["info", "client"], "client, byte, reads byte, 1"],
    [["connect", "client", "wrong end"], "error 1"],
  ],
}, {
  name: "pipe: instances and names",
  source: `MS, CreateNamedPipeW and CreateFileW; ${WINE_PIPE}`,
  steps: [
    [["open", "early"], "error 2"],
    [["serve", "one", { instances: 2 }], "ok"],
    [["serve", "two", { instances: 2 }], "ok"],
    [["serve", "three", { instances: 2 }], "error 231"],
    [["open", "client"], "ok"],
    [["open", "other"], "ok"],
    [["open", "late"], "error 231"],
    [["close", "two"], "ok"],
    [["close", "one"], "ok"],
  ],
}, {
  name: "pipe: bytes",
  source: `MS, Named Pipe Type, Read, and Wait Modes; ${WINE_PIPE}`,
  steps: [
    ...PAIR,
    [["write", "client", "write", "hello"], "ok"],
    [["packets"], "write 0 5"],
    [["read", "server", "read", 3], "ok"],
    [["packets"], 'read 0 3 "hel"'],
    [["peek", "server"], "ok 0"],
    [["read", "server", "rest", 10], "ok"],
    [["packets"], 'rest 0 2 "lo"'],
    [["read", "server", "waiting", 10], "pending"],
    [["packets"], "none"],
    [["write", "client", "two", "ab"], "ok"],
    [["packets"], 'waiting 0 2 "ab"; two 0 2'],
  ],
}, {
  name: "pipe: bytes of several writes come in one read",
  source: `MS, Named Pipe Type, Read, and Wait Modes; ${WINE_PIPE}`,
  steps: [
    ...PAIR,
    [["write", "client", "one", "abc"], "ok"],
    [["write", "client", "two", "def"], "ok"],
    [["packets"], "one 0 3; two 0 3"],
    [["read", "server", "read", 5], "ok"],
    [["packets"], 'read 0 5 "abcde"'],
    [["read", "server", "rest", 5], "ok"],
    [["packets"], 'rest 0 1 "f"'],
  ],
}, {
  name: "pipe: skip mode",
  source: "MS, SetFileCompletionNotificationModes",
  skip: true,
  steps: [
    ...PAIR,
    [["write", "client", "write", "hello"], "ok 5"],
    [["packets"], "none"],
    [["read", "server", "read", 10], 'ok 5 "hello"'],
    [["packets"], "none"],
    [["read", "server", "waiting", 10], "pending"],
    [["write", "client", "later", "x"], "ok 1"],
    [["packets"], 'waiting 0 1 "x"'],
  ],
}, {
  name: "pipe: messages",
  source: `MS, Named Pipe Type, Read, and Wait Modes; ${WINE_PIPE}`,
  steps: [
    ...MESSAGES,
    [["info", "client"], "client, message, reads message, 1"],
    [["write", "client", "one", "abc"], "ok"],
    [["write", "client", "two", "def"], "ok"],
    [["packets"], "one 0 3; two 0 3"],
    [["peek", "server"], "ok 3"],
    [["read", "server", "first", 10], "ok"],
    [["packets"], 'first 0 3 "abc"'],
    [["read", "server", "second", 10], "ok"],
    [["packets"], 'second 0 3 "def"'],
  ],
}, {
  name: "pipe: a message that is longer than the read",
  source: `MS, ReadFile (234); ${WINE_PIPE}`,
  steps: [
    ...MESSAGES,
    [["read", "server", "waiting", 2], "pending"],
    [["write", "client", "long", "abcdef"], "ok"],
    [["packets"], 'waiting 80000005 2 "ab"; long 0 6'],
    [["peek", "server"], "ok 4"],
    [["read", "server", "rest", 10], "ok"],
    [["packets"], 'rest 0 4 "cdef"'],
  ],
}, {
  name: "pipe: an empty message in message mode",
  source: `MS, Named Pipe Operations; ${WINE_PIPE}`,
  steps: [
    ...MESSAGES,
    [["write", "client", "empty", ""], "ok"],
    [["packets"], "empty 0 0"],
    [["read", "server", "read", 10], "ok"],
    [["packets"], "read 0 0"],
    [["read", "server", "waiting", 10], "pending"],
    [["write", "client", "later", ""], "ok"],
    [["packets"], "waiting 0 0; later 0 0"],
  ],
}, {
  name: "pipe: transact",
  source: `MS, TransactNamedPipe; ${WINE_PIPE}`,
  steps: [
    ...MESSAGES,
    [["transact", "client", "ask", "question"], "pending"],
    [["read", "server", "read", 20], "ok"],
    [["packets"], 'read 0 8 "question"'],
    [["write", "server", "reply", "answer"], "ok"],
    [["packets"], 'ask 0 6 "answer"; reply 0 6'],
  ],
}, {
  name: "pipe: transact needs message mode",
  source: "MS, TransactNamedPipe",
  steps: [
    [["serve", "server", { type: "message" }], "ok"],
    [["open", "client"], "ok"],
    [["transact", "client", "ask", "question"], "error 230"],
    [["packets"], "none"],
  ],
}, {
  name: "pipe: a byte pipe has no message mode",
  source: "MS, SetNamedPipeHandleState (87)",
  steps: [
    ...PAIR,
    [["mode", "client", "message"], "error 87"],
    [["mode", "server", "message"], "error 87"],
    [["mode", "server", "byte"], "ok"],
  ],
}, {
  name: "pipe: cancel",
  source: "MS, CancelIoEx (1168); Wine, dlls/ntdll/tests/pipe.c",
  steps: [
    ...PAIR,
    [["cancel", "server"], "error 1168"],
    [["read", "server", "one", 10], "pending"],
    [["read", "server", "two", 10], "pending"],
    [["cancel", "server", "one"], "ok"],
    [["packets"], "one C0000120 0"],
    [["cancel", "server", "one"], "error 1168"],
    [["write", "client", "write", "ab"], "ok"],
    [["packets"], 'two 0 2 "ab"; write 0 2'],
  ],
}, {
  name: "pipe: cancel all, and a connect",
  source: "MS, CancelIoEx",
  anyOrder: true,
  steps: [
    [["serve", "server"], "ok"],
    [["connect", "server", "listen"], "pending"],
    [["cancel", "server"], "ok"],
    [["packets"], "listen C0000120 0"],
    [["open", "client"], "ok"],
    [["read", "server", "one", 10], "pending"],
    [["read", "server", "two", 10], "pending"],
    [["cancel", "server"], "ok"],
    [["packets"], "one C0000120 0; two C0000120 0"],
  ],
}, {
  name: "pipe: the quota is full, and the write is canceled",
  source: `${WINE_NT_PIPE}; ReactOS, npfs/writesup.c`,
  steps: [
    [["serve", "server", { quota: 8 }], "ok"],
    [["open", "client"], "ok"],
    [["write", "client", "fits", "12345678"], "ok"],
    [["packets"], "fits 0 8"],
    [["write", "client", "waits", "abc"], "pending"],
    [["packets"], "none"],
    [["cancel", "client", "waits"], "ok"],
    [["packets"], "waits C0000120 0"],
    [["read", "server", "read", 20], "ok"],
    [["packets"], 'read 0 8 "12345678"'],
  ],
}, {
  name: "pipe: a write that waits ends with its last byte",
  source: `${WINE_NT_PIPE}; ReactOS, npfs/readsup.c`,
  steps: [
    [["serve", "server", { quota: 8 }], "ok"],
    [["open", "client"], "ok"],
    [["write", "client", "waits", "0123456789"], "pending"],
    [["read", "server", "some", 8], "ok"],
    [["packets"], 'waits 0 10; some 0 8 "01234567"'],
    [["read", "server", "rest", 8], "ok"],
    [["packets"], 'rest 0 2 "89"'],
  ],
}, {
  name: "pipe: the client goes",
  source: `MS, ReadFile (109); ${WINE_PIPE}`,
  steps: [
    ...PAIR,
    [["write", "client", "last", "bye"], "ok"],
    [["packets"], "last 0 3"],
    [["close", "client"], "ok"],
    [["write", "server", "in vain", "x"], "error 232"],
    [["read", "server", "data", 10], "ok"],
    [["packets"], 'data 0 3 "bye"'],
    [["read", "server", "end", 10], "error 109"],
    [["packets"], "none"],
  ],
}, {
  name: "pipe: the client goes while the server reads",
  source: `MS, ReadFile (109); ${WINE_PIPE}`,
  steps: [
    ...PAIR,
    [["read", "server", "read", 10], "pending"],
    [["close", "client"], "ok"],
    [["packets"], "read C000014B 0"],
  ],
}, {
  name: "pipe: the server goes while the client reads",
  source: `MS, ReadFile (109); ${WINE_PIPE}`,
  steps: [
    ...PAIR,
    [["read", "client", "read", 10], "pending"],
    [["close", "server"], "ok"],
    [["packets"], "read C000014B 0"],
    [["write", "client", "in vain", "x"], "error 232"],
  ],
}, {
  name: "pipe: the own handle is closed under a read",
  source: "MS, CloseHandle; Wine, dlls/ntdll/tests/pipe.c",
  steps: [
    ...PAIR,
    [["read", "server", "read", 10], "pending"],
    [["close", "server"], "ok"],
    [["packets"], "read C000014B 0"],
  ],
}, {
  name: "pipe: disconnect, and the next client",
  source: "MS, DisconnectNamedPipe; ReactOS, npfs/statesup.c and fsctrl.c",
  steps: [
    ...PAIR,
    [["write", "client", "lost", "abc"], "ok"],
    [["packets"], "lost 0 3"],
    [["disconnect", "server"], "ok"],
    [["read", "server", "after", 10], "error 233"],
    [["disconnect", "server"], "error 233"],
    [["open", "early"], "error 231"],
    [["connect", "server", "listen"], "pending"],
    [["open", "next"], "ok"],
    [["packets"], "listen 0 0"],
    [["write", "next", "write", "x"], "ok"],
    [["read", "server", "read", 10], "ok"],
    [["packets"], 'write 0 1; read 0 1 "x"'],
    [["disconnect", "next"], "error 1"],
  ],
}, {
  name: "pipe: zero-byte reads of a byte pipe",
  source: "ReactOS, npfs/readsup.c and writesup.c",
  steps: [
    ...PAIR,
    [["read", "server", "probe", 0], "pending"],
    [["write", "client", "write", "abc"], "ok"],
    [["packets"], "probe 0 0; write 0 3"],
    [["read", "server", "again", 0], "ok"],
    [["packets"], "again 0 0"],
    [["read", "server", "read", 10], "ok"],
    [["packets"], 'read 0 3 "abc"'],
  ],
}, {
  name: "pipe: a zero-byte read that waits for a message",
  source: "ReactOS, npfs/writesup.c",
  steps: [
    ...MESSAGES,
    [["read", "server", "probe", 0], "pending"],
    [["write", "client", "write", "abc"], "ok"],
    [["packets"], "probe 80000005 0; write 0 3"],
    [["read", "server", "read", 10], "ok"],
    [["packets"], 'read 0 3 "abc"'],
  ],
}, {
  name: "pipe: zero-byte reads that find messages",
  source: "ReactOS, npfs/readsup.c",
  steps: [
    ...MESSAGES,
    [["write", "client", "one", "abc"], "ok"],
    [["packets"], "one 0 3"],
    [["read", "server", "probe", 0], "ok"],
    [["packets"], "probe 0 0"],
    [["read", "server", "read", 10], "ok"],
    [["packets"], 'read 0 3 "abc"'],
    [["write", "client", "empty", ""], "ok"],
    [["packets"], "empty 0 0"],
    [["read", "server", "again", 0], "ok"],
    [["packets"], "again 0 0"],
    [["read", "server", "taken", 10], "ok"],
    [["packets"], "taken 0 0"],
  ],
}, {
  name: "pipe: one direction",
  source: "MS, CreateFileW; Wine, dlls/ntdll/tests/pipe.c",
  steps: [
    [["serve", "server"], "ok"],
    [["open", "client", "r"], "ok"],
    [["write", "client", "write", "x"], "error 5"],
    [["write", "server", "down", "abc"], "ok"],
    [["packets"], "down 0 3"],
    [["read", "client", "read", 10], "ok"],
    [["packets"], 'read 0 3 "abc"'],
  ],
}, {
  name: "pipe: wait for an instance",
  source: "MS, WaitNamedPipeW; Wine, dlls/ntdll/tests/pipe.c",
  steps: [
    [["root", "root"], "ok"],
    [["waitPipe", "root", "missing", 50], "error 2"],
    [["serve", "server"], "ok"],
    [["waitPipe", "root", "free", 50], "ok"],
    [["packets"], "free 0 0"],
    [["open", "client"], "ok"],
    [["waitPipe", "root", "busy", 50], "pending"],
    [["packets"], "busy C00000B5 0"],
    [["waitPipe", "root", "later", 2000], "pending"],
    [["serve", "other"], "ok"],
    [["packets"], "later 0 0"],
  ],
}, {
  name: "pipe: the wait for an instance is canceled",
  source: "MS, CancelIoEx",
  steps: [
    [["root", "root"], "ok"],
    [["serve", "server"], "ok"],
    [["open", "client"], "ok"],
    [["waitPipe", "root", "busy", 5000], "pending"],
    [["cancel", "root", "busy"], "ok"],
    [["packets"], "busy C0000120 0"],
  ],
}, {
  name: "pipe: a wait with a structure that is too short",
  source: "ReactOS, npfs/waitsup.c; Wine, dlls/ntdll/tests/pipe.c",
  steps: [
    [["root", "root"], "ok"],
    [["waitShort", "root", "short", 8], "error 87"],
    [["packets"], "none"],
  ],
}, {
  name: "port: posted packets come in order",
  source: "MS, PostQueuedCompletionStatus",
  steps: [
    [["packets"], "none"],
    [["post", "one", 1], "ok"],
    [["post", "two", 2], "ok"],
    [["packets"], "one 0 1; two 0 2"],
  ],
}];
