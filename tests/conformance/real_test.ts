/** Windows answers as its rules say, and Wine as far as it is listed. */

import { assertEquals } from "@std/assert";
import { isWine } from "../windows/_wine.ts";
import { differing } from "./differences.ts";
import { realSystem } from "./real_system.ts";
import { replay } from "./trace.ts";
import { TRACES } from "./traces/all.ts";

for (const trace of TRACES) {
  Deno.test(`the real API answers as Windows: ${trace.name}`, async () => {
    const answers = await replay(realSystem, trace);
    const found = differing(isWine ? "wine" : "windows", answers);
    assertEquals(found.filter(({ tolerated }) => !tolerated), []);
  });
}
