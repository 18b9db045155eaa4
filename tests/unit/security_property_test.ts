/** Access lists that are made, read back by the rules of access checks. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { SecurityDescriptor } from "../../src/pipe/security.ts";
import { formatSid } from "../../src/ffi/structs.ts";
import type { PipeAccess } from "../../src/pipe/pipe_access.ts";
import { type Caller, sidsOf, WELL_KNOWN } from "../sim/caller.ts";
import {
  type Descriptor,
  hasAccess,
  isSddl,
  parseSddl,
} from "../sim/security.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { fc, test } from "./_property.ts";

const READ_WRITE = 0x12_019b;
const FULL_CONTROL = 0x1f_01ff;
const CREATE_INSTANCE = 0x4;

const sid = fc.nat({ max: 12 }).map((n) => `S-1-5-21-1-2-3-${1000 + n}`);
const packageSid = fc.nat({ max: 3 }).map((n) => `S-1-15-2-7-${n}`);
/** Accounts of the simulated kernel, with the SIDs that they have. */
const NAMED = new Map([
  ["Ada", "S-1-5-21-1-2-3-1002"],
  ["HOST\\ada", "S-1-5-21-1-2-3-1002"],
  ["Team", "S-1-5-21-1-2-3-1100"],
  ["Everyone", WELL_KNOWN.everyone],
  ["BUILTIN\\Users", WELL_KNOWN.users],
]);
const USERS = ["Ada", "HOST\\ada"];
const GROUPS = ["Team", "Everyone", "BUILTIN\\Users"];

function accounts(names: readonly string[]): fc.Arbitrary<string[]> {
  const one = fc.oneof(sid, fc.constantFrom(...names));
  return fc.array(one, { maxLength: 4 });
}

const access: fc.Arbitrary<PipeAccess> = fc.record({
  users: accounts(USERS),
  groups: accounts(GROUPS),
  deny: accounts([...USERS, ...GROUPS]),
  appContainers: fc.oneof(fc.boolean(), fc.array(packageSid)),
  lowIntegrity: fc.boolean(),
}, { requiredKeys: [] });

const caller: fc.Arbitrary<Caller> = fc.record({
  user: fc.oneof(sid, fc.constant(WELL_KNOWN.anonymous)),
  groups: fc.array(
    fc.oneof(sid, fc.constantFrom(WELL_KNOWN.users, "S-1-5-21-1-2-3-1100")),
    { maxLength: 3 },
  ),
  integrity: fc.constantFrom(
    WELL_KNOWN.lowIntegrity,
    WELL_KNOWN.mediumIntegrity,
  ),
});

/** What the kernel is given for an option. */
function sddlOf(security: PipeAccess | { sddl: string }): string {
  const sim = new SimulatedWin32();
  using descriptor = new SecurityDescriptor(sim, security);
  return sim.descriptors.get(descriptor.address)!;
}

function sidsIn(list: readonly string[] = []): string[] {
  return list.map((one) => NAMED.get(one) ?? one);
}

test.property(
  "an access list is SDDL whose entries are those asked for, denials first",
  access,
  (given) => {
    const text = sddlOf(given);
    assert(isSddl(text), text);
    assert(text.startsWith("D:P("), text);
    const { dacl, level } = parseSddl(text);
    const { appContainers = false } = given;
    const packages = appContainers === true
      ? [WELL_KNOWN.allPackages, "S-1-15-2-2"]
      : appContainers || [];
    const user = new SimulatedWin32().currentUserSid();
    assertEquals(
      dacl!.map(({ type, mask, sid }) => [type, mask, sid]),
      [
        ...sidsIn(given.deny).map((one) => ["D", FULL_CONTROL, one]),
        ...[WELL_KNOWN.system, user].map((one) => ["A", FULL_CONTROL, one]),
        ...[...sidsIn(given.users), ...sidsIn(given.groups), ...packages]
          .map((one) => ["A", READ_WRITE, one]),
      ],
    );
    assertEquals(level, given.lowIntegrity ? 4096 : 8192);
  },
);

