import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  isCertificateFor,
  isServerName,
} from "../../src/net/tls/server_name.ts";
import {
  CertificateMaker,
  dnsName,
  type MadeCertificate,
  sequence,
} from "../windows/net/_certificates.ts";
import { NAME_CASES, NO_SERVER_NAMES } from "../windows/net/_tls_names.ts";

const maker = await CertificateMaker.create();

Deno.test("isCertificateFor() tells whom certificates are for", async () => {
  for (const { title, content, trusted = [], refused = [] } of NAME_CASES) {
    const bytes = bytesOf(await maker.make(content));
    for (const name of [...trusted, ...refused]) {
      const expected = trusted.includes(name);
      assertEquals(isCertificateFor(bytes, name), expected, title);
      assert(isServerName(name), name);
    }
  }
});

Deno.test("isServerName() refuses what no server has", () => {
  for (const name of NO_SERVER_NAMES) assertFalse(isServerName(name), name);
});

Deno.test("a certificate that is cut is for nobody", async () => {
  const bytes = bytesOf(await maker.make({ names: [dnsName("localhost")] }));
  assert(isCertificateFor(bytes, "localhost"));
  for (let length = 0; length < bytes.length; length++) {
    assertFalse(isCertificateFor(bytes.slice(0, length), "localhost"));
  }
});

Deno.test("a changed byte makes a certificate for nobody else", async () => {
  const bytes = bytesOf(await maker.make({ names: [dnsName("localhost")] }));
  for (let at = 0; at < bytes.length; at++) {
    for (const value of [0, 0x30, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff]) {
      const changed = bytes.with(at, value);
      assertFalse(isCertificateFor(changed, "127.0.0.1"));
      assertFalse(isCertificateFor(changed, "test")); // the common name
    }
  }
});

for (
  const [what, rawNames] of Object.entries({
    "a length that is too long for what there is": Uint8Array.fromHex("820a61"),
    "a length with a byte too many": Uint8Array.fromHex("82810161"),
    "a length without an end": Uint8Array.fromHex("82806100"),
  })
) {
  Deno.test(`names behind ${what} do not count`, async () => {
    const good = dnsName("localhost");
    const before = await maker.make({ rawNames: sequence(good, rawNames) });
    assert(isCertificateFor(bytesOf(before), "localhost"));
    const behind = await maker.make({ rawNames: sequence(rawNames, good) });
    assertFalse(isCertificateFor(bytesOf(behind), "localhost"));
    assertFalse(isCertificateFor(bytesOf(behind), "a"));
  });
}

Deno.test("names that are no sequence do not count", async () => {
  const made = await maker.make({ rawNames: dnsName("localhost") });
  assertFalse(isCertificateFor(bytesOf(made), "localhost"));
});

function bytesOf({ cert }: MadeCertificate): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(cert.replace(/-----[^-]+-----/g, ""));
}
