import { assert, assertEquals, assertRejects } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import { test } from "../_setup.ts";
import { encode, pattern, readBytes, readText } from "../_bytes.ts";
import { soon, turn } from "../_turns.ts";
import {
  startTls,
  type StartTlsOptions,
  type TcpConnection,
} from "../../../src/net/mod.ts";
import { assertConnected } from "../_connections.ts";
import { resetOnClose, socketOf, tcpPair } from "./_tcp.ts";
import { agree, CLIENT, SERVER, tlsPair, type TlsPairOptions } from "./_tls.ts";
import { CERT, EXPIRED_CERT, KEY } from "./fixtures/tls.ts";

const { InvalidData, UnexpectedEof, ConnectionReset, TimedOut } = Deno.errors;

/** Handshakes that must fail, at which end, and with which code of Node. */
const REFUSALS: [string, TlsPairOptions, "client" | "server", string?][] = [
  [
    "a certificate of an unknown root",
    { client: { hostname: "localhost", caCerts: [] } },
    "client",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  ],
  [
    "a certificate for another name",
    { client: { hostname: "other.example" } },
    "client",
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ],
  [
    "a certificate for another address",
    { client: { hostname: "127.0.0.2" } },
    "client",
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ],
  [
    "an expired certificate, of any name",
    {
      server: { cert: EXPIRED_CERT },
      client: { unsafelyDisableHostnameVerification: true },
    },
    "client", // Deno's code for it says less
  ],
  [
    "no common ALPN protocol",
    {
      server: { alpnProtocols: ["h2"] },
      client: { alpnProtocols: ["http/1.1"] },
    },
    "server",
    "ERR_SSL_NO_APPLICATION_PROTOCOL",
  ],
];

for (const [reason, options, end, code] of REFUSALS) {
  test.proactor(`a handshake fails at both ends: ${reason}`, async (proactor) => {
    await using pair = await tlsPair(proactor, options);
    const one = pair[end];
    const other = end === "client" ? pair.server : pair.client;
    const writing = assertRejects(() => one.write(encode("x")), InvalidData);
    const reading = assertRejects(() => readText(one), InvalidData);
    const error = await assertRejects(
      () => soon(one.handshake()),
      InvalidData,
      "Cannot start TLS with TCP peer 127.0.0.1:",
    );
    if (code) assertEquals(Reflect.get(error, "code"), code);
    await soon(Promise.all([writing, reading]));
    await assertRejects(() => readText(other));
    await soon(Promise.all([one.finished, other.finished]));
  });
}

test.proactor("the peer is told why a handshake fails", async (proactor) => {
  await using pair = await tlsPair(proactor, {
    server: { alpnProtocols: ["h2"] },
    client: { alpnProtocols: ["http/1.1"] },
  });
  const error = await assertRejects(
    () => soon(pair.client.handshake()),
    InvalidData,
    "fatal alert",
  );
  const code = "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL";
  assertEquals(Reflect.get(error, "code"), code);
});

test.proactor("what a peer that is not trusted writes is never read", async (proactor) => {
  await using pair = await tlsPair(proactor, { client: { caCerts: [] } });
  const { server, client } = pair;
  const writing = server.write(encode("secret")).catch(() => {});
  await assertRejects(() => readText(client), InvalidData);
  await soon(writing);
});

for (
  const [name, options] of Object.entries({
    "a malformed certificate": { cert: broken(CERT) },
    "a malformed key": { key: broken(KEY) },
  })
) {
  test.proactor(`a handshake fails at both ends: ${name}`, async (proactor) => {
    await using pair = await tlsPair(proactor, { server: options });
    await assertRejects(
      () => soon(pair.server.handshake()),
      InvalidData,
      "the certificate or the key cannot be used",
    );
    await assertRejects(() => soon(pair.client.handshake()), UnexpectedEof);
  });
}

for (
  const [end, options] of [["client", CLIENT], ["server", SERVER]] as const
) {
  rawPeerTest(`a ${end} refuses a peer that does not speak TLS`, options, {
    act: (peer) => peer.write(encode("HTTP/1.1 400 Bad Request\r\n\r\n")),
    errorClass: InvalidData,
  });
  rawPeerTest(`a ${end} is told that its peer has ended instead`, options, {
    act: (peer) => peer.closeWrite(),
    errorClass: UnexpectedEof,
  });
  rawPeerTest(`a ${end} is told that its peer has reset instead`, options, {
    act: (peer) => {
      resetOnClose(socketOf(peer));
      peer.abort();
    },
    errorClass: ConnectionReset,
  });
  rawPeerTest(
    `a ${end} waits for its peer until the time-out`,
    { ...options, handshakeTimeout: 50 },
    { act: () => {}, errorClass: TimedOut },
  );
  rawPeerTest(
    `a ${end} waits for its peer until its signal is aborted`,
    {
      ...options,
      get signal() {
        return AbortSignal.timeout(50);
      },
    },
    { act: () => {}, errorClass: DOMException },
  );
}

test.proactor("a handshake is aborted with any reason", async (proactor) => {
  for (const reason of [null, "", 0]) {
    await using pair = await tcpPair(proactor);
    const controller = new AbortController();
    const { signal } = controller;
    const tls = await startTls(pair.client, { ...CLIENT, signal });
    const ends = [
      tls.handshake(),
      tls.read(new Uint8Array(1)),
      tls.write(new Uint8Array(1)),
    ].map((end) => end.then(() => "done", (error) => [error]));
    controller.abort(reason);
    const rejected = Array.from(ends, () => [reason]);
    assertEquals(await soon(Promise.all(ends)), rejected);
    await soon(tls.finished);
  }
});

