/** TLS on a connection that tells what it is asked for. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { DuplexConnection } from "../../src/stream/duplex_connection.ts";
import { ReadQueue } from "../../src/stream/read_queue.ts";
import { TlsConnection } from "../../src/net/tls/tls_connection.ts";
import {
  TlsDuplex,
  type TlsDuplexEvents,
} from "../../src/net/tls/tls_duplex.ts";
import { TlsSession } from "../../src/net/tls/tls_session.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";

/** A connection whose reads and writes end when the test says so. */
class FakeConnection implements DuplexConnection {
  readonly calls: string[] = [];
  readonly written: Uint8Array[] = [];
  readonly canCloseWrite = true;
  readonly #finished = Promise.withResolvers<void>();
  #read: PromiseWithResolvers<number | null> | undefined;
  #target: Uint8Array | undefined;
  write: (data: Uint8Array) => Promise<number> = (data) => {
    this.written.push(data.slice());
    return Promise.resolve(data.length);
  };

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Whether a read is in flight. */
  get reading(): boolean {
    return this.#read !== undefined;
  }

  read(target: Uint8Array): Promise<number | null> {
    this.calls.push("read");
    this.#target = target;
    this.#read = Promise.withResolvers();
    return this.#read.promise;
  }

  /** Ends the read with bytes, or the end of the stream. */
  give(data: Uint8Array | null): void {
    const read = this.#takeRead();
    if (data !== null) this.#target!.set(data);
    read.resolve(data === null ? null : data.length);
  }

  /** Ends the read with an error. */
  failRead(error: Error): void {
    this.#takeRead().reject(error);
  }

  close(): void {
    this.#end("close");
  }

  abort(): void {
    this.#end("abort");
  }

  shutdown(): Promise<void> {
    return this.finished;
  }

  closeWrite(): Promise<void> {
    this.calls.push("closeWrite");
    return Promise.resolve();
  }

  ref(): void {}

  unref(): void {}

  #takeRead(): PromiseWithResolvers<number | null> {
    const read = this.#read!;
    this.#read = undefined;
    return read;
  }

  #end(call: string): void {
    this.calls.push(call);
    this.#finished.resolve();
  }
}

/** Writes down what the encrypted side tells. */
class Events implements TlsDuplexEvents {
  readonly events: unknown[] = [];
  onReceived(): void {
    this.events.push("received");
  }
  onEnded(): void {
    this.events.push("ended");
  }
  onFailed(error: unknown): void {
    this.events.push(error);
  }
}

function duplexOf(): [FakeConnection, Events, TlsDuplex] {
  const connection = new FakeConnection();
  const events = new Events();
  return [connection, events, new TlsDuplex(connection, events)];
}

// --- the encrypted side ------------------------------------------------------

Deno.test("TlsDuplex reads once for each demand", async () => {
  const [connection, events, duplex] = duplexOf();
  const received: string[] = [];
  duplex.on("data", (data: Uint8Array) => received.push(text(data)));
  await turns();
  assertEquals(connection.calls, []);
  for (const part of ["a", "b"]) {
    duplex.demand();
    duplex.demand();
    await until(() => connection.reading);
    connection.give(bytes(part));
    await turns();
    assertEquals(connection.reading, false);
  }
  assertEquals(connection.calls, ["read", "read"]);
  assertEquals([received, events.events], [["a", "b"], [
    "received",
    "received",
  ]]);
  duplex.destroy();
  await connection.finished;
});

Deno.test("TlsDuplex reads again after a read without bytes", async () => {
  const [connection, events, duplex] = duplexOf();
  duplex.resume();
  for (let i = 1; i <= 3; i++) {
    duplex.demand();
    await until(() => connection.reading);
    connection.give(bytes(""));
    await until(() => events.events.length === i);
  }
  assertEquals(connection.calls, ["read", "read", "read"]);
  duplex.destroy();
  await connection.finished;
});

Deno.test("TlsDuplex closes the connection when nothing has failed", async () => {
  const [connection, , duplex] = duplexOf();
  duplex.destroy();
  await connection.finished;
  assertEquals(connection.calls, ["close"]);
});

Deno.test("TlsDuplex aborts the connection for an error, and tells it", async () => {
  const [connection, , duplex] = duplexOf();
  const error = new Error("no good");
  const told = Promise.withResolvers<unknown>();
  duplex.on("error", told.resolve);
  duplex.destroy(error);
  await connection.finished;
  assertEquals(connection.calls, ["abort"]);
  assertStrictEquals(await told.promise, error);
});

