/**
 * `createHttpAgent`: requests over pooled connections.
 *
 * @module
 */

import type { HttpAgent, HttpAgentOptions } from "./agent_types.ts";
import type { HttpTarget } from "./http_target.ts";

/**
 * Makes an agent: its requests share connections, and connections live on for
 * later requests. HTTP is spoken by undici, or by `node:http` for those who use
 * {@linkcode HttpAgent.nodeAgent}. For undici itself there is
 * {@linkcode undiciConnector}.
 *
 * @example Two requests over one connection
 * ```ts
 * import { createHttpAgent } from "@iocp/proactor/http";
 *
 * const path = "\\\\.\\pipe\\docker_engine";
 * await using agent = await createHttpAgent(path, { connections: 1 });
 * const version = await agent.fetch("/version");
 * console.log(version.status); // 200
 * await version.body?.cancel();
 * const images = await agent.fetch("/images/json");
 * console.log(images.status); // 200
 * await images.body?.cancel();
 * ```
 *
 * @param target The server.
 * @param options How many connections, and how long they are kept.
 * @returns The agent.
 * @throws {RangeError} when a number of the options is not an integer above 0.
 */
export async function createHttpAgent(
  target: HttpTarget,
  options: HttpAgentOptions = {},
): Promise<HttpAgent> {
  const { PooledAgent } = await import("./pooled_agent.ts");
  return new PooledAgent(target, options);
}
