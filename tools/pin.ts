import { ask } from "./process.ts";
import { print } from "./progress.ts";

/**
 * Pins this process, and what it starts from now on, to the first core that it
 * may use, on Linux: with Wine on several cores, a round trip costs twice as
 * much or not, as the scheduler likes. The wineserver has to be among what is
 * started.
 */
export async function pinToOneCore(): Promise<void> {
  if (Deno.build.os !== "linux") return;
  const core = firstCore(await Deno.readTextFile("/proc/self/status"));
  const args = ["--all-tasks", "--cpu-list", "--pid", core, String(Deno.pid)];
  if (await ask(["taskset", ...args]) !== undefined) return;
  print("Cannot pin to one core: taskset has failed; figures will jump\n");
}

/** The first core that a process may use. */
export function firstCore(status: string): string {
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(status)?.[1] ?? "0";
}