Deno.test("TlsDuplex writes what comes right behind destroy()", async () => {
  const [connection, , duplex] = duplexOf();
  duplex.on("error", () => {});
  duplex.destroy(new Error("no good"));
  duplex.write(bytes("alert"));
  await connection.finished;
  assertEquals(connection.written.map(text), ["alert"]);
});

Deno.test("TlsDuplex tells what a read fails with, and the end", async () => {
  const [failing, failed, first] = duplexOf();
  first.on("error", () => {}).resume();
  first.demand();
  await until(() => failing.reading);
  const error = new Deno.errors.ConnectionReset("Cannot read: reset");
  failing.failRead(error);
  await failing.finished;
  assertEquals(failing.calls, ["read", "abort"]);
  assertStrictEquals(failed.events[0], error);
  const [ending, ended, second] = duplexOf();
  second.resume();
  second.demand();
  await until(() => ending.reading);
  ending.give(null);
  await until(() => ended.events.length > 0);
  assertEquals(ended.events, ["ended"]);
  second.destroy();
  await ending.finished;
});

Deno.test("TlsDuplex flushes until everything is written", async () => {
  const [connection, , duplex] = duplexOf();
  const written = Promise.withResolvers<number>();
  connection.write = () => written.promise;
  duplex.write(bytes("x"));
  let flushed = false;
  const flushing = duplex.flush().then(() => flushed = true);
  await turns(10);
  assertEquals(flushed, false);
  written.resolve(1);
  await flushing;
  duplex.destroy();
  await connection.finished;
});

// --- the session -------------------------------------------------------------

/** The decrypted side; the test plays TLS. */
class FakeSocket extends Duplex {
  alpnProtocol: string | false = false;
  ends = 0;
  endError: Error | null = null;
  constructor() {
    super({ autoDestroy: false });
  }
  override _read(): void {}
  override _write(_c: Uint8Array, _e: string, done: () => void): void {
    done();
  }
  override _final(done: (error: Error | null) => void): void {
    this.ends++;
    done(this.endError);
  }
}

interface Session {
  connection: FakeConnection;
  socket: FakeSocket;
  session: TlsSession;
}

function start(): Session {
  const connection = new FakeConnection();
  const socket = new FakeSocket();
  const session = new TlsSession(connection, {
    name: "TCP peer x",
    serverSide: false,
    open: (duplex) => {
      duplex.on("error", () => {}).resume(); // as TLS reads it
      socket.on("close", () => duplex.destroy());
      socket.on("encrypted", (data) => duplex.write(data));
      return socket as unknown as TLSSocket;
    },
  });
  return { connection, socket, session };
}

async function agreed(): Promise<Session> {
  const parts = start();
  await until(() => parts.connection.reading);
  parts.socket.emit("secureConnect");
  await parts.session.handshake;
  return parts;
}

async function end({ connection, session }: Session): Promise<void> {
  session.fail(new Error("the end"));
  await connection.finished;
  await turns();
}

Deno.test("a session reads on when what has come was no data", async () => {
  const parts = await agreed();
  const { connection, socket, session } = parts;
  const reads = new ReadQueue(session, () => session.failure!);
  session.onReadable = () => reads.advance();
  const target = new Uint8Array(9);
  const reading = reads.request(() => reads.takeInto(target));
  for (const part of ["a ticket", "", "half a record"]) {
    await until(() => connection.reading);
    connection.give(bytes(part));
    await turns();
  }
  await until(() => connection.reading);
  connection.give(bytes("the rest"));
  socket.emit("data", bytes("hello"));
  assertEquals(await reading, 5);
  assertEquals(text(target.subarray(0, 5)), "hello");
  await end(parts);
});

Deno.test("a handshake reads on until it is done", async () => {
  const parts = start();
  for (const part of ["hello", "", "certificate"]) {
    await until(() => parts.connection.reading);
    parts.connection.give(bytes(part));
    await turns();
  }
  await until(() => parts.connection.reading);
  parts.socket.emit("secureConnect");
  assertEquals(await parts.session.handshake, { alpnProtocol: null });
  await end(parts);
});

Deno.test("a session whose socket closes has failed", async () => {
  const { connection, socket, session } = start();
  const handshake = assertRejects(
    () => session.handshake,
    Deno.errors.BadResource,
    "Cannot use TLS: the connection is closed",
  );
  socket.destroy();
  await handshake;
  assertEquals(session.error, 1);
  await assertRejects(() => session.end(), Deno.errors.BadResource);
  await assertRejects(() => session.write(bytes("x")), Deno.errors.BadResource);
  await connection.finished;
});

