/**
 * Security descriptors, as far as they decide who may open a pipe.
 *
 * Sources: MS, Security Descriptor String Format; MS, How AccessCheck Works;
 * [MS-DTYP] 2.5.3.2 Access Check Algorithm; MS, Mandatory Integrity Control.
 *
 * @module
 */

import type { Address } from "../../src/ffi/win32_api.ts";
import {
  type Caller,
  expandSid,
  integrityOf,
  sidsOf,
  WELL_KNOWN,
} from "./caller.ts";

const SID = /^(?:[A-Z]{2}|S-1(?:-(?:\d+|0x[0-9A-F]+))+)$/i;
const ACE =
  /^([A-Z]{1,2});([A-Z]*);([A-Z]*|0x[0-9A-F]+|\d+);[^;]*;[^;]*;([^;]+)$/i;
const PARTS =
  /^(?:O:([^:]+?))?(?:G:([^:]+?))?(?:D:([A-Z_]*)((?:\([^()]*\))*))?(?:S:([A-Z]*)((?:\([^()]*\))*))?$/i;

const GENERIC_ALL = 0x1000_0000;
const GENERIC_EXECUTE = 0x2000_0000;
const GENERIC_WRITE = 0x4000_0000;
const GENERIC_READ = 0x8000_0000;
const MAPPING: [generic: number, specific: number][] = [
  [GENERIC_ALL, 0x1f_01ff],
  [GENERIC_EXECUTE, 0x12_00a0],
  [GENERIC_WRITE, 0x12_0116],
  [GENERIC_READ, 0x12_0089],
];
/** Rights by their names in SDDL; those of directories have no pipes. */
const RIGHTS: Record<string, number> = {
  GA: GENERIC_ALL,
  GR: GENERIC_READ,
  GW: GENERIC_WRITE,
  GX: GENERIC_EXECUTE,
  FA: 0x1f_01ff,
  FR: 0x12_0089,
  FW: 0x12_0116,
  FX: 0x12_00a0,
  RC: 0x2_0000,
  SD: 0x1_0000,
  WD: 0x4_0000,
  WO: 0x8_0000,
  CC: 0x1,
  DC: 0x2,
  LC: 0x4,
  SW: 0x8,
  RP: 0x10,
  WP: 0x20,
  DT: 0x40,
  LO: 0x80,
  CR: 0x100,
  NW: 0x1,
  NR: 0x2,
  NX: 0x4,
};
/** What "no write up" takes: the specific rights of GENERIC_WRITE alone. */
const WRITE_RIGHTS = 0x116 | 0xd_0000;
const NO_WRITE_UP = 0x1;
/** WRITE_DAC and READ_CONTROL, which the owner always has. */
const OWNER_RIGHTS = 0x6_0000;

/** An entry of an access list. */
interface Ace {
  readonly type: string;
  readonly mask: number;
  readonly sid: string;
}

/** A security descriptor. */
export interface Descriptor {
  /** The SID of the owner; `null` for who makes the object. */
  readonly owner: string | null;
  /** The access list; `null` lets everybody do everything. */
  readonly dacl: readonly Ace[] | null;
  /** The level below which nothing may be written. */
  readonly level: number;
}

/**
 * Tells whether text is a security descriptor in SDDL.
 *
 * @param text The text.
 * @returns True when its owner, group and lists are well formed.
 */
export function isSddl(text: string): boolean {
  const parts = PARTS.exec(text);
  if (text === "" || parts === null) return false;
  const [, owner, group, , dacl = "", , sacl = ""] = parts;
  const sids = [owner, group].filter((sid) => sid !== undefined);
  return sids.every((sid) => SID.test(sid)) &&
    [...acesOf(dacl), ...acesOf(sacl)].every((ace) => ace !== null);
}

/**
 * Decodes a security descriptor.
 *
 * @param text Well-formed SDDL.
 * @returns The descriptor.
 */
export function parseSddl(text: string): Descriptor {
  const [, owner, , flags, dacl = "", , sacl = ""] = PARTS.exec(text)!;
  const label = acesOf(sacl).find((ace) => ace?.type === "ML");
  const noWriteUp = label === undefined || (label!.mask & NO_WRITE_UP) !== 0;
  const level = integrityOf(label?.sid ?? WELL_KNOWN.mediumIntegrity);
  const hasDacl = flags !== undefined && flags !== "NO_ACCESS_CONTROL";
  return {
    owner: owner === undefined ? null : expandSid(owner),
    dacl: hasDacl ? acesOf(dacl).filter((ace) => ace !== null) : null,
    level: noWriteUp ? level : 0,
  };
}