test.property(
  "who is listed and not denied gets in, makes no instances, and nobody else",
  fc.tuple(access, caller),
  ([given, who]) => {
    const descriptor: Descriptor = parseSddl(sddlOf(given));
    const has = sidsOf(who, null);
    const denied = sidsIn(given.deny).some((one) => has.has(one));
    const listed = [...sidsIn(given.users), ...sidsIn(given.groups)]
      .some((one) => has.has(one));
    const level = who.integrity !== WELL_KNOWN.lowIntegrity ||
      given.lowIntegrity === true;
    assertEquals(
      hasAccess(descriptor, who, READ_WRITE),
      listed && !denied && level,
    );
    assert(!hasAccess(descriptor, who, CREATE_INSTANCE));
  },
  { runs: 1000 },
);

test.property(
  "an access list takes any SID that a token can have",
  fc.tuple(
    fc.nat({ max: 2 ** 32 - 1 }),
    fc.array(fc.nat({ max: 0xffff_ffff }), { minLength: 1, maxLength: 15 }),
  ),
  ([authority, parts]) => {
    const view = new DataView(new ArrayBuffer(8 + parts.length * 4));
    view.setUint8(0, 1);
    view.setUint8(1, parts.length);
    view.setUint32(4, authority);
    parts.forEach((part, i) => view.setUint32(8 + i * 4, part, true));
    const one = formatSid(new Uint8Array(view.buffer));
    assertEquals(parseSddl(sddlOf({ users: [one] })).dacl!.at(-1)!.sid, one);
  },
);

const nonsense = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.integer(),
  fc.constant(null),
  fc.object(),
);

test.property(
  "an access list with another member, or of another type, is refused by name",
  fc.oneof(
    fc.tuple(
      fc.constantFrom("users", "groups", "deny", "appContainers"),
      fc.oneof(
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(fc.oneof(fc.integer(), fc.constant(null)), { minLength: 1 }),
      ),
    ),
    fc.tuple(
      fc.constant("lowIntegrity"),
      fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
    ),
    fc.tuple(
      fc.string({ minLength: 1 }).filter((name) =>
        !["users", "groups", "deny", "appContainers", "lowIntegrity", "sddl"]
          .includes(name) && name !== "__proto__"
      ),
      nonsense,
    ),
  ),
  ([name, value]) => {
    const given = { [name]: value } as PipeAccess;
    const error = assertThrows(() => sddlOf(given), TypeError);
    assert(error.message.startsWith("Cannot use security"), error.message);
    assert(error.message.includes(JSON.stringify(name)), error.message);
  },
);

/** What is refused, and that nothing of the system was asked. */
function refused(security: PipeAccess | { sddl: string }): string {
  const sim = new SimulatedWin32();
  const act = () => new SecurityDescriptor(sim, security);
  const { message } = assertThrows(act, TypeError);
  const { lookupAccount, convertStringSecurityDescriptor } = sim.calls;
  assertEquals([lookupAccount, convertStringSecurityDescriptor], [
    undefined,
    undefined,
  ]);
  return message;
}

test.property(
  "an account whose name holds a NUL is refused: Windows would read a part",
  fc.tuple(fc.constantFrom(...USERS), fc.string({ maxLength: 5 })),
  ([name, rest]) => {
    const message = refused({ users: [`${name}\0${rest}`] });
    assert(message.startsWith("Cannot find account"), message);
  },
);

test.property(
  "SDDL is taken as it is, and refused with a NUL: Windows would read a part",
  fc.tuple(access.map(sddlOf), fc.string({ maxLength: 8 })),
  ([sddl, rest]) => {
    assertEquals(sddlOf({ sddl }), sddl);
    const message = refused({ sddl: `${sddl}\0${rest}` });
    assert(message.startsWith("Cannot use SDDL"), message);
  },
);
