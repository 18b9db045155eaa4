/** How the disk of the simulated kernel blocks who calls it. */

import { assertEquals } from "@std/assert";
import { FILE, open, withDisk } from "./_files.ts";
import { pattern } from "./_bytes.ts";

Deno.test("a read of a file ends at once, and blocks for its bytes", () =>
  withDisk({}, async ({ world, disk }) => {
    disk.put(FILE, pattern(5000));
    await using file = await open(world);
    assertEquals(await file.read(new Uint8Array(9000)), 5000);
    assertEquals(disk.blocked, [5000]);
  }));

Deno.test("a write behind the valid data blocks for the gap too", () =>
  withDisk({}, async ({ world, disk }) => {
    await using file = await open(world);
    await file.write(pattern(100), { at: 900 });
    assertEquals(disk.blocked.splice(0), [1000]);
    await file.write(pattern(100), { at: 0 });
    assertEquals(disk.blocked.splice(0), [100]);
    // What makes room on another thread writes no zeros.
    await file.truncate(50_000);
    assertEquals(disk.blocked, []);
    await file.write(pattern(100), { at: 49_900 });
    assertEquals(disk.blocked.splice(0), [49_000]);
    await file.truncate(0);
    await file.write(pattern(1), { at: 0 });
    assertEquals(disk.blocked, [1]);
  }));

Deno.test("pendingFiles lets no call end at once, so that none blocks", () =>
  withDisk({ pendingFiles: true, skip: true }, async ({ world, disk }) => {
    await using file = await open(world);
    await file.write(pattern(100), { at: 900 });
    assertEquals(await file.read(new Uint8Array(50), { at: 0 }), 50);
    assertEquals(disk.blocked, []);
  }));
