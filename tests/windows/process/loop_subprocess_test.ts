/** Children in protocol style: asyncio's SubprocessTestsMixin. */

import { assert, assertEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { InvalidStateError, ProactorEventLoop } from "../../../mod.ts";
import { encode } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import type {
  SubprocessExecOptions,
  SubprocessTransport,
} from "../../../src/process/mod.ts";
import "./_process.ts";
import { SubprocessRecorder } from "./_recorder.ts";

type Body = (loop: ProactorEventLoop) => Promise<void>;

const test = {
  loop(name: string, body: Body): void {
    Deno.test(name, async () => {
      await using loop = new ProactorEventLoop();
      await loop.runUntilComplete(body(loop));
      if (loop.isClosed()) return;
      await until(() => loop.proactor.metrics().pending === 0);
      assertEquals(loop.proactor.metrics().slotsInUse, 0);
    });
  },
};

async function shell(
  loop: ProactorEventLoop,
  commandLine: string,
  options: SubprocessExecOptions = {},
): Promise<[SubprocessTransport, SubprocessRecorder]> {
  const make = () => new SubprocessRecorder();
  return await soon(loop.subprocessShell(make, commandLine, options));
}

function assertOrder(events: string[], first: string, second: string): void {
  const [a, b] = [events.lastIndexOf(first), events.indexOf(second)];
  assert(a >= 0 && a < b, `${first} before ${second}: ${events}`);
}

test.loop(
  "subprocessExec() tells a protocol all about a child",
  async (loop) => {
    const make = () => new SubprocessRecorder();
    const [transport, protocol] = await soon(
      loop.subprocessExec(make, "sort.exe"),
    );
    assertInstanceOf(protocol, SubprocessRecorder);
    assertEquals(protocol.transport, transport);
    assertEquals(protocol.events[0], "made");
    assertEquals(transport.getReturnCode(), null);
    assertEquals(transport.getProtocol(), protocol);
    const stdin = transport.getPipeTransport(0)!;
    stdin.write(encode("b\r\na\r\n"));
    stdin.close();
    await soon(protocol.finished);
    assertEquals(protocol.received, { 1: "a\r\nb\r\n", 2: "" });
    assertEquals(transport.getReturnCode(), 0);
    assertEquals(await transport.wait(), 0);
  },
);

test.loop(
  "streams that are undefined are piped, as by default",
  async (loop) => {
    const streams = { stdin: undefined, stdout: undefined, stderr: undefined };
    const [transport, protocol] = await shell(loop, "echo out", streams);
    await soon(protocol.finished);
    assertEquals(protocol.received, { 1: "out\r\n", 2: "" });
    assert(transport.getPipeTransport(0) !== undefined);
  },
);

test.loop("the events of a child come in order, each end once", async (loop) => {
  const [transport, protocol] = await shell(loop, "echo out& echo err>&2");
  await soon(protocol.finished);
  const { events } = protocol;
  assertEquals(events[0], "made");
  assertEquals(events.at(-1), "lost");
  assertOrder(events, "data 1", "lost 1");
  assertOrder(events, "data 2", "lost 2");
  for (const end of ["lost 0", "lost 1", "lost 2", "exited", "lost"]) {
    assertEquals(events.filter((event) => event === end).length, 1, end);
  }
  assertEquals(protocol.errors, { 0: null, 1: null, 2: null });
  assertEquals(protocol.error, null);
  assertEquals(transport.isClosing(), true);
});

test.loop("a child has an exit code", async (loop) => {
  const [transport, protocol] = await shell(loop, "exit 7");
  await soon(protocol.finished);
  assertEquals(transport.getReturnCode(), 7);
  for (let i = 0; i < 10; i++) assertEquals(await transport.wait(), 7);
});

test.loop("two rounds go through one child", async (loop) => {
  const line = "set /p proactor=& call echo %^proactor%";
  const [transport, protocol] = await shell(loop, `${line}& ${line}`);
  const stdin = transport.getPipeTransport(0)!;
  for (const text of ["Python ", "The Winner"]) {
    stdin.write(encode(`${text}\r\n`));
    await soon(protocol.wrote(1, text));
  }
  await soon(protocol.finished);
});

test.loop("stderr can be received on 1", async (loop) => {
  const [transport, protocol] = await shell(loop, "echo OUT& echo ERR>&2", {
    stderr: "stdout",
  });
  await soon(protocol.finished);
  assertEquals(transport.getPipeTransport(2), null);
  assertEquals(protocol.received[2], "");
  assertEquals(protocol.received[1]!.split(/\s+/), ["OUT", "ERR", ""]);
});

test.loop("streams that are not piped have no transport", async (loop) => {
  const [transport, protocol] = await shell(loop, "exit 3", {
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  for (const fd of [0, 1, 2, 3, -1]) {
    assertEquals(transport.getPipeTransport(fd), null);
  }
  await soon(protocol.finished);
  assertEquals(protocol.events, ["made", "exited", "lost"]);
});

for (const method of ["terminate", "kill"] as const) {
  test.loop(`${method}() ends a child`, async (loop) => {
    const [transport, protocol] = await shell(loop, "pause");
    transport[method]();
    await soon(protocol.finished);
    assertEquals(transport.getReturnCode(), 1);
  });
}

test.loop("signals for a child that has ended are refused", async (loop) => {
  const [transport, protocol] = await shell(loop, "exit 6");
  await soon(protocol.finished);
  assertThrows(() => transport.sendSignal("SIGTERM"), TypeError);
  assertThrows(() => transport.terminate(), TypeError);
  assertThrows(() => transport.kill(), TypeError);
});

test.loop("close() kills a child that runs", async (loop) => {
  const [transport, protocol] = await shell(loop, "pause");
  transport.close();
  assertEquals(transport.isClosing(), true);
  transport.close();
  await soon(protocol.finished);
  assertEquals(transport.getReturnCode(), 1);
  assertEquals(protocol.error, null);
});

test.loop("close() does not kill a child that has ended", async (loop) => {
  const [transport, protocol] = await shell(loop, "exit 7");
  await soon(protocol.exited);
  transport.close();
  await soon(protocol.finished);
  assertEquals(transport.getReturnCode(), 7);
});

test.loop("wait() resolves while others keep a pipe open", async (loop) => {
  const line = "start /b cmd.exe /d /c pause";
  const [transport, protocol] = await shell(loop, line);
  assertEquals(await soon(transport.wait()), 0);
  await soon(protocol.exited);
  for (let i = 0; i < 10; i++) await turn();
  assert(!protocol.events.includes("lost"));
  transport.getPipeTransport(0)!.close();
  await soon(protocol.finished);
});

test.loop("a child that closes its standard input is noticed", async (loop) => {
  const [transport, protocol] = await shell(loop, "exit");
  await soon(protocol.finished);
  assert(protocol.events.includes("lost 0"));
  assertEquals(transport.getPipeTransport(0)!.isClosing(), true);
});

test.loop("writing to a child that has ended loses the pipe", async (loop) => {
  const [transport, protocol] = await shell(
    loop,
    "pause",
  );
  const stdin = transport.getPipeTransport(0)!;
  stdin.write(new Uint8Array(10_000_000));
  await soon(protocol.finished);
  assertInstanceOf(protocol.errors[0], Deno.errors.BrokenPipe);
});

test.loop("writing is paused and resumed", async (loop) => {
  const calls: string[] = [];
  class Paused extends SubprocessRecorder {
    pauseWriting(): void {
      calls.push("pause");
    }
    resumeWriting(): void {
      calls.push("resume");
    }
  }
  const [transport, protocol] = await soon(
    loop.subprocessExec(() => new Paused(), "sort.exe"),
  );
  const stdin = transport.getPipeTransport(0)!;
  // More than a pipe holds, and little to sort: Wine's sort is slow.
  stdin.write(encode("a line of text\r\n".repeat(20_000)));
  assertEquals(calls, ["pause"]);
  await soon(until(() => calls.length === 2));
  assertEquals(calls, ["pause", "resume"]);
  stdin.close();
  await soon(protocol.finished);
});

test.loop("another protocol can take over", async (loop) => {
  const [transport, first] = await shell(loop, "pause & exit 3");
  await soon(until(() => first.received[1] !== ""));
  const second = new SubprocessRecorder();
  transport.setProtocol(second);
  transport.getPipeTransport(0)!.close();
  await soon(second.finished);
  assert(!first.events.includes("exited"));
});

test.loop("a protocol that throws is reported and goes on", async (loop) => {
  const reports: unknown[] = [];
  loop.setExceptionHandler((_, { exception }) => void reports.push(exception));
  const error = new Error("No data, please");
  class Throwing extends SubprocessRecorder {
    override pipeDataReceived(): void {
      throw error;
    }
  }
  const make = () => new Throwing();
  const [, protocol] = await soon(loop.subprocessShell(make, "echo x"));
  await soon(protocol.finished);
  // Once for each part in which the output came.
  assertEquals(new Set(reports), new Set([error]));
  assertEquals(protocol.events.at(-1), "lost");
});

test.loop("a protocol factory that throws starts nothing", async (loop) => {
  const error = new Error("No protocol");
  const make = () => {
    throw error;
  };
  const thrown = await assertRejects(() => loop.subprocessShell(make, "exit"));
  assertEquals(thrown, error);
});

test.loop("a program that cannot be started is told", async (loop) => {
  const make = () => new SubprocessRecorder();
  await assertRejects(
    () => loop.subprocessExec(make, "no-such-program"),
    Deno.errors.NotFound,
  );
});

test.loop("ten children at once give their own output", async (loop) => {
  const numbers = Array.from({ length: 10 }, (_, i) => i);
  const children = numbers.map(async (number) => {
    const [, protocol] = await shell(loop, `echo ${number}`);
    await soon(protocol.finished);
    return protocol.received[1];
  });
  const outputs = await Promise.all(children);
  assertEquals(outputs, numbers.map((number) => `${number}\r\n`));
});

test.loop("subprocessExec() refuses what is malformed", async (loop) => {
  const make = () => new SubprocessRecorder();
  const noFactory = 3 as unknown as () => SubprocessRecorder;
  const list = ["echo"] as unknown as string;
  await assertRejects(
    () => loop.subprocessExec(noFactory, "cmd.exe"),
    TypeError,
    "Cannot start process: a number is not a function",
  );
  await assertRejects(() => loop.subprocessShell(make, list), TypeError);
});

Deno.test("a closed loop starts nothing", async () => {
  const loop = new ProactorEventLoop();
  await loop.close();
  await assertRejects(
    () => loop.subprocessShell(() => new SubprocessRecorder(), "exit"),
    InvalidStateError,
  );
});

Deno.test("closing the loop ends the protocol of a child that runs", async () => {
  const loop = new ProactorEventLoop();
  const [transport, protocol] = await shell(loop, "pause", {
    stdin: "inherit",
  });
  await soon(loop.close());
  await soon(protocol.finished);
  assertInstanceOf(protocol.error, Deno.errors.Interrupted);
  assert(!protocol.events.includes("exited"));
  await assertRejects(() => transport.wait(), Deno.errors.Interrupted);
  transport.close();
});
