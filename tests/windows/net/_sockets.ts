/**
 * What the tests of raw sockets share.
 *
 * @module
 */

import type { IocpProactor } from "../../../mod.ts";
import {
  createSocket,
  Socket,
  type SocketAddress,
} from "../../../src/net/mod.ts";
import { loadSendFileSymbols } from "../../../src/ffi/sendfile/native.ts";
import { loadSymbols } from "../../../src/ffi/symbols.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import type { Handle } from "../../../src/ffi/win32_api.ts";
import { soon } from "../_turns.ts";

loadSymbols();
loadSendFileSymbols();
defaultSockets();

/** This computer, any free port. */
export const ANY: SocketAddress = {
  family: "IPv4",
  hostname: "127.0.0.1",
  port: 0,
};

/**
 * Tells whether a handle is that of a socket: the number of a closed one may
 * be something else's at once.
 *
 * @param handle The handle.
 * @returns False when it is closed, or another's.
 */
export function isSocket(handle: Handle): boolean {
  return defaultSockets().isIfsSocket(handle);
}

/**
 * Makes a socket that is bound.
 *
 * @param type What it carries.
 * @returns The socket.
 */
export function boundSocket(type: "stream" | "datagram" = "stream"): Socket {
  const socket = createSocket({ type });
  socket.bind(ANY);
  return socket;
}

/**
 * Makes a socket that listens.
 *
 * @returns The socket.
 */
export function listeningSocket(): Socket {
  const socket = boundSocket();
  socket.listen();
  return socket;
}

/** Two connected sockets. */
export interface SocketPair extends Disposable {
  /** The one that has connected. */
  client: Socket;
  /** The one that was accepted. */
  served: Socket;
}

/**
 * Connects two sockets.
 *
 * @param proactor Their proactor.
 * @returns Both ends.
 */
export async function socketPair(proactor: IocpProactor): Promise<SocketPair> {
  using listener = listeningSocket();
  const client = createSocket();
  const accepted = proactor.accept(listener);
  await soon(proactor.connect(client, listener.localAddr!));
  const served = new Socket((await soon(accepted)).socket);
  return {
    client,
    served,
    [Symbol.dispose]() {
      client.close();
      served.close();
    },
  };
}
