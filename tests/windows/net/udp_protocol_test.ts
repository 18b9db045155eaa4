import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertRejects } from "@std/assert";
import { test, withProactor } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import { openDatagramEndpoint } from "../../../src/net/mod.ts";
import { WSAEMSGSIZE } from "../../../src/ffi/socket/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import {
  changedSockets,
  listen,
  LOCAL,
  open,
  receiveText,
  record,
  Recorder,
} from "./_udp.ts";

test.eachMode("datagramReceived() gets every datagram and its sender, empty ones too", async (proactor) => {
  const { recorder, transport, addr } = await record(proactor);
  await using peer = listen(proactor);
  for (const text of ["one", "", "three"]) {
    await soon(peer.send(encode(text), addr));
  }
  await until(() => recorder.events.length === 4);
  assertEquals(recorder.events, ["made", '"one"', '""', '"three"']);
  assertEquals(recorder.senders, [peer.addr, peer.addr, peer.addr]);
  transport.close();
  assertEquals(await soon(recorder.lost.promise), null);
  await soon(transport.finished);
  assertEquals(recorder.events.at(-1), "lost");
});

test.eachMode("sendTo() sends bytes and empty datagrams, to whom it is told", async (proactor) => {
  const { recorder, transport, addr } = await record(proactor);
  await using peer = listen(proactor);
  const data = encode("hello");
  transport.sendTo(data, peer.addr);
  data.fill(0);
  transport.sendTo(new Uint8Array(0), peer.addr);
  const [received, from] = await soon(peer.receive());
  assertEquals([decode(received), from], ["hello", addr]);
  assertEquals(await receiveText(peer), "");
  transport.abort();
  transport.abort();
  assertEquals(await soon(recorder.lost.promise), null);
  await soon(transport.finished);
  assertEquals(recorder.events, ["made", "lost"]);
});

test.eachMode("openDatagramEndpoint() with remoteAddr sends to the peer only", async (proactor) => {
  await using peer = listen(proactor);
  const recorder = new Recorder();
  const [transport, protocol] = await openDatagramEndpoint(() => recorder, {
    remoteAddr: peer.addr,
    proactor,
  });
  assertStrictEquals(protocol, recorder);
  assertEquals(transport.getExtraInfo("peername"), peer.addr);
  assertEquals(typeof transport.getExtraInfo("socket"), "bigint");
  assertEquals(transport.getExtraInfo("other"), undefined);
  transport.sendTo(encode("xxx"));
  const [data, from] = await soon(peer.receive());
  await soon(peer.send(encode(`resp:${decode(data)}`), from));
  await until(() => recorder.events.includes('"resp:xxx"'));
  transport.close();
  await soon(transport.finished);
});

test.proactor("openDatagramEndpoint() with remoteAddr and broadcast is not connected", async (proactor) => {
  await using peer = listen(proactor);
  await using other = listen(proactor);
  const recorder = new Recorder();
  const [transport] = await openDatagramEndpoint(() => recorder, {
    localAddr: LOCAL,
    remoteAddr: peer.addr,
    broadcast: true,
    proactor,
  });
  transport.sendTo(encode("hello"));
  assertEquals(await receiveText(peer), "hello");
  const addr = transport.getExtraInfo("sockname") as Deno.NetAddr;
  await soon(other.send(encode("other"), addr));
  await until(() => recorder.events.includes('"other"'));
  transport.close();
  await soon(transport.finished);
});

test.proactor("openDatagramEndpoint() without addresses receives at a port of its own", async (proactor) => {
  const recorder = new Recorder();
  const [transport] = await openDatagramEndpoint(() => recorder, {
    proactor,
  });
  const { port } = transport.getExtraInfo("sockname") as Deno.NetAddr;
  await using peer = listen(proactor);
  await soon(peer.send(encode("hello"), { hostname: "localhost", port }));
  await until(() => recorder.events.includes('"hello"'));
  transport.close();
  await soon(transport.finished);
});

