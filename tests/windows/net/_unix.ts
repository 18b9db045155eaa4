/**
 * What the tests of sockets with a path share.
 *
 * Wine has none. There, the functions of Winsock that know paths are replaced
 * by ones that keep a list of files and use TCP; all else is the real thing.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import {
  connectUnix,
  type UnixConnection,
  UnixListener,
  type UnixListenOptions,
} from "../../../src/net/mod.ts";
import { loadSymbols } from "../../../src/ffi/symbols.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  SOCKADDR_UN_SIZE,
  type UnixAddress,
} from "../../../src/ffi/socket/sockaddr.ts";
import type { Bytes, Socket, SocketApi } from "../../../src/ffi/socket/api.ts";
import {
  AF_UNIX,
  WSAEADDRINUSE,
  WSAECONNREFUSED,
  WSAENETDOWN,
} from "../../../src/ffi/socket/constants.ts";
import { INVALID_HANDLE_VALUE } from "../../../src/ffi/win32_api.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { tcpKind } from "../../../src/net/tcp/tcp_socket.ts";
import { socketFiles, UNIX } from "../../../src/net/unix/unix_socket.ts";
import { type ProactorBody, test } from "../_setup.ts";
import { connectedEnds, type Ends } from "../_pipes.ts";

loadSymbols();

/** True when this Windows has sockets with a path. */
export const hasUnix: boolean = probe();

function probe(): boolean {
  const sockets = defaultSockets();
  const socket = sockets.createSocket(UNIX.parameters);
  if (socket === INVALID_HANDLE_VALUE) return false;
  return sockets.closeSocket(socket) === 0;
}

/** In a folder that is there, and one that is not. */
const FOLDER = "C:\\Windows\\Temp";
const NO_FOLDER = "C:\\no such folder";

const files = socketFiles();
const ANY_PORT = encodeSocketAddress({
  family: "IPv4",
  hostname: "127.0.0.1",
  port: 0,
});

/**
 * A path that no other test and no other process uses.
 *
 * @param folder False puts it into a folder that does not exist.
 * @returns The path.
 */
export function uniquePath(folder = true): string {
  const name = crypto.randomUUID().slice(0, 13);
  return `${folder ? FOLDER : NO_FOLDER}\\${name}.sock`;
}

/** Files of sockets, and where the sockets are. */
class UnixOverTcp implements Disposable {
  readonly #sockets = defaultSockets();
  readonly #own = new Set<Socket>();
  readonly #paths = new Map<Socket, string>();
  readonly #changes = new Map<object, string[]>();
  /** The addresses behind the paths. */
  readonly files = new Map<string, Bytes>();

  constructor() {
    const sockets = this.#sockets;
    const real = this.#real();
    this.#change(sockets, {
      createSocket: (parameters) => {
        const unix = parameters.family === AF_UNIX;
        const tcp = tcpKind("IPv4").parameters;
        const socket = real.createSocket(unix ? tcp : parameters);
        if (unix) this.#own.add(socket);
        return socket;
      },
      closeSocket: (socket) => {
        this.#own.delete(socket);
        this.#paths.delete(socket);
        return real.closeSocket(socket);
      },
      bind: (socket, address) =>
        this.#own.has(socket)
          ? this.#bind(real, socket, address)
          : real.bind(socket, address),
      connect: (socket, address) => {
        if (!this.#own.has(socket)) return real.connect(socket, address);
        const path = pathOf(address);
        if (path.startsWith(NO_FOLDER)) return WSAENETDOWN;
        const target = this.files.get(path);
        return target ? real.connect(socket, target) : WSAECONNREFUSED;
      },
      getSocketName: (socket) =>
        this.#own.has(socket)
          ? nameOf(this.#paths.get(socket))
          : real.getSocketName(socket),
      getAcceptExAddresses: (buffer) =>
        buffer.addressSize > SOCKADDR_UN_SIZE
          ? { local: nameOf(), remote: nameOf() }
          : real.getAcceptExAddresses(buffer),
    });
    this.#change(files, { deleteFile: (path) => this.#delete(path) });
  }

