import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type DroppedBytesError,
  type IocpProactor,
  isWindowsError,
} from "../../../mod.ts";
import { test, withProactor } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { assertKeepsHandles } from "../_handles.ts";
import { soon, turn } from "../_turns.ts";
import { UdpSocket } from "../../../src/net/mod.ts";
import { ERROR_IO_PENDING } from "../../../src/ffi/constants.ts";
import {
  ERROR_PORT_UNREACHABLE,
  WSAECONNRESET,
  WSAEMSGSIZE,
} from "../../../src/ffi/socket/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import {
  changedSockets,
  listen,
  receiveText,
  sendText,
  udpPair,
} from "./_udp.ts";

const { Interrupted, BadResource, ConnectionReset } = Deno.errors;

/** Registers a test in which no send ends at once. */
function queuedTest(
  name: string,
  body: (proactor: IocpProactor) => Promise<void>,
): void {
  const options = { skipCompletionPortOnSuccess: false };
  Deno.test(name, () => withProactor(body, options));
}

queuedTest(
  "close() sends the queued datagrams first, in order",
  async (proactor) => {
    await using pair = udpPair(proactor);
    const { a, b } = pair;
    const sent = Array.from(
      { length: 100 },
      (_, i) => a.send(encode(`${i}`), b.addr),
    );
    assert(a.bufferedAmount > 0);
    a.close();
    a.close();
    for (let i = 0; i < 100; i++) assertEquals(await receiveText(b), `${i}`);
    await soon(Promise.all(sent));
    await soon(a.finished);
    assertEquals(a.bufferedAmount, 0);
  },
);

queuedTest(
  "abort() drops the queued datagrams and tells their senders",
  async (proactor) => {
    await using pair = udpPair(proactor);
    const { a, b } = pair;
    const sent = Array.from({ length: 5 }, () => a.send(encode("x"), b.addr));
    a.abort();
    for (const one of sent) await assertRejects(() => soon(one), Interrupted);
    await soon(a.finished);
  },
);

queuedTest(
  "send() that fails stops none of those behind it",
  async (proactor) => {
    let count = 0;
    const sockets = changedSockets({
      wsaSendTo: (...args) =>
        ++count === 2 ? WSAEMSGSIZE : defaultSockets().wsaSendTo(...args),
    });
    await using pair = udpPair(proactor, { sockets });
    const { a, b } = pair;
    const sent = ["1", "2", "3"].map((text) => a.send(encode(text), b.addr));
    const error = await assertRejects(() => soon(sent[1]!));
    assert(isWindowsError(error));
    assertEquals([error.winerror, error.code], [WSAEMSGSIZE, "WSAEMSGSIZE"]);
    assertEquals(await soon(sent[2]!), 1);
    assertEquals([await receiveText(b), await receiveText(b)], ["1", "3"]);
  },
);

queuedTest(
  "send() is refused when too much waits to be sent",
  async (proactor) => {
    await using pair = udpPair(proactor);
    const { a, b } = pair;
    const data = new Uint8Array(65_000);
    const sent: Promise<number>[] = [];
    for (let i = 0; i < 64; i++) sent.push(a.send(data, b.addr));
    await assertRejects(() => a.send(data, b.addr), Deno.errors.Busy);
    await soon(Promise.all(sent));
    assertEquals(await soon(a.send(data, b.addr)), 65_000);
  },
);

test.proactor("send() reports WSAEMSGSIZE, and the next one goes out", async (proactor) => {
  let code = WSAEMSGSIZE;
  const sockets = changedSockets({
    wsaSendTo: (...args) => code || defaultSockets().wsaSendTo(...args),
  });
  await using pair = udpPair(proactor, { sockets });
  const { a, b } = pair;
  const error = await assertRejects(() => soon(a.send(encode("x"), b.addr)));
  assert(isWindowsError(error) && error.winerror === WSAEMSGSIZE);
  assertEquals(error.message, "Cannot send: the datagram is too long");
  code = 0;
  await sendText(a, "short", b);
  assertEquals(await receiveText(b), "short");
});

