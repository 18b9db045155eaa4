/**
 * TLS in protocol style. In comments: the tests of CPython's
 * `test_asyncio/test_ssl.py` and `test_sslproto.py` that have the same scenario.
 */

import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import type { ProactorEventLoop, Protocol, Transport } from "../../../mod.ts";
import {
  createSocket,
  type TlsClientSettings,
  type TlsServerSettings,
} from "../../../src/net/mod.ts";
import { test } from "../_setup.ts";
import { decode, encode, pattern, readText } from "../_bytes.ts";
import { uniquePipeName } from "../_pipes.ts";
import { soon, turn, until } from "../_turns.ts";
import { Recorder } from "../_recorder.ts";
import { UpperCase } from "./_tcp.ts";
import { uniquePath, unixEverywhere } from "./_unix.ts";
import { CA_CERT, CERT, EXPIRED_CERT, KEY } from "./fixtures/tls.ts";

const HOST = "127.0.0.1";
const SERVER: TlsServerSettings = { cert: CERT, key: KEY };
const CLIENT: TlsClientSettings = { hostname: "localhost", caCerts: [CA_CERT] };

const { InvalidData, TimedOut, UnexpectedEof } = Deno.errors;

/** A client and its server by TLS. */
interface Pair {
  transport: Transport;
  client: Recorder;
  served: Recorder;
  shutdown(): Promise<void>;
}

interface PairOptions {
  client?: TlsClientSettings;
  server?: Partial<TlsServerSettings>;
  make?: () => Recorder;
  onError?: (error: unknown) => void;
  /** What the server waits for before it is closed behind a failure. */
  refused?: () => Promise<void>;
}

type Connect = (
  loop: ProactorEventLoop,
  options?: PairOptions,
) => Promise<Pair>;

const overTcp: Connect = async (loop, options = {}) => {
  const { make = () => new Recorder(), onError } = options;
  const served = make();
  const server = await loop.createServer(() => served, HOST, 0, {
    ssl: { ...SERVER, ...options.server },
    onError,
  });
  try {
    const [transport, client] = await loop.createConnection(
      make,
      HOST,
      server.addr.port,
      { ssl: { ...CLIENT, ...options.client } },
    );
    await until(() => served.events.length > 0);
    const shutdown = () => server.shutdown({ deadline: 0 });
    return { transport, client, served, shutdown };
  } catch (error) {
    await options.refused?.();
    await server.shutdown({ deadline: 0 });
    throw error;
  }
};

/** The options of servers and clients that need no others. */
const TLS = { server: { ssl: SERVER }, client: { ssl: CLIENT } };

/** Waits until both ends are connected. */
async function joined(
  served: Recorder,
  server: Closable,
  opening: Promise<[Transport, Recorder]>,
) {
  const [transport, client] = await opening;
  await until(() => served.events.length > 0);
  const shutdown = () => server.shutdown({ deadline: 0 });
  return { transport, client, served, shutdown };
}

interface Closable {
  shutdown(options: { deadline: number }): Promise<void>;
}

const overUnix: Connect = async (loop) => {
  const path = uniquePath();
  const served = new Recorder();
  const make = () => new Recorder();
  const server = await loop.createUnixServer(() => served, path, TLS.server);
  const opening = loop.createUnixConnection(make, path, TLS.client);
  return await joined(served, server, opening);
};

const overPipe: Connect = async (loop) => {
  const path = uniquePipeName();
  const served = new Recorder();
  const make = () => new Recorder();
  const [server] = await loop.startServingPipe(() => served, path, TLS.server);
  const opening = loop.createPipeConnection(make, path, TLS.client);
  return await joined(served, server, opening);
};

/** The server's end is made of a socket. */
const accepted: Connect = async (loop) => {
  using listener = createSocket();
  listener.bind({ family: "IPv4", hostname: HOST, port: 0 });
  listener.listen();
  const { port } = listener.localAddr as { port: number };
  const served = new Recorder();
  const serving = loop.sockAccept(listener).then(({ socket }) =>
    loop.connectAcceptedSocket(() => served, socket, { ssl: SERVER })
  );
  const [transport, client] = await loop.createConnection(
    () => new Recorder(),
    HOST,
    port,
    { ssl: CLIENT },
  );
  const [peer] = await serving;
  const shutdown = async () => {
    peer.abort();
    await served.lost.promise;
  };
  return { transport, client, served, shutdown };
};

