/** Access lists of pipes, built from accounts. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { assertInstanceOf, assertThrows } from "@std/assert";
import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  PIPE_ACCESS_DUPLEX,
} from "../../src/ffi/constants.ts";
import { isWindowsError } from "../../src/ffi/windows_error.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import type { PipeAccess } from "../../src/pipe/pipe_access.ts";
import { SecurityDescriptor } from "../../src/pipe/security.ts";
import { type Caller, WELL_KNOWN } from "../sim/caller.ts";
import { Fixture } from "../sim/fixture.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { wrong } from "./_helpers.ts";

const ADA = "S-1-5-21-1-2-3-1002";
const TEAM = "S-1-5-21-1-2-3-1100";
const PACKAGE = "S-1-15-2-1-2-3-4-5-6-7";
const LABEL = "S:(ML;;NW;;;LW)";

/** The SDDL that is made of an access list, without what our own user has. */
function made(access: PipeAccess): string {
  const sim = new SimulatedWin32();
  using descriptor = new SecurityDescriptor(sim, access);
  const own = `(A;;FA;;;SY)(A;;FA;;;${sim.currentUserSid()})`;
  return sim.descriptors.get(descriptor.address)!.replace(own, "-");
}

/** What a client is answered. */
function answer(access: PipeAccess, caller: Caller): number {
  const fixture = new Fixture();
  const { sim } = fixture;
  using descriptor = new SecurityDescriptor(sim, access);
  const server = fixture.serve("n", {
    openMode: PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
    securityDescriptor: descriptor.address,
  });
  const code = sim.as(caller, () => {
    const client = fixture.open("n", (GENERIC_READ | GENERIC_WRITE) >>> 0);
    if (client === INVALID_HANDLE_VALUE) return sim.lastError;
    sim.closeHandle(client);
    return 0;
  });
  fixture.sim.closeHandle(server);
  return code;
}

Deno.test("an access list without members is the owner's alone", () => {
  assertEquals(made({}), "D:P-");
  assertEquals(made({ users: undefined, lowIntegrity: false }), "D:P-");
  assertEquals(answer({}, { user: ADA }), 5);
});

Deno.test("an access list takes SIDs as they are, and looks names up", () => {
  const sim = new SimulatedWin32();
  const access = { users: [ADA], groups: [TEAM] };
  new SecurityDescriptor(sim, access)[Symbol.dispose]();
  assertEquals(sim.calls.lookupAccount, undefined);
  const expected = `D:P-(A;;0x12019b;;;${ADA})(A;;0x12019b;;;${TEAM})`;
  assertEquals(made(access), expected);
  assertEquals(made({ users: ["Ada"], groups: ["Team"] }), expected);
  assertEquals(made({ users: ["HOST\\ada"], groups: ["TEAM"] }), expected);
});

Deno.test("an access list lets its users and members of its groups in, who make no instances", () => {
  const access = { users: ["Ada"], groups: ["Team"] };
  assertEquals(answer(access, { user: ADA }), 0);
  const other = "S-1-5-21-1-2-3-1003";
  assertEquals(answer(access, { user: other }), 5);
  assertEquals(answer(access, { user: other, groups: [TEAM] }), 0);
  assertEquals(0x12019b & 0x4, 0); // FILE_CREATE_PIPE_INSTANCE
});

Deno.test("what an access list denies comes first, and counts before the rest", () => {
  const access = { groups: ["Team"], deny: ["Ada", "Everyone"] };
  assertEquals(
    made(access),
    `D:P(D;;FA;;;${ADA})(D;;FA;;;S-1-1-0)-(A;;0x12019b;;;${TEAM})`,
  );
  const denied = { groups: ["Team"], deny: ["Ada"] };
  assertEquals(answer(denied, { user: ADA, groups: [TEAM] }), 5);
});

Deno.test("appContainers lets all packages in, or those that are listed", () => {
  const all = "(A;;0x12019b;;;S-1-15-2-1)(A;;0x12019b;;;S-1-15-2-2)";
  assertEquals(made({ appContainers: true }), `D:P-${all}`);
  assertEquals(made({ appContainers: false }), "D:P-");
  assertEquals(
    made({ appContainers: [PACKAGE] }),
    `D:P-(A;;0x12019b;;;${PACKAGE})`,
  );
  const user = new SimulatedWin32().currentUserSid();
  const caller = { user, appContainer: PACKAGE };
  assertEquals(answer({}, caller), 5);
  assertEquals(answer({ appContainers: true }, caller), 0);
  assertEquals(answer({ appContainers: [PACKAGE] }, caller), 0);
  assertEquals(answer({ appContainers: [`${PACKAGE}-8`] }, caller), 5);
});

Deno.test("lowIntegrity gives the pipe a mandatory label", () => {
  assertEquals(made({ lowIntegrity: true }), `D:P-${LABEL}`);
  const user = new SimulatedWin32().currentUserSid();
  const caller = { user, integrity: WELL_KNOWN.lowIntegrity };
  assertEquals(answer({}, caller), 5);
  assertEquals(answer({ lowIntegrity: true }, caller), 0);
  assertEquals(answer({ lowIntegrity: true }, { user: ADA }), 5);
});

Deno.test("an account that nobody has is an error of Windows that names it", () => {
  const sim = new SimulatedWin32();
  const error = assertThrows(
    () => new SecurityDescriptor(sim, { users: ["Nobody"] }),
    Deno.errors.NotFound,
    'Cannot find account "Nobody": no account has that name',
  );
  assertInstanceOf(error, Error);
  assertEquals(isWindowsError(error) && error.syscall, "LookupAccountNameW");
  sim.fail("lookupAccount", 5);
  assertThrows(
    () => new SecurityDescriptor(sim, { groups: ["Team"] }),
    Deno.errors.PermissionDenied,
    'Cannot find account "Team"',
  );
  assertEquals(sim.leaks(), []);
});

Deno.test("an account of another kind is refused", () => {
  const cases: [PipeAccess, string][] = [
    [{ users: ["Team"] }, 'Cannot use users: "Team" is not one of them'],
    [{ groups: ["Ada"] }, 'Cannot use groups: "Ada" is not one of them'],
    [{ deny: ["BUILTIN"] }, 'Cannot use deny: "BUILTIN" is not one of them'],
  ];
  for (const [access, message] of cases) {
    assertThrows(() => made(access), TypeError, message);
  }
  assertStringIncludes(made({ users: ["SYSTEM"] }), WELL_KNOWN.system);
});

Deno.test("an access list with members that make no sense is refused", () => {
  const cases: unknown[] = [
    { user: ["Ada"] },
    { users: "Ada" },
    { users: [5] },
    { groups: null },
    { deny: [["Ada"]] },
    { lowIntegrity: 1 },
    { appContainers: "yes" },
  ];
  for (const access of cases) {
    assertThrows(() => made(wrong(access)), TypeError, "it makes no sense");
  }
  assertThrows(() => made(wrong(["Ada"])), TypeError, "it is no preset");
  const empty = "Cannot find account: the name is empty";
  assertThrows(() => made({ users: [""] }), TypeError, empty);
  for (const sid of ["S-1-1-0", "S-1-15-2", "a package", ""]) {
    assertThrows(
      () => made({ appContainers: [sid] }),
      TypeError,
      `"${sid}" is not the SID of a package`,
    );
  }
});
