/** What other libraries have got wrong with UDP. */

import { assert, assertEquals } from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import { IocpProactor } from "../../../mod.ts";
import {
  createSocket,
  openDatagramEndpoint,
  UdpSocket,
} from "../../../src/net/mod.ts";
import {
  ERROR_PORT_UNREACHABLE,
  WSAECONNRESET,
} from "../../../src/ffi/socket/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { test } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { soon } from "../_turns.ts";
import { changedSockets, failingReceives, listen, sendText } from "./_udp.ts";

const { ConnectionReset, ConnectionRefused } = Deno.errors;

/** What ICMP answers to a datagram: to receives that wait, and to others. */
const UNREACHABLE = [
  1225,
  1231,
  1232,
  1233,
  ERROR_PORT_UNREACHABLE,
  10051,
  10052,
  WSAECONNRESET,
  10061,
  10065,
];

for (const code of UNREACHABLE) {
  test.proactor(`an iteration of datagrams goes on after error ${code}`, async (proactor) => {
    const sockets = failingReceives(20, code);
    await using peer = listen(proactor);
    const options = { ...peer.addr, proactor, sockets };
    await using socket = await UdpSocket.connect(options);
    const received = socket[Symbol.asyncIterator]().next();
    await sendText(peer, "still here", socket);
    assertEquals(decode((await soon(received)).value[0]), "still here");
  });

  test.proactor(`errorReceived() is told of error ${code}, and datagrams come`, async (proactor) => {
    const sockets = failingReceives(20, code);
    const errors: Error[] = [];
    const received = Promise.withResolvers<string>();
    const protocol = {
      errorReceived: (error: Error) => void errors.push(error),
      datagramReceived: (data: Uint8Array) => received.resolve(decode(data)),
      connectionLost: () => received.reject(new Error("lost")),
    };
    await using peer = listen(proactor);
    const [transport] = await openDatagramEndpoint(() => protocol, {
      remoteAddr: peer.addr,
      reportUnreachable: true,
      proactor,
      sockets,
    });
    const addr = transport.getExtraInfo("sockname") as Deno.NetAddr;
    const own = { hostname: "127.0.0.1", port: addr.port };
    await peer.send(encode("still here"), own);
    assertEquals(await soon(received.promise), "still here");
    assertEquals(errors.length, 20);
    assert(errors.every((error) => error instanceof ConnectionReset));
    transport.abort();
    await soon(transport.finished);
  });

  test.proactor(`recvFrom() fails with ConnectionReset after error ${code}, and goes on`, async () => {
    const sockets = failingReceives(2, code);
    await using proactor = new IocpProactor({ sockets });
    using socket = createSocket({ type: "datagram" });
    socket.bind({ family: "IPv4", hostname: "127.0.0.1", port: 0 });
    for (let i = 0; i < 2; i++) {
      await assertRejects(
        async () => await soon(proactor.recvFrom(socket, 100)),
        ConnectionReset,
      );
    }
    const received = proactor.recvFrom(socket, 100);
    await proactor.sendTo(socket, encode("x"), socket.localAddr!);
    assertEquals(decode((await soon(received)).data), "x");
  });

  test.proactor(`receive() goes on after error ${code}, of a datagram that found no one`, async (proactor) => {
    const sockets = failingReceives(20, code);
    await using socket = listen(proactor, { sockets });
    await using peer = listen(proactor);
    const received = socket.receive();
    await sendText(peer, "still here", socket);
    assertEquals(decode((await soon(received))[0]), "still here");
  });

  test.proactor(`receive() tells of error ${code} when asked to, and goes on`, async (proactor) => {
    const sockets = failingReceives(3, code);
    await using socket = listen(proactor, {
      sockets,
      reportUnreachable: true,
    });
    await using peer = listen(proactor);
    for (let i = 0; i < 3; i++) {
      const error = await assertRejects(() => soon(socket.receive()));
      assert(
        error instanceof ConnectionReset ||
          error instanceof ConnectionRefused,
      );
    }
    await sendText(peer, "still here", socket);
    assertEquals(decode((await soon(socket.receive()))[0]), "still here");
  });
}

test.proactor("a connected socket goes on when its peer was not there", async (proactor) => {
  const before = listen(proactor);
  const { addr } = before;
  await before.shutdown();
  await using socket = await UdpSocket.connect({ ...addr, proactor });
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = socket.receive(undefined, { signal });
  for (let i = 0; i < 10; i++) await socket.send(encode("nobody there"));
  await using peer = listen(proactor, { port: addr.port });
  await sendText(socket, "question", peer);
  const [, from] = await soon(peer.receive());
  await peer.send(encode("answer"), from);
  // Wine wakes up no receive that has waited since an error; a new one looks.
  const reason = new Error("enough");
  controller.abort(reason);
  const [answer] = await soon(waiting.catch((error) => {
    assertEquals(error, reason);
    return socket.receive();
  }));
  assertEquals(decode(answer), "answer");
});

test.proactor("send() goes on after an error of an earlier datagram", async (proactor) => {
  let failures = 1;
  const sockets = changedSockets({
    wsaSendTo: (...args) =>
      failures-- > 0 ? WSAECONNRESET : defaultSockets().wsaSendTo(...args),
  });
  await using socket = listen(proactor, { sockets });
  await using peer = listen(proactor);
  await socket.send(encode("lost"), peer.addr).catch((error) => {
    assertInstanceOf(error, ConnectionReset);
  });
  await sendText(socket, "still here", peer);
  let text = decode((await soon(peer.receive()))[0]);
  if (text === "lost") text = decode((await soon(peer.receive()))[0]);
  assertEquals(text, "still here");
});
