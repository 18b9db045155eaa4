/**
 * The names in a certificate. They are read from its bytes: as text, a name
 * with a comma or a NUL can look like several, or like another one.
 *
 * @module
 */

import { viewOf } from "../../ffi/bytes.ts";
import type { Bytes } from "../../ffi/socket/api.ts";

/** One value of DER. */
export interface DerValue {
  /** Its first byte. */
  tag: number;
  /** Its content. */
  value: Bytes;
}

const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;
const EXTENSIONS = 0xa3;

/** The object identifier 2.5.29.17, with its tag. */
const SUBJECT_ALT_NAME = Uint8Array.of(0x06, 0x03, 0x55, 0x1d, 0x11);

/** The first bytes of the lengths that have more than one: 2 or 3. */
const LONG_LENGTH = [0x81, 0x82];

/**
 * Reads the names of a certificate's subject alternative name.
 *
 * @param certificate The certificate, as DER.
 * @returns Each name, up to what is malformed; none when it has no such
 * extension, or more than one.
 */
export function* subjectAltNames(certificate: Bytes): Generator<DerValue> {
  const found = extensionsOf(certificate).filter(isSubjectAltName);
  if (found.length !== 1) return;
  const content = childrenOf(found[0]).at(-1);
  if (content?.tag !== OCTET_STRING) return;
  const [names] = childrenOf(content);
  if (names?.tag === SEQUENCE) yield* derValues(names.value);
}

/** They stand last in what was signed, which stands first. */
function extensionsOf(certificate: Bytes): DerValue[] {
  const signed = childrenOf(childrenOf([...derValues(certificate)][0])[0]);
  const last = signed.at(-1);
  return last?.tag === EXTENSIONS ? childrenOf(childrenOf(last)[0]) : [];
}

function childrenOf(parent: DerValue | undefined): DerValue[] {
  return parent === undefined ? [] : [...derValues(parent.value)];
}

function isSubjectAltName({ value }: DerValue): boolean {
  return SUBJECT_ALT_NAME.every((byte, i) => value[i] === byte);
}

/** Values that follow each other, up to one that is malformed. */
function* derValues(bytes: Bytes): Generator<DerValue> {
  for (let at = 0; at + 2 <= bytes.length;) {
    const size = LONG_LENGTH.indexOf(bytes[at + 1]!) + 1;
    const start = at + 2 + size;
    const end = start +
      lengthOf(viewOf(bytes, at + 1, Math.min(start, bytes.length)));
    if (end > bytes.length) return;
    yield { tag: bytes[at]!, value: viewOf(bytes, start, end) };
    at = end;
  }
}

/** Infinity for a length that is longer than it needs to be, or cut. */
function lengthOf([first, ...rest]: Bytes): number {
  if (rest.length === 0) return first! < 0x80 ? first! : Infinity;
  const length = rest.reduce((sum, byte) => sum * 0x100 + byte, 0);
  return length < 0x80 * 2 ** (rest.length - 1) ? Infinity : length;
}
