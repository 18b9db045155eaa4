/**
 * Addresses as `node:net` has them.
 *
 * @module
 */

/** An internet address, as `address()` of `node:net` gives it. */
export interface SocketAddressInfo {
  /** The numeric address. */
  address: string;
  /** `"IPv4"` or `"IPv6"`. */
  family: string;
  /** The port. */
  port: number;
}
