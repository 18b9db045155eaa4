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
export type Load =
  | "echo"
  | "in"
  | "out"
  | "connect"
  | "paced"
  | "idle"
  | "talked";

/** What tells in a workload: how much, how soon, or how little it holds. */
export type Kind = "speed" | "pace" | "memory";

/** What is varied to see what more of it costs. */
export type Scale = "connections" | "sizes" | "workers";

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
  /** Milliseconds of silence before each message. */
  silence: number;
  /** Threads of the server, each with a completion port. */
  workers: number;
  /** True when `--quick` keeps it. */
  quick: boolean;
}

/** What all have in common until told otherwise. */
const PLAIN = {
  role: "echo",
  load: "echo",
  connections: 1,
  size: 64,
  silence: 0,
  workers: 1,
  quick: false,
} as const;

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

const KIB = 1024;
const LARGE = 64 * KIB;
const HUGE = 1024 * KIB;
const IDLE = 5000;

/** What is varied, and how. */
const SCALES = {
  connections: [1, 4, 64, 1000, 10_000],
  sizes: [1, 64, KIB, 16 * KIB, LARGE, 4 * LARGE, HUGE],
  workers: [1, 2, 4, 8],
} as const;

/** Clients of a server with workers. */
const SHARED = 64;

/** All workloads, in the order of the tables. */
export const WORKLOADS: readonly Workload[] = [
  ...echoes("pipe"),
  oneWay("pipe", "out", true),
  oneWay("pipe", "in", true),
  connecting("pipe", true),
  echo("message", {}),
  echo("message", { connections: 64 }),
  ...echoes("tcp"),
  oneWay("tcp", "out"),
  oneWay("tcp", "in"),
  connecting("tcp"),
  ...[10, 100, 1000].map((silence) => paced("pipe", silence)),
  ...[10, 100, 1000].map((silence) => paced("tcp", silence)),
  ...silent("pipe"),
  ...silent("tcp"),
];

/** What tells in a workload. */
export function kindOf({ load }: Workload): Kind {
  if (load === "paced") return "pace";
  return load === "idle" || load === "talked" ? "memory" : "speed";
}

/**
 * Chooses workloads.
 *
 * @param only Their names, or parts of them; none chooses all.
 * @param quick True leaves those out that `--quick` does without, unless they
 * are named.
 * @returns The workloads that remain, in order.
 */
export function chooseWorkloads(
  only: readonly string[],
  quick: boolean,
): Workload[] {
  if (only.length === 0) return WORKLOADS.filter((one) => one.quick || !quick);
  return named(WORKLOADS, only);
}

/**
 * The workloads in which one thing grows.
 *
 * @param scale What grows.
 * @param only Their names, or parts of them; none chooses all.
 * @returns The workloads, over pipes and then over TCP.
 */
export function scaledWorkloads(
  scale: Scale,
  only: readonly string[],
): Workload[] {
  const all = (["pipe", "tcp"] as const).flatMap((transport) =>
    SCALES[scale].map((value) => scaled(transport, scale, value))
  );
  return only.length === 0 ? all : named(all, only);
}

/** Those with a name, or else with a part of it in theirs. */
function named(all: readonly Workload[], only: readonly string[]): Workload[] {
  const names = new Set(all.map(({ id }) => id));
  return all.filter(({ id }) =>
    only.some((part) => names.has(part) ? id === part : id.includes(part))
  );
}

function scaled(transport: Transport, scale: Scale, value: number): Workload {
  switch (scale) {
    case "connections":
      return echo(transport, { connections: value });
    case "sizes":
      return echo(transport, { size: value });
    case "workers":
      return working(transport, value);
  }
}

/** Small ones on few and on many connections, and large ones. */
function echoes(transport: Transport): Workload[] {
  return [
    echo(transport, { quick: true }),
    echo(transport, { connections: 4 }),
    echo(transport, { connections: 64, quick: true }),
    echo(transport, { connections: 1000 }),
    echo(transport, { size: LARGE, quick: transport === "pipe" }),
    echo(transport, { size: LARGE, connections: 16 }),
    echo(transport, { size: 4 * LARGE }),
    echo(transport, { size: HUGE }),
  ];
}

function echo(transport: Transport, options: Partial<Workload>): Workload {
  const plain: Omit<Workload, "id" | "title"> = {
    ...PLAIN,
    transport,
    ...options,
  };
  const { size, connections } = plain;
  return {
    ...plain,
    id: `${transport}-echo-${sizeId(size)}-${connections}`,
    title: `${NAMES[transport]} echo ${sizeText(size)}, ` +
      counted(connections, "connection"),
  };
}

function working(transport: Transport, workers: number): Workload {
  const plain = echo(transport, { connections: SHARED, workers });
  return {
    ...plain,
    id: `${plain.id}-workers-${workers}`,
    title: `${plain.title}, ${counted(workers, "worker")}`,
  };
}

function oneWay(
  transport: Transport,
  load: "in" | "out",
  quick = false,
): Workload {
  return {
    ...PLAIN,
    id: `${transport}-${load}`,
    title: `${NAMES[transport]} one way ${load}, 64 KiB`,
    transport,
    role: load === "in" ? "sink" : "source",
    load,
    size: LARGE,
    quick,
  };
}

function connecting(transport: Transport, quick = false): Workload {
  return {
    ...PLAIN,
    id: `${transport}-connect`,
    title: `${NAMES[transport]}: connect, one byte, close`,
    transport,
    load: "connect",
    size: 1,
    quick,
  };
}

function paced(transport: Transport, silence: number): Workload {
  return {
    ...PLAIN,
    id: `${transport}-paced-${silence}`,
    title: `${NAMES[transport]}, 64 B after ${silence} ms of silence`,
    transport,
    load: "paced",
    silence,
  };
}

/** Memory before and after some traffic. */
function silent(transport: Transport): Workload[] {
  return [
    idle(transport),
    talked(transport, 64),
    talked(transport, LARGE),
  ];
}

function idle(transport: Transport): Workload {
  return {
    ...PLAIN,
    id: `${transport}-idle`,
    title: `${IDLE.toLocaleString("en")} idle ${PLURALS[transport]}`,
    transport,
    load: "idle",
    connections: IDLE,
  };
}

function talked(transport: Transport, size: number): Workload {
  const { id, title, ...plain } = idle(transport);
  return {
    ...plain,
    id: `${id}-after-${sizeId(size)}`,
    title: `${title} after echoes of ${sizeText(size)}`,
    load: "talked",
    size,
  };
}

function counted(count: number, noun: string): string {
  const number = count.toLocaleString("en");
  return `${number} ${noun}${count === 1 ? "" : "s"}`;
}

function sizeId(size: number): string {
  return size < KIB ? `${size}` : `${size / KIB}k`;
}

function sizeText(size: number): string {
  if (size < KIB) return `${size} B`;
  return size < HUGE ? `${size / KIB} KiB` : `${size / HUGE} MiB`;
}
