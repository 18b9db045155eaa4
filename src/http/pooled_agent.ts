/**
 * The agent over undici.
 *
 * @module
 */

import { Agent as NodeAgent } from "node:http";
import { Duplex } from "node:stream";
import { Agent, type Dispatcher, fetch, upgrade } from "npm:undici@8";
import type {
  HttpAgent,
  HttpAgentOptions,
  UpgradedConnection,
  UpgradeRequest,
} from "./agent_types.ts";
import { assertInteger } from "../proactor/arguments.ts";
import type { HttpTarget } from "./http_target.ts";
import { requestUrl, toRequest } from "./to_request.ts";
import { toResponse } from "./to_response.ts";
import { undiciConnector } from "./undici_connector.ts";

const KEEP_ALIVE = 4000;
const MAX_INTEGER = 0x7fff_ffff;

/** Requests over pooled connections to one server. */
export class PooledAgent implements HttpAgent {
  readonly #dispatcher: Dispatcher;
  readonly nodeAgent: NodeAgent;

  /**
   * @param target The server.
   * @param options How many connections, and how long they are kept.
   */
  constructor(target: HttpTarget, options: HttpAgentOptions) {
    const { connections = Infinity, keepAlive = KEEP_ALIVE } = options;
    if (connections !== Infinity) {
      assertInteger("connections", connections, [1, MAX_INTEGER]);
    }
    assertInteger("keepAlive", keepAlive, [1, MAX_INTEGER]);
    this.#dispatcher = new Agent({
      connect: undiciConnector(target),
      connections: connections === Infinity ? null : connections,
      keepAliveTimeout: keepAlive,
    });
    this.nodeAgent = makeNodeAgent(target, { connections, keepAlive });
  }

  async fetch(
    input: string | URL | Request,
    init: RequestInit = {},
  ): Promise<Response> {
    const { url, options } = toRequest(input, init);
    const response = await fetch(url, {
      ...options as Parameters<typeof fetch>[1],
      dispatcher: this.#dispatcher,
    });
    return toResponse(response as unknown as Response);
  }

  async upgrade(
    input: string | URL,
    { method = "GET", headers, protocol, signal }: UpgradeRequest,
  ): Promise<UpgradedConnection> {
    const answer = await upgrade(requestUrl(input), {
      method: method as Dispatcher.HttpMethod,
      headers: Object.fromEntries(new Headers(headers)),
      protocol,
      signal: signal ?? null,
      dispatcher: this.#dispatcher,
    });
    return upgraded(answer);
  }

  async close(): Promise<void> {
    this.nodeAgent.destroy();
    await this.#dispatcher.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function upgraded(
  { headers, socket }: Dispatcher.UpgradeData,
): UpgradedConnection {
  const { readable, writable } = Duplex.toWeb(socket) as unknown as Pick<
    UpgradedConnection,
    "readable" | "writable"
  >;
  return { headers: toHeaders(headers), readable, writable, duplex: socket };
}

function toHeaders(
  fields: Record<string, string | string[] | undefined>,
): Headers {
  const headers = new Headers();
  for (const [name, value = []] of Object.entries(fields)) {
    for (const one of [value].flat()) headers.append(name, one);
  }
  return headers;
}

function makeNodeAgent(
  target: HttpTarget,
  { connections, keepAlive }: { connections: number; keepAlive: number },
): NodeAgent {
  const agent = new NodeAgent({
    keepAlive: true,
    maxSockets: connections,
    timeout: keepAlive,
  });
  return Object.assign(agent, { createConnection: undiciConnector(target) });
}
