import { assertEquals, assertRejects } from "@std/assert";
import { startTls, type StartTlsClientOptions } from "../../../src/net/mod.ts";
import { assertConnected } from "../_connections.ts";
import { test } from "../_setup.ts";
import { encode, readText } from "../_bytes.ts";
import { soon } from "../_turns.ts";
import { CertificateMaker, dnsName } from "./_certificates.ts";
import { tcpPair } from "./_tcp.ts";
import { agree, CLIENT, SERVER, tlsPair } from "./_tls.ts";
import { NAME_CASES, NO_SERVER_NAMES } from "./_tls_names.ts";

const maker = await CertificateMaker.create();
const caCerts = [maker.root];

for (const { title, content, trusted = [], refused = [] } of NAME_CASES) {
  test.proactor(`a certificate has ${title}`, async (proactor) => {
    const server = await maker.make(content);
    for (const hostname of trusted) {
      const client = { hostname, caCerts };
      await using pair = await tlsPair(proactor, { server, client });
      await agree(pair);
    }
    for (const hostname of refused) {
      const client = { hostname, caCerts };
      await using pair = await tlsPair(proactor, { server, client });
      const error = await assertRejects(
        () => soon(pair.client.handshake()),
        Deno.errors.InvalidData,
        `the certificate is not for "${hostname}"`,
      );
      const code = "ERR_TLS_CERT_ALTNAME_INVALID";
      assertEquals(Reflect.get(error, "code"), code);
    }
  });
}

test.proactor("a name that no server has is refused before the handshake", async (proactor) => {
  await using pair = await tcpPair(proactor);
  for (const hostname of NO_SERVER_NAMES) {
    for (const unsafelyDisableHostnameVerification of [false, true]) {
      const options = { hostname, unsafelyDisableHostnameVerification };
      await assertRejects(
        () => startTls(pair.client, { ...options, caCerts }),
        TypeError,
        JSON.stringify(hostname),
      );
    }
  }
  await assertConnected(pair);
});

test.proactor("a session whose name was not checked is not taken up again", async (proactor) => {
  const server = await maker.make({ names: [dnsName("evil.example")] });
  const client = { hostname: "localhost", caCerts };
  for (let round = 0; round < 2; round++) {
    const unsafe = { ...client, unsafelyDisableHostnameVerification: true };
    await using pair = await tlsPair(proactor, { server, client: unsafe });
    await pair.server.write(encode("x")); // behind TLS's tickets
    assertEquals(await readText(pair.client, 1), "x");
  }
  await using pair = await tlsPair(proactor, { server, client });
  await assertRejects(
    () => soon(pair.client.handshake()),
    Deno.errors.InvalidData,
    'the certificate is not for "localhost"',
  );
});

test.proactor("options that are changed meanwhile are those that were checked", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const served = { ...SERVER };
  const options: StartTlsClientOptions & { caCerts: string[] } = {
    hostname: "other.example",
    caCerts: [...CLIENT.caCerts!],
  };
  const starting = startTls(pair.client, options);
  Object.assign(options, CLIENT, {
    unsafelyDisableHostnameVerification: true,
  });
  const serving = startTls(pair.served, served);
  Object.assign(served, { key: "nonsense" });
  await using client = await starting;
  await using server = await serving;
  await assertRejects(
    () => soon(client.handshake()),
    Deno.errors.InvalidData,
    'the certificate is not for "other.example"',
  );
  await assertRejects(() => readText(server));
});