test.eachMode("read() tells a cut connection from an end, behind what has come", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  await agree(pair);
  await server.write(encode("hello"));
  pair.served.close(); // below TLS
  assertEquals(await readText(client, 5), "hello");
  const error = await assertRejects(
    () => soon(client.read(new Uint8Array(1))),
    UnexpectedEof,
    "the peer ended the connection, not TLS",
  );
  const again = await assertRejects(() => client.read(new Uint8Array(1)));
  assertEquals(again, error);
  await assertRejects(() => client.write(encode("x")), UnexpectedEof);
  await assertRejects(() => soon(server.read(new Uint8Array(1))));
  await soon(client.finished);
});

test.proactor("a cut connection ends readable with an error", async (proactor) => {
  await using pair = await tlsPair(proactor);
  await agree(pair);
  const text = new Response(pair.client.readable).text();
  await pair.server.write(encode("hello"));
  pair.served.close();
  await assertRejects(() => soon(text), UnexpectedEof);
});

test.eachMode("a reset ends reads and writes", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { client, served } = pair;
  await agree(pair);
  const reading = client.read(new Uint8Array(1));
  const writing = client.write(pattern(32 * 2 ** 20));
  resetOnClose(socketOf(served));
  served.abort();
  await assertRejects(() => soon(reading), ConnectionReset);
  await assertRejects(() => soon(writing));
  await soon(client.finished);
});

test.proactor("bytes that are not of TLS end the connection", async (proactor) => {
  for (const end of ["client", "server"] as const) {
    await using pair = await tlsPair(proactor);
    await agree(pair);
    const below = end === "client" ? pair.served : pair.connected;
    await below.write(pattern(1000));
    const error = await assertRejects(
      () => soon(pair[end].read(new Uint8Array(1))),
      InvalidData,
      "Cannot use TLS with TCP peer 127.0.0.1:",
    );
    assert(error.cause instanceof Error);
    await soon(pair[end].finished);
  }
});

test.proactor("abort() interrupts whoever waits", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  await agree(pair);
  const reading = client.read(new Uint8Array(1));
  const writing = client.write(pattern(32 * 2 ** 20));
  client.abort();
  await assertRejects(() => soon(reading), Deno.errors.Interrupted);
  await assertRejects(() => soon(writing), Deno.errors.Interrupted);
  await assertRejects(() => readBytes(server));
});

test.proactor("proactor.close() ends TLS too", async (proactor) => {
  const pair = await tlsPair(proactor);
  const { server, client } = pair;
  await agree(pair);
  const ends = [client, server].map((end) =>
    assertRejects(
      () => soon(end.read(new Uint8Array(1))),
      Deno.errors.Interrupted,
    )
  );
  await turn();
  assertEquals(await proactor.close(), 0);
  await Promise.all(ends);
  await soon(Promise.all([client.finished, server.finished]));
});

test.proactor("an aborted signal leaves the connection alone", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(
    () => startTls(pair.client, { ...CLIENT, signal }),
    Error,
    "enough",
  );
  await assertConnected(pair);
});

test.proactor("a signal is of no meaning after the handshake", async (proactor) => {
  const controller = new AbortController();
  const { signal } = controller;
  await using pair = await tlsPair(proactor, {
    client: { ...CLIENT, signal },
  });
  await agree(pair);
  controller.abort();
  await pair.client.write(encode("x"));
  assertEquals(await readText(pair.server, 1), "x");
});

test.proactor("options of a wrong shape leave the connection alone", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const refused: object[] = [
    { hostname: "" },
    { hostname: 5 },
    { caCerts: CERT },
    { caCerts: ["nonsense"] },
    { alpnProtocols: "h2" },
    { alpnProtocols: [""] },
    { alpnProtocols: ["x".repeat(256)] },
    { serverSide: true },
    { serverSide: true, cert: CERT },
    { serverSide: true, cert: CERT, key: "nonsense" },
    { serverSide: true, cert: KEY, key: CERT },
  ];
  for (const options of refused) {
    await assertRejects(
      () => startTls(pair.client, options as StartTlsOptions),
      TypeError,
    );
  }
  for (const handshakeTimeout of [0, -1, 1.5, NaN, 2 ** 31]) {
    await assertRejects(
      () => startTls(pair.client, { handshakeTimeout }),
      RangeError,
    );
  }
  const other = {} as TcpConnection;
  await assertRejects(() => startTls(other), TypeError, "no connection");
  await assertConnected(pair);
});

/** What the peer does, and what the handshake fails with. */
interface RawPeerCase {
  act(peer: TcpConnection): unknown;
  errorClass: new () => Error;
}

function rawPeerTest(
  name: string,
  options: StartTlsOptions,
  { act, errorClass }: RawPeerCase,
): void {
  test.proactor(
    name,
    (proactor) => faceRawPeer(proactor, options, { act, errorClass }),
  );
}

async function faceRawPeer(
  proactor: IocpProactor,
  options: StartTlsOptions,
  { act, errorClass }: RawPeerCase,
): Promise<void> {
  await using pair = await tcpPair(proactor);
  const tls = await startTls(pair.client, options);
  await act(pair.served);
  await assertRejects(() => soon(tls.handshake()), errorClass);
  await assertRejects(() => tls.read(new Uint8Array(1)), errorClass);
  await assertRejects(() => tls.write(encode("x")), errorClass);
  await soon(tls.finished);
}

/** Text that looks like PEM and is not. */
function broken(pem: string): string {
  return pem.replace(/\n.{40}/, "\n" + "A".repeat(40));
}