/** TLS is started when both ends are there, and have talked. */
const started: Connect = async (loop) => {
  const served = new Recorder();
  let secured: Promise<Transport> | undefined;
  const plain: Protocol & { transport?: Transport } = {
    connectionMade: (transport) => void (plain.transport = transport),
    dataReceived: () => {
      const options = { ...SERVER, serverSide: true } as const;
      secured = loop.startTls(plain.transport!, served, options);
      served.events.push("made");
    },
  };
  const server = await loop.createServer(() => plain, HOST, 0);
  const first = new Recorder();
  const [lower] = await loop.createConnection(
    () => first,
    HOST,
    server.addr.port,
  );
  lower.write(encode("STARTTLS"));
  await until(() => secured !== undefined);
  const client = new Recorder();
  client.events.push("made");
  const transport = await loop.startTls(lower, client, CLIENT);
  client.transport = transport;
  served.transport = await secured!;
  const shutdown = () => server.shutdown({ deadline: 0 });
  return { transport, client, served, shutdown };
};

const WAYS: Record<string, Connect> = {
  "createConnection() and createServer()": overTcp,
  "createUnixConnection() and createUnixServer()": overUnix,
  "createPipeConnection() and startServingPipe()": overPipe,
  "createConnection() and connectAcceptedSocket()": accepted,
  "startTls() at both ends": started,
};

for (const [name, connect] of Object.entries(WAYS)) {
  // test_create_connection_ssl_1, test_create_server_ssl_1,
  // test_start_tls_client_1, test_start_tls_server_1,
  // test_create_unix_server_ssl, test_connect_accepted_socket (SSL)
  test.loop(`TLS by ${name} carries bytes both ways`, async (loop) => {
    using _unix = unixEverywhere();
    const { transport, client, served, shutdown } = await soon(connect(loop));
    transport.write(encode("ping"));
    await until(() => served.text === "ping");
    served.transport.write(encode("pong"));
    await until(() => client.text === "pong");
    transport.close();
    assertEquals(await soon(client.lost.promise), null);
    assertEquals(await soon(served.lost.promise), null);
    assertEquals(client.events, ["made", "data", "lost"]);
    assertEquals(served.events, ["made", "data", "eof", "lost"]);
    await soon(shutdown());
  });

  // test_create_connection_memory_leak has 5 MB; test_create_server_ssl_over_ssl
  test.loop(`TLS by ${name} carries 4 MiB, with its end behind them`, async (loop) => {
    using _unix = unixEverywhere();
    const { transport, client, served, shutdown } = await soon(connect(loop));
    const data = pattern(4 << 20);
    transport.write(data);
    transport.close();
    assertEquals(await soon(client.lost.promise), null);
    assertEquals(await soon(served.lost.promise), null);
    const got = new Uint8Array(served.size);
    let at = 0;
    for (const chunk of served.chunks) {
      got.set(chunk, at);
      at += chunk.length;
    }
    assertEquals(got.length, data.length);
    assert(got.every((byte, index) => byte === data[index]));
    await soon(shutdown());
  });

  test.loop(`TLS by ${name} tells what was agreed on`, async (loop) => {
    using _unix = unixEverywhere();
    const { transport, client, served, shutdown } = await soon(connect(loop));
    const certificate = transport.getExtraInfo("peercert") as {
      subject: { CN: string };
    };
    assertEquals(certificate.subject.CN, "localhost");
    assertEquals(served.transport.getExtraInfo("peercert"), undefined);
    for (const each of [transport, served.transport]) {
      const cipher = each.getExtraInfo("cipher") as { version: string };
      assertEquals(cipher.version, "TLSv1.3");
      assertEquals(each.getExtraInfo("alpn"), null);
      assertFalse(each.canWriteEof());
      assertThrows(() => each.writeEof(), Deno.errors.NotSupported);
    }
    assertStrictEquals(transport.getProtocol(), client);
    transport.abort();
    assertEquals(await soon(client.lost.promise), null);
    await soon(shutdown());
  });
}

test.loop("TLS chooses a protocol by ALPN", async (loop) => {
  const alpnProtocols = ["b", "a"];
  const { transport, served, client, shutdown } = await soon(
    overTcp(loop, {
      client: { alpnProtocols },
      server: { alpnProtocols: ["a"] },
    }),
  );
  assertEquals(transport.getExtraInfo("alpn"), "a");
  assertEquals(served.transport.getExtraInfo("alpn"), "a");
  transport.close();
  await soon(client.lost.promise);
  await soon(shutdown());
});

// --- who is trusted ----------------------------------------------------------

