/**
 * Waits for events: one that is set already, and many that are set later.
 *
 * @module
 */

import { defaultProactor } from "../src/proactor/default_proactor.ts";
import { notWindows as ignore } from "./_permissions.ts";

const MANY = 64;

/** Functions of kernel32.dll that make events. */
function events() {
  return Deno.dlopen("kernel32.dll", {
    CreateEventW: {
      parameters: ["buffer", "i32", "i32", "buffer"],
      result: "usize",
    },
    SetEvent: { parameters: ["usize"], result: "i32" },
  }).symbols;
}

let kernel32: ReturnType<typeof events> | undefined;
let handles: bigint[] = [];

/** Auto-reset events, made once. */
function prepare(): ReturnType<typeof events> {
  if (kernel32 !== undefined) return kernel32;
  const symbols = events();
  handles = Array.from(
    { length: MANY },
    () => symbols.CreateEventW(null, 0, 0, null),
  );
  return kernel32 = symbols;
}

for (const count of [1, MANY]) {
  const group = `waits for ${count === 1 ? "an event" : `${count} events`}`;

  Deno.bench({
    name: "set before the wait",
    group,
    baseline: true,
    ignore,
    async fn() {
      const { SetEvent } = prepare();
      const used = handles.slice(0, count);
      for (const handle of used) SetEvent(handle);
      await Promise.all(
        used.map((one) => defaultProactor().waitForHandle(one)),
      );
    },
  });

  Deno.bench({
    name: "set after the wait has begun",
    group,
    ignore,
    async fn() {
      const { SetEvent } = prepare();
      const used = handles.slice(0, count);
      const waits = used.map((one) => defaultProactor().waitForHandle(one));
      for (const handle of used) SetEvent(handle);
      await Promise.all(waits);
    },
  });
}
