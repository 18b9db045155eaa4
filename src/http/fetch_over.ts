/**
 * `fetchOver`: `fetch` over a pipe.
 *
 * @module
 */

import { createHttpAgent } from "./http_agent.ts";
import type { HttpTarget } from "./http_target.ts";

/**
 * Makes one request as `fetch` does, over a connection of its own. Who makes
 * several takes an agent: {@linkcode createHttpAgent}.
 *
 * @example Ask Docker
 * ```ts
 * import { fetchOver } from "@iocp/proactor/http";
 *
 * const response = await fetchOver("\\\\.\\pipe\\docker_engine", "/version");
 * const { Version } = await response.json();
 * console.log(Version.length > 0); // true
 * ```
 *
 * @param target The server.
 * @param input A URL, of which the server sees the host too; a path alone is
 * one of `http://localhost`.
 * @param init As for `fetch`: method, headers, body, signal, redirect.
 * @returns The response. Its connection is closed when the body has been read
 * or cancelled.
 * @throws {TypeError} when the request fails; `cause` says why.
 */
export async function fetchOver(
  target: HttpTarget,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const agent = await createHttpAgent(target);
  try {
    return await agent.fetch(input, init);
  } finally {
    void agent.close(); // waits for the body
  }
}