// test_create_server_ssl_verify_failed, test_create_server_ssl_match_failed
const REFUSED: Record<string, PairOptions> = {
  "an unknown authority": { client: { caCerts: [] } },
  "another name": { client: { hostname: "example.com" } },
  "a certificate that has expired": { server: { cert: EXPIRED_CERT } },
  "no protocol in common": {
    client: { alpnProtocols: ["a"] },
    server: { alpnProtocols: ["b"] },
  },
};

for (const [name, options] of Object.entries(REFUSED)) {
  test.loop(`createConnection() refuses ${name}`, async (loop) => {
    const errors: unknown[] = [];
    const made: Recorder[] = [];
    const make = () => {
      made.push(new Recorder());
      return made.at(-1)!;
    };
    const onError = (error: unknown) => void errors.push(error);
    const isLost = () => made[0]!.events.includes("lost");
    const refused = () => until(() => errors.length > 0 || isLost());
    await assertRejects(
      () => soon(overTcp(loop, { ...options, make, onError, refused })),
      InvalidData,
      "Cannot start TLS with TCP peer 127.0.0.1:",
    );
    // The client checks the name when the server's handshake is over (TLS 1.3).
    const [served, client] = made.map(({ events }) => events);
    assertEquals(client, []);
    assertEquals(served, errors.length > 0 ? [] : ["made", "lost"]);
  });
}

test.loop("createConnection() trusts any name when it is told to", async (loop) => {
  const client = {
    hostname: undefined,
    unsafelyDisableHostnameVerification: true,
  };
  const pair = await soon(overTcp(loop, { client }));
  pair.transport.close();
  await soon(pair.client.lost.promise);
  await soon(pair.shutdown());
});

test.loop("createConnection() expects the certificate of its host", async (loop) => {
  const factory = () => new UpperCase();
  const server = await loop.createServer(factory, HOST, 0, { ssl: SERVER });
  const { port } = server.addr;
  const caCerts = [CA_CERT];
  for (const host of ["localhost", HOST]) {
    const [transport, client] = await soon(
      loop.createConnection(() => new Recorder(), host, port, {
        ssl: { caCerts },
      }),
    );
    transport.write(encode("abc"));
    await until(() => client.text === "ABC");
    transport.close();
    await soon(client.lost.promise);
  }
  await assertRejects(
    () => soon(loop.createConnection(() => ({}), HOST, port, { ssl: true })),
    InvalidData,
  );
  await soon(server.shutdown({ deadline: 0 }));
});

// test_create_connection_ssl_server_hostname_errors
test.loop("a path and a pipe do not say whose certificate is expected", async (loop) => {
  for (
    const open of ["createUnixConnection", "createPipeConnection"] as const
  ) {
    await assertRejects(
      () => loop[open](() => ({}), "x", { ssl: true }),
      TypeError,
      "Cannot use TLS without a host",
    );
  }
});

test.loop("options of TLS are checked before anything is opened", async (loop) => {
  const wrong: [TlsClientSettings, new () => Error][] = [
    [{ caCerts: ["x"] }, TypeError],
    [{ alpnProtocols: [""] }, TypeError],
    [{ hostname: "a b" }, TypeError],
    [{ handshakeTimeout: 0 }, RangeError],
    [{ shutdownTimeout: -1 }, RangeError],
    [{ shutdownTimeout: NaN }, RangeError],
  ];
  for (const [ssl, error] of wrong) {
    await assertRejects(
      () => loop.createConnection(() => ({}), HOST, 1, { ssl }),
      error,
    );
  }
  // test_create_server_ssl_context_errors
  for (
    const ssl of [{ cert: "x", key: KEY }, { cert: CERT, key: "" }, true]
  ) {
    await assertRejects(
      () =>
        loop.createServer(() => ({}), HOST, 0, { ssl: ssl as typeof SERVER }),
      TypeError,
    );
  }
  await assertRejects(
    () =>
      loop.startServingPipe(() => ({}), "x", {
        type: "message",
        ssl: SERVER,
      }),
    TypeError,
    "Cannot serve TLS: a pipe of messages is no byte stream",
  );
});

// --- time-outs ---------------------------------------------------------------

/** A server that takes clients and says nothing. */
async function silent(loop: ProactorEventLoop) {
  const taken: Recorder[] = [];
  const server = await loop.createServer(
    () => {
      taken.push(new Recorder());
      return taken.at(-1)!;
    },
    HOST,
    0,
  );
  return { server, taken };
}

