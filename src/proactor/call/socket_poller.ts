/**
 * Readiness of sockets on a completion port.
 *
 * @module
 */

import { type AfdApi, baseSocket, NativeAfd } from "../../ffi/socket/afd.ts";
import { windowsError } from "../../ffi/errors.ts";
import type { Socket, SocketApi } from "../../ffi/socket/api.ts";
import { INVALID_HANDLE_VALUE } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import type { PortDependent } from "../port/port_life.ts";
import { AfdDevices } from "./afd_devices.ts";
import { PolledSocket, type Waiter } from "./polled_socket.ts";
import { defaultSockets } from "../../ffi/socket/default.ts";

/** What a poller works with. */
export interface SocketPollerParts {
  /** The driver. */
  afd: AfdApi;
  /** Winsock. */
  sockets: SocketApi;
}

const pollers = new WeakMap<CompletionPort, SocketPoller>();

/**
 * Tells when sockets are ready, by one poll of the AFD driver for each. There
 * is one poller for each port.
 */
export class SocketPoller implements PortDependent {
  /** The completion port. */
  readonly port: CompletionPort;
  readonly #afd: AfdApi;
  readonly #sockets: SocketApi;
  readonly #devices: AfdDevices;
  readonly #polled = new Map<Socket, PolledSocket>();

  /**
   * @param port The completion port.
   * @param parts The driver and Winsock.
   */
  constructor(port: CompletionPort, { afd, sockets }: SocketPollerParts) {
    this.port = port;
    this.#afd = afd;
    this.#sockets = sockets;
    this.#devices = new AfdDevices(port, afd);
    port.dependents.add(this);
    pollers.set(port, this);
  }

  /** Sockets that are polled. */
  get sockets(): number {
    return this.#polled.size;
  }

  /** Handles of the driver that are open. */
  get devices(): number {
    return this.#devices.size;
  }

  /**
   * Adds a waiter, which may be settled before this returns.
   *
   * @param socket Any socket.
   * @param waiter The waiter.
   * @returns From where to remove the waiter.
   * @throws {Deno.errors.BadResource} when it is no socket, or the proactor is
   * closed.
   * @throws {WindowsError} when the driver cannot be opened.
   */
  wait(socket: Socket, waiter: Waiter): PolledSocket {
    this.port.assertOpen(`wait for socket ${socket}`);
    const base = this.#base(socket);
    const polled = this.#polled.get(base) ?? this.#open(base);
    polled.add(waiter);
    return polled;
  }

  /** Fails all waits. Called when the port closes. */
  destroy(): void {
    const error = new Deno.errors.BadResource(
      "Cannot wait for socket: the proactor is closed",
    );
    for (const polled of this.#polled.values()) polled.fail(error);
    this.#devices.close();
  }

  #open(socket: Socket): PolledSocket {
    const { port } = this;
    const afd = this.#afd;
    const device = this.#devices.acquire();
    const onIdle = () => {
      this.#polled.delete(socket);
      this.#devices.release(device);
    };
    const polled = new PolledSocket({ port, afd, device, socket, onIdle });
    this.#polled.set(socket, polled);
    return polled;
  }

  #base(socket: Socket): Socket {
    const base = baseSocket(this.#sockets, socket);
    if (base !== INVALID_HANDLE_VALUE) return base;
    throw windowsError(this.port.api, this.#sockets.lastError, {
      syscall: "WSAIoctl",
      action: `Cannot wait for socket ${socket}`,
    });
  }
}

/**
 * The poller of a port, made on first use.
 *
 * @param port The completion port.
 * @returns The poller, which ends with the port.
 * @throws {Deno.errors.BadResource} when the port is closed.
 */
export function pollerOf(port: CompletionPort): SocketPoller {
  port.assertOpen("wait for socket");
  const poller = pollers.get(port);
  if (poller !== undefined) return poller;
  const afd = new NativeAfd(port.api);
  return new SocketPoller(port, { afd, sockets: defaultSockets() });
}
