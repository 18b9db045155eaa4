/**
 * Small wrong changes of sockets and their protocols, which models must find.
 *
 * @module
 */

import { ConnectAttempt } from "../../src/net/socket/connect_attempt.ts";
import { SocketIo } from "../../src/net/socket/socket_io.ts";
import { SocketListener } from "../../src/net/socket/socket_listener.ts";
import { TimeLimit } from "../../src/net/socket/time_limit.ts";
import { Channel } from "../../src/stream/channel.ts";
import { ChannelTransport } from "../../src/stream/channel_transport.ts";
import { ProtocolCaller } from "../../src/stream/protocol_caller.ts";
import { type Bug, bug } from "./bug.ts";

/** Those of sockets. */
export const SOCKET_BUGS: readonly Bug[] = [
  bug("a half close sends no FIN", {
    models: ["tcp", "protocol"],
    of: SocketIo,
    method: "endWrites",
    by: () => () => 0,
  }),
  bug("bytes that are dropped look like the end", {
    models: ["tcp", "protocol", "callbacks"],
    of: SocketIo,
    method: "dropOnClose",
    by: () => () => {},
  }),
  bug("reading is not paused", {
    models: ["protocol"],
    of: ChannelTransport,
    method: "pauseReading",
    by: () => () => {},
  }),
  bug("reading is not resumed", {
    models: ["protocol"],
    of: ChannelTransport,
    method: "resumeReading",
    by: () => () => {},
  }),
  bug("what a protocol has thrown is told to nobody", {
    models: ["callbacks"],
    of: ProtocolCaller,
    method: "report",
    by: () => () => {},
  }),
  bug("a protocol that has thrown goes on", {
    models: ["callbacks"],
    of: Channel,
    method: "abort",
    by: () => () => {},
  }),
  bug("no accept is armed behind a client", {
    models: ["tcp-server"],
    of: SocketListener,
    method: "refill",
    by: () => () => {},
  }),
  bug("a close leaves the accepts armed", {
    models: ["tcp-server"],
    of: SocketListener,
    method: "close",
    by: () => () => {},
  }),
  bug("an attempt that was given up goes on", {
    models: ["connect"],
    of: ConnectAttempt,
    method: "cancel",
    by: () => () => {},
  }),
  bug("a time limit goes on", {
    models: ["connect"],
    of: TimeLimit,
    method: Symbol.dispose,
    by: () => () => {},
  }),
];
