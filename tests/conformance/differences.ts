/**
 * Where a system may answer otherwise than Windows, and why. An answer that is
 * neither Windows' nor listed here fails, and so does an entry that is no
 * longer needed.
 *
 * @module
 */

import { type Answer, OPEN } from "./trace.ts";

/** What traces are replayed against. */
export type SystemName = "simulation" | "wine" | "windows";

/** A step at which a system has its own answer. */
export interface Difference {
  /** The system. */
  system: SystemName;
  /** The trace. */
  trace: string;
  /** The step, from 1. */
  step: number;
  /** Its answer. */
  answer: string;
  /** A rule of Windows that it does not have, or why else. */
  reason: string;
}

type Entry = [trace: string, step: number, answer: string, reason: string];

const EMPTY_MESSAGE = "W1: it keeps the empty message for a read of its own";
const ZERO_READ = "It warns of data at a read of zero bytes";
const TAKES_EMPTY = "Its read of zero bytes takes the empty message";
const PENDS = "W11: every read and write of a file pends";
const W1 = "W1: a byte-mode read takes an empty message behind data";
const W11 = "W11: cached reads and extending writes end at once";
const ZERO_READS = "pipe: zero-byte reads that find messages";

const WINE: readonly Entry[] = [
  [W1, 8, "ok", EMPTY_MESSAGE],
  [W1, 9, "next 0 0", EMPTY_MESSAGE],
  [W1, 11, "more 0 1", EMPTY_MESSAGE],
  [
    "W4: a backlog above 200 counts as 200",
    4,
    "205 connected, 0 refused",
    "W4: the system below keeps as many as its own limit allows",
  ],
  [
    "W5: an exclusive port is taken while its connections live",
    15,
    "ok",
    "W5: only listeners keep a port",
  ],
  [
    "W6: a specific bind behind an exclusive wildcard is denied",
    8,
    "error 10013",
    "W6: any bind behind an exclusive one is denied",
  ],
  [W11, 2, "pending", PENDS],
  [W11, 4, "pending", PENDS],
  ["file: the end", 4, "pending", PENDS],
  ["file: the end", 6, "pending", PENDS],
  ["file: the end", 7, "end C0000011 0", PENDS],
  ["file: a write behind the end", 2, "pending", PENDS],
  ["file: a write behind the end", 5, "pending", PENDS],
  [
    "W17: a second first instance is refused",
    2,
    "ok",
    "W17: FILE_FLAG_FIRST_PIPE_INSTANCE is ignored",
  ],
  [ZERO_READS, 6, "error 234", ZERO_READ],
  [ZERO_READS, 7, "probe 80000005 0", ZERO_READ],
  [ZERO_READS, 14, "pending", TAKES_EMPTY],
  [ZERO_READS, 15, "none", TAKES_EMPTY],
  [
    "pipe: disconnect, and the next client",
    15,
    "error 50",
    "A client's end does not know the control at all",
  ],
  [
    "socket: what needs a connection",
    3,
    "error 10054",
    "It passes on what the system below says of a broken pipe",
  ],
];

const AT_ONCE = "A refusal on the same computer comes without a delay";
const CUT = "Datagrams are not cut";

const SIMULATION: readonly Entry[] = [
  [
    "pipe: disconnect, and the next client",
    15,
    "error 6",
    "A client's end counts as no pipe to disconnect",
  ],
  [
    "socket: half close",
    23,
    "begun",
    "Sends after a shutdown are not refused",
  ],
  ["socket: nobody listens", 7, "error 1225", AT_ONCE],
  ["socket: nobody listens", 8, "none", AT_ONCE],
  [
    "socket: what ConnectEx refuses at once",
    5,
    "begun",
    "Sockets need not be bound to connect",
  ],
  [
    "socket: what ConnectEx refuses at once",
    6,
    "unbound 0 0",
    "Sockets need not be bound to connect",
  ],
  ["socket: datagrams", 10, 'sendTo 0 6; short 0 6 "abcdef"', CUT],
];

/** All that are tolerated. */
export const DIFFERENCES: readonly Difference[] = [
  ...entries("wine", WINE),
  ...entries("simulation", SIMULATION),
];

function entries(system: SystemName, list: readonly Entry[]): Difference[] {
  return list.map(([trace, step, answer, reason]) => ({
    system,
    trace,
    step,
    answer,
    reason,
  }));
}

/** What became of an answer. */
export interface Verdict extends Answer {
  /** Whether it may stay so. */
  tolerated: boolean;
  /** Why it differs, as far as that is known. */
  reason: string;
}

/**
 * Compares answers with those of Windows.
 *
 * @param system Whose answers they are.
 * @param answers The answers.
 * @returns Those that differ, open ones left out.
 */
export function differing(
  system: SystemName,
  answers: readonly Answer[],
): Verdict[] {
  return answers
    .map((answer) => judge(system, answer))
    .filter((verdict) => verdict !== null);
}

function judge(system: SystemName, answer: Answer): Verdict | null {
  const { trace, step, expected, actual } = answer;
  if (expected === OPEN) return null;
  const listed = DIFFERENCES.find((one) =>
    one.system === system && one.trace === trace && one.step === step
  );
  if (expected === actual) {
    if (listed === undefined) return null;
    const reason = "Listed as a difference, which it is no longer";
    return { ...answer, tolerated: false, reason };
  }
  const tolerated = listed?.answer === actual;
  const reason = tolerated ? listed.reason : "Not known";
  return { ...answer, tolerated, reason };
}
