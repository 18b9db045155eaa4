/** Who may open a pipe. */

import { assertEquals, assertThrows } from "@std/assert";
import { SecurityDescriptor, toSddl } from "../../src/pipe/security.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { wrong } from "./_helpers.ts";

const USER = "S-1-5-21-1-2-3-1001";

Deno.test("toSddl() gives each preset its DACL", () => {
  const owner = `D:P(A;;FA;;;SY)(A;;FA;;;${USER})`;
  assertEquals(toSddl("currentUser", USER), owner);
  assertEquals(
    toSddl("authenticatedUsers", USER),
    `${owner}(A;;0x12019b;;;AU)`,
  );
  assertEquals(toSddl("everyone", USER), `${owner}(A;;0x12019b;;;WD)`);
  assertEquals(toSddl({ sddl: "D:(A;;FA;;;BA)" }, USER), "D:(A;;FA;;;BA)");
});

Deno.test("no preset lets others create instances of the name", () => {
  const createInstance = 0x4;
  for (const preset of ["authenticatedUsers", "everyone"] as const) {
    const mask = /;(0x[0-9a-f]+);;;(?:AU|WD)\)$/.exec(toSddl(preset, USER))
      ?.[1];
    assertEquals(Number(mask) & createInstance, 0);
  }
});

Deno.test("toSddl() refuses what is neither a preset nor SDDL", () => {
  for (const value of ["nobody", "", null, undefined, 5, {}, { sddl: 5 }]) {
    assertThrows(() => toSddl(wrong(value), USER), TypeError, "no preset");
  }
});

Deno.test("a SecurityDescriptor is freed once it is disposed of", () => {
  const sim = new SimulatedWin32();
  {
    using descriptor = new SecurityDescriptor(sim, "currentUser");
    assertEquals(sim.descriptors.size, 1);
    assertEquals(
      sim.descriptors.get(descriptor.address)?.includes(sim.currentUserSid()),
      true,
    );
  }
  assertEquals(sim.leaks(), []);
});

Deno.test("malformed SDDL is a TypeError that quotes it", () => {
  const sim = new SimulatedWin32();
  assertThrows(
    () => new SecurityDescriptor(sim, { sddl: "D:(nonsense)" }),
    TypeError,
    'Cannot use SDDL "D:(nonsense)": it is malformed',
  );
  assertEquals(sim.leaks(), []);
});

Deno.test("the user is asked for once, and again after a failure", () => {
  const sim = new SimulatedWin32();
  sim.fail("currentUserSid", 5);
  const act = () => new SecurityDescriptor(sim, "everyone");
  assertThrows(act, Deno.errors.PermissionDenied, "the user of the process");
  act()[Symbol.dispose]();
  act()[Symbol.dispose]();
  assertEquals(sim.calls.currentUserSid, 2);
});
