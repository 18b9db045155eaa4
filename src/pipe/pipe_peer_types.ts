/**
 * Who is at the other end of a pipe, and what waits there.
 *
 * @module
 */

/** A user or a group. */
export interface PipeAccount {
  /** Its SID, such as `S-1-5-18`. */
  sid: string;
  /** Its name; `null` when nobody knows one. */
  name: string | null;
  /** The domain or computer of the name. */
  domain: string | null;
}

/**
 * How far Windows trusts a process: browsers' sandboxes are `"low"` or
 * `"untrusted"`, programs `"medium"`, what runs as administrator `"high"`,
 * services `"system"`.
 */
export type IntegrityLevel =
  | "untrusted"
  | "low"
  | "medium"
  | "high"
  | "system";

/** Who is at the other end of a pipe, as far as Windows tells. */
export interface PipePeer {
  /**
   * The process that has opened the other end; 0 when Windows does not tell.
   * It may have handed its end on, or have ended, and then the number may be
   * another process's.
   */
  processId: number;
  /** The session of that process; `null` when Windows does not tell. */
  sessionId: number | null;
  /** The name of its computer; `null` for this one. */
  computer: string | null;
  /** Its user; `null` when Windows does not tell. */
  user: PipeAccount | null;
  /** Its integrity level; `null` when Windows does not tell. */
  integrity: IntegrityLevel | null;
  /**
   * What user and integrity were read from: the connection itself, which
   * nobody can cheat, or the process with that number now, where a number that
   * was used again tells of another one.
   */
  source: "connection" | "process" | null;
  /**
   * Who owns the pipe, which is whoever made its first instance; `null` when
   * Windows does not tell. A client sees by it whose server it talks to.
   */
  owner: PipeAccount | null;
}

/** What the library knows of an end of a pipe. */
export interface EndTraits {
  /** `\\.\pipe\name`. */
  path: string;
  /** This end reads message by message. */
  messageReadMode: boolean;
  /** True for the server's end. */
  serverEnd: boolean;
}

/** What could be read from a connection now. */
export interface PipePeek {
  /**
   * The next bytes, as many as were asked for at most; of one message, on a
   * connection that reads messages. They are still there to be read.
   */
  data: Uint8Array<ArrayBuffer>;
  /** Bytes that can be read without waiting, of all messages together. */
  available: number;
  /** True when nothing can be read any more, because the other end is closed. */
  ended: boolean;
}

/** Options of {@linkcode PipeConnection.peek}. */
export interface PeekOptions {
  /**
   * The most bytes of data to look at.
   *
   * @default {65536}
   */
  maxLength?: number | undefined;
}
