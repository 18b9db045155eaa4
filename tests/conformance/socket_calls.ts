/**
 * The calls on sockets that traces make. Whether one ends at once is a matter of
 * time between two sockets, so both answer `begun`; the packet tells the rest.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../../src/ffi/constants.ts";
import {
  AF_INET,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SD_BOTH,
  SD_RECEIVE,
  SD_SEND,
  SO_EXCLUSIVEADDRUSE,
  SO_LINGER,
  SO_UPDATE_ACCEPT_CONTEXT,
  SO_UPDATE_CONNECT_CONTEXT,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  TF_REUSE_SOCKET,
} from "../../src/ffi/socket/constants.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
} from "../../src/ffi/socket/sockaddr.ts";
import {
  ACCEPT_EXTRA,
  ADDRESS_AREA_LENGTH,
  encodeBuffers,
  encodeDword,
  encodeHandle,
  encodeLinger,
} from "../../src/ffi/socket/structs.ts";
import type { Bytes } from "../../src/ffi/socket/api.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import { answer, type Bench, type Operation } from "./bench.ts";

const HOW = { receive: SD_RECEIVE, send: SD_SEND, both: SD_BOTH };

/** Calls on sockets. */
export class SocketCalls {
  readonly #bench: Bench;
  readonly #names = new Map<string, Bytes>();

  /** @param bench Where handles and operations are. */
  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** `WSASocketW`. */
  socket(name: string, kind: "tcp" | "udp" = "tcp"): string {
    const { sockets } = this.#bench.system;
    const handle = sockets.createSocket({
      family: AF_INET,
      type: kind === "tcp" ? SOCK_STREAM : SOCK_DGRAM,
      protocol: kind === "tcp" ? IPPROTO_TCP : IPPROTO_UDP,
    });
    if (handle === INVALID_HANDLE_VALUE) return `error ${sockets.lastError}`;
    this.#bench.own(name, handle, () => sockets.closeSocket(handle));
    this.#bench.associate(handle);
    return "ok";
  }

  /** SO_EXCLUSIVEADDRUSE. */
  exclusive(name: string): string {
    return this.#set(name, SO_EXCLUSIVEADDRUSE, encodeDword(true));
  }

  /** `bind` to a free port, or to that which another socket has had. */
  bind(name: string, hostname = "127.0.0.1", portOf?: string): string {
    const { sockets } = this.#bench.system;
    const port = portOf === undefined ? 0 : this.#port(portOf);
    const address = encodeSocketAddress({ family: "IPv4", hostname, port });
    const handle = this.#bench.handle(name);
    const code = sockets.bind(handle, address);
    const bound = code === 0 ? sockets.getSocketName(handle) : null;
    if (bound !== null) this.#names.set(name, bound);
    return answer(code);
  }

  /** `listen`. */
  listen(name: string, backlog: number): string {
    const { sockets } = this.#bench.system;
    return answer(sockets.listen(this.#bench.handle(name), backlog));
  }

  /** `AcceptEx`. */
  accept(listener: string, socket: string, operation: string): string {
    const { sockets } = this.#bench.system;
    const started = this.#bench.operation(operation);
    const addressSize = ADDRESS_AREA_LENGTH + ACCEPT_EXTRA;
    const code = sockets.acceptEx(
      this.#bench.handle(listener),
      this.#bench.handle(socket),
      { address: started.buffer, addressSize },
      started.overlapped,
    );
    return begun(code);
  }

  /** SO_UPDATE_ACCEPT_CONTEXT. */
  accepted(socket: string, listener: string): string {
    const value = encodeHandle(this.#bench.handle(listener));
    return this.#set(socket, SO_UPDATE_ACCEPT_CONTEXT, value);
  }

  /** `ConnectEx` to where a socket is or was bound. */
  dial(socket: string, target: string, operation: string): string {
    const { sockets } = this.#bench.system;
    const { overlapped } = this.#bench.operation(operation);
    const handle = this.#bench.handle(socket);
    return begun(
      sockets.connectEx(handle, this.#names.get(target)!, overlapped),
    );
  }

  /** SO_UPDATE_CONNECT_CONTEXT. */
  connected(socket: string): string {
    return this.#set(socket, SO_UPDATE_CONNECT_CONTEXT, new Uint8Array(0));
  }

  /** Dials so many times; nobody accepts. */
  dialMany(target: string, count: number): string {
    let pending = 0;
    let refused = 0;
    for (let i = 0; i < count; i++) {
      const name = `client ${i}`;
      this.socket(name);
      this.bind(name);
      if (this.dial(name, target, "dial") === "begun") pending++;
      else refused++;
    }
    const ended = pending === 0 ? [] : this.#bench.packets(pending).split("; ");
    const good = ended.filter((packet) => packet === "dial 0 0").length;
    return `${good} connected, ${ended.length - good + refused} refused`;
  }

  /** `WSASend`. */
  send(socket: string, operation: string, text: string): string {
    const { sockets } = this.#bench.system;
    const started = this.#bench.operation(operation, { text });
    const buffers = one(started, text.length);
    const handle = this.#bench.handle(socket);
    return begun(sockets.wsaSend(handle, buffers, 0, started.overlapped));
  }

  /** `WSARecv`. */
  receive(socket: string, operation: string, length: number): string {
    const { sockets } = this.#bench.system;
    const started = this.#bench.operation(operation, { receives: true });
    const buffers = one(started, length);
    const handle = this.#bench.handle(socket);
    return begun(sockets.wsaRecv(handle, buffers, 0, started.overlapped));
  }

  /** `WSASendTo`. */
  sendTo(socket: string, target: string, text: string): string {
    const { sockets } = this.#bench.system;
    const started = this.#bench.operation("sendTo", { text });
    return begun(sockets.wsaSendTo(
      this.#bench.handle(socket),
      one(started, text.length),
      0,
      this.#names.get(target)!,
      started.overlapped,
    ));
  }

  /** `shutdown`. */
  shutdown(socket: string, how: keyof typeof HOW): string {
    const { sockets } = this.#bench.system;
    return answer(sockets.shutdown(this.#bench.handle(socket), HOW[how]));
  }

  /** `closesocket`. */
  closeSocket(socket: string): string {
    const { sockets } = this.#bench.system;
    const handle = this.#bench.handle(socket);
    this.#bench.disown(socket);
    return answer(sockets.closeSocket(handle));
  }

  /** `closesocket` after SO_LINGER of no time: the peer is reset. */
  reset(socket: string): string {
    this.#set(socket, SO_LINGER, encodeLinger(0));
    return this.closeSocket(socket);
  }

  /** `DisconnectEx` with TF_REUSE_SOCKET. */
  reuse(socket: string, operation: string): string {
    const { sockets } = this.#bench.system;
    const { overlapped } = this.#bench.operation(operation);
    const handle = this.#bench.handle(socket);
    return begun(sockets.disconnectEx(handle, TF_REUSE_SOCKET, overlapped));
  }

  #port(name: string): number {
    const address = decodeSocketAddress(this.#names.get(name)!);
    return "port" in address ? address.port : 0;
  }

  #set(name: string, option: number, value: Bytes): string {
    const { sockets } = this.#bench.system;
    const which = { level: SOL_SOCKET, name: option };
    const handle = this.#bench.handle(name);
    return answer(sockets.setSocketOption(handle, which, value));
  }
}

function one({ buffer: address }: Operation, length: number): Bytes {
  return encodeBuffers([{ address, length }]);
}

function begun(code: number): string {
  return code === 0 || code === ERROR_IO_PENDING ? "begun" : `error ${code}`;
}
