/** Who awaits the end of a wait keeps the process alive until it has ended. */

import { assert } from "@std/assert";
import { CallBudget } from "../../src/proactor/port/call_budget.ts";
import { Pump, type PumpHost } from "../../src/proactor/port/pump.ts";
import { TurnClock } from "../../src/proactor/port/turn_clock.ts";
import { turns, until } from "./_turns.ts";

/** Milliseconds of a wait: only calls of Deno's pool can be unreferenced. */
const WAIT = 100;

const sleep = Deno.build.os === "windows" ? windowsSleep() : unixSleep();

function windowsSleep(): (milliseconds: number) => Promise<void> {
  return Deno.dlopen("kernel32.dll", {
    Sleep: { parameters: ["u32"], result: "void", nonblocking: true },
  }).symbols.Sleep;
}

function unixSleep(): (milliseconds: number) => Promise<void> {
  const name = Deno.build.os === "darwin" ? "libc.dylib" : "libc.so.6";
  const { poll } = Deno.dlopen(name, {
    poll: {
      parameters: ["usize", "u64", "i32"],
      result: "void",
      nonblocking: true,
    },
  }).symbols;
  return (milliseconds) => poll(0n, 0n, milliseconds);
}

/** A host whose waits end after a while, whatever happens. */
class SleepingHost implements PumpHost {
  readonly calls = new CallBudget();
  readonly clock = new TurnClock();
  readonly queue = { waitStarted: true, disarm: () => true };
  readonly deferred = false;
  outstanding = 1;
  referenced = 1;
  waits = 0;
  ended = false;
  starvations = 0;

  turn(): number {
    return 0;
  }

  /** The promise is that of the call itself: it alone can be unreferenced. */
  wait(): Promise<number> {
    this.waits++;
    return sleep(WAIT) as Promise<unknown> as Promise<number>;
  }

  collect(): void {
    this.ended = true;
  }

  wake(): boolean {
    return true;
  }

  starved(): void {
    this.starvations++;
  }
}

/** The next turn takes the wait's reference, unless its end is awaited. */
async function assertAwaited(host: SleepingHost, pump: Pump): Promise<void> {
  const ended = pump.ended();
  await turns(3);
  assert(!host.ended);
  await ended;
  assert(host.ended);
}

Deno.test("the end of a wait that was queued is awaited", async () => {
  const host = new SleepingHost();
  const pump = new Pump(host);
  host.queue.waitStarted = false;
  pump.start();
  await until(() => host.starvations === 1);
  host.queue.waitStarted = true;
  host.outstanding = host.referenced = 0;
  pump.start();
  await assertAwaited(host, pump);
});

Deno.test("the end of a wait that only unreferenced operations need is awaited", async () => {
  const host = new SleepingHost();
  const pump = new Pump(host);
  host.referenced = 0;
  pump.start();
  await until(() => host.waits === 1);
  host.outstanding = 0;
  pump.review();
  await assertAwaited(host, pump);
});
