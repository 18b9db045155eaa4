/**
 * `impersonate`: one function, run as the client of a pipe.
 *
 * A thread that acts as somebody else and goes on to other work is a hole: what
 * it opens then, it opens as the wrong user. So the function is synchronous, and
 * the thread is itself again before anything else of JavaScript can run.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import type { TokenFacts } from "../ffi/identity/api.ts";
import {
  ERROR_BAD_IMPERSONATION_LEVEL,
  ERROR_CANT_OPEN_ANONYMOUS,
  LEVEL_ANONYMOUS,
  LEVEL_DELEGATION,
  LEVEL_IDENTIFICATION,
  LEVEL_IMPERSONATION,
} from "../ffi/identity/constants.ts";
import { identityOf } from "../ffi/identity/default.ts";
import type { Win32Api } from "../ffi/win32_api.ts";
import { actAsClient } from "../pipe/client_token.ts";
import { PipeConnection, TRAITS } from "../pipe/pipe_connection.ts";
import { assertOneOf } from "../pipe/server_options.ts";
import { assertOptions } from "../proactor/arguments.ts";
import { FRONT } from "../stream/connection_front.ts";

/**
 * How far a client lets itself be acted for: it can be asked who it is
 * (`"identification"`), acted for on this computer (`"impersonation"`), or on
 * others too (`"delegation"`).
 */
export type ImpersonationLevel =
  | "identification"
  | "impersonation"
  | "delegation";

/** The client that the thread acts as. */
export interface ImpersonatedClient {
  /** The SID of its user. */
  sid: string;
  /** How far it lets itself be acted for. */
  level: ImpersonationLevel;
}

/** Options of {@linkcode impersonate}. */
export interface ImpersonateOptions {
  /**
   * The level that the client must allow at least. At `"identification"`
   * Windows refuses whatever the function would open as the client, and only
   * its access can be checked.
   *
   * @default {"impersonation"}
   */
  level?: ImpersonationLevel | undefined;
}

const LEVELS: Record<ImpersonationLevel, number> = {
  identification: LEVEL_IDENTIFICATION,
  impersonation: LEVEL_IMPERSONATION,
  delegation: LEVEL_DELEGATION,
};

/** What gives something that runs later. */
const LATER = [
  "AsyncFunction",
  "AsyncGeneratorFunction",
  "GeneratorFunction",
];

let active = false;

/**
 * Runs a function as the client of a pipe: what it opens on this thread is
 * opened with the rights of the client, such as files by `Deno.openSync` and
 * pipes. What runs on other threads is not: every asynchronous function of Deno.
 *
 * The client has the last word: it says by an option of its own how far it may
 * be acted for (ours by `impersonation`, and not at all beyond identification
 * unless it is set). Clients that say nothing, such as most programs, let
 * themselves be impersonated, once something of them was read.
 *
 * @example Usage
 * ```ts
 * import { connectPipe, PipeServer } from "@iocp/proactor/pipe";
 * import { impersonate } from "@iocp/proactor/identity";
 *
 * await using server = PipeServer.listen("act-example");
 * const impersonation = "impersonation";
 * using _client = await connectPipe("act-example", { impersonation });
 * using connection = await server.accept();
 * const sid = impersonate(connection, (client) => client.sid);
 * console.log(sid.startsWith("S-1-5-")); // true
 * ```
 *
 * @typeParam T What the function gives.
 * @param connection The server's end of a pipe.
 * @param act Called once, with the client; it must not be asynchronous.
 * @param options The level that the client must allow.
 * @returns What the function has returned.
 * @throws {TypeError} when the connection is no pipe, or a client's end; the
 * function is none, or asynchronous; or it has returned a promise, which goes
 * on as this process.
 * @throws {Deno.errors.PermissionDenied} when the client does not allow it, or
 * is anonymous.
 * @throws {Deno.errors.WouldBlock} when something of the client must be read
 * first.
 * @throws {Deno.errors.BadResource} when the connection is closed.
 * @throws {Deno.errors.Busy} when it is called by such a function.
 */
export function impersonate<T>(
  connection: PipeConnection,
  act: (client: ImpersonatedClient) => T,
  options: ImpersonateOptions = {},
): T {
  assertOptions(options, {});
  const { level = "impersonation" } = options;
  assertOneOf("level", level, Object.keys(LEVELS));
  assertSynchronous(act);
  const { win32, pipe } = serverEnd(connection);
  assertIdle();
  active = true;
  try {
    const run = (token: TokenFacts | null) =>
      act(clientOf(win32, token, LEVELS[level]));
    const { code, result } = actAsClient(identityOf(win32), pipe, run);
    if (code !== 0) throw failure(win32, code, "ImpersonateNamedPipeClient");
    assertResult(result);
    return result as T;
  } finally {
    active = false;
  }
}

/** Windows would end both by the end of the inner one. */
function assertIdle(): void {
  if (!active) return;
  throw new Deno.errors.Busy(
    "Cannot impersonate: this thread acts as a client already",
  );
}

function assertSynchronous(act: unknown): void {
  if (typeof act !== "function") {
    throw new TypeError("Cannot impersonate: there is no function to call");
  }
  if (!LATER.includes(act.constructor.name)) return;
  throw new TypeError("Cannot impersonate: the function is not synchronous");
}

function assertResult(result: unknown): void {
  const later = typeof result === "object" && result !== null &&
    typeof Reflect.get(result, "then") === "function";
  if (!later) return;
  throw new TypeError(
    "Cannot impersonate: the function has returned a promise, " +
      "which goes on as this process",
  );
}

function serverEnd(connection: PipeConnection) {
  if (!(connection instanceof PipeConnection)) {
    throw new TypeError("Cannot impersonate: it is no connection of a pipe");
  }
  if (!connection[TRAITS].serverEnd) {
    throw new TypeError("Cannot impersonate: this is the client's end");
  }
  const { port: { api }, handle: { handle, closed } } = connection[FRONT];
  if (!closed) return { win32: api, pipe: handle };
  throw new Deno.errors.BadResource(
    "Cannot impersonate: the connection is closed",
  );
}

/** Still on the way to the function, but already as the client. */
function clientOf(
  win32: Win32Api,
  token: TokenFacts | null,
  wanted: number,
): ImpersonatedClient {
  if (token === null) {
    const { lastError } = identityOf(win32);
    throw failure(win32, lastError, "OpenThreadToken");
  }
  const { userSid: sid, level } = token;
  if (level >= wanted && level > LEVEL_ANONYMOUS) {
    return { sid, level: nameOf(level) };
  }
  const code = level === LEVEL_ANONYMOUS
    ? ERROR_CANT_OPEN_ANONYMOUS
    : ERROR_BAD_IMPERSONATION_LEVEL;
  throw failure(win32, code, "ImpersonateNamedPipeClient");
}

function nameOf(level: number): ImpersonationLevel {
  const names = Object.keys(LEVELS) as ImpersonationLevel[];
  return names[level - LEVEL_IDENTIFICATION]!;
}

function failure(win32: Win32Api, code: number, syscall: string): Error {
  return windowsError(win32, code, { syscall, action: "Cannot impersonate" });
}
