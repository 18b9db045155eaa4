/**
 * The part of SDDL that the simulation checks.
 *
 * @module
 */

const SID = /^(?:[A-Z]{2}|S-1(?:-(?:\d+|0x[0-9A-F]+))+)$/i;
const ACE =
  /^(?:[A-Z]{1,2});[A-Z]*;(?:[A-Z]*|0x[0-9A-F]+|\d+);[^;]*;[^;]*;([^;]+)$/i;
const PARTS =
  /^(?:O:([^:]+?))?(?:G:([^:]+?))?(?:D:([A-Z]*)((?:\([^()]*\))*))?(?:S:([A-Z]*)((?:\([^()]*\))*))?$/i;

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
  return sids.every((sid) => SID.test(sid)) && areAces(dacl) && areAces(sacl);
}

function areAces(text: string): boolean {
  const aces = text === "" ? [] : text.slice(1, -1).split(")(");
  return aces.every((ace) => SID.test(ACE.exec(ace)?.[1] ?? ""));
}
