import { assert, assertEquals, assertFalse } from "@std/assert";
import { assertInstanceOf, assertThrows } from "@std/assert";
import {
  addReader,
  addWriter,
  removeReader,
  removeWriter,
} from "../../../src/net/readiness/readiness.ts";
import type { Socket } from "../../../src/ffi/socket/api.ts";
import { test } from "../_setup.ts";
import { turns, until } from "../_turns.ts";
import { Bench } from "../sockets/_bench.ts";
import { assertIdle, collectReports } from "./_readiness.ts";

const SKIP = { skip: true };

/** Two datagram sockets, and ways to use them. */
class Pair implements Disposable {
  readonly bench = new Bench();
  readonly sender: Socket = this.bench.udp(SKIP);
  readonly receiver: Socket = this.bench.udp(SKIP);

  send(...texts: string[]): void {
    for (const text of texts) {
      const name = this.bench.name(this.receiver);
      this.bench.sendTo(this.sender, text, name);
    }
  }

  receive(): string {
    const { address, transferred } = this.bench.recvFrom(this.receiver, 10);
    return this.bench.read(address, transferred);
  }

  [Symbol.dispose](): void {
    this.bench[Symbol.dispose]();
  }
}

test.eachMode("addReader() calls once for each datagram that is left", async (proactor) => {
  using pair = new Pair();
  const received: string[] = [];
  addReader(pair.receiver, () => received.push(pair.receive()), { proactor });
  await turns(3);
  assertEquals(received, []);
  pair.send("a", "b", "c");
  await until(() => received.length === 3);
  await turns(3);
  assertEquals(received, ["a", "b", "c"]);
  pair.send("d");
  await until(() => received.length === 4);
  assert(removeReader(pair.receiver, { proactor }));
  assertFalse(removeReader(pair.receiver, { proactor }));
  await assertIdle(proactor);
});

test.eachMode("addReader() calls again and again while nothing is read", async (proactor) => {
  using pair = new Pair();
  let calls = 0;
  addReader(pair.receiver, () => calls++, { proactor });
  pair.send("a");
  await until(() => calls >= 5);
  removeReader(pair.receiver, { proactor });
  const atEnd = calls;
  await turns(5);
  assertEquals(calls, atEnd);
  await assertIdle(proactor);
});

test.eachMode("addReader() lets timers fire while a socket stays ready", async (proactor) => {
  using pair = new Pair();
  let calls = 0;
  addWriter(pair.sender, () => calls++, { proactor });
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert(calls > 0);
  assert(removeWriter(pair.sender, { proactor }));
  await assertIdle(proactor);
});

test.eachMode("addReader() takes the place of the reader before", async (proactor) => {
  using pair = new Pair();
  const calls: string[] = [];
  addReader(pair.receiver, () => calls.push("old"), { proactor });
  pair.send("a");
  addReader(pair.receiver, () => calls.push(pair.receive()), { proactor });
  await until(() => calls.length > 0);
  assertEquals(calls, ["a"]);
  removeReader(pair.receiver, { proactor });
  await assertIdle(proactor);
});

test.eachMode("addReader() and addWriter() of one socket end for themselves", async (proactor) => {
  using pair = new Pair();
  const calls: string[] = [];
  addReader(pair.receiver, () => calls.push(pair.receive()), { proactor });
  addWriter(pair.receiver, () => {
    calls.push("writable");
    removeWriter(pair.receiver, { proactor });
  }, { proactor });
  await until(() => calls.length > 0);
  pair.send("a");
  await until(() => calls.length > 1);
  await turns(3);
  assertEquals(calls, ["writable", "a"]);
  assertFalse(removeWriter(pair.receiver, { proactor }));
  assert(removeReader(pair.receiver, { proactor }));
  await assertIdle(proactor);
});

