/** What other libraries have got wrong with TCP. */

import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals } from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import {
  type DroppedBytesError,
  IocpProactor,
  isWindowsError,
} from "../../../mod.ts";
import { test } from "../_setup.ts";
import { encode, pattern, readBytes, readText } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import { connectTcp, TcpListener } from "../../../src/net/mod.ts";
import type { SocketApi } from "../../../src/ffi/socket/api.ts";
import {
  ERROR_NETNAME_DELETED,
  SO_UPDATE_ACCEPT_CONTEXT,
} from "../../../src/ffi/socket/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { assertConnected } from "../_connections.ts";
import { FLOOD, LOCAL, resetOnClose, socketOf, tcpPair } from "./_tcp.ts";
import { protocolPair } from "./_protocols.ts";

const WSAETIMEDOUT = 10060;
const WSAENOTCONN = 10057;

const { ConnectionReset, Interrupted, TimedOut } = Deno.errors;

// --- errors of connections -------------------------------------------------

for (
  const [what, code, errorClass] of [
    ["ERROR_NETNAME_DELETED", ERROR_NETNAME_DELETED, ConnectionReset],
    ["a time-out of TCP itself", WSAETIMEDOUT, TimedOut],
  ] as const
) {
  test.proactor(`${what} ends reads with ${errorClass.name}`, async (proactor) => {
    await using pair = await tcpPair(proactor);
    using _failing = failing("wsaRecv", () => code);
    const error = await assertRejects(
      () => soon(pair.client.read(new Uint8Array(1))),
      errorClass,
    );
    assert(isWindowsError(error));
    assertEquals([error.winerror, error.syscall], [code, "WSARecv"]);
  });

  test.proactor(`${what} ends a protocol with ${errorClass.name}, once`, async (proactor) => {
    await using pair = await protocolPair(proactor);
    const { client, served } = pair;
    using _failing = failing("wsaSend", () => code);
    client.transport.write(encode("x"));
    assertInstanceOf(await soon(client.lost.promise), errorClass);
    assertEquals(await soon(served.lost.promise), null);
    assertEquals(client.events, ["made", "lost"]);
  });
}

test.proactor("a reset in the middle is reported to nobody else", async (proactor) => {
  const reports = collectReports(proactor);
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  const reading = assertRejects(() => client.read(new Uint8Array(1)));
  const writing = assertRejects(() => client.write(new Uint8Array(FLOOD)));
  resetOnClose(socketOf(served));
  served.abort();
  await soon(Promise.all([reading, writing]));
  await assertRejects(() => soon(client.closeWrite()));
  await soon(client.shutdown());
  assertEquals(reports, []);
});

test.proactor("a reset after our own close() tells what was dropped, and is not reported", async (proactor) => {
  const reports = collectReports(proactor);
  await using pair = await protocolPair(proactor);
  const { client, served } = pair;
  served.transport.pauseReading();
  client.transport.write(new Uint8Array(FLOOD));
  client.transport.close();
  resetOnClose(served.transport.getExtraInfo("socket") as bigint);
  served.transport.abort();
  const error = await soon(client.lost.promise) as DroppedBytesError;
  assert(/^Connection(Reset|Aborted)$/.test(error.name), error.name);
  assert(error.bytesDropped > 0 && error.bytesDropped <= FLOOD);
  assertEquals(client.events.filter((event) => event === "lost").length, 1);
  assertEquals(reports, []);
});

// --- close -----------------------------------------------------------------

test.proactor("abort() after close() closes at once", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client } = pair;
  const writing = assertRejects(
    () => client.write(new Uint8Array(FLOOD)),
    Interrupted,
  );
  client.close(); // would wait for the peer
  await turn();
  client.abort();
  await soon(Promise.all([writing, client.finished]));
});

test.proactor("close() again never closes the next socket of the same value", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const values: bigint[] = [];
  for (let i = 0; i < 20; i++) {
    const old = await connectTcp({ ...listener.addr, proactor });
    using _old = await soon(listener.accept());
    values.push(socketOf(old));
    await soon(old.shutdown());
    using next = await connectTcp({ ...listener.addr, proactor });
    using served = await soon(listener.accept());
    values.push(socketOf(next));
    old.close();
    old.abort();
    old.unref();
    await old.shutdown();
    await next.write(encode("x"));
    assertEquals(await readText(served, 1), "x");
  }
  assert(new Set(values).size < values.length, "no value came twice");
});

test.proactor("a signal that is aborted after the end is of no meaning", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const controller = new AbortController();
  const { signal } = controller;
  const reading = pair.client.read(new Uint8Array(1), { signal });
  pair.client.abort();
  await assertRejects(() => soon(reading), Interrupted);
  await soon(pair.client.finished);
  controller.abort();
  await turn();
});

