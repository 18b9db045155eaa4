import { portOf } from "../../src/proactor/default_port.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { type IocpProactor, PipeServer } from "../../mod.ts";
import { SecurityDescriptor } from "../../src/pipe/security.ts";
import type { PipeAccess } from "../../src/pipe/pipe_access.ts";
import { formatSid } from "../../src/ffi/structs.ts";
import type { Address } from "../../src/ffi/win32_api.ts";
import { assertConnected, assertLocksOut } from "./_connections.ts";
import { libraryPath } from "./_library.ts";
import { test } from "./_setup.ts";
import { connectedPair, uniquePipeName } from "./_pipes.ts";

const DACL_SECURITY_INFORMATION = 0x4;
const SYSTEM_MANDATORY_LABEL_ACE_TYPE = 0x11;
const SYSTEM_MANDATORY_LABEL_NO_WRITE_UP = 0x1;

const advapi32 = Deno.dlopen(libraryPath("advapi32.dll"), {
  ConvertSecurityDescriptorToStringSecurityDescriptorW: {
    parameters: ["usize", "u32", "u32", "buffer", "buffer"],
    result: "i32",
  },
}).symbols;

/** What Windows says of the list of a descriptor. */
function textOf(proactor: IocpProactor, descriptor: Address): string {
  const { api } = portOf(proactor);
  const [text, units] = [new BigUint64Array(1), new Uint32Array(1)];
  const ok = advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW(
    descriptor,
    1,
    DACL_SECURITY_INFORMATION,
    new Uint8Array(text.buffer),
    new Uint8Array(units.buffer),
  );
  assertEquals(ok, 1);
  const bytes = new Uint8Array(units[0]! * 2);
  api.copyOut(bytes, text[0]!);
  api.localFree(text[0]!);
  return new TextDecoder("utf-16le").decode(bytes).replace(/\0.*$/, "");
}

function entries(proactor: IocpProactor, access: PipeAccess): string[] {
  const { api } = portOf(proactor);
  using descriptor = new SecurityDescriptor(api, access);
  const text = textOf(proactor, descriptor.address);
  const all = text.match(/\([^)]*\)/g) ?? [];
  return all.filter((entry) => !/;(?:SY|S-1-5-21-.*|BA|LA)\)$/.test(entry));
}

test.proactor("an access list is a descriptor of Windows with these entries", (proactor) => {
  assertEquals(entries(proactor, {}), []);
  assertEquals(entries(proactor, { groups: ["S-1-5-32-545"] }), [
    "(A;;0x12019b;;;BU)",
  ]);
  assertEquals(
    entries(proactor, { groups: ["S-1-1-0"], deny: ["S-1-5-32-546"] }),
    ["(D;;FA;;;BG)", "(A;;0x12019b;;;WD)"],
  );
  assertEquals(entries(proactor, { appContainers: true }), [
    "(A;;0x12019b;;;AC)",
    "(A;;0x12019b;;;S-1-15-2-2)",
  ]);
});

test.proactor("lowIntegrity is a label of Windows", (proactor) => {
  const { api } = portOf(proactor);
  using descriptor = new SecurityDescriptor(api, { lowIntegrity: true });
  const bytes = new Uint8Array(128);
  api.copyOut(bytes, descriptor.address);
  const view = new DataView(bytes.buffer);
  const sacl = view.getUint32(12, true);
  assertEquals(view.getUint16(sacl + 4, true), 1, "entries");
  const entry = sacl + 8;
  assertEquals(
    [view.getUint8(entry), view.getUint32(entry + 4, true)],
    [SYSTEM_MANDATORY_LABEL_ACE_TYPE, SYSTEM_MANDATORY_LABEL_NO_WRITE_UP],
  );
  assertEquals(formatSid(bytes.subarray(entry + 8)), "S-1-16-4096");
});

test.proactor("names of accounts are those of this Windows", (proactor) => {
  const { api } = portOf(proactor);
  const system = api.lookupAccount("S-1-5-18") ??
    api.lookupAccount("SYSTEM");
  // Other languages have another name for it.
  if (system !== null) {
    assertEquals(system, { sid: "S-1-5-18", kind: 5 });
    assertEquals(entries(proactor, { deny: ["SYSTEM"] }), []);
  }
  const nobody = `nobody-${crypto.randomUUID()}`;
  assertThrows(
    () =>
      PipeServer.listen(uniquePipeName(), {
        security: { users: [nobody] },
        proactor,
      }),
    Deno.errors.NotFound,
    `Cannot find account "${nobody}": no account has that name`,
  );
});

const LISTS: [string, PipeAccess][] = [
  ["{}", {}],
  ["everyone's group", { groups: ["S-1-1-0"] }],
  ["all packages, and low integrity", {
    appContainers: true,
    lowIntegrity: true,
  }],
];

for (const [name, security] of LISTS) {
  test.proactor(`an access list lets our user in: ${name}`, async (proactor) => {
    await using pair = await connectedPair(proactor, { security });
    await assertConnected(pair);
  });
}

test.proactor("an access list that denies everyone refuses us", async (proactor) => {
  await assertLocksOut(proactor, { deny: ["S-1-1-0"] });
});
