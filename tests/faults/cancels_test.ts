/** Cancels that race with data: every byte and every message is accounted for. */

import { assert, assertEquals } from "@std/assert";
import type { HandleLike, IocpProactor, StreamConnection } from "../../mod.ts";
import { UdpSocket } from "../../src/net/mod.ts";
import {
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
} from "../../src/ffi/constants.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { pipe } from "../../src/pipe/mod.ts";
import {
  connectedPair,
  createInstance,
  uniquePipeName,
} from "../windows/_pipes.ts";
import { withProactor } from "../windows/_setup.ts";
import { soon, turn } from "../windows/_turns.ts";
import { socketPair } from "../windows/net/_sockets.ts";
import { tcpPair } from "../windows/net/_tcp.ts";
import { faultTest, figure, LOCAL, randomNumbers, scaled } from "./_faults.ts";

const LIMIT = 60;

/** Cancels of a test. */
const CANCELS = scaled(100_000, 1000);

/** Reads that are pending at once. */
const AT_ONCE = 3;

/** Bytes that a pipe of messages takes without a reader: less than a message. */
const QUOTA = 100;

/** The byte at a position of the stream, other at any other distance. */
function byteAt(position: number): number {
  return (position * 7 + (position >>> 8) * 13 + (position >>> 16) * 31) & 255;
}

/** A stream of bytes that knows what has to come next. */
class Account {
  sent = 0;
  received = 0;

  /** The next bytes to send. */
  next(size: number): Uint8Array<ArrayBuffer> {
    const data = new Uint8Array(size);
    for (let i = 0; i < size; i++) data[i] = byteAt(this.sent + i);
    this.sent += size;
    return data;
  }

  /** Takes what has come. */
  take(data: Uint8Array): void {
    for (let i = 0; i < data.length; i++) {
      if (data[i] === byteAt(this.received + i)) continue;
      throw new Error(`Byte ${this.received + i} is wrong, lost or doubled`);
    }
    this.received += data.length;
  }
}

/** Writes to the account until told to stop. */
async function writeOn(
  account: Account,
  write: (data: Uint8Array) => PromiseLike<unknown>,
  going: () => boolean,
): Promise<void> {
  const random = randomNumbers(1);
  while (going()) {
    await write(account.next(1 + random(2000)));
    if (random(3) === 0) await turn();
  }
}

/** Reads of a proactor that are cancelled in any order, now or later. */
async function raceReads(
  proactor: IocpProactor,
  [reader, writer]: readonly [HandleLike, HandleLike],
): Promise<void> {
  const account = new Account();
  const random = randomNumbers(2);
  let [cancels, delivered] = [0, 0];
  const send = (data: Uint8Array) => proactor.send(writer, data);
  const writing = writeOn(account, send, () => cancels < CANCELS);
  while (cancels < CANCELS) {
    const reads = Array.from(
      { length: AT_ONCE },
      () => proactor.recv(reader, 1 + random(3000)),
    );
    if (random(2) === 0) await turn();
    for (let first = random(AT_ONCE), i = 0; i < AT_ONCE; i++) {
      if (reads[(first + i) % AT_ONCE]!.cancel()) cancels++;
      if (random(8) === 0) await turn();
    }
    for (const read of reads) {
      const data = await soon(read.then((data) => data, () => null));
      if (data !== null) account.take(data), delivered++;
    }
  }
  await drain(account, writing, () => proactor.recv(reader, 65536));
  figure(
    `${cancels} cancels, ${delivered} reads were faster, ${account.sent} bytes`,
  );
}

async function drain(
  account: Account,
  writing: Promise<void>,
  read: () => PromiseLike<Uint8Array>,
): Promise<void> {
  let written = false;
  const done = writing.then(() => written = true);
  while (!written || account.received < account.sent) {
    if (account.received < account.sent) account.take(await soon(read()));
    else await done;
  }
  assertEquals(account.received, account.sent);
}

/** Reads and writes of a connection whose signals are aborted. */
async function raceAborts(
  from: StreamConnection,
  to: StreamConnection,
): Promise<void> {
  const account = new Account();
  const random = randomNumbers(3);
  let [aborts, delivered] = [0, 0];
  const write = async (data: Uint8Array) => {
    const signal = abortSoon(random(4) === 0 ? 1 : Infinity);
    await from.write(data, { signal }).catch(() => aborts++);
  };
  const writing = writeOn(account, write, () => aborts < CANCELS);
  const target = new Uint8Array(4096);
  while (aborts < CANCELS) {
    const part = target.subarray(random(4000));
    const read = to.read(part, { signal: abortSoon(random(3)) });
    const count = await soon(read.catch(() => (aborts++, 0)));
    account.take(part.subarray(0, count!));
    if (count! > 0) delivered++;
  }
  await drain(account, writing, async () => {
    return target.subarray(0, await to.read(target) ?? 0);
  });
  figure(
    `${aborts} aborts, ${delivered} reads were faster, ${account.sent} bytes`,
  );
}