test.eachMode("removeReader() prevents a call that is due", async (proactor) => {
  using pair = new Pair();
  let calls = 0;
  pair.send("a");
  pair.bench.readable(pair.receiver);
  addReader(pair.receiver, () => calls++, { proactor });
  assert(removeReader(pair.receiver, { proactor }));
  await turns(5);
  assertEquals(calls, 0);
  await assertIdle(proactor);
});

test.eachMode("a reader that throws is reported and called again", async (proactor) => {
  using pair = new Pair();
  const reports = collectReports(proactor);
  const received: string[] = [];
  addReader(pair.receiver, () => {
    received.push(pair.receive());
    if (received.length === 1) throw new Error("broken");
  }, { proactor });
  pair.send("a", "b");
  await until(() => received.length === 2);
  assertEquals(received, ["a", "b"]);
  assertEquals(reports.length, 1);
  assertInstanceOf(reports[0]![0], Error);
  assertEquals(
    reports[0]![1],
    "Exception in the callback of a readable socket",
  );
  removeReader(pair.receiver, { proactor });
  await assertIdle(proactor);
});

test.eachMode("a socket that is closed ends its reader with a report", async (proactor) => {
  using pair = new Pair();
  const reports = collectReports(proactor);
  addReader(pair.receiver, () => {}, { proactor });
  pair.bench.close(pair.receiver);
  await until(() => reports.length > 0);
  assertInstanceOf(reports[0]![0], Deno.errors.BadResource);
  assertFalse(removeReader(pair.receiver, { proactor }));
  await assertIdle(proactor);
});

test.eachMode("a reader may close its socket after it has left", async (proactor) => {
  using pair = new Pair();
  const reports = collectReports(proactor);
  let calls = 0;
  addReader(pair.receiver, () => {
    calls++;
    removeReader(pair.receiver, { proactor });
    pair.bench.close(pair.receiver);
  }, { proactor });
  pair.send("a");
  await until(() => calls === 1);
  await assertIdle(proactor);
  assertEquals(reports, []);
});

test.eachMode("close() of the proactor ends readers silently", async (proactor) => {
  using pair = new Pair();
  const reports = collectReports(proactor);
  let calls = 0;
  addReader(pair.receiver, () => calls++, { proactor });
  addWriter(pair.sender, () => calls++, { proactor });
  assertEquals(await proactor.close(), 0);
  const atEnd = calls;
  pair.send("a");
  await turns(3);
  assertEquals(calls, atEnd);
  assertEquals(reports, []);
  assertFalse(removeReader(pair.receiver, { proactor }));
  assertThrows(
    () => addReader(pair.receiver, () => {}, { proactor }),
    Deno.errors.BadResource,
  );
});

test.eachMode("addReader() refuses what it cannot watch", async (proactor) => {
  using pair = new Pair();
  assertThrows(
    () => addReader(pair.bench.port, () => {}, { proactor }),
    Deno.errors.BadResource,
    "is not a socket",
  );
  assertThrows(
    () => addReader(pair.receiver, 1 as unknown as () => void, { proactor }),
    TypeError,
    "the callback is a number",
  );
  assertFalse(removeReader(pair.bench.port, { proactor }));
  await assertIdle(proactor);
});

test.eachMode("addReader() serves 200 sockets", async (proactor) => {
  using bench = new Bench();
  const sender = bench.udp(SKIP);
  const receivers = Array.from({ length: 200 }, () => bench.udp(SKIP));
  let received = 0;
  for (const receiver of receivers) {
    const take = () => {
      bench.recvFrom(receiver, 10);
      received++;
    };
    addReader(receiver, take, { proactor });
  }
  for (let round = 1; round <= 3; round++) {
    for (const receiver of receivers) {
      bench.sendTo(sender, "x", bench.name(receiver));
    }
    await until(() => received === 200 * round);
  }
  for (const receiver of receivers) {
    assert(removeReader(receiver, { proactor }));
  }
  await assertIdle(proactor);
});