Deno.test("a connection of a closed proactor can be described and closed", async () => {
  const proactor = new IocpProactor();
  const { listener, client, served } = await tcpPair(proactor);
  assertEquals(await proactor.close(), 0);
  for (const connection of [client, served]) {
    assertEquals(connection.localAddr.transport, "tcp");
    assertEquals(connection.remoteAddr.transport, "tcp");
    assertEquals(connection.bufferedAmount, 0);
    assert(Deno.inspect(connection).includes("TcpConnection"));
    connection.close();
    connection.abort();
    connection.ref();
    await soon(connection.shutdown());
  }
  assertEquals(listener.addr.hostname, "127.0.0.1");
  listener.close();
  await soon(listener.shutdown());
});

test.proactor("close() of a listener leaves the others alone", async (proactor) => {
  await using one = TcpListener.listen({ ...LOCAL, proactor });
  const accepting = assertRejects(() => one.accept());
  await using other = TcpListener.listen({ ...LOCAL, proactor });
  const accepted = other.accept();
  one.close();
  await soon(accepting);
  using client = await connectTcp({ ...other.addr, proactor });
  using served = await soon(accepted);
  await assertConnected({ client, served });
});

// --- accepting -------------------------------------------------------------

test.eachMode("a client that is gone when it is accepted harms nobody", async (proactor) => {
  const errors: unknown[] = [];
  await using listener = TcpListener.listen({
    ...LOCAL,
    accepts: 1,
    proactor,
    onError: (error) => errors.push(Reflect.get(error as Error, "winerror")),
  });
  const real = defaultSockets().setSocketOption.bind(defaultSockets());
  const late = failing(
    "setSocketOption",
    (...args: Parameters<SocketApi["setSocketOption"]>) =>
      args[1].name === SO_UPDATE_ACCEPT_CONTEXT ? WSAENOTCONN : real(...args),
  );
  using gone = await connectTcp({ ...listener.addr, proactor });
  await until(() => errors.length > 0);
  late[Symbol.dispose]();
  assertEquals(errors, [WSAENOTCONN]);
  gone.abort();
  using client = await connectTcp({ ...listener.addr, proactor });
  using served = await soon(listener.accept());
  assertEquals(served.remoteAddr, client.localAddr);
});

// --- streams ---------------------------------------------------------------

test.eachMode("reads and writes made at once keep their order", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  const COUNT = 100;
  const targets = Array.from({ length: COUNT }, () => new Uint8Array(1000));
  const reads = targets.map((target) => served.read(target));
  const data = pattern(COUNT * 1000);
  const writes = targets.map((_, i) =>
    client.write(data.subarray(i * 1000, (i + 1) * 1000))
  );
  await soon(Promise.all(writes));
  const received: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (const [i, read] of reads.entries()) {
    const count = await soon(read);
    received.push(targets[i]!.subarray(0, count ?? 0));
    size += count ?? 0;
    if (size === data.length) break;
  }
  received.push(await readBytes(served, data.length - size));
  assertEquals(await new Blob(received).bytes(), data);
  served.abort();
  await Promise.allSettled(reads);
});

for (const size of [4096, 65536]) {
  test.eachMode(`a read that is filled by ${size} bytes waits for no more`, async (proactor) => {
    await using pair = await tcpPair(proactor);
    const { client, served } = pair;
    for (let i = 0; i < 3; i++) {
      const data = pattern(size, i + 1);
      await client.write(data);
      assertEquals(await readBytes(served, size), data);
      await assertConnected({ client, served });
    }
  });
}

test.eachMode("pauseReading() and resumeReading() in a row lose and repeat nothing", async (proactor) => {
  await using pair = await protocolPair(proactor);
  const { client, served } = pair;
  const data = pattern(2 ** 20);
  const { transport } = served;
  for (let start = 0; start < data.length; start += 65536) {
    client.transport.write(data.subarray(start, start + 65536));
    transport.pauseReading();
    transport.resumeReading();
    transport.resumeReading();
    transport.pauseReading();
    await turn();
    transport.resumeReading();
  }
  await until(() => served.size >= data.length);
  assertEquals(await new Blob(served.chunks).bytes(), data);
});

// --- parts -----------------------------------------------------------------

type Call = (...args: never[]) => number;

/** Lets a function of Winsock, as connections share it, fail. */
function failing(name: keyof SocketApi, fail: Call): Disposable {
  const sockets = defaultSockets();
  Reflect.set(sockets, name, fail);
  return {
    [Symbol.dispose]: () => void Reflect.deleteProperty(sockets, name),
  };
}

/** Collects what the proactor reports. */
function collectReports(proactor: IocpProactor): string[] {
  const reports: string[] = [];
  portOf(proactor).report = (error, message) => {
    reports.push(`${message}: ${error}`);
  };
  return reports;
}
