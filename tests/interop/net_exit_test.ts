/** How programs end that use TLS, or streams of Node, over our sockets. */

import { assertEquals } from "@std/assert";
import { CA_CERT, CERT, KEY } from "../windows/net/fixtures/tls.ts";
import { runScript, test } from "./_script.ts";

/** Two ends of TCP, and options for TLS on them. */
const CONNECTED = `
const SERVER = ${JSON.stringify({ serverSide: true, cert: CERT, key: KEY })};
const CLIENT = ${JSON.stringify({ caCerts: [CA_CERT] })};
const listener = lib.TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
const accepting = listener.accept();
const connected = await lib.connectTcp({ port: listener.addr.port });
const served = await accepting;
listener.close();
`;

/** Both ends are TLS, and somebody refers to them. */
const BOTH_TLS = `
globalThis.server = await lib.startTls(served, SERVER);
globalThis.client = await lib.startTls(connected, CLIENT);
`;

async function assertEnds(source: string, stdout: string): Promise<void> {
  const result = await runScript(CONNECTED + source);
  assertEquals(result.stderr, "");
  assertEquals([result.code, result.stdout], [0, stdout]);
}

test.process(
  "a TLS connection without a pending operation keeps no process alive",
  () =>
    assertEnds(
      `${BOTH_TLS}
      await Promise.all([server.handshake(), client.handshake()]);
      await client.write(new Uint8Array(3));
      console.log(await server.read(new Uint8Array(10)));
      `,
      "3",
    ),
);

test.process(
  "a TLS connection that nobody has closed ends with its peer's close",
  () =>
    assertEnds(
      `${BOTH_TLS}
      const reading = server.read(new Uint8Array(10));
      await client.handshake();
      client.close();
      console.log(await reading);
      `,
      "null",
    ),
);

test.process(
  "a handshake that fails and that nobody waits for ends no process",
  () =>
    assertEnds(
      `
      await lib.startTls(served, SERVER);
      await lib.startTls(connected, { hostname: "other.example" });
      await Promise.all([served.finished, connected.finished]);
      console.log("failed");
      `,
      "failed",
    ),
);

test.process(
  "a stream of Node that nobody uses keeps no process alive",
  () =>
    assertEnds(
      `
      globalThis.duplex = await lib.toNodeDuplex(connected);
      globalThis.other = await lib.toNodeDuplex(served);
      duplex.setTimeout(60_000);
      duplex.unref();
      duplex.resume();
      console.log("idle");
      `,
      "idle",
    ),
);
