import { portOf } from "../../src/proactor/default_port.ts";
import { assert, assertMatch, assertThrows } from "@std/assert";
import { type PipeSecurity, PipeServer } from "../../mod.ts";
import { test } from "./_setup.ts";
import { assertKeepsHandles } from "./_handles.ts";
import { connectedPair, uniquePipeName } from "./_pipes.ts";
import { SecurityDescriptor, toSddl } from "../../src/pipe/security.ts";
import { assertConnected, assertLocksOut } from "./_connections.ts";

const PRESETS = ["currentUser", "authenticatedUsers", "everyone"] as const;

for (const security of PRESETS) {
  test.proactor(`security "${security}" lets the user of this process in`, async (proactor) => {
    await using pair = await connectedPair(proactor, { security });
    await assertConnected(pair);
  });

  test.proactor(`security "${security}" is a descriptor that Windows accepts`, (proactor) => {
    const { api } = portOf(proactor);
    using descriptor = new SecurityDescriptor(api, security);
    assert(descriptor.address !== 0n);
    assertMatch(api.currentUserSid(), /^S-1-5-/);
    assertMatch(toSddl(security, api.currentUserSid()), /^D:P\(A;;FA;;;SY\)/);
  });
}

test.proactor("security takes an SDDL string", async (proactor) => {
  const security = { sddl: "D:P(A;;FA;;;WD)" };
  await using pair = await connectedPair(proactor, { security });
  await assertConnected(pair);
});

test.proactor("security that lets only the system in refuses us (Wine does not check it and lets us in)", async (proactor) => {
  await assertLocksOut(proactor, { sddl: "D:P(A;;FA;;;SY)" });
});

test.proactor("security that is malformed leaks nothing", async (proactor) => {
  const path = uniquePipeName();
  function refused(security: unknown, message: string) {
    const options = { security: security as PipeSecurity, proactor };
    assertThrows(() => PipeServer.listen(path, options), TypeError, message);
  }
  function refuseAll() {
    refused(
      { sddl: "not SDDL" },
      'Cannot use SDDL "not SDDL": it is malformed',
    );
    refused({ sddl: 5 }, "it is no preset and has no SDDL string");
    refused("nobody", 'Cannot use security "nobody"');
    refused(null, "Cannot use security null");
  }
  await assertKeepsHandles(refuseAll, 20);
});

test.proactor("allowRemote serves local clients as well", async (proactor) => {
  await using pair = await connectedPair(proactor, { allowRemote: true });
  await assertConnected(pair);
});
