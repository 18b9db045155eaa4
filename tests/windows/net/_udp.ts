/**
 * What the tests of UDP share.
 *
 * Winsock is started here, outside of any test, so that no test is blamed for
 * keeping its libraries open.
 *
 * @module
 */

import type { IocpProactor } from "../../../mod.ts";
import {
  type DatagramProtocol,
  type DatagramTransport,
  openDatagramEndpoint,
  type UdpListenOptions,
  UdpSocket,
} from "../../../src/net/mod.ts";
import { loadSymbols } from "../../../src/ffi/symbols.ts";
import type { SocketApi } from "../../../src/ffi/socket/api.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { withChanges, withSpy } from "../_proxies.ts";
import { encode } from "../_bytes.ts";
import { soon } from "../_turns.ts";
import { EventLog } from "../_recorder.ts";

loadSymbols();
defaultSockets();

/** This computer, any free port. */
export const LOCAL = { hostname: "127.0.0.1", port: 0 };

/**
 * Opens a socket on a free port of this computer.
 *
 * @param proactor Its proactor.
 * @param options What differs.
 * @returns The socket.
 */
export function listen(
  proactor: IocpProactor,
  options: Partial<UdpListenOptions> = {},
): UdpSocket {
  return UdpSocket.listen({ ...LOCAL, ...options, proactor });
}

/** Two sockets that may talk to each other. */
export interface UdpPair extends AsyncDisposable {
  /** One. */
  a: UdpSocket;
  /** The other. */
  b: UdpSocket;
}

/**
 * Opens two sockets.
 *
 * @param proactor Their proactor.
 * @param options Of both.
 * @returns Both; disposing closes them.
 */
export function udpPair(
  proactor: IocpProactor,
  options: Partial<UdpListenOptions> = {},
): UdpPair {
  const [a, b] = [listen(proactor, options), listen(proactor, options)];
  return {
    a,
    b,
    async [Symbol.asyncDispose]() {
      a.abort();
      b.abort();
      await soon(Promise.all([a.finished, b.finished]));
    },
  };
}

/**
 * Winsock with some of its functions replaced.
 *
 * @param changes The replacements.
 * @returns The API for sockets.
 */
export function changedSockets(changes: Partial<SocketApi>): SocketApi {
  return withChanges<SocketApi>(defaultSockets(), changes);
}

/**
 * Winsock whose first receives fail.
 *
 * @param failures How many.
 * @param code What they fail with.
 * @returns The API for sockets.
 */
export function failingReceives(failures: number, code: number): SocketApi {
  return changedSockets({
    wsaRecvFrom: (...args) =>
      failures-- > 0 ? code : defaultSockets().wsaRecvFrom(...args),
  });
}

/**
 * Winsock, and the names of the calls that are made.
 *
 * @param calls The list, which grows.
 * @returns The API for sockets.
 */
export function spiedSockets(calls: string[]): SocketApi {
  return withSpy<SocketApi>(defaultSockets(), calls);
}

/** A protocol that writes down what it is told, datagrams as their text. */
export class Recorder extends EventLog implements DatagramProtocol {
  /** Set when the socket is there. */
  transport!: DatagramTransport;
  /** The senders, in order. */
  readonly senders: Deno.NetAddr[] = [];
  /** The errors, in order. */
  readonly errors: Error[] = [];

  connectionMade(transport: DatagramTransport): void {
    this.transport = transport;
    this.events.push("made");
  }

  datagramReceived(data: Uint8Array<ArrayBuffer>, addr: Deno.NetAddr): void {
    this.events.push(`"${new TextDecoder().decode(data)}"`);
    this.senders.push(addr);
  }

  errorReceived(error: Error): void {
    this.events.push("error");
    this.errors.push(error);
  }
}

/**
 * Opens an endpoint on a free port of this computer.
 *
 * @param proactor Its proactor.
 * @param protocol Its protocol.
 * @param sockets Replaces Winsock.
 * @returns The transport and its address.
 */
export async function open(
  proactor: IocpProactor,
  protocol: DatagramProtocol,
  sockets: SocketApi = defaultSockets(),
): Promise<{ transport: DatagramTransport; addr: Deno.NetAddr }> {
  const options = { localAddr: LOCAL, proactor, sockets };
  const [transport] = await openDatagramEndpoint(() => protocol, options);
  const addr = transport.getExtraInfo("sockname") as Deno.NetAddr;
  return { transport, addr };
}

/**
 * Opens an endpoint whose protocol writes down what it is told.
 *
 * @param proactor Its proactor.
 * @param sockets Replaces Winsock.
 * @returns The protocol, the transport and its address.
 */
export async function record(proactor: IocpProactor, sockets?: SocketApi) {
  const recorder = new Recorder();
  return { recorder, ...await open(proactor, recorder, sockets) };
}

/**
 * Sends text.
 *
 * @param socket The sender.
 * @param text What is sent.
 * @param to To whom.
 */
export async function sendText(
  socket: UdpSocket,
  text: string,
  to: UdpSocket,
): Promise<void> {
  await soon(socket.send(encode(text), to.addr));
}

/**
 * Receives text.
 *
 * @param socket The receiver.
 * @returns The text of one datagram.
 */
export async function receiveText(socket: UdpSocket): Promise<string> {
  const [data] = await soon(socket.receive());
  return new TextDecoder().decode(data);
}
