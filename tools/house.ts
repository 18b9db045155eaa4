// The floors and rooms of the house, as ARCHITECTURE.md has them.

/**
 * The rooms of src/, the lowest floor first. A room imports from the floors
 * below it, never from above, and never from beside it.
 */
export const FLOORS: readonly (readonly string[])[] = [
  ["ffi"],
  ["proactor"],
  ["stream"],
  ["pipe", "net", "file"],
  ["process", "identity"],
  ["loop", "node", "http", "cli", "diagnostics"],
];

/** Rooms that may use libraries: what they adapt to is not ours. */
export const ADAPTERS: readonly string[] = ["http", "cli"];

/** Sub-rooms, and what they import nothing of. */
export const CLOSED: Readonly<Record<string, readonly string[]>> = {
  "proactor/port": ["proactor/future", "proactor/call", "proactor/wait"],
  "net/socket": ["net/tcp", "net/unix", "net/udp", "net/tls"],
};

/** The room whose sub-rooms, its topics, import nothing of each other. */
export const TOPICS = "ffi";

/** What crosses topics all the same, and why. */
export const CROSSINGS: Readonly<Record<string, string>> = {
  "ffi -> ffi/file": "errors.ts is the one table of codes, of files too",
  "ffi -> ffi/socket": "errors.ts is the one table of codes, of sockets too",
  "ffi -> ffi/thread": "native_win32.ts notes the handles of a worker",
  "ffi/name -> ffi/socket": "names are looked up by Winsock",
  "ffi/process -> ffi/file": "a program is found by the rules of paths",
  "ffi/sendfile -> ffi/file": "a file that is sent is opened first",
  "ffi/socket -> ffi/file": "the device of sockets is opened as a file",
};

/** Faults that stand for now. An entry that is not needed is a fault too. */
export const KNOWN: Known = {
  arrows: [],
  circles: [],
};

/** Faults that stand for now. */
export interface Known {
  /** `FROM -> TO`. */
  arrows: readonly string[];
  /** The files of a circle, sorted and joined by `, `. */
  circles: readonly string[];
}
