// `startTls` trusts the certificates that `Deno.startTls` trusts, no others.
import { assertEquals, assertRejects } from "@std/assert";
import type { IocpProactor } from "../../mod.ts";
import { connectTcp, startTls, TcpListener } from "../../src/net/mod.ts";
import {
  CertificateMaker,
  type MadeCertificate,
} from "../windows/net/_certificates.ts";
import { NAME_CASES, NO_SERVER_NAMES } from "../windows/net/_tls_names.ts";
import { CERT, KEY } from "../windows/net/fixtures/tls.ts";
import { LOCAL, netTest } from "./_net.ts";

interface Client {
  hostname: string;
  caCerts: string[];
}

/** Connects to a port, and starts TLS there. */
type Start = (
  port: number,
  client: Client,
) => Promise<{ handshake(): Promise<unknown>; close(): void }>;

const maker = await CertificateMaker.create();
const caCerts = [maker.root];

for (const { title, content, trusted = [], refused = [] } of NAME_CASES) {
  netTest(`startTls() and Deno's agree: ${title}`, async (proactor) => {
    const made = await maker.make(content);
    await using server = serveTls(proactor, made);
    const starts = { deno: denoStart, own: ownStart(proactor) };
    for (const hostname of [...trusted, ...refused]) {
      const expected = trusted.includes(hostname);
      for (const [name, start] of Object.entries(starts)) {
        const result = await trusts(start, server.port, { hostname, caCerts });
        assertEquals([name, hostname, result], [name, hostname, expected]);
      }
    }
  });
}

netTest("startTls() and Deno's refuse the same names", async (proactor) => {
  await using server = serveTls(proactor, { cert: CERT, key: KEY });
  for (const hostname of NO_SERVER_NAMES) {
    for (const start of [denoStart, ownStart(proactor)]) {
      const client = { hostname, caCerts };
      await assertRejects(
        () => start(server.port, client),
        TypeError,
        undefined,
        JSON.stringify(hostname),
      );
    }
  }
});

netTest(
  "NODE_TLS_REJECT_UNAUTHORIZED makes startTls() trust nobody",
  async (proactor) => {
    const made = await maker.make({ commonName: "localhost" });
    await using server = serveTls(proactor, made);
    using _variable = setVariable("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    for (const roots of [[], caCerts]) {
      const client = { hostname: "localhost", caCerts: roots };
      assertEquals(
        await trusts(ownStart(proactor), server.port, client),
        false,
      );
    }
  },
);

async function trusts(
  start: Start,
  port: number,
  client: Client,
): Promise<boolean> {
  const tls = await start(port, client);
  try {
    await tls.handshake();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    return false;
  } finally {
    tls.close();
  }
}

const denoStart: Start = async (port, client) => {
  const tcp = await Deno.connect({ ...LOCAL, port });
  try {
    return await Deno.startTls(tcp, client);
  } catch (error) {
    tcp.close();
    throw error;
  }
};

function ownStart(proactor: IocpProactor): Start {
  return async (port, client) => {
    const tcp = await connectTcp({ ...LOCAL, port, proactor });
    try {
      return await startTls(tcp, client);
    } catch (error) {
      tcp.close();
      throw error;
    }
  };
}

/** A server whose clients come to look at its certificate, and go. */
function serveTls(
  proactor: IocpProactor,
  made: MadeCertificate,
): AsyncDisposable & { port: number } {
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  const serving = serveAll(listener, made);
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

async function serveAll(
  listener: TcpListener,
  made: MadeCertificate,
): Promise<void> {
  const clients: Promise<void>[] = [];
  for await (const tcp of listener) {
    const tls = await startTls(tcp, { serverSide: true, ...made });
    const gone = tls.read(new Uint8Array(1)).catch(() => {});
    clients.push(gone.then(() => (tls.abort(), tls.finished)));
  }
  await Promise.all(clients);
}

function setVariable(name: string, value: string): Disposable {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  return {
    [Symbol.dispose]() {
      if (before === undefined) Deno.env.delete(name);
      else Deno.env.set(name, before);
    },
  };
}
