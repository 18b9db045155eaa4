// The doors of the package: what `exports` of deno.json names.
import type { DocOutput } from "./doc_rules.ts";
import type { Finding } from "./finding.ts";

/** The door of the package itself, which holds what is needed every day. */
const ROOT = "mod.ts";

/** The root door has fewer names than this. */
const MAX_ROOT_NAMES = 60;

/**
 * Checks that the root door, as `deno doc --json` prints it, stays one that can
 * be read at a glance.
 */
export function checkRootDoor({ nodes }: DocOutput): Finding[] {
  return Object.entries(nodes).flatMap(([file, { symbols }]) => {
    const isRoot = file.endsWith(`/${ROOT}`) && !file.includes("/src/");
    if (!isRoot || symbols.length < MAX_ROOT_NAMES) return [];
    const message = `${symbols.length} names: a room's door takes the others`;
    return [{ file, line: 1, symbol: "module", message }];
  });
}
