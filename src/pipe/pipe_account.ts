/**
 * Users and groups, by their SIDs.
 *
 * @module
 */

import type { IdentityApi } from "../ffi/identity/api.ts";
import { CallQueue } from "../proactor/port/call_queue.ts";
import type { PipeAccount } from "./pipe_peer_types.ts";

/** Names that are asked for at a time: each may take a thread for long. */
const MAX_LOOKUPS = 4;

const lookups = new CallQueue(MAX_LOOKUPS);

/**
 * Finds the name of an account.
 *
 * @param identity Asked for it.
 * @param sid Its SID, or `""` for none.
 * @returns The account; `null` without a SID.
 */
export async function accountOf(
  identity: IdentityApi,
  sid: string,
): Promise<PipeAccount | null> {
  if (sid === "") return null;
  const found = await lookups.run(() => identity.accountName(sid));
  return { sid, name: found?.name ?? null, domain: found?.domain ?? null };
}
