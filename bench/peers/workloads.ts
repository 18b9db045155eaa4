/**
 * What is measured.
 *
 * @module
 */

/** How bytes travel. */
export type Transport = "pipe" | "message" | "tcp";

/** What a server does with a connection: sends back, reads, or writes. */
export type Role = "echo" | "sink" | "source";

/** What the load generator does. */
export type Load = "echo" | "in" | "out" | "connect" | "idle";

/** One thing to measure. */
export interface Workload {
  /** Its name for `--only`. */
  id: string;
  /** Its name in tables. */
  title: string;
  /** How bytes travel. */
  transport: Transport;
  /** What the server does. */
  role: Role;
  /** What the load generator does. */
  load: Load;
  /** Clients. */
  connections: number;
  /** Bytes of an operation. */
  size: number;
  /** True when `--quick` keeps it. */
  quick: boolean;
}

const NAMES: Record<Transport, string> = {
  pipe: "pipe",
  message: "message pipe",
  tcp: "TCP",
};

const PLURALS: Record<Transport, string> = {
  pipe: "pipes",
  message: "message pipes",
  tcp: "sockets",
};

const LARGE = 65_536;
const IDLE = 5000;

/** All workloads, in the order of the tables. */
export const WORKLOADS: readonly Workload[] = [
  echo("pipe", 64, 1, true),
  echo("pipe", 64, 4, false),
  echo("pipe", 64, 64, true),
  echo("pipe", LARGE, 1, true),
  echo("pipe", LARGE, 16, false),
  oneWay("pipe", "out", true),
  oneWay("pipe", "in", true),
  connecting(),
  echo("message", 64, 1, false),
  echo("message", 64, 64, false),
  echo("tcp", 64, 1, true),
  echo("tcp", 64, 64, true),
  oneWay("tcp", "out", false),
  oneWay("tcp", "in", false),
  idle("pipe"),
  idle("tcp"),
];

/**
 * Chooses workloads.
 *
 * @param only Parts of their names; none chooses all.
 * @param quick True leaves those out that `--quick` does without, unless they
 * are named.
 * @returns The workloads that remain, in order.
 */
export function chooseWorkloads(
  only: readonly string[],
  quick: boolean,
): Workload[] {
  if (only.length === 0) return WORKLOADS.filter((one) => one.quick || !quick);
  return WORKLOADS.filter(({ id }) => only.some((part) => id.includes(part)));
}

function echo(
  transport: Transport,
  size: number,
  connections: number,
  quick: boolean,
): Workload {
  const clients = connections === 1
    ? "1 connection"
    : `${connections} connections`;
  return {
    id: `${transport}-echo-${sizeId(size)}-${connections}`,
    title: `${NAMES[transport]} echo ${sizeText(size)}, ${clients}`,
    transport,
    role: "echo",
    load: "echo",
    connections,
    size,
    quick,
  };
}

function oneWay(
  transport: Transport,
  load: "in" | "out",
  quick: boolean,
): Workload {
  return {
    id: `${transport}-${load}`,
    title: `${NAMES[transport]} one way ${load}, 64 KiB`,
    transport,
    role: load === "in" ? "sink" : "source",
    load,
    connections: 1,
    size: LARGE,
    quick,
  };
}

function connecting(): Workload {
  return {
    id: "pipe-connect",
    title: "pipe: connect, one byte, close",
    transport: "pipe",
    role: "echo",
    load: "connect",
    connections: 1,
    size: 1,
    quick: true,
  };
}

function idle(transport: Transport): Workload {
  return {
    id: `${transport}-idle`,
    title: `${IDLE.toLocaleString("en")} idle ${PLURALS[transport]}`,
    transport,
    role: "echo",
    load: "idle",
    connections: IDLE,
    size: 64,
    quick: false,
  };
}

function sizeId(size: number): string {
  return size < 1024 ? `${size}` : `${size / 1024}k`;
}

function sizeText(size: number): string {
  return size < 1024 ? `${size} B` : `${size / 1024} KiB`;
}
