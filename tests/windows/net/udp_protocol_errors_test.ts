import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals } from "@std/assert";
import { type IocpProactor, isWindowsError } from "../../../mod.ts";
import { test } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { soon, until } from "../_turns.ts";
import { openDatagramEndpoint } from "../../../src/net/mod.ts";
import {
  WSAECONNRESET,
  WSAEMSGSIZE,
  WSAENOTSOCK,
} from "../../../src/ffi/socket/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import {
  changedSockets,
  failingReceives,
  listen,
  LOCAL,
  open,
  receiveText,
  record,
  Recorder,
} from "./_udp.ts";

/** Collects what the proactor reports. */
function collectReports(proactor: IocpProactor): string[] {
  const reports: string[] = [];
  portOf(proactor).report = (error, message) => {
    reports.push(`${message}: ${error}`);
  };
  return reports;
}

test.proactor("errorReceived() gets what a send fails with, and sending goes on", async (proactor) => {
  let code = WSAEMSGSIZE;
  const sockets = changedSockets({
    wsaSendTo: (...args) => code || defaultSockets().wsaSendTo(...args),
  });
  const { recorder, transport } = await record(proactor, sockets);
  await using peer = listen(proactor);
  transport.sendTo(encode("x"), peer.addr);
  assertEquals(recorder.errors, []); // not within sendTo()
  await until(() => recorder.errors.length === 1);
  const [error] = recorder.errors;
  assert(isWindowsError(error) && error.winerror === WSAEMSGSIZE);
  code = 0;
  transport.sendTo(encode("hello"), peer.addr);
  assertEquals(await receiveText(peer), "hello");
  transport.close();
  assertEquals(await soon(recorder.lost.promise), null);
});

test.proactor("errorReceived() gets what a receive fails with, and receiving goes on", async (proactor) => {
  const sockets = failingReceives(3, 10050);
  const { recorder, transport, addr } = await record(proactor, sockets);
  await using peer = listen(proactor);
  await soon(peer.send(encode("hello"), addr));
  await until(() => recorder.events.length === 5);
  assertEquals(recorder.events.slice(1), [
    "error",
    "error",
    "error",
    '"hello"',
  ]);
  transport.close();
  await soon(transport.finished);
});

test.proactor("errorReceived() is not told of unreachable peers unless asked for", async (proactor) => {
  const sockets = failingReceives(50, WSAECONNRESET);
  const { recorder, transport, addr } = await record(proactor, sockets);
  await using peer = listen(proactor);
  await soon(peer.send(encode("hello"), addr));
  await until(() => recorder.events.length === 2);
  assertEquals(recorder.events, ["made", '"hello"']);
  transport.close();
  await soon(transport.finished);
});

test.proactor("errorReceived() is told of unreachable peers when asked for, for ever", async (proactor) => {
  const sockets = failingReceives(50, WSAECONNRESET);
  const recorder = new Recorder();
  const [transport] = await openDatagramEndpoint(() => recorder, {
    localAddr: LOCAL,
    reportUnreachable: true,
    proactor,
    sockets,
  });
  await until(() => recorder.errors.length === 50);
  assert(
    recorder.errors.every((e) => e instanceof Deno.errors.ConnectionReset),
  );
  transport.close();
  assertEquals(await soon(recorder.lost.promise), null);
  await soon(transport.finished);
});

test.proactor("connectionLost() gets the error when every receive fails", async (proactor) => {
  const sockets = changedSockets({ wsaRecvFrom: () => WSAENOTSOCK });
  const { recorder, transport } = await record(proactor, sockets);
  const error = await soon(recorder.lost.promise);
  assert(isWindowsError(error) && error.winerror === WSAENOTSOCK);
  await soon(transport.finished);
  assertEquals(recorder.events.at(-1), "lost");
});

test.proactor("datagramReceived() that throws is reported, and the next one comes", async (proactor) => {
  const reports = collectReports(proactor);
  class Thrower extends Recorder {
    override datagramReceived(
      data: Uint8Array<ArrayBuffer>,
      addr: Deno.NetAddr,
    ) {
      super.datagramReceived(data, addr);
      throw new Error(`Cannot handle ${decode(data)}`);
    }
    override connectionLost(error: Error | null) {
      super.connectionLost(error);
      throw new Error("Cannot lose");
    }
  }
  const recorder = new Thrower();
  const { transport, addr } = await open(proactor, recorder);
  await using peer = listen(proactor);
  await soon(peer.send(encode("1"), addr));
  await soon(peer.send(encode("2"), addr));
  await until(() => recorder.events.length === 3);
  transport.close();
  assertEquals(await soon(recorder.lost.promise), null);
  await soon(transport.finished);
  assertEquals(reports, [
    "Exception in a protocol: Error: Cannot handle 1",
    "Exception in a protocol: Error: Cannot handle 2",
    "Exception in a protocol: Error: Cannot lose",
  ]);
});

test.proactor("connectionMade() that throws is reported and closes the socket", async (proactor) => {
  const reports = collectReports(proactor);
  class Thrower extends Recorder {
    override connectionMade(): void {
      throw new Error("Cannot start");
    }
  }
  const recorder = new Thrower();
  const { transport } = await open(proactor, recorder);
  const error = await soon(recorder.lost.promise);
  assertEquals(error?.message, "Cannot start");
  await soon(transport.finished);
  assertEquals(recorder.events, ["lost"]);
  assertEquals(reports, ["Exception in a protocol: Error: Cannot start"]);
});

test.proactor("connectionMade() may close the socket", async (proactor) => {
  class Closer extends Recorder {
    override connectionMade(transport: Recorder["transport"]): void {
      super.connectionMade(transport);
      transport.close();
    }
  }
  const recorder = new Closer();
  const { transport } = await open(proactor, recorder);
  assertEquals(await soon(recorder.lost.promise), null);
  await soon(transport.finished);
  assertEquals(recorder.events, ["made", "lost"]);
});