/** A signal that is aborted after some turns. */
function abortSoon(turns: number): AbortSignal {
  const controller = new AbortController();
  (async () => {
    for (let i = 0; i < turns; i++) {
      if (turns === Infinity) return;
      await turn();
    }
    controller.abort();
  })();
  return controller.signal;
}

/** Writes of messages that are cancelled: each comes whole, or not at all. */
async function raceMessages(
  proactor: IocpProactor,
  ends: readonly [Handle, Handle],
): Promise<void> {
  const random = randomNumbers(4);
  const [from, to] = ends;
  let [cancels, sent, lost] = [0, 0, 0];
  const arrived = new Set<number>();
  while (cancels < CANCELS) {
    const first = sent;
    const writes = Array.from({ length: AT_ONCE }, () => {
      const words = new Uint32Array(1 + random(300)).fill(sent++);
      return proactor.send(from, new Uint8Array(words.buffer));
    });
    const read = () => writes.map(() => proactor.recv(to, 4096));
    const early = random(2) === 0 ? read() : [];
    if (random(2) === 0) await turn();
    const cancelled = writes.map((write) => random(2) === 0 && write.cancel());
    cancels += cancelled.filter(Boolean).length;
    const reads = early.length > 0 ? early : read();
    const ended = await soon(Promise.allSettled(writes));
    for (const read of reads) read.cancel();
    for (const each of await soon(Promise.allSettled(reads))) {
      if (each.status === "fulfilled") arrived.add(whole(each.value));
    }
    ended.forEach(({ status }, i) => {
      const came = arrived.delete(first + i);
      if (status === "fulfilled") assert(came, "a message is lost");
      else lost++;
    });
    assertEquals(arrived.size, 0, "a message came twice");
  }
  figure(`${cancels} cancels of ${sent} messages, ${lost} were not sent`);
}

/** The number of a message, all of which must be there. */
function whole(data: Uint8Array<ArrayBuffer>): number {
  const words = new Uint32Array(data.buffer, 0, data.length / 4);
  assert(words.every((word) => word === words[0]), "a message is mixed");
  return words[0]!;
}

for (const skip of [true, false]) {
  const mode = skip ? "in skip mode" : "a packet for every operation";
  const options = { skipCompletionPortOnSuccess: skip };
  Deno.test(`${CANCELS} cancels of reads of a pipe lose and double no byte (${mode})`, () =>
    withProactor(async (proactor) => {
      const [a, b] = pipe({ duplex: true, proactor });
      await raceReads(proactor, [a.fileno(), b.fileno()]);
      a.close();
      b.close();
    }, options));

  Deno.test(`${CANCELS} cancels of reads of a TCP socket lose and double no byte (${mode})`, () =>
    withProactor(async (proactor) => {
      using pair = await socketPair(proactor);
      await raceReads(proactor, [pair.client, pair.served]);
    }, options));
}

faultTest(
  `${CANCELS} cancels of messages lose and double none`,
  LIMIT,
  async (proactor) => {
    const path = uniquePipeName();
    const server = createInstance(proactor, path, {
      pipeMode: PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
      inBufferSize: QUOTA,
    });
    const client = await soon(proactor.connectPipe(path));
    await raceMessages(proactor, [client, server]);
    proactor.closeHandle(client);
    proactor.closeHandle(server);
  },
);

const PAIRS = {
  "a byte pipe": (proactor: IocpProactor) => connectedPair(proactor),
  "a message pipe": (proactor: IocpProactor) =>
    connectedPair(proactor, { type: "message" }),
  TCP: (proactor: IocpProactor) => tcpPair(proactor),
};

for (const [name, open] of Object.entries(PAIRS)) {
  faultTest(
    `${CANCELS} aborts of reads and writes of ${name} lose and double no byte`,
    LIMIT,
    async (proactor) => {
      await using pair = await open(proactor);
      await raceAborts(pair.client, pair.served);
    },
  );
}

faultTest(
  `${CANCELS} aborts of UDP receives lose no datagram`,
  LIMIT,
  async (proactor) => {
    const receiver = UdpSocket.listen({ ...LOCAL, proactor });
    const sender = await UdpSocket.connect({ ...receiver.addr, proactor });
    const random = randomNumbers(5);
    const target = new Uint8Array(100);
    let [aborts, sent, received] = [0, 0, 0];
    while (aborts < CANCELS || received < sent) {
      if (sent - received < 50 && aborts < CANCELS && random(2) === 0) {
        await sender.send(Uint8Array.of(sent++ & 255));
      }
      const signal = abortSoon(aborts < CANCELS ? random(3) : Infinity);
      const receive = receiver.receiveInto(target, { signal });
      const datagram = await soon(receive.catch(() => (aborts++, null)));
      if (datagram !== null) assertEquals(target[0], received++ & 255);
    }
    figure(`${aborts} aborts, ${sent} datagrams`);
    receiver.close();
    sender.close();
  },
);