Deno.test("the end of the connection is none of TLS", async () => {
  const { connection, session } = await agreed();
  session.onEnded();
  await until(() => session.error === 1);
  await assertRejects(
    () => Promise.resolve(session.end()),
    Deno.errors.UnexpectedEof,
    "the peer ended the connection, not TLS",
  );
  await connection.finished;
});

Deno.test("data before the end of the handshake are kept back", async () => {
  const parts = start();
  const { socket, session } = parts;
  await until(() => parts.connection.reading);
  socket.emit("data", bytes("early"));
  assertEquals(session.available, 0);
  socket.emit("secureConnect");
  await session.handshake;
  assertEquals(session.available, 5);
  await end(parts);
});

Deno.test("a connection that is closed between two reads interrupts TLS", async () => {
  const { session } = await agreed();
  const reading = assertRejects(
    () => Promise.resolve(session.end()),
    Deno.errors.Interrupted,
    "Cannot use TLS: operation canceled",
  );
  const closed = "Cannot read: the connection is closed";
  session.onFailed(new Deno.errors.BadResource(closed));
  await reading;
});

Deno.test("end() rejects with the error of TLS's own end", async () => {
  const parts = await agreed();
  parts.socket.endError = new Error("cannot say so");
  await assertRejects(
    () => parts.session.end(),
    Error,
    "cannot say so",
  );
  assertEquals(parts.socket.ends, 1);
  await end(parts);
});

Deno.test("end() waits until TLS's own end is with the kernel", async () => {
  const parts = await agreed();
  const { connection, socket, session } = parts;
  const written = Promise.withResolvers<number>();
  connection.write = () => written.promise;
  socket._final = (done) => {
    socket.emit("encrypted", bytes("the end")); // nobody waits for it
    done(null);
  };
  let ended = false;
  const ending = session.end().then(() => ended = true);
  await turns(10);
  assertEquals(ended, false);
  written.resolve(7);
  await ending;
  await end(parts);
});

Deno.test("fail() aborts the connection, and everybody is told", async () => {
  const { connection, socket, session } = await agreed();
  socket._write = () => {}; // never written
  const writing = assertRejects(() => session.write(bytes("x")), Error, "why");
  const ending = assertRejects(() => session.end(), Error, "why");
  await turns();
  session.fail(new Error("why"));
  assertEquals(connection.calls.includes("abort"), true);
  await Promise.all([writing, ending]);
  assertEquals(socket.destroyed, true);
  assertEquals(session.arm(), true); // to tell the error
});

Deno.test("only the first failure counts", async () => {
  const { socket, session } = await agreed();
  const first = new Error("first");
  session.fail(first);
  session.fail(new Error("second"));
  socket.emit("error", new Error("third"));
  session.onFailed(new Error("fourth"));
  assertStrictEquals(session.failure, first);
  await turns();
});

// --- the connection ----------------------------------------------------------

async function connected(): Promise<[Session, TlsConnection<object>]> {
  const parts = await agreed();
  const addresses = { localAddr: {}, remoteAddr: {} };
  const transport = Object.assign(parts.connection, addresses);
  const { finished } = transport;
  const front = { finished, watchWrites() {} };
  return [
    parts,
    new TlsConnection<object>(transport, parts.session, { front }),
  ];
}

Deno.test("close() says TLS's own end, and closes", async () => {
  const [{ connection, socket }, tls] = await connected();
  tls.close();
  await tls.finished;
  assertEquals(socket.ends, 1);
  assertEquals(connection.calls.slice(-1), ["close"]);
});

Deno.test("close() closes although TLS's own end cannot be said", async () => {
  const [{ connection, socket }, tls] = await connected();
  socket.endError = new Error("cannot say so");
  tls.close();
  await until(() => connection.calls.includes("close"));
  await tls.finished;
});

Deno.test("closeWrite() rejects when TLS's own end cannot be said", async () => {
  const [parts, tls] = await connected();
  parts.socket.endError = new Error("cannot say so");
  await assertRejects(() => tls.closeWrite(), Error, "cannot say so");
  tls.abort();
  await tls.finished;
  assertEquals(parts.connection.calls.includes("abort"), true);
});

Deno.test("write() and closeWrite() reject with what has ended TLS", async () => {
  const [{ session }, tls] = await connected();
  const error = new Error("why");
  session.fail(error);
  for (
    const act of [
      () => tls.write(bytes("x")),
      () => tls.read(new Uint8Array(1)),
      () => tls.closeWrite(),
    ]
  ) {
    assertStrictEquals(await assertRejects(act), error);
  }
  await tls.finished;
});