// test_create_connection_ssl_slow_handshake, test_create_connection_ssl_failed_certificate
test.loop("a handshake that lasts too long ends createConnection()", async (loop) => {
  const { server, taken } = await silent(loop);
  const { port } = server.addr;
  const ssl = { ...CLIENT, handshakeTimeout: 50 };
  await assertRejects(
    () => soon(loop.createConnection(() => ({}), HOST, port, { ssl })),
    TimedOut,
    "Cannot start TLS with TCP peer 127.0.0.1:",
  );
  await soon(taken[0]!.lost.promise);
  await soon(server.shutdown({ deadline: 0 }));
});

// test_handshake_timeout, test_create_server_ssl
test.loop("a client that says nothing is dropped, and the server goes on", async (loop) => {
  const errors: unknown[] = [];
  const server = await loop.createServer(() => new UpperCase(), HOST, 0, {
    ssl: { ...SERVER, handshakeTimeout: 50 },
    onError: (error) => void errors.push(error),
  });
  const { port } = server.addr;
  const [, idle] = await loop.createConnection(
    () => new Recorder(),
    HOST,
    port,
  );
  await soon(idle.lost.promise);
  assertInstanceOf(errors[0], TimedOut);
  const [transport, client] = await soon(
    loop.createConnection(() => new Recorder(), HOST, port, { ssl: CLIENT }),
  );
  transport.write(encode("abc"));
  await until(() => client.text === "ABC");
  transport.close();
  await soon(client.lost.promise);
  await soon(server.shutdown({ deadline: 0 }));
});

// test_start_tls_slow_client
test.loop("a signal ends the handshake, and the connection", async (loop) => {
  const { server, taken } = await silent(loop);
  const { port } = server.addr;
  const controller = new AbortController();
  const { signal } = controller;
  const options = { ssl: CLIENT, signal };
  const connecting = loop.createConnection(() => ({}), HOST, port, options);
  await until(() => (taken[0]?.size ?? 0) > 0);
  controller.abort(new RangeError("Out of luck"));
  await assertRejects(() => soon(connecting), RangeError, "Out of luck");
  await soon(taken[0]!.lost.promise);
  await soon(server.shutdown({ deadline: 0 }));
});

// test_shutdown_timeout, test_create_connection_ssl_shutdown_timeout
test.loop("a peer that takes nothing ends the shutdown by its time-out", async (loop) => {
  const { transport, client, served, shutdown } = await soon(
    overTcp(loop, { client: { shutdownTimeout: 100 } }),
  );
  served.transport.pauseReading();
  transport.write(pattern(16 << 20));
  transport.close();
  const error = await soon(client.lost.promise);
  assertInstanceOf(error, TimedOut);
  assert(error.message.includes("the shutdown timed out"), error.message);
  served.transport.resumeReading();
  await soon(shutdown());
});

test.loop("a peer that does not answer the end of TLS is not waited for longer", async (loop) => {
  const { connectTcp, startTls } = await import("../../../src/net/mod.ts");
  const served = new Recorder();
  const server = await loop.createServer(() => served, HOST, 0, {
    ssl: { ...SERVER, shutdownTimeout: 50 },
  });
  const { proactor } = loop;
  const { port } = server.addr;
  const tcp = await connectTcp({ hostname: HOST, port, proactor });
  const tls = await startTls(tcp, CLIENT);
  await soon(tls.handshake());
  await until(() => served.events.length > 0);
  served.transport.write(encode("bye"));
  served.transport.close();
  assertEquals(await soon(served.lost.promise), null);
  assertEquals(await soon(readText(tls)), "bye");
  tls.abort();
  await soon(tls.finished);
  await soon(server.shutdown({ deadline: 0 }));
});

// --- ends --------------------------------------------------------------------

// test_eof_feed_when_closing_writer, test_shutdown_cleanly
test.loop("the peer's end comes as eofReceived, whatever it answers", async (loop) => {
  const { transport, client, served, shutdown } = await soon(overTcp(loop));
  client.keepOpen = true;
  served.transport.write(encode("bye"));
  served.transport.close();
  assertEquals(await soon(client.lost.promise), null);
  assertEquals(client.events, ["made", "data", "eof", "lost"]);
  assert(transport.isClosing());
  await soon(shutdown());
});

