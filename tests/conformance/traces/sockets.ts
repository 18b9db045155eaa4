/**
 * The ordinary life of sockets.
 *
 * @module
 */

import type { Step, Trace } from "../trace.ts";

const WINE = "Wine, dlls/ws2_32/tests/sock.c";

const LISTENER: readonly Step[] = [
  [["socket", "listener"], "ok"],
  [["bind", "listener"], "ok"],
  [["listen", "listener", 5], "ok"],
];

const CLIENT: readonly Step[] = [
  [["socket", "client"], "ok"],
  [["bind", "client"], "ok"],
];

/** Both ends of a connection. */
const CONNECTION: readonly Step[] = [
  ...LISTENER,
  ...CLIENT,
  [["socket", "server"], "ok"],
  [["accept", "listener", "server", "accept"], "begun"],
  [["dial", "client", "listener", "dial"], "begun"],
  [["packets"], "accept 0 0; dial 0 0"],
  [["accepted", "server", "listener"], "ok"],
  [["connected", "client"], "ok"],
];

/** The traces. */
export const SOCKETS: readonly Trace[] = [{
  name: "socket: a client that came before the accept",
  source: `MS, AcceptEx; ${WINE}`,
  anyOrder: true,
  steps: [
    ...LISTENER,
    ...CLIENT,
    [["dial", "client", "listener", "dial"], "begun"],
    [["packets"], "dial 0 0"],
    [["socket", "server"], "ok"],
    [["accept", "listener", "server", "accept"], "begun"],
    [["packets"], "accept 0 0"],
  ],
}, {
  name: "socket: data both ways",
  source: `MS, WSASend and WSARecv; ${WINE}`,
  anyOrder: true,
  steps: [
    ...CONNECTION,
    [["receive", "server", "receive", 10], "begun"],
    [["packets"], "none"],
    [["send", "client", "send", "hello"], "begun"],
    [["packets"], 'receive 0 5 "hello"; send 0 5'],
    [["send", "server", "reply", "hi"], "begun"],
    [["packets"], "reply 0 2"],
    [["receive", "client", "read", 10], "begun"],
    [["packets"], 'read 0 2 "hi"'],
  ],
}, {
  name: "socket: half close",
  source: `MS, shutdown; ${WINE}`,
  anyOrder: true,
  steps: [
    ...CONNECTION,
    [["send", "client", "send", "bye"], "begun"],
    [["packets"], "send 0 3"],
    [["shutdown", "client", "send"], "ok"],
    [["receive", "server", "data", 10], "begun"],
    [["packets"], 'data 0 3 "bye"'],
    [["receive", "server", "end", 10], "begun"],
    [["packets"], "end 0 0"],
    [["send", "server", "answer", "ok"], "begun"],
    [["packets"], "answer 0 2"],
    [["receive", "client", "read", 10], "begun"],
    [["packets"], 'read 0 2 "ok"'],
    [["send", "client", "late", "x"], "error 10058"],
  ],
}, {
  name: "socket: the peer closes",
  source: `MS, closesocket; ${WINE}`,
  anyOrder: true,
  steps: [
    ...CONNECTION,
    [["receive", "server", "receive", 10], "begun"],
    [["closeSocket", "client"], "ok"],
    [["packets"], "receive 0 0"],
  ],
}, {
  name: "socket: the peer resets",
  source: `MS, SO_LINGER; ${WINE}`,
  anyOrder: true,
  steps: [
    ...CONNECTION,
    [["receive", "server", "receive", 10], "begun"],
    [["reset", "client"], "ok"],
    [["packets"], "receive C000020D 0"],
  ],
}, {
  name: "socket: cancel",
  source: `MS, CancelIoEx; ${WINE}`,
  anyOrder: true,
  steps: [
    ...CONNECTION,
    [["receive", "server", "receive", 10], "begun"],
    [["cancel", "server", "receive"], "ok"],
    [["packets"], "receive C0000120 0"],
    [["cancel", "server"], "error 1168"],
    [["socket", "other"], "ok"],
    [["accept", "listener", "other", "waiting"], "begun"],
    [["cancel", "listener", "waiting"], "ok"],
    [["packets"], "waiting C0000120 0"],
  ],
}, {
  name: "socket: nobody listens",
  source: `MS, ConnectEx (1225); ${WINE}`,
  steps: [
    ...LISTENER,
    [["closeSocket", "listener"], "ok"],
    ...CLIENT,
    [["dial", "client", "listener", "dial"], "begun"],
    [["packets"], "dial C0000236 0"],
  ],
}, {
  name: "socket: what ConnectEx refuses at once",
  source: `MS, ConnectEx; ${WINE}`,
  steps: [
    ...LISTENER,
    [["socket", "client"], "ok"],
    [["dial", "client", "listener", "unbound"], "error 10022"],
    [["packets"], "none"],
  ],
}, {
  name: "socket: what needs a connection",
  source: `MS, WSASend (10057); ${WINE}`,
  steps: [
    ...CLIENT,
    [["send", "client", "send", "x"], "error 10057"],
    [["receive", "client", "receive", 10], "error 10057"],
    [["shutdown", "client", "send"], "error 10057"],
    [["packets"], "none"],
  ],
}, {
  name: "socket: an address in use, and a second bind",
  source: `MS, bind (10048, 10022); ${WINE}`,
  steps: [
    ...LISTENER,
    [["socket", "other"], "ok"],
    [["bind", "other", "127.0.0.1", "listener"], "error 10048"],
    [["bind", "listener"], "error 10022"],
  ],
}, {
  name: "socket: the listener closes under an accept",
  source: `MS, closesocket; ${WINE}`,
  steps: [
    ...LISTENER,
    [["socket", "server"], "ok"],
    [["accept", "listener", "server", "accept"], "begun"],
    [["closeSocket", "listener"], "ok"],
    [["packets"], "accept C0000120 0"],
  ],
}, {
  name: "socket: datagrams",
  source: `MS, WSASendTo; ${WINE}`,
  anyOrder: true,
  steps: [
    [["socket", "one", "udp"], "ok"],
    [["bind", "one"], "ok"],
    [["socket", "two", "udp"], "ok"],
    [["bind", "two"], "ok"],
    [["receive", "one", "receive", 10], "begun"],
    [["sendTo", "two", "one", "abc"], "begun"],
    [["packets"], 'receive 0 3 "abc"; sendTo 0 3'],
    [["receive", "one", "short", 2], "begun"],
    [["sendTo", "two", "one", "abcdef"], "begun"],
    [["packets"], 'sendTo 0 6; short 80000005 2 "ab"'],
    [["receive", "one", "empty", 10], "begun"],
    [["sendTo", "two", "one", ""], "begun"],
    [["packets"], "empty 0 0; sendTo 0 0"],
  ],
}];
