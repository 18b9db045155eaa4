import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { InvalidStateError } from "../../../src/proactor/future/future.ts";
import { ProactorEventLoop } from "../../../src/loop/proactor_event_loop.ts";
import { waitReadable } from "../../../src/net/readiness/readiness.ts";
import type { ExceptionContext } from "../../../src/loop/exception_handler.ts";
import type { Socket } from "../../../src/ffi/socket/api.ts";
import { assertNoLeak } from "../_setup.ts";
import { soon, turn } from "../_turns.ts";
import { Bench } from "../sockets/_bench.ts";

const SKIP = { skip: true };

function receive(bench: Bench, socket: Socket): string {
  const { address, transferred } = bench.recvFrom(socket, 10);
  return bench.read(address, transferred);
}

Deno.test("addReader() of a loop calls while the loop runs", async () => {
  using bench = new Bench();
  const [sender, receiver] = [bench.udp(SKIP), bench.udp(SKIP)];
  await using loop = new ProactorEventLoop();
  const calls: string[] = [];
  loop.addReader(receiver, (prefix) => {
    assert(loop.isRunning());
    calls.push(prefix + receive(bench, receiver));
    if (calls.length === 2) loop.stop();
  }, "got ");
  bench.sendTo(sender, "a", bench.name(receiver));
  bench.sendTo(sender, "b", bench.name(receiver));
  for (let i = 0; i < 5; i++) await turn();
  assertEquals(calls, []);
  await soon(loop.runForever());
  assertEquals(calls, ["got a", "got b"]);
  assert(loop.removeReader(receiver));
  assertFalse(loop.removeReader(receiver));
  await assertNoLeak(loop.proactor);
});

Deno.test("addWriter() of a loop calls in each turn while there is room", async () => {
  using bench = new Bench();
  const sender = bench.udp(SKIP);
  await using loop = new ProactorEventLoop();
  let calls = 0;
  loop.addWriter(sender, () => {
    if (++calls === 3) loop.stop();
  });
  await soon(loop.runForever());
  assertEquals(calls, 3);
  assert(loop.removeWriter(sender));
  assertFalse(loop.removeWriter(sender));
  await assertNoLeak(loop.proactor);
});

Deno.test("a reader of a loop that throws is told to the handler and goes on", async () => {
  using bench = new Bench();
  const [sender, receiver] = [bench.udp(SKIP), bench.udp(SKIP)];
  await using loop = new ProactorEventLoop();
  const contexts: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => contexts.push(context));
  let calls = 0;
  loop.addReader(receiver, () => {
    receive(bench, receiver);
    if (++calls === 2) loop.stop();
    else throw new Error("broken");
  });
  bench.sendTo(sender, "a", bench.name(receiver));
  bench.sendTo(sender, "b", bench.name(receiver));
  await soon(loop.runForever());
  assertEquals(calls, 2);
  assertEquals(contexts.map(({ message }) => message), [
    "Exception in the callback of a readable socket",
  ]);
});

Deno.test("runUntilComplete() takes the future of waitReadable()", async () => {
  using bench = new Bench();
  const [sender, receiver] = [bench.udp(SKIP), bench.udp(SKIP)];
  await using loop = new ProactorEventLoop();
  const { proactor } = loop;
  loop.callLater(1, () => {
    bench.sendTo(sender, "a", bench.name(receiver));
  });
  await soon(loop.runUntilComplete(waitReadable(receiver, { proactor })));
  assertEquals(receive(bench, receiver), "a");
});

Deno.test("close() of a loop ends its readers", async () => {
  using bench = new Bench();
  const [sender, receiver] = [bench.udp(SKIP), bench.udp(SKIP)];
  const loop = new ProactorEventLoop();
  let calls = 0;
  loop.addReader(receiver, () => calls++);
  bench.sendTo(sender, "a", bench.name(receiver));
  bench.readable(receiver);
  await loop.close();
  for (let i = 0; i < 5; i++) await turn();
  assertEquals(calls, 0);
  assertFalse(loop.removeReader(receiver));
  assertThrows(() => loop.addReader(receiver, () => {}), InvalidStateError);
});

Deno.test("addReader() of a loop refuses what it cannot watch", async () => {
  using bench = new Bench();
  await using loop = new ProactorEventLoop();
  assertThrows(
    () => loop.addReader(bench.port, () => {}),
    Deno.errors.BadResource,
    "is not a socket",
  );
  assertThrows(
    () => loop.addReader(bench.port, null as unknown as () => void),
    TypeError,
    "Cannot add reader: null is not a function",
  );
});

Deno.test("getaddrinfo() and getnameinfo() of a loop look up names", async () => {
  await using loop = new ProactorEventLoop();
  const infos = await soon(
    loop.runUntilComplete(loop.getaddrinfo("127.0.0.1", 80)),
  );
  const options = { numericHost: true, numericService: true };
  const name = await soon(
    loop.runUntilComplete(loop.getnameinfo(infos[0]!.address, options)),
  );
  assertEquals(name, { hostname: "127.0.0.1", service: "80" });
});
