/**
 * IP addresses as text: strict to read, RFC 5952 to write.
 *
 * @module
 */

import type { Bytes } from "./api.ts";

/** An IPv6 address and the interface it holds on. */
export interface Ipv6Text {
  /** 16 bytes, network order. */
  bytes: Bytes;
  /** The zone's number behind `%`; 0 when there is none. */
  scopeId: number;
}

const DECIMAL_BYTE = /^(?:0|[1-9][0-9]{0,2})$/;
const HEX_GROUP = /^[0-9A-Fa-f]{1,4}$/;
const ZONE = /^(?:0|[1-9][0-9]{0,9})$/;
const GROUPS = 8;

/**
 * Reads four decimal numbers with dots. Leading zeros are refused, because
 * some read them as octal.
 *
 * @param text The text.
 * @returns 4 bytes, or `null` when it is no IPv4 address.
 */
export function parseIpv4(text: string): Bytes | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  if (!parts.every((part) => DECIMAL_BYTE.test(part))) return null;
  const values = parts.map(Number);
  return values.some((value) => value > 255) ? null : Uint8Array.from(values);
}

/**
 * Writes an IPv4 address.
 *
 * @param bytes 4 bytes, network order.
 * @returns `a.b.c.d`
 */
export function formatIpv4(bytes: Bytes): string {
  return bytes.join(".");
}

/**
 * Reads an IPv6 address, with `::`, a dotted end and a numeric zone.
 *
 * @param text The text, without brackets.
 * @returns The address, or `null` when it is none.
 */
export function parseIpv6(text: string): Ipv6Text | null {
  const [address, zone, ...more] = text.split("%");
  if (more.length > 0) return null;
  const scopeId = zone === undefined ? 0 : parseZone(zone);
  const groups = parseGroups(address!);
  if (groups === null || scopeId === null) return null;
  const bytes = new Uint8Array(GROUPS * 2);
  const view = new DataView(bytes.buffer);
  groups.forEach((group, i) => view.setUint16(i * 2, group));
  return { bytes, scopeId };
}

function parseZone(zone: string): number | null {
  if (!ZONE.test(zone)) return null;
  return Number(zone) > 0xffff_ffff ? null : Number(zone);
}

/** `::` stands for one group of zeros at least. */
function parseGroups(text: string): number[] | null {
  const [head, tail, ...more] = text.split("::");
  if (more.length > 0) return null;
  if (tail === undefined) {
    const groups = parseRun(head!, true);
    return groups?.length === GROUPS ? groups : null;
  }
  const left = head === "" ? [] : parseRun(head!, false);
  const right = tail === "" ? [] : parseRun(tail, true);
  if (left === null || right === null) return null;
  const zeros = GROUPS - left.length - right.length;
  return zeros < 1 ? null : [...left, ...Array(zeros).fill(0), ...right];
}

/** Groups with colons; an IPv4 address may stand for the last two. */
function parseRun(text: string, last: boolean): number[] | null {
  const parts = text.split(":");
  const dotted = last && parts.at(-1)!.includes(".");
  const end = dotted ? parseIpv4(parts.pop()!) : Uint8Array.of();
  if (end === null) return null;
  if (!parts.every((part) => HEX_GROUP.test(part))) return null;
  const groups = parts.map((part) => Number.parseInt(part, 16));
  if (dotted) {
    groups.push(end[0]! << 8 | end[1]!, end[2]! << 8 | end[3]!);
  }
  return groups;
}

/**
 * Writes an IPv6 address as RFC 5952 wants it: lower case, no leading zeros,
 * the first of the longest runs of zeros as `::`, mapped IPv4 with dots.
 *
 * @param bytes 16 bytes, network order.
 * @returns The text, without brackets and zone.
 */
export function formatIpv6(bytes: Bytes): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, GROUPS * 2);
  const groups = Array.from(
    { length: GROUPS },
    (_, i) => view.getUint16(i * 2),
  );
  if (isMapped(groups)) {
    return `::ffff:${formatIpv4(bytes.subarray(12, 16))}`;
  }
  const { start, length } = longestZeros(groups);
  const words = groups.map((group) => group.toString(16));
  if (length < 2) return words.join(":");
  const head = words.slice(0, start).join(":");
  return `${head}::${words.slice(start + length).join(":")}`;
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((g) => g === 0);
}

function longestZeros(groups: readonly number[]) {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < GROUPS; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}