  [Symbol.dispose](): void {
    for (const [target, names] of this.#changes) {
      for (const name of names) Reflect.deleteProperty(target, name);
    }
  }

  #real(): SocketApi {
    const sockets = this.#sockets;
    return new Proxy(sockets, {
      get: (_, name) => {
        const member: unknown = Reflect.get(
          Object.getPrototypeOf(sockets),
          name,
          sockets,
        );
        return typeof member === "function" ? member.bind(sockets) : member;
      },
    });
  }

  #change<T extends object>(target: T, changes: Partial<T>): void {
    Object.assign(target, changes);
    this.#changes.set(target, Object.keys(changes));
  }

  #bind(real: SocketApi, socket: Socket, address: Bytes): number {
    const path = pathOf(address);
    if (path.startsWith(NO_FOLDER)) return WSAENETDOWN;
    if (this.files.has(path)) return WSAEADDRINUSE;
    const code = real.bind(socket, ANY_PORT);
    if (code !== 0) return code;
    this.files.set(path, real.getSocketName(socket)!);
    this.#paths.set(socket, path);
    return 0;
  }

  #delete(path: string): number {
    return this.files.delete(path) ? 0 : 2;
  }
}

function pathOf(address: Bytes): string {
  assertEquals(address.byteLength, SOCKADDR_UN_SIZE);
  return (decodeSocketAddress(address) as UnixAddress).path;
}

/** Without a path it is the family only. */
function nameOf(path?: string): Bytes {
  if (path !== undefined) return encodeSocketAddress({ family: "Unix", path });
  return Uint8Array.of(AF_UNIX, 0);
}

const kernel32 = Deno.dlopen("kernel32.dll", {
  GetFileAttributesW: { parameters: ["buffer"], result: "u32" },
}).symbols;

let overTcp: UnixOverTcp | undefined;

/**
 * Tells whether there is a file.
 *
 * @param path Its path.
 * @returns True when it is there.
 */
export function fileExists(path: string): boolean {
  if (overTcp !== undefined) return overTcp.files.has(path);
  const units = Uint16Array.from(`${path}\0`, (c) => c.charCodeAt(0));
  return kernel32.GetFileAttributesW(new Uint8Array(units.buffer)) !==
    2 ** 32 - 1;
}

/**
 * Registers a test of sockets with a path, in both modes.
 *
 * @param name The name of the test.
 * @param body The test; at its end everything must be closed.
 */
export function unixTest(name: string, body: ProactorBody): void {
  const suffix = "(Wine has no AF_UNIX: there over TCP)";
  test.eachMode(`${name} ${suffix}`, async (proactor) => {
    if (hasUnix) return await body(proactor);
    using facade = new UnixOverTcp();
    overTcp = facade;
    try {
      await body(proactor);
    } finally {
      overTcp = undefined;
    }
  });
}

/**
 * Lets sockets with a path work on a Windows that has none.
 *
 * @returns What ends it.
 */
export function unixEverywhere(): Disposable {
  return hasUnix ? { [Symbol.dispose]() {} } : new UnixOverTcp();
}

/** A listener, both ends of a connection. */
export interface UnixPair extends Ends<UnixConnection> {
  /** The listener. */
  listener: UnixListener;
}

/**
 * Listens on a new path and connects to it.
 *
 * @param proactor The proactor of both ends.
 * @param options The listener's options.
 * @returns Both ends; disposing closes them and the listener.
 */
export async function unixPair(
  proactor: IocpProactor,
  options: Partial<UnixListenOptions> = {},
): Promise<UnixPair> {
  const path = uniquePath();
  const listener = UnixListener.listen({ path, ...options, proactor });
  const ends = await connectedEnds(
    listener,
    () => connectUnix({ ...listener.addr, proactor }),
  );
  return { listener, ...ends };
}
