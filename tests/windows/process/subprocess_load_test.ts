import { assertEquals, assertRejects } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import { subprocessShell } from "../../../src/process/mod.ts";
import { test } from "../_setup.ts";
import { decode } from "../_bytes.ts";
import { assertKeepsHandles } from "../_handles.ts";
import { soon, until } from "../_turns.ts";
import { PIPED } from "./_process.ts";

/** Children that are started; 25 at once. */
const CHILDREN = 525;
const AT_ONCE = 25;

/** Children before counting begins: by then Deno has its threads. */
const WARM_UP = 25;

async function runOne(proactor: IocpProactor, number: number): Promise<void> {
  const child = await subprocessShell(`echo ${number}& exit ${number % 256}`, {
    ...PIPED,
    detached: true, // no console, which is a process of its own
    proactor,
  });
  const { code, stdout } = await child.output();
  assertEquals([code, decode(stdout)], [number % 256, `${number}\r\n`]);
}

async function runMany(proactor: IocpProactor, count: number): Promise<void> {
  for (let first = 0; first < count; first += AT_ONCE) {
    const batch = Array.from(
      { length: AT_ONCE },
      (_, i) => runOne(proactor, first + i),
    );
    await soon(Promise.all(batch));
  }
}

test.proactor(`${CHILDREN} children leave no handle, slot or buffer`, async (proactor) => {
  await runMany(proactor, WARM_UP);
  await until(() => proactor.metrics().pending === 0);
  const before = proactor.metrics();
  const start = performance.now();
  const count = CHILDREN / 3;
  await assertKeepsHandles(
    async () => {
      await runMany(proactor, count);
      await until(() => proactor.metrics().pending === 0);
    },
    1,
    count,
  );
  const rate = CHILDREN / (performance.now() - start) * 1000;
  await until(() => proactor.metrics().pending === 0);
  const after = proactor.metrics();
  assertEquals(after.slotsInUse, before.slotsInUse);
  assertEquals(after.bufferBytes, before.bufferBytes);
  console.log(`${Math.round(rate)} children/s`);
});

test.proactor("starts that fail leave no handle", async (proactor) => {
  const path = "C:\\windows\\win.ini";
  async function fail(): Promise<void> {
    const options = { ...PIPED, cwd: path, proactor, killTree: true };
    const starting = subprocessShell("exit", options);
    await assertRejects(() => starting, Deno.errors.NotADirectory);
  }
  await assertKeepsHandles(fail, WARM_UP);
});
