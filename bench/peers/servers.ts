/**
 * Who is measured, and how each is started.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Transport, Workload } from "./workloads.ts";

/** Programs that a machine may have, by path. */
export interface Programs {
  /** The load generator in C. */
  load?: string | undefined;
  /** The raw server in C. */
  server?: string | undefined;
  /** The server by tokio. */
  tokio?: string | undefined;
  /** The server by Go, with go-winio. */
  go?: string | undefined;
  /** The server by Go, which has no pipes without go-winio. */
  goTcp?: string | undefined;
  /** Node. */
  node?: string | undefined;
  /** Bun. */
  bun?: string | undefined;
}

/** A server program. */
export interface Server {
  /** Its name in tables. */
  name: string;
  /** What it is missing here, or an empty text. */
  missing: string;
  /** What it can serve. */
  transports: readonly Transport[];
  /** True when it may have several threads, each with a port. */
  workers: boolean;
  /** True when it has to be started for each measurement. */
  fresh: boolean;
  /** Milliseconds that nobody may connect to it at first. */
  settle: number;
  /**
   * The program and its arguments.
   *
   * @param workload What is measured.
   * @param address A pipe's name or a port.
   * @returns The command line.
   */
  command(workload: Workload, address: string): string[];
}

/** The name of the server that the others are compared with. */
export const CEILING = "C";

const GO = "Go";
const ALL: readonly Transport[] = ["pipe", "message", "tcp"];
const NET: readonly Transport[] = ["pipe", "tcp"];

/**
 * The servers.
 *
 * @param programs What this machine has.
 * @returns All servers, the ceiling first.
 */
export function allServers(programs: Programs): Server[] {
  const { server, tokio, node, bun } = programs;
  return [
    make(CEILING, server, ALL),
    lateC(server),
    { ...ours("protocol"), workers: true },
    ours("stream"),
    make("tokio", tokio, ALL),
    go(programs),
    make("Node", node, NET, [script("net_server.mjs")]),
    make("Bun", bun, NET, [script("net_server.mjs")]),
    denoNet(),
    denoListen(),
  ];
}

/** What a server cannot serve on this machine, and why. */
export function lacksOf(
  { name, missing }: Server,
  { go }: Programs,
): string[] {
  const half = name === GO && missing === "" && go === undefined;
  return half ? [`${GO}, pipes: go-winio is missing`] : [];
}

/**
 * The load generator: the one in C, or, without a compiler, ours.
 *
 * @param programs What this machine has.
 * @returns The program and its first arguments.
 */
export function loadGenerator({ load }: Programs): string[] {
  if (load !== undefined) return [load];
  return [Deno.execPath(), ...deno(["--allow-ffi"], "load.ts")];
}

function make(
  name: string,
  program: string | undefined,
  transports: readonly Transport[],
  args: readonly string[] = [],
): Server {
  return {
    name,
    missing: program === undefined ? "its program" : "",
    transports,
    workers: false,
    fresh: false,
    settle: 0,
    command: ({ transport, role }, address) => [
      program!,
      ...args,
      transport,
      role,
      address,
    ],
  };
}

/** As the library does it: who has answered reads after the batch. */
function lateC(program: string | undefined): Server {
  return {
    ...make("C late reads", program, ALL),
    command: ({ transport, role }, address) => [
      program!,
      transport,
      role,
      address,
      "late",
    ],
  };
}

function ours(style: "protocol" | "stream"): Server {
  const grants = ["--allow-ffi", "--allow-read"];
  const args = deno(grants, "proactor_server.ts", style);
  return {
    ...make(`proactor ${style}`, Deno.execPath(), ALL),
    command: ({ transport, role, workers }, address) => [
      Deno.execPath(),
      ...args,
      transport,
      role,
      address,
      String(workers),
    ],
  };
}

/** Its first client under Wine has to be itself (`go/pipes.go`). */
function go({ go, goTcp }: Programs): Server {
  const server = make(GO, go ?? goTcp, go === undefined ? ["tcp"] : ALL);
  return { ...server, settle: 1000 };
}

/** Its pipe server takes four clients, and then never another. */
function denoNet(): Server {
  const args = deno(["--allow-all"], "net_server.mjs");
  const server = make("Deno node:net", Deno.execPath(), NET, args);
  return { ...server, fresh: true };
}

function denoListen(): Server {
  const args = deno(["--allow-net"], "deno_server.ts");
  return {
    ...make("Deno.listen", Deno.execPath(), ["tcp"], args),
    command: ({ role }, port) => [Deno.execPath(), ...args, role, port],
  };
}

function deno(permissions: string[], file: string, ...words: string[]) {
  const flags = ["--no-lock", "--no-config", ...permissions];
  return ["run", ...flags, script(file), ...words];
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
