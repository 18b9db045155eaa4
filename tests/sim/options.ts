/**
 * The settings of a simulated kernel.
 *
 * @module
 */

/** Settings of a `SimulatedWin32`; every one has a default. */
export interface SimulationOptions {
  /** `"manual"` starts with `manual` set. Default `"queued"`. */
  completion?: "queued" | "manual";
  /** Closed handle values are handed out again at once. Default false. */
  reuseHandles?: boolean;
  /** Each memory range lies across a multiple of 4 GiB. Default false. */
  straddle4GiB?: boolean;
  /**
   * Under skip mode, whether a warning that is returned at once queues a
   * packet. Default false, as Wine 10 does.
   */
  warningPackets?: boolean;
  /**
   * What becomes of a pending write whose own handle is closed: it stays
   * until the reader took it (npfs), or it fails at once with its data lost
   * (Wine 10). Default `"stay"`.
   */
  closedWrites?: "stay" | "fail";
  /**
   * Whether an immediate zero-byte read that finds message data gives
   * STATUS_BUFFER_OVERFLOW (Wine 10) or success. Default false.
   */
  zeroReadOverflow?: boolean;
  /**
   * Whether an immediate zero-byte read takes an empty message at the head of
   * the queue, as Wine 10 does. Default false.
   */
  zeroReadTakesEmpty?: boolean;
  /**
   * Whether a byte-mode read that took all bytes and has room left also takes
   * the empty messages behind them. Wine 10 leaves them. Default true.
   */
  swallowEmptyMessages?: boolean;
  /**
   * Whether the access lists of pipes are not checked, as in a prefix of Wine.
   * Default false.
   */
  ignoreAccess?: boolean;
  /**
   * Whether FILE_FLAG_FIRST_PIPE_INSTANCE means nothing, as Wine 10 has it.
   * Default false.
   */
  ignoreFirstInstance?: boolean;
  /**
   * Whether reads and writes of files always pend, as under Wine 10. Windows
   * ends them at once when the cache can take part. Default false.
   */
  pendingFiles?: boolean;
  /**
   * Whether a port gives packets to any number of running threads, as Wine 10
   * does, whatever concurrency it was made with. Default false.
   */
  ignoreConcurrency?: boolean;
  /**
   * What becomes of clients beyond the backlog: they are refused, and a plain
   * number counts as 200 at most, or they wait (Wine 10, where Linux drops the
   * SYN and the client sends it again). Default `"refuse"`.
   */
  fullBacklog?: "refuse" | "wait";
  /**
   * Whether nobody may bind the port of an exclusive listener while a
   * connection lives that it has accepted. Wine 10 does not care. Default true.
   */
  exclusiveConnections?: boolean;
  /**
   * Milliseconds after which `DisconnectEx` hands a socket back that it was to
   * free: TIME_WAIT, for the end that disconnects first. Wine 10 hands it back
   * at once. Default 120,000.
   */
  timeWait?: number;
  /**
   * Whether a question about a synchronous handle is answered while a read of
   * it is pending, as Wine 10 does. Default false.
   */
  ignoreFileLocks?: boolean;
  /** Whether a breach by the caller throws besides being recorded. Default true. */
  throwOnViolation?: boolean;
  /** What `getNamedPipeClientProcessId` tells. Default 4242. */
  clientProcessId?: number;
  /** What `getNamedPipeServerProcessId` tells. Default 4242. */
  serverProcessId?: number;
  /** What `currentUserSid` tells. */
  userSid?: string;
}

/** Every setting, with its default filled in. */
export type Settings = Required<SimulationOptions>;

const DEFAULTS: Settings = {
  completion: "queued",
  reuseHandles: false,
  straddle4GiB: false,
  warningPackets: false,
  closedWrites: "stay",
  zeroReadOverflow: false,
  zeroReadTakesEmpty: false,
  swallowEmptyMessages: true,
  ignoreAccess: false,
  ignoreFirstInstance: false,
  pendingFiles: false,
  ignoreConcurrency: false,
  fullBacklog: "refuse",
  exclusiveConnections: true,
  timeWait: 120_000,
  ignoreFileLocks: false,
  throwOnViolation: true,
  clientProcessId: 4242,
  serverProcessId: 4242,
  userSid: "S-1-5-21-1004336348-1177238915-682003330-1001",
};

/**
 * Fills the defaults in.
 *
 * @param options The settings given.
 * @returns All settings.
 */
export function withDefaults(options: SimulationOptions): Settings {
  return { ...DEFAULTS, ...options };
}
