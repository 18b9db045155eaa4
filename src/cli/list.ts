/**
 * `list`: the pipes of this computer.
 *
 * @module
 */

import { listPipes, pipeOwner } from "../pipe/pipe_directory.ts";
import type { PipeAccount } from "../pipe/pipe_peer_types.ts";
import type { PipeInfo } from "../pipe/read_pipes.ts";
import { DONE } from "./exit_code.ts";
import { jsonLine, type Style, styleOf, tableOf } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** The flags of `list`. */
export interface ListFlags {
  /** Only names with this text, in any case. */
  filter?: string | undefined;
  /** Tells whose the pipes are, which takes a connection to each. */
  owner?: boolean | undefined;
  /** JSON instead of a table. */
  json?: boolean | undefined;
}

/** A pipe as it is listed. */
export interface ListedPipe extends PipeInfo {
  /** Whose it is; `null` when it does not let us in. */
  owner?: PipeAccount | null | undefined;
}

/**
 * Lists pipes.
 *
 * @param terminal Where the list goes.
 * @param flags Which pipes, and how they are shown.
 * @returns The exit code.
 */
export async function list(
  terminal: Terminal,
  flags: ListFlags,
): Promise<number> {
  const wanted = (flags.filter ?? "").toLowerCase();
  const pipes: ListedPipe[] = (await listPipes())
    .filter(({ path }) => path.toLowerCase().includes(wanted))
    .sort((a, b) => a.path < b.path ? -1 : 1);
  if (flags.owner) await addOwners(terminal, pipes);
  await terminal.write(listed(pipes, flags, styleOf(terminal.colors.out)));
  return DONE;
}

/**
 * Shows pipes.
 *
 * @param pipes The pipes.
 * @param flags How.
 * @param style Marks a table.
 * @returns A table, or a line of JSON.
 */
export function listed(
  pipes: readonly ListedPipe[],
  flags: ListFlags,
  style: Style,
): string {
  return flags.json
    ? jsonLine(pipes.map(shownInJson))
    : table(pipes, flags, style);
}

/** One after the other: each takes an instance of its server for a moment. */
async function addOwners(
  { interrupted }: Terminal,
  pipes: ListedPipe[],
): Promise<void> {
  for (const pipe of pipes) {
    interrupted.throwIfAborted();
    pipe.owner = await pipeOwner(pipe.path).catch(() => null);
  }
}

/** JSON has no Infinity. */
function shownInJson({ maxInstances, ...pipe }: ListedPipe): object {
  return {
    ...pipe,
    maxInstances: maxInstances === Infinity ? null : maxInstances,
  };
}

function table(
  pipes: readonly ListedPipe[],
  flags: ListFlags,
  style: Style,
): string {
  const columns = [
    { head: "INSTANCES", right: true },
    { head: "MOST", right: true },
    ...flags.owner ? [{ head: "OWNER" }] : [],
    { head: "PIPE", mark: style.cyan },
  ];
  const rows = pipes.map(({ path, instances, maxInstances, owner }) => [
    `${instances}`,
    maxInstances === Infinity ? "-" : `${maxInstances}`,
    ...flags.owner ? [accountText(owner)] : [],
    path,
  ]);
  return tableOf(columns, rows, style);
}

function accountText(account: PipeAccount | null | undefined): string {
  if (!account) return "?";
  const { sid, name, domain } = account;
  if (name === null) return sid;
  return domain === null || domain === "" ? name : `${domain}\\${name}`;
}
