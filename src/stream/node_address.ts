/**
 * Parts of addresses of any kind.
 *
 * @module
 */

/**
 * A text of an address.
 *
 * @param address The address.
 * @param name Which.
 * @returns The text; `undefined` when there is none.
 */
export function textOf(
  address: object | undefined,
  name: string,
): string | undefined {
  const value: unknown = address && Reflect.get(address, name);
  return typeof value === "string" ? value : undefined;
}

/**
 * A number of an address.
 *
 * @param address The address.
 * @param name Which.
 * @returns The number; `undefined` when there is none.
 */
export function numberOf(
  address: object | undefined,
  name: string,
): number | undefined {
  const value: unknown = address && Reflect.get(address, name);
  return typeof value === "number" ? value : undefined;
}

/**
 * The family of an internet address.
 *
 * @param address The address.
 * @returns `"IPv4"` or `"IPv6"`; `undefined` when there is none.
 */
export function familyOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return address.includes(":") ? "IPv6" : "IPv4";
}
