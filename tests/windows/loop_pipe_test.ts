/** asyncio's pipe tests, on the event loop. */

import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CancelledError,
  InvalidStateError,
  type Protocol,
  type Transport,
} from "../../mod.ts";
import { decode, encode } from "./_bytes.ts";
import { connectedPair, uniquePipeName } from "./_pipes.ts";
import { soon } from "./_turns.ts";
import { getRunningLoop, run } from "../../src/loop/mod.ts";
import type { ExceptionContext } from "../../src/loop/exception_handler.ts";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";

/** Answers each line in capitals. */
class UpperCase implements Protocol {
  #transport!: Transport;
  #text = "";

  connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    this.#text += decode(data);
    if (!this.#text.endsWith("\n")) return;
    this.#transport.write(encode(this.#text.toUpperCase()));
    this.#transport.close();
  }
}

/** Collects what comes until the end. */
class Collector implements Protocol {
  readonly lost = Promise.withResolvers<Error | null>();
  text = "";

  dataReceived(data: Uint8Array): void {
    this.text += decode(data);
  }

  connectionLost(error: Error | null): void {
    this.lost.resolve(error);
  }
}

async function ask(
  loop: ProactorEventLoop,
  path: string,
  line: string,
): Promise<string> {
  const [transport, collector] = await loop.createPipeConnection(
    () => new Collector(),
    path,
  );
  transport.write(encode(line));
  assertEquals(await collector.lost.promise, null);
  return collector.text;
}

Deno.test("startServingPipe() serves five clients at once, and none after close()", async () => {
  await using loop = new ProactorEventLoop();
  const path = uniquePipeName();
  const connect = () => loop.createPipeConnection(() => ({}), path);
  await assertRejects(connect, Deno.errors.NotFound);
  const servers = await loop.startServingPipe(() => new UpperCase(), path);
  assertEquals(servers.length, 1);
  const lines = [0, 1, 2, 3, 4].map((i) => `lower-${i}\n`);
  const answers = Promise.all(lines.map((line) => ask(loop, path, line)));
  assertEquals(
    await soon(loop.runUntilComplete(answers)),
    lines.map((line) => line.toUpperCase()),
  );
  servers[0].close();
  await soon(servers[0].finished);
  await assertRejects(connect, Deno.errors.NotFound);
});

Deno.test("startServingPipe() refuses a name that is served", async () => {
  await using loop = new ProactorEventLoop();
  const path = uniquePipeName();
  const [server] = await loop.startServingPipe(() => ({}), path);
  await assertRejects(
    () => loop.startServingPipe(() => ({}), path),
    Deno.errors.AddrInUse,
  );
  await soon(server.shutdown());
});

Deno.test("a task that waits in createPipeConnection() for a busy pipe can be cancelled", async () => {
  await using loop = new ProactorEventLoop();
  await using pair = await connectedPair(loop.proactor, {
    maxInstances: 1,
  });
  const task = loop.createTask((signal) =>
    loop.createPipeConnection(() => ({}), pair.server.addr.path, { signal })
  );
  loop.callLater(5, () => task.cancel());
  await assertRejects(
    () => soon(loop.runUntilComplete(task)),
    CancelledError,
  );
});

for (
  const [suffix, options] of [
    ["", {}],
    [" (onError: undefined)", { onError: undefined }],
  ] as const
) {
  Deno.test(`a protocol factory that throws goes to the exception handler, the next client is served${suffix}`, async () => {
    await using loop = new ProactorEventLoop();
    const contexts: ExceptionContext[] = [];
    loop.setExceptionHandler((_loop, context) => contexts.push(context));
    const path = uniquePipeName();
    let calls = 0;
    const [server] = await loop.startServingPipe(
      () => {
        if (++calls === 1) throw new TypeError("Cannot make a protocol");
        return new UpperCase();
      },
      path,
      options,
    );
    const [, refused] = await loop.createPipeConnection(
      () => new Collector(),
      path,
    );
    await soon(refused.lost.promise);
    assertEquals(await soon(ask(loop, path, "x\n")), "X\n");
    assertEquals(contexts.map((each) => each.message), ["Pipe accept failed"]);
    assertInstanceOf(contexts[0]?.exception, TypeError);
    await soon(server.shutdown());
  });
}

Deno.test("pipe methods of a closed loop are refused", async () => {
  const loop = new ProactorEventLoop();
  await loop.close();
  const path = uniquePipeName();
  for (
    const call of [
      () => loop.startServingPipe(() => ({}), path),
      () => loop.createPipeConnection(() => ({}), path),
    ]
  ) {
    await assertRejects(call, InvalidStateError);
  }
});

Deno.test("run() serves and asks in a loop of its own", async () => {
  const path = uniquePipeName();
  const answer = await soon(run(async () => {
    const loop = getRunningLoop();
    const [server] = await loop.startServingPipe(() => new UpperCase(), path);
    const text = await ask(loop, path, "abc\n");
    await server.shutdown();
    return text;
  }));
  assertEquals(answer, "ABC\n");
});
