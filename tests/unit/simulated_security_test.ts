/** Who may open the pipes of the simulated kernel, and make instances. */

import { assert, assertEquals } from "@std/assert";
import {
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  PIPE_ACCESS_DUPLEX,
} from "../../src/ffi/constants.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import { type PipeSecurity, toSddl } from "../../src/pipe/security.ts";
import { type Caller, WELL_KNOWN } from "../sim/caller.ts";
import { Fixture } from "../sim/fixture.ts";
import type { SimulationOptions } from "../sim/options.ts";

const OTHER: Caller = { user: "S-1-5-21-1-2-3-1002" };
const ANONYMOUS: Caller = { user: WELL_KNOWN.anonymous };
const SYSTEM: Caller = { user: WELL_KNOWN.system };
const LOW = WELL_KNOWN.lowIntegrity;
const PACKAGE = "S-1-15-2-1-2-3-4-5-6-7";
const DUPLEX = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED;

interface Access {
  sddl?: string;
  caller?: Caller;
  access?: number;
  options?: SimulationOptions;
}

/** Makes a pipe, and tells what a client and a second server are answered. */
function answers(
  { sddl, caller, access, options }: Access,
): [client: number, server: number] {
  const fixture = new Fixture(options);
  const { sim } = fixture;
  const securityDescriptor = sddl === undefined
    ? 0n
    : sim.convertStringSecurityDescriptor(sddl);
  const first = fixture.serve("n", { securityDescriptor });
  sim.localFree(securityDescriptor);
  const us = { user: sim.currentUserSid() };
  const codes = sim.as(caller ?? us, () => {
    const opened = [fixture.open("n", access), fixture.serve("n")];
    return opened.map((handle) => {
      if (handle === INVALID_HANDLE_VALUE) return sim.lastError;
      sim.closeHandle(handle);
      return 0;
    });
  });
  fixture.finish(first);
  return [codes[0]!, codes[1]!];
}

function preset(security: PipeSecurity, caller?: Caller): number[] {
  const sddl = toSddl(security, new Fixture().sim.currentUserSid());
  return answers({ sddl, ...caller && { caller } });
}

Deno.test("a pipe's access list decides who opens it, and who makes instances", () => {
  assertEquals(preset("currentUser"), [0, 0]);
  assertEquals(preset("currentUser", SYSTEM), [0, 0]);
  assertEquals(preset("currentUser", OTHER), [5, 5]);
  assertEquals(preset("authenticatedUsers", OTHER), [0, 5]);
  assertEquals(preset("authenticatedUsers", ANONYMOUS), [5, 5]);
  assertEquals(preset("everyone", ANONYMOUS), [0, 5]);
  assertEquals(preset({ sddl: "D:P(A;;FA;;;SY)" }), [5, 5]);
});

Deno.test("the entries of an access list count in their order", () => {
  const deny = `(D;;FA;;;${OTHER.user})`;
  const allow = "(A;;FA;;;WD)";
  const answer = (sddl: string) => answers({ sddl, caller: OTHER });
  assertEquals(answer(`D:${deny}${allow}`), [5, 5]);
  assertEquals(answer(`D:${allow}${deny}`), [0, 0]);
  assertEquals(answer(`D:(A;OICIIO;FA;;;WD)`), [5, 5]);
  assertEquals(answer("D:"), [5, 5]);
  assertEquals(answer("O:SY"), [0, 0]); // no list at all
});

Deno.test("a pipe without a descriptor is the owner's, and others' to read", () => {
  assertEquals(answers({}), [0, 0]);
  assertEquals(answers({ caller: OTHER }), [5, 5]);
  const access = GENERIC_READ;
  assertEquals(answers({ caller: OTHER, access }), [0, 5]);
  assertEquals(answers({ caller: ANONYMOUS, access }), [0, 5]);
});

Deno.test("writing needs the integrity level of the pipe's label", () => {
  const caller = { ...OTHER, integrity: LOW };
  const open = "D:(A;;FA;;;WD)";
  assertEquals(answers({ sddl: open, caller }), [5, 5]);
  const access = GENERIC_READ;
  assertEquals(answers({ sddl: open, caller, access }), [0, 5]);
  const sddl = `${open}S:(ML;;NW;;;LW)`;
  assertEquals(answers({ sddl, caller }), [0, 0]);
});

Deno.test("an AppContainer needs an entry of its own besides its user's", () => {
  const caller = { ...OTHER, integrity: LOW, appContainer: PACKAGE };
  const label = "S:(ML;;NW;;;LW)";
  const answer = (dacl: string) =>
    answers({ sddl: `D:${dacl}${label}`, caller })[0];
  assertEquals(answer("(A;;FA;;;WD)"), 5);
  assertEquals(answer("(A;;FA;;;AC)"), 5);
  assertEquals(answer("(A;;FA;;;WD)(A;;FA;;;AC)"), 0);
  assertEquals(answer(`(A;;FA;;;WD)(A;;FA;;;${PACKAGE})`), 0);
});

Deno.test("the list of the first instance counts, not that of later ones", () => {
  const fixture = new Fixture();
  const { sim } = fixture;
  const descriptor = sim.convertStringSecurityDescriptor("D:(A;;FA;;;WD)");
  const first = fixture.serve("n");
  const taken = fixture.open("n");
  const second = fixture.serve("n", { securityDescriptor: descriptor });
  sim.as(OTHER, () => assertEquals(fixture.open("n"), INVALID_HANDLE_VALUE));
  assertEquals(sim.lastError, 5);
  sim.localFree(descriptor);
  fixture.finish(first, taken, second);
});

Deno.test("rights come before the number of instances, and that before the flag", () => {
  const fixture = new Fixture();
  const { sim } = fixture;
  const one = { maxInstances: 1 };
  const first = fixture.serve("n", one);
  const openMode = DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE;
  assertEquals(fixture.serve("n", { ...one, openMode }), INVALID_HANDLE_VALUE);
  assertEquals(sim.lastError, 231);
  sim.as(OTHER, () => fixture.serve("n", one));
  assertEquals(sim.lastError, 5);
  fixture.finish(first);
});

Deno.test("ignoreAccess and ignoreFirstInstance are what Wine does", () => {
  const options = { ignoreAccess: true, ignoreFirstInstance: true };
  const sddl = "D:P(A;;FA;;;SY)";
  assertEquals(answers({ sddl, caller: OTHER, options }), [0, 0]);
  const fixture = new Fixture(options);
  const openMode = DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE;
  const ends = [fixture.serve("n"), fixture.serve("n", { openMode })];
  assert(ends.every((end) => end !== INVALID_HANDLE_VALUE));
  fixture.finish(...ends);
});

Deno.test("a client without the right to write can only read", () => {
  const sddl = `D:(A;;FR;;;WD)`;
  assertEquals(answers({ sddl, access: GENERIC_READ }), [0, 5]);
  assertEquals(answers({ sddl, access: GENERIC_WRITE }), [5, 5]);
});