test.proactor("openDatagramEndpoint() leaves nothing open when the factory throws", async (proactor) => {
  const factory = () => {
    throw new Error("No protocol");
  };
  const options = { localAddr: LOCAL, proactor };
  await assertRejects(
    () => openDatagramEndpoint(factory, options),
    Error,
    "No protocol",
  );
});

Deno.test("pauseWriting() and resumeWriting() follow the queue", async () => {
  await withProactor(async (proactor) => {
    const { recorder, transport } = await record(proactor);
    await using peer = listen(proactor);
    transport.setWriteBufferLimits({ high: 100, low: 20 });
    assertEquals(transport.getWriteBufferLimits(), { high: 100, low: 20 });
    for (let i = 0; i < 20; i++) transport.sendTo(encode("0123"), peer.addr);
    assertEquals(transport.getWriteBufferSize(), 20 * 12);
    assertEquals(recorder.events, ["made", "pause"]);
    for (let i = 0; i < 20; i++) assertEquals(await receiveText(peer), "0123");
    await until(() => transport.getWriteBufferSize() === 0);
    assertEquals(recorder.events, ["made", "pause", "resume"]);
    transport.close();
    await soon(transport.finished);
  }, { skipCompletionPortOnSuccess: false });
});

Deno.test("resumeWriting() comes when the sends that paused the protocol fail", async () => {
  await withProactor(async (proactor) => {
    let count = 0;
    const sockets = changedSockets({
      wsaSendTo: (...args) =>
        count++ === 0 ? defaultSockets().wsaSendTo(...args) : WSAEMSGSIZE,
    });
    const { recorder, transport, addr } = await record(proactor, sockets);
    transport.setWriteBufferLimits({ high: 10 });
    for (let i = 0; i < 3; i++) transport.sendTo(encode("x"), addr);
    await until(() => recorder.errors.length === 2);
    await until(() => recorder.events.includes("resume"));
    assertEquals(recorder.events.filter((e) => e === "pause").length, 1);
    transport.close();
    await soon(transport.finished);
  }, { skipCompletionPortOnSuccess: false });
});

Deno.test("close() of a transport sends what is queued, then ends once", async () => {
  await withProactor(async (proactor) => {
    const { recorder, transport } = await record(proactor);
    await using peer = listen(proactor);
    for (let i = 0; i < 50; i++) transport.sendTo(encode(`${i}`), peer.addr);
    transport.close();
    assert(transport.isClosing());
    transport.sendTo(encode("late"), peer.addr);
    for (let i = 0; i < 50; i++) assertEquals(await receiveText(peer), `${i}`);
    assertEquals(await soon(recorder.lost.promise), null);
    await soon(transport.finished);
    transport.close();
    transport.abort();
    await turn();
    assertEquals(recorder.events.filter((e) => e === "lost").length, 1);
  }, { skipCompletionPortOnSuccess: false });
});

test.eachMode("close() of the proactor ends a transport once", async (proactor) => {
  const { recorder, transport, addr } = await record(proactor);
  transport.sendTo(encode("self"), addr);
  assertEquals(await soon(proactor.close()), 0);
  assertEquals(await soon(recorder.lost.promise), null);
  await soon(transport.finished);
  assertEquals(recorder.events.filter((e) => e === "lost").length, 1);
});

test.eachMode("an echo protocol answers 2,000 datagrams of two senders in order", async (proactor) => {
  class Echo extends Recorder {
    override datagramReceived(
      data: Uint8Array<ArrayBuffer>,
      addr: Deno.NetAddr,
    ) {
      this.transport.sendTo(data, addr);
    }
  }
  const { transport, addr } = await open(proactor, new Echo());
  const talk = async () => {
    await using client = listen(proactor);
    for (let i = 0; i < 1000; i++) {
      await soon(client.send(encode(`${i}`), addr));
      assertEquals(await receiveText(client), `${i}`);
    }
  };
  await Promise.all([talk(), talk()]);
  transport.close();
  await soon(transport.finished);
});
