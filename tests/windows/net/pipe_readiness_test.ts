/** Readiness of pipes: by reads of no bytes, on the same port. */

import { assert, assertEquals, assertFalse } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { CancelledError, type IocpProactor } from "../../../mod.ts";
import { test } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { createInstance, uniquePipeName } from "../_pipes.ts";
import { soon, turn, turns, until } from "../_turns.ts";
import { pipe, type PipeHandle } from "../../../src/pipe/mod.ts";
import {
  addReader,
  addWriter,
  removeReader,
  waitReadable,
  waitWritable,
} from "../../../src/net/mod.ts";
import { PIPE_TYPE_MESSAGE } from "../../../src/ffi/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { collectReports } from "./_readiness.ts";

defaultSockets();

const { BadResource, Interrupted, NotSupported } = Deno.errors;

/** Both ends of a byte pipe. */
class Ends implements Disposable {
  readonly reader: PipeHandle;
  readonly writer: PipeHandle;
  readonly #proactor: IocpProactor;

  constructor(proactor: IocpProactor) {
    this.#proactor = proactor;
    [this.reader, this.writer] = pipe({ duplex: true, proactor });
  }

  async send(text: string): Promise<void> {
    await soon(this.#proactor.send(this.writer, encode(text)));
  }

  async receive(size: number): Promise<string> {
    return decode(await soon(this.#proactor.recv(this.reader, size)));
  }

  [Symbol.dispose](): void {
    this.reader.close();
    this.writer.close();
  }
}

test.eachMode("waitReadable() of a pipe ends when data come, and takes none", async (proactor) => {
  using ends = new Ends(proactor);
  const readable = waitReadable(ends.reader, { proactor });
  await turns(3);
  assertFalse(readable.done());
  await ends.send("hello");
  assertEquals(await soon(readable), undefined);
  assertEquals(await ends.receive(10), "hello");
});

test.eachMode("waitReadable() of a pipe ends again and again until all was read", async (proactor) => {
  using ends = new Ends(proactor);
  await ends.send("ab");
  for (const text of ["a", "b"]) {
    await soon(waitReadable(ends.reader, { proactor }));
    await soon(waitReadable(ends.reader, { proactor }));
    assertEquals(await ends.receive(1), text);
  }
  const empty = waitReadable(ends.reader, { proactor });
  await turns(3);
  assertFalse(empty.done());
  empty.cancel();
});

test.eachMode("any number may wait for a pipe", async (proactor) => {
  using ends = new Ends(proactor);
  const waits = [1, 2, 3].map(() => waitReadable(ends.reader, { proactor }));
  waits[1]!.cancel();
  await ends.send("x");
  for (const i of [0, 2]) await soon(waits[i]!);
  assert(waits[1]!.cancelled());
  assertEquals(await ends.receive(10), "x");
});

test.eachMode("a handle that is on the port already can be waited for", async (proactor) => {
  const path = uniquePipeName();
  const server = createInstance(proactor, path);
  proactor.register(server);
  const accepted = proactor.acceptPipe(server);
  const client = await soon(proactor.connectPipe(path));
  await soon(accepted);
  const readable = waitReadable(server, { proactor });
  await soon(proactor.send(client, encode("hi")));
  await soon(readable);
  assertEquals(decode(await soon(proactor.recv(server, 10))), "hi");
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

test.eachMode("the end of a pipe is readable", async (proactor) => {
  using ends = new Ends(proactor);
  const readable = waitReadable(ends.reader, { proactor });
  await ends.send("last");
  ends.writer.close();
  await soon(readable);
  assertEquals(await ends.receive(10), "last");
  await soon(waitReadable(ends.reader, { proactor }));
  assertEquals(await ends.receive(10), "");
  await soon(waitReadable(ends.reader, { proactor }));
});

test.eachMode("a canceled wait for a pipe loses nothing", async (proactor) => {
  using ends = new Ends(proactor);
  for (let i = 0; i < 20; i++) {
    const readable = waitReadable(ends.reader, { proactor });
    const sent = ends.send(`${i};`);
    if (i % 3 === 0) await turn();
    readable.cancel();
    assert(readable.done());
    await sent;
    assertEquals(await ends.receive(10), `${i};`);
  }
  const controller = new AbortController();
  const { signal } = controller;
  const readable = waitReadable(ends.reader, { signal, proactor });
  controller.abort(new Error("enough"));
  await assertRejects(async () => await soon(readable), Error, "enough");
  const aborted = waitReadable(ends.reader, { signal, proactor });
  await assertRejects(async () => await aborted, Error, "enough");
  const canceled = waitReadable(ends.reader, { proactor });
  canceled.cancel();
  await assertRejects(async () => await canceled, CancelledError);
  assertEquals(proactor.metrics().unknownPackets, 0);
});

test.eachMode("closing a pipe ends the waits for it", async (proactor) => {
  const path = uniquePipeName();
  const server = createInstance(proactor, path);
  const client = await soon(proactor.connectPipe(path));
  const readable = waitReadable(client, { proactor });
  proactor.closeHandle(client);
  await assertRejects(async () => await soon(readable), Interrupted);
  proactor.closeHandle(server);
  using ends = new Ends(proactor);
  ends.reader.close();
  assertThrows(() => waitReadable(ends.reader, { proactor }), BadResource);
});

test.proactor("closing the proactor ends the waits", async (proactor) => {
  const ends = new Ends(proactor);
  const readable = waitReadable(ends.reader, { proactor });
  const reports = collectReports(proactor);
  let calls = 0;
  addReader(ends.reader, () => calls++, { proactor });
  assertEquals(await soon(proactor.close()), 0);
  await assertRejects(async () => await soon(readable));
  assertThrows(() => waitReadable(ends.reader, { proactor }), BadResource);
  assertFalse(removeReader(ends.reader, { proactor }));
  assertEquals([calls, reports.length], [0, 0]);
  ends[Symbol.dispose]();
});

test.eachMode("addReader() of a pipe calls as long as there is something to read", async (proactor) => {
  using ends = new Ends(proactor);
  const received: string[] = [];
  let reading = false;
  addReader(ends.reader, async () => {
    if (reading) return;
    reading = true;
    received.push(await ends.receive(1));
    reading = false;
  }, { proactor });
  await turns(3);
  assertEquals(received, []);
  await ends.send("abc");
  await until(() => received.length === 3);
  await ends.send("d");
  await until(() => received.length === 4);
  assertEquals(received.join(""), "abcd");
  assert(removeReader(ends.reader, { proactor }));
  assertFalse(removeReader(ends.reader, { proactor }));
  await ends.send("e");
  assertEquals(await ends.receive(10), "e");
  assertEquals(received.length, 4);
});

test.eachMode("addReader() of a pipe lets timers fire, and takes another's place", async (proactor) => {
  using ends = new Ends(proactor);
  const calls: string[] = [];
  addReader(ends.reader, () => calls.push("old"), { proactor });
  addReader(ends.reader, () => calls.push("new"), { proactor });
  await ends.send("x");
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until(() => calls.length > 3);
  assert(removeReader(ends.reader, { proactor }));
  assertEquals(new Set(calls), new Set(["new"]));
  const atEnd = calls.length;
  await turns(5);
  assertEquals(calls.length, atEnd);
});

test.eachMode("a reader of a pipe that throws, or is closed, is reported", async (proactor) => {
  using ends = new Ends(proactor);
  const reports = collectReports(proactor);
  let calls = 0;
  addReader(ends.reader, () => {
    if (++calls === 1) throw new Error("broken");
    removeReader(ends.reader, { proactor });
  }, { proactor });
  await ends.send("x");
  await until(() => calls === 2);
  assertEquals(reports.map(([, message]) => message), [
    "Exception in the callback of a readable pipe",
  ]);
  await ends.receive(10);
  const path = uniquePipeName();
  const server = createInstance(proactor, path);
  const client = await soon(proactor.connectPipe(path));
  addReader(client, () => {}, { proactor });
  proactor.closeHandle(client);
  await until(() => reports.length === 2);
  assertInstanceOf(reports[1]![0], Interrupted);
  assertEquals(reports[1]![1], "The watch of a pipe has ended");
  proactor.closeHandle(server);
});

test.proactor("a pipe has no writability to wait for", (proactor) => {
  using ends = new Ends(proactor);
  for (const wait of [waitWritable, addWriter]) {
    assertThrows(
      () =>
        wait === addWriter
          ? addWriter(ends.writer, () => {}, { proactor })
          : waitWritable(ends.writer, { proactor }),
      NotSupported,
      "a pipe does not tell when it can be written",
    );
  }
  assertEquals(proactor.metrics().slotsInUse, 0);
});

test.proactor("a message-type pipe is refused: a wait would take an empty message", async (proactor) => {
  const path = uniquePipeName();
  const pipeMode = PIPE_TYPE_MESSAGE;
  const server = createInstance(proactor, path, { pipeMode });
  const client = await soon(proactor.connectPipe(path));
  for (const handle of [server, client]) {
    assertThrows(
      () => waitReadable(handle, { proactor }),
      NotSupported,
      "Cannot wait for handle: the wait would take an empty message",
    );
    assertThrows(
      () => addReader(handle, () => {}, { proactor }),
      NotSupported,
      "Cannot watch handle",
    );
  }
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

test.proactor("an end that only writes cannot be read", async (proactor) => {
  const [reader, writer] = pipe({ proactor });
  const readable = waitReadable(writer, { proactor });
  await assertRejects(
    async () => await soon(readable),
    Deno.errors.PermissionDenied,
    "Cannot read: access is denied",
  );
  reader.close();
  writer.close();
});

test.proactor("what is no open handle is refused", (proactor) => {
  for (const handle of [0n, 0x7fff_fff0n]) {
    assertThrows(() => waitReadable(handle, { proactor }), BadResource);
    assertThrows(() => addReader(handle, () => {}, { proactor }), BadResource);
  }
  for (const value of [undefined, 5, "x", null]) {
    const wrong = value as unknown as bigint;
    assertThrows(() => waitReadable(wrong, { proactor }), TypeError);
  }
});
