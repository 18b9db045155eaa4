/**
 * `trace`: what a command does on the completion port.
 *
 * @module
 */

import { defaultProactor } from "../proactor/default_proactor.ts";
import type { TraceEvent } from "../proactor/port/flight_recorder.ts";
import { FAILED } from "./exit_code.ts";
import { type Style, styleOf, tableOf } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** The flags of `trace`. */
export interface TraceFlags {
  /** The file that the trace goes to. */
  output?: string | undefined;
  /** Events that are kept. */
  events?: number | undefined;
}

/**
 * Records a command.
 *
 * @param terminal Where the summary goes.
 * @param run Runs the command.
 * @param flags Where the trace goes.
 * @returns The exit code of the command, or of a trace that cannot be written.
 */
export async function trace(
  terminal: Terminal,
  run: () => Promise<number>,
  flags: TraceFlags,
): Promise<number> {
  const proactor = defaultProactor();
  using recorder = proactor.record({ events: flags.events });
  const code = await run();
  recorder.stop();
  const recorded = recorder.trace();
  const { output } = flags;
  const style = styleOf(terminal.colors.err);
  terminal.note(summary(recorded.traceEvents, style));
  const lost = recorder.count > recorded.traceEvents.length
    ? `, the last of ${recorder.count}`
    : "";
  if (output === undefined) return code;
  try {
    Deno.writeTextFileSync(output, JSON.stringify(recorded));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    terminal.note(
      `${style.red("error")}: Cannot write trace "${output}": ${reason}`,
    );
    return FAILED;
  }
  const count = recorded.traceEvents.length;
  terminal.note(`${style.green("written")} ${output}: ${count} events${lost}`);
  return code;
}

/**
 * A line for each kind of event.
 *
 * @param events The events, of which there may be a million.
 * @param style Marks the heads.
 * @returns A table.
 */
export function summary(events: readonly TraceEvent[], style: Style): string {
  const kinds = Map.groupBy(
    events.filter(({ ph }) => ph === "X" || ph === "i"),
    ({ name }) => name,
  );
  const rows = [...kinds].map(([name, all]) => {
    let [total, longest] = [0, 0];
    for (const { dur = 0 } of all) {
      total += dur;
      longest = Math.max(longest, dur);
    }
    const timed = all[0]!.ph === "X";
    return [
      name,
      `${all.length}`,
      timed ? (total / 1000).toFixed(2) : "",
      timed ? (longest / 1000).toFixed(2) : "",
    ];
  });
  const columns = [
    { head: "WHAT" },
    { head: "TIMES", right: true },
    { head: "MS", right: true },
    { head: "LONGEST", right: true },
  ];
  return tableOf(columns, rows, style).trimEnd();
}
