/** What other libraries have got wrong with UDP. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  ERROR_PORT_UNREACHABLE,
  WSAECONNRESET,
} from "../../../src/ffi/socket_constants.ts";
import { defaultSockets } from "../../../src/ffi/default_sockets.ts";
import { decode, encode, proactorTest, soon } from "../_setup.ts";
import { changedSockets, listen, sendText } from "./_udp.ts";

const { ConnectionReset, ConnectionRefused } = Deno.errors;

for (const code of [WSAECONNRESET, ERROR_PORT_UNREACHABLE]) {
  proactorTest(
    `receive() goes on after error ${code}, of a datagram that found no one`,
    async (proactor) => {
      let failures = 20;
      const sockets = changedSockets({
        wsaRecvFrom: (...args) =>
          failures-- > 0 ? code : defaultSockets().wsaRecvFrom(...args),
      });
      await using socket = listen(proactor, { sockets });
      await using peer = listen(proactor);
      const received = socket.receive();
      await sendText(peer, "still here", socket);
      assertEquals(decode((await soon(received))[0]), "still here");
    },
  );

  proactorTest(
    `receive() tells of error ${code} when asked to, and goes on`,
    async (proactor) => {
      let failures = 3;
      const sockets = changedSockets({
        wsaRecvFrom: (...args) =>
          failures-- > 0 ? code : defaultSockets().wsaRecvFrom(...args),
      });
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
    },
  );
}

proactorTest(
  "send() goes on after an error of an earlier datagram",
  async (proactor) => {
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
  },
);
