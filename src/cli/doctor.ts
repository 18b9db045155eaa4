/**
 * `doctor`: what this machine supports.
 *
 * @module
 */

import { hasFullGrant } from "../ffi/system_folder.ts";
import { windowsVersion } from "../ffi/version.ts";
import { DONE, FAILED } from "./exit_code.ts";
import { OTHER_PROBES } from "./other_probes.ts";
import { PIPE_PROBES } from "./pipe_probes.ts";
import { type Finding, tryProbe } from "./probe.ts";
import { jsonLine, type Style, styleOf, tableOf } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** The flags of `doctor`. */
export interface DoctorFlags {
  /** JSON instead of a table. */
  json?: boolean | undefined;
}

/**
 * Tries everything, and compares the answers with those of Windows.
 *
 * @param terminal Where the results go.
 * @param flags How they are shown.
 * @returns The exit code: {@linkcode FAILED} when the library is of no use
 * here.
 */
export async function doctor(
  terminal: Terminal,
  { json }: DoctorFlags,
): Promise<number> {
  const facts = machineFacts();
  const findings: Finding[] = [];
  for (const probe of [...PIPE_PROBES, ...OTHER_PROBES]) {
    terminal.interrupted.throwIfAborted();
    findings.push(await tryProbe(probe));
  }
  const usable = findings.every(({ needed, status }) =>
    !needed || status === "ok"
  );
  const style = styleOf(terminal.colors.out);
  await terminal.write(
    json
      ? jsonLine({ facts, findings, usable })
      : report({ facts, findings, usable }, style),
  );
  return usable ? DONE : FAILED;
}

/** What is known without trying. */
function machineFacts(): Record<string, string> {
  const { major, minor, build, workstation, wine } = windowsVersion();
  const name = wine === undefined ? "Windows" : `Wine ${wine}`.trimEnd();
  const edition = workstation ? "client" : "server";
  const { deno, v8 } = Deno.version;
  const grant = hasFullGrant() ? "without limits" : "scoped to libraries";
  return {
    System: `${name}, ${major}.${minor}.${build}, ${edition} edition`,
    Deno: `${deno}, V8 ${v8}, ${Deno.build.arch}`,
    Processors: `${navigator.hardwareConcurrency}`,
    "Grant of the FFI": grant,
  };
}

/** What was found. */
interface Report {
  facts: Record<string, string>;
  findings: readonly Finding[];
  usable: boolean;
}

function report({ facts, findings, usable }: Report, style: Style): string {
  const lines = Object.entries(facts)
    .map(([name, value]) => `${style.bold(name)}: ${value}\n`);
  const rows = findings.map(({ name, status, answer, expected }) => {
    const told = status === "differs"
      ? `${answer} (Windows: ${expected})`
      : answer;
    return [name, status, told];
  });
  const columns = [
    { head: "WHAT" },
    { head: "RESULT", mark: (status: string) => marked(status, style) },
    { head: "ANSWER" },
  ];
  const table = tableOf(columns, rows, style);
  return `${lines.join("")}\n${table}\n${verdict(findings, usable)}\n`;
}

function marked(status: string, { green, yellow, red }: Style): string {
  if (status === "ok") return green(status);
  if (status === "open") return status;
  return status === "failed" ? red(status) : yellow(status);
}

function verdict(findings: readonly Finding[], usable: boolean): string {
  const count = (wanted: Finding["status"]) =>
    findings.filter(({ status }) => status === wanted).length;
  const known = findings.length - count("open");
  const counts = `As on Windows: ${count("ok")} of ${known}. Otherwise: ` +
    `${count("differs")}, missing: ${count("missing")}, ` +
    `failed: ${count("failed")}`;
  return usable ? counts : `${counts}. The library is of no use here`;
}
