import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { IocpProactor, isWindowsError } from "../../../mod.ts";
import { UdpSocket } from "../../../src/net/mod.ts";
import { test } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { soon } from "../_turns.ts";
import { listen, LOCAL, receiveText, sendText, udpPair } from "./_udp.ts";

test.proactor("send() and connect() take names", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const target = { hostname: "localhost", port: b.addr.port };
  const data = encode("hello");
  const sent = a.send(data, target);
  data.fill(0);
  assertEquals(await soon(sent), 5);
  assertEquals(await receiveText(b), "hello");
  await using socket = await soon(UdpSocket.connect({ ...target, proactor }));
  assertEquals(socket.remoteAddr, b.addr);
});

test.proactor("send() reaches IPv4 from a socket that is not for IPv6 only", async (proactor) => {
  await using receiver = listen(proactor);
  await using sender = listen(proactor, { hostname: "::", ipv6Only: false });
  await sendText(sender, "hello", receiver);
  const [data, addr] = await soon(receiver.receive());
  assertEquals(decode(data), "hello");
  await soon(receiver.send(encode("answer"), addr));
  const [answer, from] = await soon(sender.receive());
  assertEquals(decode(answer), "answer");
  assertEquals(from.hostname, "::ffff:127.0.0.1");
  await soon(sender.send(encode("mapped"), from));
  assertEquals(await receiveText(receiver), "mapped");
});

test.proactor("send() to a broadcast address needs the broadcast option", async (proactor) => {
  const hostname = "0.0.0.0";
  await using socket = listen(proactor, { hostname });
  const target = { hostname: "127.255.255.255", port: socket.addr.port };
  const everyone = { ...target, hostname: "255.255.255.255" };
  const refused = await assertRejects(
    () => soon(socket.send(encode("x"), everyone)),
    Deno.errors.PermissionDenied,
  );
  assert(isWindowsError(refused) && refused.winerror === 10013);
  socket.setBroadcast(true);
  assertEquals(await soon(socket.send(encode("x"), target)), 1);
  await using ready = listen(proactor, { hostname, broadcast: true });
  assertEquals(await soon(ready.send(encode("x"), target)), 1);
  ready.setBroadcast(false);
  await assertRejects(
    () => soon(ready.send(encode("x"), everyone)),
    Deno.errors.PermissionDenied,
  );
});

test.proactor("joinMulticastV4() makes the socket a member until it leaves", async (proactor) => {
  await using socket = listen(proactor, {
    hostname: "0.0.0.0",
    multicastTtl: 0,
    multicastLoopback: true,
  });
  const group = await socket.joinMulticastV4("239.1.2.3", "127.0.0.1");
  await group.setTTL(1);
  await group.setLoopback(false);
  await assertRejects(() => group.setTTL(256), RangeError);
  await assertRejects(() => socket.joinMulticastV4("239.1.2.3", "127.0.0.1"));
  await group.leave();
  await group.leave();
  const again = await socket.joinMulticastV4("239.1.2.3", "127.0.0.1");
  await socket.shutdown();
  await again.leave();
  await assertRejects(() => again.setTTL(1), Deno.errors.BadResource);
});

test.proactor("joinMulticastV4() gets the datagrams of the group until it leaves", async (proactor) => {
  await using member = listen(proactor, {
    hostname: "0.0.0.0",
    multicastInterface: "127.0.0.1",
  });
  const { port } = member.addr;
  const group = { hostname: "239.1.2.3", port };
  const membership = await member.joinMulticastV4(
    group.hostname,
    "127.0.0.1",
  );
  await soon(member.send(encode("group"), group));
  assertEquals(await receiveText(member), "group");
  await membership.leave();
  await soon(member.send(encode("left"), group));
  await soon(member.send(encode("direct"), { ...LOCAL, port }));
  assertEquals(await receiveText(member), "direct");
});

test.proactor("joinMulticastV6() makes the socket a member until it leaves", async (proactor) => {
  await using socket = listen(proactor, { hostname: "::" });
  const joined = await socket.joinMulticastV6("ff01::1:3", 1).catch(
    (error) => {
      // A system without such an interface says so; anything else is ours.
      assert(isWindowsError(error), String(error));
    },
  );
  await joined?.setLoopback(true);
  await joined?.leave();
});

test.proactor("listen() reports an address in use, and shares it when both want it", async (proactor) => {
  await using first = listen(proactor);
  const { port } = first.addr;
  assertThrows(() => listen(proactor, { port }), Deno.errors.AddrInUse);
  const error = assertThrows(() =>
    listen(proactor, { port, reuseAddress: true })
  );
  assert(isWindowsError(error), String(error));
  await using shared = listen(proactor, { reuseAddress: true });
  const options = { port: shared.addr.port, reuseAddress: true };
  await using other = listen(proactor, options);
  assertEquals(other.addr, shared.addr);
});

test.proactor("listen() reports an address that is not this computer's", () => {
  assertThrows(
    () => UdpSocket.listen({ hostname: "192.0.2.1", port: 0 }),
    Deno.errors.AddrNotAvailable,
  );
});

test.proactor("unref() is undone by ref()", async (proactor) => {
  await using pair = udpPair(proactor);
  const received = pair.a.receive();
  pair.a.unref();
  assertEquals(portOf(proactor).referenced, 0);
  pair.a.ref();
  assertEquals(portOf(proactor).referenced, 1);
  await sendText(pair.b, "hello", pair.a);
  assertEquals(decode((await soon(received))[0]), "hello");
});

test.proactor("addr is a copy", async (proactor) => {
  await using socket = listen(proactor);
  const { addr } = socket;
  assertNotEquals(addr.port, 0);
  addr.port = 0;
  assertNotEquals(socket.addr.port, 0);
  assertEquals(socket.addr.transport, "udp");
});

Deno.test("UdpSocket uses the shared proactor by default", async () => {
  const socket = UdpSocket.listen(LOCAL);
  await soon(socket.send(encode("self"), socket.addr));
  assertEquals(await receiveText(socket), "self");
  await socket.shutdown();
});

Deno.test("listen() is refused when the proactor is closed", async () => {
  const proactor = new IocpProactor();
  await proactor.close();
  const error = assertThrows(() => listen(proactor));
  assertInstanceOf(error, Deno.errors.BadResource);
});