Deno.test("shutdown() gives up queued datagrams at its deadline and still ends", async () => {
  await withProactor(async (proactor) => {
    const sockets = changedSockets({ wsaSendTo: () => ERROR_IO_PENDING });
    const socket = listen(proactor, { sockets });
    const sent = [1, 2].map(() => socket.send(encode("x"), socket.addr));
    const { TimedOut } = Deno.errors;
    const ended = assertRejects(
      () => socket.shutdown({ deadline: 10 }),
      TimedOut,
    );
    for (const one of sent) await assertRejects(() => soon(one), TimedOut);
    // Windows knows nothing of the send, so its packet never comes.
    assertEquals(await soon(proactor.close({ deadline: 10 })), 1);
    const error = await soon(ended) as DroppedBytesError;
    assertEquals(error.bytesDropped, 2);
  });
});

test.eachMode("close() interrupts receives that wait", async (proactor) => {
  const socket = listen(proactor);
  const waiting: Promise<unknown>[] = [
    socket.receive(),
    socket.receiveInto(new Uint8Array(1)),
  ];
  await turn();
  socket.close();
  for (const one of waiting) await assertRejects(() => soon(one), Interrupted);
  await assertRejects(() => socket.receive(), BadResource);
  await assertRejects(() => socket.send(encode("x"), socket.addr), BadResource);
  await soon(socket.finished);
  await soon(socket.shutdown());
});

test.eachMode("close() ends an iteration that waits", async (proactor) => {
  const socket = listen(proactor);
  const ended = Array.fromAsync(socket);
  await turn();
  socket[Symbol.dispose]();
  assertEquals(await soon(ended), []);
  assertEquals(await soon(Array.fromAsync(socket)), []);
  await soon(socket.finished);
});

test.eachMode("close() of 100 sockets with receives gives all handles back", async (proactor) => {
  await assertKeepsHandles(async () => {
    await using pair = udpPair(proactor);
    const received = pair.b.receive();
    await sendText(pair.a, "x", pair.b);
    await soon(received);
    pair.b.receive().catch(() => {});
  }, 34);
});

for (const skipCompletionPortOnSuccess of [true, false]) {
  Deno.test(`close() of the proactor ends sockets with everything open (skip mode ${skipCompletionPortOnSuccess})`, async () => {
    await withProactor(async (proactor) => {
      const { a, b } = udpPair(proactor);
      const connected = await UdpSocket.connect({ ...b.addr, proactor });
      const received = [a.receive(), b.receive(), connected.receive()];
      const iterated = Array.fromAsync(b);
      const sent = Array.from({ length: 3 }, () => connected.send(encode("x")));
      const settled = Promise.allSettled([...received, ...sent]);
      assertEquals(await soon(proactor.close()), 0);
      await soon(settled);
      await soon(iterated);
      await soon(Promise.all([a.finished, b.finished, connected.finished]));
      await assertRejects(() => a.receive(), BadResource);
      const { slotsInUse, bufferBytes } = proactor.metrics();
      assertEquals([slotsInUse, bufferBytes], [0, 0]);
    }, { skipCompletionPortOnSuccess });
  });
}

for (const reportUnreachable of [false, true]) {
  for (const code of [WSAECONNRESET, ERROR_PORT_UNREACHABLE]) {
    test.proactor(
      `receive() ${
        reportUnreachable ? "reports" : "ignores"
      } code ${code} and goes on`,
      async (proactor) => {
        let failures = 1;
        const sockets = changedSockets({
          wsaRecvFrom: (...args) =>
            failures-- > 0 ? code : defaultSockets().wsaRecvFrom(...args),
        });
        const options = { sockets, reportUnreachable };
        await using pair = udpPair(proactor, options);
        const { a, b } = pair;
        await sendText(a, "still here", b);
        if (reportUnreachable) {
          const error = await assertRejects(
            () => soon(b.receive()),
            ConnectionReset,
            "Cannot receive: an earlier datagram has found no one at its port",
          );
          assert(isWindowsError(error) && error.winerror === code);
        }
        assertEquals(decode((await soon(b.receive()))[0]), "still here");
      },
    );
  }
}
