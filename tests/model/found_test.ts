/** Schedules that failed once, as the models have printed them. */

import { spaceNamed } from "./models.ts";
import { repeat } from "./replay.ts";

Deno.test("pump: deferred work is not forgotten when no packet can end the wait", () =>
  repeat(spaceNamed("pump-turns-of-0.1-ms"), [
    "start operation",
    "turn",
    "turn",
    "turn",
    "turn",
    "defer work",
    "thread begins",
    "timer",
    "turn/1",
  ]));
