/**
 * The ordinary life of files and of waits.
 *
 * @module
 */

import type { Trace } from "../trace.ts";

const WINE_FILE = "Wine, dlls/ntdll/tests/file.c";
const WINE_POOL = "Wine, dlls/kernel32/tests/sync.c";

/** The traces of files; whether a call ends at once is W11's. */
export const FILES: readonly Trace[] = [{
  name: "file: what there is not, and what there is",
  source: `MS, NtCreateFile; ${WINE_FILE}`,
  steps: [
    [["file", "none", "open"], "error 2"],
    [["file", "file", "create"], "ok"],
    [["file", "again", "create"], "error 80"],
    [["type", "file"], "1"],
    [["size", "file"], "ok 0"],
    [["flush", "file"], "ok"],
  ],
}, {
  name: "file: the end",
  source: `MS, ReadFile (38); ${WINE_FILE}`,
  steps: [
    [["file", "file", "create"], "ok"],
    [["resize", "file", 4], "ok"],
    [["size", "file"], "ok 4"],
    [["readAt", "file", "zeros", 2, 10], "ok"],
    [["packets"], 'zeros 0 2 "\\u0000\\u0000"'],
    [["readAt", "file", "end", 4, 10], "error 38"],
    [["packets"], "none"],
    [["resize", "file", 2], "ok"],
    [["size", "file"], "ok 2"],
  ],
}, {
  name: "file: a write behind the end",
  source: `MS, WriteFile; ${WINE_FILE}`,
  steps: [
    [["file", "file", "create"], "ok"],
    [["writeAt", "file", "write", 3, "ab"], "ok"],
    [["packets"], "write 0 2"],
    [["size", "file"], "ok 5"],
    [["readAt", "file", "read", 2, 3], "ok"],
    [["packets"], 'read 0 3 "\\u0000ab"'],
  ],
}];

/** The traces of waits. */
export const WAITS: readonly Trace[] = [{
  name: "wait: an event ends it",
  source: `MS, RegisterWaitForSingleObject; ${WINE_POOL}`,
  steps: [
    [["event", "event", "auto"], "ok"],
    [["wait", "event", "wait", 10_000], "ok"],
    [["packets"], "none"],
    [["signal", "event"], "ok"],
    [["packets"], "wait 0 0"],
    [["tryWait", "event"], "258"],
    [["unregister", "wait"], "ok"],
  ],
}, {
  name: "wait: an event that stays",
  source: `MS, RegisterWaitForSingleObject; ${WINE_POOL}`,
  steps: [
    [["event", "event", "manual"], "ok"],
    [["signal", "event"], "ok"],
    [["wait", "event", "wait", 10_000], "ok"],
    [["packets"], "wait 0 0"],
    [["tryWait", "event"], "0"],
    [["join", "wait"], "ok"],
    [["packets"], "none"],
  ],
}, {
  name: "wait: the time is over",
  source: `MS, RegisterWaitForSingleObject; ${WINE_POOL}`,
  steps: [
    [["event", "event", "auto"], "ok"],
    [["wait", "event", "wait", 30], "ok"],
    [["packets"], "wait 0 1"],
    [["join", "wait"], "ok"],
  ],
}, {
  name: "wait: it is unregistered before",
  source: `MS, UnregisterWaitEx; ${WINE_POOL}`,
  steps: [
    [["event", "event", "auto"], "ok"],
    [["wait", "event", "wait", 10_000], "ok"],
    [["join", "wait"], "ok"],
    [["signal", "event"], "ok"],
    [["packets"], "none"],
    [["tryWait", "event"], "0"],
    [["tryWait", "event"], "258"],
  ],
}];
