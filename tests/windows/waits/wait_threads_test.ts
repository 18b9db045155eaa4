/** Waits share threads of Windows. */

import { assertGreater, assertLess } from "@std/assert";
import { test } from "../_setup.ts";
import { libraryPath } from "../_library.ts";
import { soon } from "../_turns.ts";
import { closeHandles, createEvent, setEvent } from "./_objects.ts";

const kernel32 = Deno.dlopen(libraryPath("kernel32.dll"), {
  CreateToolhelp32Snapshot: { parameters: ["u32", "u32"], result: "usize" },
  Thread32First: { parameters: ["usize", "buffer"], result: "i32" },
  Thread32Next: { parameters: ["usize", "buffer"], result: "i32" },
  CloseHandle: { parameters: ["usize"], result: "i32" },
}).symbols;

const TH32CS_SNAPTHREAD = 4;
const THREADENTRY32_SIZE = 28;
const OWNER_PROCESS_ID = 12;
const WAITS = 1000;

function threadCount(): number {
  const { CreateToolhelp32Snapshot, Thread32First, Thread32Next } = kernel32;
  const snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  const entry = new DataView(new ArrayBuffer(THREADENTRY32_SIZE));
  const bytes = new Uint8Array(entry.buffer);
  entry.setUint32(0, THREADENTRY32_SIZE, true);
  let count = 0;
  let more = Thread32First(snapshot, bytes);
  for (; more !== 0; more = Thread32Next(snapshot, bytes)) {
    count += Number(entry.getUint32(OWNER_PROCESS_ID, true) === Deno.pid);
  }
  kernel32.CloseHandle(snapshot);
  return count;
}

test.proactor("1,000 waits take a thread for many of them, not one each", async (proactor) => {
  const before = threadCount();
  assertGreater(before, 0);
  const events = Array.from({ length: WAITS }, () => createEvent());
  const waits = events.map((event) => proactor.waitForHandle(event));
  assertLess(threadCount() - before, WAITS / 20);
  events.forEach(setEvent);
  await soon(Promise.all(waits));
  closeHandles(...events);
});
