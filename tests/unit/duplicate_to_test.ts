/** Handles of pipes for other processes. */

import { assertEquals, assertRejects } from "@std/assert";
import { pipe } from "../../src/pipe/anonymous_pipe.ts";
import { bytes } from "./_bytes.ts";
import { test } from "./_helpers.ts";

test.world("duplicateTo() gives a process a handle for the same end", async (world) => {
  const { proactor, sim } = world;
  const { gifts, processes } = sim.identity;
  processes.set(77, { user: sim.currentUserSid() });
  const [reader, writer] = pipe({ proactor });
  assertEquals(await reader.duplicateTo(77), 0x1004n);
  assertEquals(gifts, [{ handle: reader.fileno(), processId: 77 }]);
  reader.close();
  writer.close();
});

test.world("duplicateTo() refuses a handle that a proactor has used", async (world) => {
  const { proactor } = world;
  const [reader, writer] = pipe({ proactor });
  await proactor.send(writer, bytes("x"));
  await assertRejects(
    () => writer.duplicateTo(77),
    Deno.errors.NotSupported,
    "Cannot give pipe to process 77: a proactor has used it",
  );
  reader.close();
  writer.close();
});

test.world("duplicateTo() tells what Windows refuses", async (world) => {
  const { proactor, sim } = world;
  const [reader, writer] = pipe({ proactor });
  const gone = () => reader.duplicateTo(78);
  await assertRejects(gone, Error, "there is no such process");
  sim.identity.fail("duplicateInto", 5);
  await assertRejects(
    gone,
    Deno.errors.PermissionDenied,
    "Cannot give pipe to process 78: access is denied",
  );
  for (const id of [0, -1, 1.5, NaN, 2 ** 32]) {
    await assertRejects(() => reader.duplicateTo(id), RangeError);
  }
  reader.close();
  writer.close();
  await assertRejects(() => reader.duplicateTo(78), Deno.errors.BadResource);
});
