/**
 * Acting as the client of a pipe, for as long as one call takes.
 *
 * @module
 */

import type { IdentityApi, TokenFacts } from "../ffi/identity/api.ts";
import type { Handle } from "../ffi/win32_api.ts";

/**
 * Lets this thread act as the client. Whatever happens, it is itself again
 * when this returns.
 *
 * @typeParam T What comes of it.
 * @param identity Acts as the client.
 * @param pipe The server's end.
 * @param act Called once, unless Windows refuses; its token is `null` when
 * Windows does not tell of it.
 * @returns What `act` has returned, or the Win32 code of the refusal.
 */
export function actAsClient<T>(
  identity: IdentityApi,
  pipe: Handle,
  act: (token: TokenFacts | null) => T,
): { code: 0; result: T } | { code: number; result?: undefined } {
  const code = identity.impersonateClient(pipe);
  if (code !== 0) return { code };
  try {
    return { code: 0, result: act(identity.threadToken()) };
  } finally {
    identity.revertToSelf();
  }
}
