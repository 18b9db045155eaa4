/**
 * Names of servers, and whom a certificate is for, as webpki has it.
 *
 * @module
 */

import { parseIpv4, parseIpv6 } from "../../ffi/socket/ip_address.ts";
import type { Bytes } from "../../ffi/socket/api.ts";
import { subjectAltNames } from "./subject_alt_names.ts";

const MAX_NAME_LENGTH = 253;

/** Letters, digits, and hyphens between them; `_` counts as a letter. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

const DECIMAL = /^[0-9]+$/;

const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** The kinds of names that there are, by their tags. */
const KINDS = [0xa0, 0x81, DNS_NAME, 0xa3, 0xa4, 0xa5, 0x86, IP_ADDRESS, 0x88];

/**
 * Tells whether a server can have this name: a name of DNS, in its ASCII form,
 * or a numeric address without brackets and zone.
 *
 * @param hostname The name.
 * @returns False for what no certificate can be for.
 */
export function isServerName(hostname: string): boolean {
  return addressBytes(hostname) !== null || isHostName(relative(hostname));
}

/**
 * Tells whether a certificate is for a server. Only its subject alternative
 * name counts, never its common name.
 *
 * @param certificate The certificate, as DER.
 * @param hostname A name that {@linkcode isServerName} takes.
 * @returns True when one of its names is that of the server.
 */
export function isCertificateFor(
  certificate: Bytes,
  hostname: string,
): boolean {
  const address = addressBytes(hostname);
  const [wanted, matches] = address === null
    ? [DNS_NAME, nameMatcher(relative(hostname))]
    : [IP_ADDRESS, (value: Bytes) => equals(value, address)];
  for (const { tag, value } of subjectAltNames(certificate)) {
    if (!KINDS.includes(tag)) return false;
    if (tag === wanted && matches(value)) return true;
  }
  return false;
}

function nameMatcher(reference: string): (value: Bytes) => boolean {
  return (value) =>
    value.length <= MAX_NAME_LENGTH &&
    covers(String.fromCharCode(...value), reference);
}

/** A wildcard stands for the whole of the first label. */
function covers(presented: string, reference: string): boolean {
  const [pattern, name] = [presented, reference].map((s) => s.toLowerCase());
  if (!pattern!.startsWith("*.")) {
    return isHostName(pattern!) && pattern === name;
  }
  const suffix = pattern!.substring(1);
  return isHostName(suffix.substring(1)) && suffix.lastIndexOf(".") > 0 &&
    name!.replace(/^[^.]+/, "") === suffix;
}

function isHostName(name: string): boolean {
  const labels = name.split(".");
  return name.length <= MAX_NAME_LENGTH && !DECIMAL.test(labels.at(-1)!) &&
    labels.every((label) => LABEL.test(label));
}

/** The root's dot may stand behind the name of a server. */
function relative(hostname: string): string {
  return hostname.length <= MAX_NAME_LENGTH
    ? hostname.replace(/\.$/, "")
    : hostname;
}

function addressBytes(hostname: string): Bytes | null {
  if (hostname.includes("%")) return null;
  return parseIpv4(hostname) ?? parseIpv6(hostname)?.bytes ?? null;
}

function equals(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
