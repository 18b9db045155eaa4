/**
 * Who is at the other end of a pipe.
 *
 * @module
 */

import type { IdentityApi, TokenFacts } from "../ffi/identity/api.ts";
import { identityOf } from "../ffi/identity/default.ts";
import type { Handle, Win32Api } from "../ffi/win32_api.ts";
import type { ConnectionFront } from "../stream/connection_front.ts";
import { actAsClient } from "./client_token.ts";
import { accountOf } from "./pipe_account.ts";
import type { EndTraits, IntegrityLevel, PipePeer } from "./pipe_peer_types.ts";

/** The lowest RID of each integrity level, the highest first. */
const LEVELS: [number, IntegrityLevel][] = [
  [0x4000, "system"],
  [0x3000, "high"],
  [0x2000, "medium"],
  [0x1000, "low"],
];

const LOCAL = "\\\\.\\";

/** An end of a pipe, and what is asked about the other one. */
interface End {
  readonly win32: Win32Api;
  readonly identity: IdentityApi;
  readonly pipe: Handle;
  readonly traits: EndTraits;
}

/**
 * Asks Windows who is at the other end.
 *
 * @param front The connection.
 * @param traits What is known of it.
 * @returns The peer.
 * @throws {Deno.errors.BadResource} when the connection is closed.
 */
export async function peerOf(
  front: ConnectionFront,
  traits: EndTraits,
): Promise<PipePeer> {
  const { port: { api: win32 }, handle: { handle: pipe, closed } } = front;
  if (closed) {
    throw new Deno.errors.BadResource(
      "Cannot tell who is there: the connection is closed",
    );
  }
  const identity = identityOf(win32);
  // All of it before anything is waited for: the handle may be closed by then.
  const facts = factsOf({ win32, identity, pipe, traits });
  const { token, ownerSid, ...rest } = facts;
  const [user, owner] = await Promise.all([
    accountOf(identity, token?.userSid ?? ""),
    accountOf(identity, ownerSid),
  ]);
  return { ...rest, user, owner, integrity: levelOf(token) };
}

function factsOf(end: End) {
  const { identity, pipe, traits } = end;
  const computer = computerOf(end);
  const processId = computer === null ? processOf(end) : 0;
  const name = traits.serverEnd ? "client" : "server";
  const session = identity.sessionId(pipe, name);
  return {
    processId,
    sessionId: session === -1 ? null : session,
    computer,
    ownerSid: identity.ownerSid(pipe),
    ...tokenOf(end, processId),
  };
}

function computerOf({ identity, pipe, traits }: End): string | null {
  if (traits.serverEnd) return identity.clientComputer(pipe) || null;
  const { path } = traits;
  return path.startsWith(LOCAL) ? null : path.split("\\")[2]!;
}

/** Of another computer's process the number would mean nothing here. */
function processOf({ win32, pipe, traits }: End): number {
  return traits.serverEnd
    ? win32.getNamedPipeClientProcessId(pipe)
    : win32.getNamedPipeServerProcessId(pipe);
}

/** Only a server's end knows its peer by itself. */
function tokenOf(
  { identity, pipe, traits }: End,
  processId: number,
): { token: TokenFacts | null; source: PipePeer["source"] } {
  const own = traits.serverEnd
    ? actAsClient(identity, pipe, (token) => token).result ?? null
    : null;
  if (own !== null) return { token: own, source: "connection" };
  const token = processId === 0 ? null : identity.processToken(processId);
  return { token, source: token === null ? null : "process" };
}

function levelOf(token: TokenFacts | null): IntegrityLevel | null {
  const { integritySid = "" } = token ?? {};
  if (integritySid === "") return null;
  const rid = Number(integritySid.slice(integritySid.lastIndexOf("-") + 1));
  return LEVELS.find(([least]) => rid >= least)?.[1] ?? "untrusted";
}
