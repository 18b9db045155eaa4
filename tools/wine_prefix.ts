import type { Piece } from "./cache.ts";

/**
 * A Wine prefix as a piece of the cache. Its `boot` fills the folder, and
 * returns when its wineserver has ended.
 */
export function prefixPiece(
  name: string,
  version: string,
  boot: (prefix: string) => Promise<void>,
): Piece {
  return {
    name,
    title: "Wine prefix",
    note: "about 10 seconds, 0.8 GB",
    version,
    async build(prefix) {
      await boot(prefix);
      await finishPrefix(prefix);
    },
  };
}

/** Wine would bring the prefix up to date in a run, which takes seconds. */
async function finishPrefix(prefix: string): Promise<void> {
  await Deno.stat(`${prefix}/system.reg`);
  await Deno.writeTextFile(`${prefix}/.update-timestamp`, "disable\n");
  await Deno.remove(`${prefix}/wineserver`).catch(() => {}); // Debian's only
}
