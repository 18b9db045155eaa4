import { portOf } from "../../src/proactor/default_port.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertStrictEquals,
} from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import type { ExceptionContext } from "../../src/loop/exception_handler.ts";
import {
  getEventLoop,
  getRunningLoop,
  setEventLoop,
} from "../../src/loop/policy.ts";
import { run, Runner } from "../../src/loop/runner.ts";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { pipe } from "../../src/pipe/anonymous_pipe.ts";
import type { PipeHandle } from "../../src/pipe/pipe_handle.ts";
import { defaultProactor } from "../../src/proactor/default_proactor.ts";
import {
  CancelledError,
  InvalidStateError,
} from "../../src/proactor/future/future.ts";
import type { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import type { OperationOptions } from "../../src/proactor/proactor_options.ts";
import { runUntilWaiting } from "../unit/_loop.ts";
import { decode, encode } from "./_bytes.ts";
import { soon } from "./_turns.ts";

/** The ends of a pipe on the proactor of a loop. */
class Ends implements Disposable {
  readonly #proactor: IocpProactor;
  readonly #reader: PipeHandle;
  readonly #writer: PipeHandle;

  constructor({ proactor }: ProactorEventLoop) {
    this.#proactor = proactor;
    [this.#reader, this.#writer] = pipe({ duplex: true, proactor });
  }

  receive(options?: OperationOptions) {
    return this.#proactor.recv(this.#reader, 100, options);
  }

  send(text: string) {
    return this.#proactor.send(this.#writer, encode(text));
  }

  [Symbol.dispose](): void {
    this.#reader.close();
    this.#writer.close();
  }
}

Deno.test("runUntilComplete() waits for a read", async () => {
  await using loop = new ProactorEventLoop();
  using ends = new Ends(loop);
  const received = ends.receive();
  loop.callLater(5, () => ends.send("hello"));
  assertEquals(decode(await soon(loop.runUntilComplete(received))), "hello");
});

Deno.test("reads are dispatched while the loop does not run, their callbacks wait", async () => {
  await using loop = new ProactorEventLoop();
  using ends = new Ends(loop);
  const received = ends.receive();
  const seen: boolean[] = [];
  received.addDoneCallback(() => {
    seen.push(loop.isRunning());
    loop.stop();
  });
  await soon(ends.send("hello"));
  assertEquals(decode(await soon(received)), "hello");
  assertEquals(seen, []);
  await soon(loop.runForever());
  assertEquals(seen, [true]);
});

Deno.test("cancel() of a pending read takes effect promptly, and leaves nothing pending", async () => {
  await using loop = new ProactorEventLoop();
  using ends = new Ends(loop);
  const task = loop.createTask((signal) => {
    const received = ends.receive({ signal });
    loop.callSoon(() => task.cancel());
    return received;
  });
  await assertRejects(() => soon(loop.runUntilComplete(task)), CancelledError);
  assert(task.cancelled());
  assertEquals(loop.proactor.metrics().pending, 0);
});

Deno.test("timers are not early while the loop waits for I/O", async () => {
  await using loop = new ProactorEventLoop();
  using ends = new Ends(loop);
  const received = ends.receive();
  for (const delay of [0.01, 1, 3.7, 15]) {
    const fired = loop.createFuture<number>();
    const due = loop.time() + delay;
    loop.callAt(due, () => fired.setResult(loop.time()));
    assertGreaterOrEqual(await soon(loop.runUntilComplete(fired)), due);
  }
  assert(!received.done());
  received.cancel();
  await assertRejects(() => soon(received), CancelledError);
});

Deno.test("a loop runs, stops and closes many times without a report", async () => {
  const seen: ExceptionContext[] = [];
  for (let i = 0; i < 10; i++) {
    const loop = new ProactorEventLoop();
    loop.setExceptionHandler((_loop, context) => seen.push(context));
    for (let j = 0; j < 20; j++) {
      loop.callSoon(() => loop.stop());
      await soon(loop.runForever());
    }
    await soon(loop.close());
  }
  assertEquals(seen, []);
});

let shared: ProactorEventLoop;

Deno.test.beforeAll(() => {
  shared = new ProactorEventLoop();
});

Deno.test.afterAll(() => shared.close());

// The sanitizers see an operation that goes on when the test has ended.
Deno.test("a loop that stays open leaves nothing running between two runs", async () => {
  for (let i = 0; i < 5; i++) {
    await soon(runUntilWaiting(shared));
  }
  assertEquals(portOf(shared.proactor).outstanding, 0);
});

Deno.test("close() cancels pending reads", async () => {
  const loop = new ProactorEventLoop();
  using ends = new Ends(loop);
  const received = ends.receive();
  await soon(loop.close());
  await assertRejects(() => soon(received), CancelledError);
});

Deno.test("a loop drives the default proactor, another one after its close", async () => {
  const loop = new ProactorEventLoop({ proactor: defaultProactor() });
  setEventLoop(loop);
  assertStrictEquals(getEventLoop(), loop);
  await soon(loop.close());
  assertStrictEquals(getEventLoop(), loop);
  await using next = new ProactorEventLoop({ proactor: defaultProactor() });
  assert(next.proactor !== loop.proactor);
  setEventLoop(null);
});

Deno.test("run() runs a function over a proactor of its own, and closes it", async () => {
  let loop: ProactorEventLoop | null = null as ProactorEventLoop | null;
  const text = await soon(run(async () => {
    loop = getRunningLoop();
    using ends = new Ends(loop);
    const received = ends.receive();
    await ends.send("hello");
    return decode(await received);
  }));
  assertEquals(text, "hello");
  assert(loop?.isClosed() && loop.proactor.closed);
});

Deno.test("run() leaves no current loop", async () => {
  assert(await soon(run(() => getEventLoop().isRunning())));
  assertThrows(getEventLoop, InvalidStateError, "has no current one");
});

Deno.test("Runner reads in several runs of one loop", async () => {
  await using runner = new Runner();
  using ends = new Ends(runner.getLoop());
  for (const text of ["one", "two"]) {
    const received = ends.receive();
    await ends.send(text);
    const read = async () => decode(await received);
    assertEquals(await soon(runner.run(read)), text);
  }
});