// test_connection_lost, test_remote_shutdown_receives_trailing_data
test.loop("an end that is not TLS's is an error", async (loop) => {
  const { server, taken } = await silent(loop);
  const { port } = server.addr;
  const connecting = soon(
    loop.createConnection(() => ({}), HOST, port, { ssl: CLIENT }),
  );
  await until(() => (taken[0]?.size ?? 0) > 0);
  taken[0]!.transport.close();
  await assertRejects(
    () => connecting,
    UnexpectedEof,
    "the peer ended the connection",
  );
  await soon(server.shutdown({ deadline: 0 }));
});

test.loop("a connection that is cut tells both protocols", async (loop) => {
  const served = new Recorder();
  const server = await loop.createServer(() => served, HOST, 0, {
    ssl: SERVER,
  });
  const [, client] = await loop.createConnection(
    () => new Recorder(),
    HOST,
    server.addr.port,
    { ssl: CLIENT },
  );
  await until(() => served.events.length > 0);
  server.abortClients();
  const error = await soon(client.lost.promise);
  assert(error instanceof Error);
  assertEquals(client.events, ["made", "lost"]);
  await soon(served.lost.promise);
  await soon(server.shutdown({ deadline: 0 }));
});

// test_write_to_closed_transport
test.loop("write() after close() and abort() does nothing", async (loop) => {
  for (const end of ["close", "abort"] as const) {
    const { transport, client, served, shutdown } = await soon(overTcp(loop));
    transport[end]();
    transport.write(encode("late"));
    transport[end]();
    assert(transport.isClosing());
    assertEquals(await soon(client.lost.promise), null);
    await soon(served.lost.promise);
    assertEquals(served.text, "");
    await soon(shutdown());
  }
});

test.loop("a protocol that throws loses its connection alone", async (loop) => {
  const reports: unknown[] = [];
  loop.setExceptionHandler((_loop, { exception }) => reports.push(exception));
  const failure = new Error("Out of luck");
  const { transport, client, served, shutdown } = await soon(overTcp(loop));
  client.dataReceived = () => {
    throw failure;
  };
  served.transport.write(encode("x"));
  assertStrictEquals(await soon(client.lost.promise), failure);
  await soon(served.lost.promise);
  assert(transport.isClosing());
  assertEquals(reports.length > 0 ? reports[0] : failure, failure);
  await soon(shutdown());
});

// --- flow --------------------------------------------------------------------

// test_flush_before_shutdown, test_create_connection_ssl (flow control)
test.loop("writing is paused and resumed", async (loop) => {
  const { transport, client, served, shutdown } = await soon(overTcp(loop));
  transport.setWriteBufferLimits({ high: 1000 });
  assertEquals(transport.getWriteBufferLimits(), { high: 1000, low: 250 });
  served.transport.pauseReading();
  assertFalse(served.transport.isReading());
  transport.write(pattern(8 << 20));
  assertEquals(transport.getWriteBufferSize(), 8 << 20);
  assert(client.events.includes("pause"));
  await turn();
  assertFalse(client.events.includes("resume"));
  served.transport.resumeReading();
  await until(() => client.events.includes("resume"));
  await until(() => served.size === 8 << 20);
  assertEquals(transport.getWriteBufferSize(), 0);
  transport.close();
  await soon(client.lost.promise);
  await soon(shutdown());
});

// test_pause_reading, test_resume_reading (buffered)
test.loop("a paused protocol is told nothing, and loses nothing", async (loop) => {
  const { transport, client, served, shutdown } = await soon(overTcp(loop));
  transport.pauseReading();
  served.transport.write(encode("hello"));
  for (let i = 0; i < 20; i++) await turn();
  assertEquals(client.events, ["made"]);
  transport.resumeReading();
  await until(() => client.text === "hello");
  transport.close();
  await soon(client.lost.promise);
  await soon(shutdown());
});

// test_start_tls_client_buf_proto_1, test_start_tls_server_buf_proto
test.loop("a buffered protocol has its buffer filled", async (loop) => {
  const { transport, served, shutdown } = await soon(overTcp(loop));
  const buffer = new Uint8Array(3);
  let text = "";
  const lost = Promise.withResolvers<void>();
  transport.setProtocol({
    getBuffer: () => buffer,
    bufferUpdated: (count) => text += decode(buffer.subarray(0, count)),
    connectionLost: () => lost.resolve(),
  });
  served.transport.write(encode("hello world"));
  await until(() => text === "hello world");
  transport.close();
  await soon(lost.promise);
  await soon(shutdown());
});

