// These tests run twice: with --allow-ffi, and with a grant that names the
// three libraries by absolute paths.
import { assertEquals, assertRejects } from "@std/assert";
import { CancelledError } from "../../../mod.ts";
import { test } from "../_setup.ts";
import { soon } from "../_turns.ts";
import { closeHandles, createEvent, setEvent } from "../waits/_objects.ts";

test.proactor("scoped: a wait ends, times out, and is cancelled", async (proactor) => {
  const event = createEvent(false);
  const wait = proactor.waitForHandle(event);
  setEvent(event);
  assertEquals(await soon(wait), true);
  const late = proactor.waitForHandle(event, { timeout: 20 });
  assertEquals(await soon(late), false);
  const cancelled = proactor.waitForHandle(event);
  cancelled.cancel();
  await assertRejects(() => soon(cancelled), CancelledError);
  closeHandles(event);
});