/**
 * What a pipe has that is made without a descriptor. MS, CreateNamedPipeW:
 * full control for the system, administrators and the owner, reading for
 * everyone and the anonymous account.
 */
export const DEFAULT_DESCRIPTOR: Descriptor = parseSddl(
  "D:(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)(A;;FR;;;WD)(A;;FR;;;AN)",
);

/**
 * Makes specific rights of generic ones.
 *
 * @param mask Any rights.
 * @returns Those of files.
 */
export function mapRights(mask: number): number {
  let specific = mask & 0x1f_ffff;
  for (const [generic, rights] of MAPPING) {
    if ((mask & generic) !== 0) specific |= rights;
  }
  return specific;
}

/**
 * `SeAccessCheck`: the label first, then the entries in their order. A process
 * in an AppContainer needs each right twice: as its user, and as its package.
 *
 * @param descriptor The descriptor of the object.
 * @param caller Who asks.
 * @param wanted The rights, specific ones.
 * @returns True when the caller has all of them.
 */
export function hasAccess(
  descriptor: Descriptor,
  caller: Caller,
  wanted: number,
): boolean {
  const { dacl, level, owner } = descriptor;
  const writesUp = integrityOf(caller.integrity) < level;
  if (writesUp && (wanted & WRITE_RIGHTS) !== 0) return false;
  if (dacl === null) return true;
  const sids = sidsOf(caller, owner);
  const free = owner !== null && sids.has(owner) ? OWNER_RIGHTS : 0;
  if (!grants(dacl, sids, wanted & ~free)) return false;
  if (caller.appContainer === undefined) return true;
  const packages = new Set([caller.appContainer, WELL_KNOWN.allPackages]);
  return grants(dacl, packages, wanted);
}

function grants(
  dacl: readonly Ace[],
  sids: ReadonlySet<string>,
  wanted: number,
): boolean {
  let left = wanted;
  for (const { type, mask, sid } of dacl) {
    if (left === 0) return true;
    if (!sids.has(sid)) continue;
    if (type === "D" && (mask & left) !== 0) return false;
    if (type === "A") left &= ~mask;
  }
  return left === 0;
}

function acesOf(text: string): (Ace | null)[] {
  const aces = text === "" ? [] : text.slice(1, -1).split(")(");
  return aces.map(parseAce);
}

function parseAce(text: string): Ace | null {
  const [, type, flags, rights, sid] = ACE.exec(text) ?? [];
  if (sid === undefined || !SID.test(sid)) return null;
  const mask = maskOf(rights!.toUpperCase());
  // An entry that is only for children says nothing of the object itself.
  const inheritOnly = /^(?:..)*IO/i.test(flags!);
  const own = inheritOnly ? "IO" : type!.toUpperCase();
  return { type: own, mask, sid: expandSid(sid) };
}

function maskOf(rights: string): number {
  if (/^(?:0X[0-9A-F]+|\d+)$/.test(rights)) return mapRights(Number(rights));
  let mask = 0;
  for (const name of rights.match(/../g) ?? []) mask |= RIGHTS[name] ?? 0;
  return mapRights(mask);
}

const FIRST_ADDRESS = 0x1f2_1c33_40d0n;

/** The descriptors that were made and not freed. */
export class DescriptorTable extends Map<Address, string> {
  #next = FIRST_ADDRESS;

  /**
   * Makes a descriptor.
   *
   * @param text Well-formed SDDL.
   * @returns Its address.
   */
  add(text: string): Address {
    const address = this.#next;
    this.#next += 0x90n;
    this.set(address, text);
    return address;
  }

  /**
   * What a descriptor says.
   *
   * @param address Its address, or `0n` for the default one.
   * @returns The descriptor; `null` when there is none.
   */
  descriptor(address: Address): Descriptor | null {
    if (address === 0n) return DEFAULT_DESCRIPTOR;
    const text = this.get(address);
    return text === undefined ? null : parseSddl(text);
  }
}
