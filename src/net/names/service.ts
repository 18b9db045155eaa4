/**
 * From names of services to ports.
 *
 * @module
 */

import { type AddressInfo, getaddrinfo } from "./address_info.ts";

/** A port, or the name of a service such as `"http"`. */
export type ServicePort = number | string;

/**
 * Finds the port of a TCP service. A number is what it is; whether it is a port
 * is for others to check.
 *
 * @param port The port, its digits, or the name of a service.
 * @param signal Ends the wait.
 * @returns The port.
 * @throws {Deno.errors.NotFound} when there is no such service.
 */
export async function servicePort(
  port: ServicePort,
  signal?: AbortSignal,
): Promise<number> {
  if (typeof port !== "string") return port;
  if (/^[0-9]+$/.test(port)) return Number(port);
  const [found] = await getaddrinfo("127.0.0.1", port, {
    type: "stream",
    signal,
  });
  return portOf(found!);
}

function portOf({ address }: AddressInfo): number {
  return address.family === "Unix" ? 0 : address.port;
}