// test_sendfile_ssl (SendfileMixin)
test.loop("sendfile() copies a file through TLS", async (loop) => {
  const { transport, client, served, shutdown } = await soon(overTcp(loop));
  const source = {
    at: 0,
    data: pattern(300_000),
    // deno-lint-ignore require-await -- as Deno's
    async read(target: Uint8Array): Promise<number | null> {
      const part = this.data.subarray(this.at, this.at + target.length);
      target.set(part);
      this.at += part.length;
      return part.length === 0 ? null : part.length;
    },
    // deno-lint-ignore require-await -- as Deno's
    async seek(offset: number | bigint): Promise<number> {
      return this.at = Number(offset);
    },
  };
  assertEquals(await soon(loop.sendfile(transport, source)), 300_000);
  await until(() => served.size === 300_000);
  transport.close();
  await soon(client.lost.promise);
  await soon(shutdown());
});

// --- order, and what startTls() takes ----------------------------------------

test.loop("createConnection() is awaited before the first bytes are told", async (loop) => {
  const server = await loop.createServer(
    () => ({
      connectionMade: (transport) => transport.write(encode("hello")),
    }),
    HOST,
    0,
    { ssl: SERVER },
  );
  for (let i = 0; i < 5; i++) {
    const [transport, client] = await soon(
      loop.createConnection(
        () => new Recorder(),
        HOST,
        server.addr.port,
        { ssl: CLIENT },
      ),
    );
    assertEquals(client.events, ["made"]);
    client.events.push("waiter");
    await until(() => client.text === "hello");
    assertEquals(client.events, ["made", "waiter", "data"]);
    transport.close();
    await soon(client.lost.promise);
  }
  await soon(server.shutdown({ deadline: 0 }));
});

// test_create_server_ssl_over_ssl, test_start_tls over TLS
test.loop("TLS goes through TLS", async (loop) => {
  const { transport, served, shutdown } = await soon(overTcp(loop));
  const [inner, peer] = [new Recorder(), new Recorder()];
  const options = { ...SERVER, serverSide: true } as const;
  const serving = loop.startTls(served.transport, peer, options);
  const client = await soon(loop.startTls(transport, inner, CLIENT));
  const server = await soon(serving);
  client.write(encode("ping"));
  await until(() => peer.text === "ping");
  server.write(encode("pong"));
  await until(() => inner.text === "pong");
  client.close();
  assertEquals(await soon(inner.lost.promise), null);
  await soon(peer.lost.promise);
  await soon(shutdown());
});

// test_start_tls_errors, test_start_tls_wrong_args
test.loop("startTls() refuses what cannot have TLS", async (loop) => {
  const [datagrams] = await loop.createDatagramEndpoint(() => ({}));
  const path = uniquePipeName();
  const [server] = await loop.startServingPipe(() => ({}), path, {
    type: "message",
  });
  const [messages, recorder] = await loop.createPipeConnection(
    () => new Recorder(),
    path,
  );
  for (const transport of [datagrams, messages, {}, null]) {
    await assertRejects(
      () => loop.startTls(transport as Transport, {}, CLIENT),
      TypeError,
      "Cannot start TLS: the transport is no stream of bytes",
    );
  }
  datagrams.close();
  messages.close();
  await soon(recorder.lost.promise);
  await soon(server.shutdown({ deadline: 0 }));
});

test.loop("startTls() with a wrong option leaves the transport as it was", async (loop) => {
  const server = await loop.createServer(() => new UpperCase(), HOST, 0);
  const [transport, client] = await loop.createConnection(
    () => new Recorder(),
    HOST,
    server.addr.port,
  );
  await assertRejects(
    () => loop.startTls(transport, {}, { caCerts: ["x"] }),
    TypeError,
  );
  transport.write(encode("abc"));
  await until(() => client.text === "ABC");
  transport.close();
  await soon(client.lost.promise);
  await assertRejects(
    () => loop.startTls(transport, {}, CLIENT),
    Deno.errors.BadResource,
    "Cannot start TLS: the transport is closing",
  );
  await soon(server.shutdown({ deadline: 0 }));
});

test.loop("a client of streams talks to a server of protocols", async (loop) => {
  const { connectTcp, startTls } = await import("../../../src/net/mod.ts");
  const server = await loop.createServer(() => new UpperCase(), HOST, 0, {
    ssl: SERVER,
  });
  const tcp = await connectTcp({
    hostname: HOST,
    port: server.addr.port,
    proactor: loop.proactor,
  });
  const tls = await startTls(tcp, CLIENT);
  await tls.write(encode("abc"));
  assertEquals(await soon(readText(tls, 3)), "ABC");
  tls.abort();
  await soon(tls.finished);
  await soon(server.shutdown({ deadline: 0 }));
});
