/**
 * From hosts and ports to what a socket sends to.
 *
 * @module
 */

import type { Bytes } from "../../ffi/socket/api.ts";
import { resolveHost } from "../names/resolve.ts";
import {
  type AddressRules,
  encodeTarget,
  type InternetAddress,
  parseTarget,
  type UdpTarget,
} from "./udp_address.ts";

const FAMILIES = { IPv4: "ipv4", IPv6: "ipv6" } as const;

/**
 * Finds the first address of a host that a socket can use.
 *
 * @param target A numeric address or a name.
 * @param rules The socket's family, where it is known.
 * @param signal Ends the wait.
 * @returns The address.
 * @throws {Deno.errors.NotFound} when there is no such host.
 */
export async function resolveTarget(
  target: UdpTarget,
  rules?: AddressRules,
  signal?: AbortSignal,
): Promise<InternetAddress> {
  const { hostname, port } = target;
  const family = rules && !rules.dualStack ? FAMILIES[rules.family] : undefined;
  const [address] = await resolveHost(hostname, port, { family, signal });
  return address as InternetAddress;
}

/** Encodes targets: mostly the same one again and again. */
export class TargetEncoder {
  readonly #rules: AddressRules;
  #hostname = "";
  #port = 0;
  #name: Bytes = new Uint8Array(0);

  /** @param rules The socket's family. */
  constructor(rules: AddressRules) {
    this.#rules = rules;
  }

  /**
   * Encodes a numeric address.
   *
   * @param action The beginning of messages.
   * @param target Its host and port.
   * @returns A `sockaddr`, or `null` when the host is a name.
   * @throws {TypeError} when it is no host and port, or of another family.
   * @throws {RangeError} when the port is not 1 to 65535.
   */
  encode(action: string, target: UdpTarget): Bytes | null {
    if (this.#isLast(target)) return this.#name;
    const address = parseTarget(action, target);
    if (address === null) return null;
    this.#name = encodeTarget(action, address, this.#rules);
    this.#hostname = target.hostname;
    this.#port = target.port;
    return this.#name;
  }

  /**
   * Encodes an address that is asked for by its name.
   *
   * @param action The beginning of messages.
   * @param target Its name and port.
   * @returns A `sockaddr`.
   * @throws {Deno.errors.NotFound} when there is no such host.
   */
  async resolve(action: string, target: UdpTarget): Promise<Bytes> {
    const address = await resolveTarget(target, this.#rules);
    return encodeTarget(action, address, this.#rules);
  }

  #isLast(target: UdpTarget): boolean {
    return target?.port === this.#port && target.hostname === this.#hostname &&
      !("transport" in target && target.transport !== "udp") &&
      this.#port !== 0;
  }
}
