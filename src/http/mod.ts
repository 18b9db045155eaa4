/**
 * HTTP over pipes, unix sockets, TCP and TLS: a server with the handler of
 * `Deno.serve`, and requests as `fetch` makes them.
 *
 * HTTP is spoken by `node:http`, Hono's adapter for it, `ws` and undici, which
 * are loaded when they are first needed.
 *
 * @example A server and a client
 * ```ts
 * import { PipeServer } from "@iocp/proactor";
 * import { fetchOver, serveHttp } from "@iocp/proactor/http";
 *
 * const path = `\\\\.\\pipe\\${crypto.randomUUID()}`;
 * const listener = PipeServer.listen(path, { type: "byte" });
 * await using _server = serveHttp(listener, () => new Response("hello"));
 * const response = await fetchOver(path, "/");
 * console.log(await response.text()); // hello
 * ```
 *
 * @module
 */

export type * from "./agent_types.ts";
export { fetchOver } from "./fetch_over.ts";
export { createHttpAgent } from "./http_agent.ts";
export type { ConnectFunction, HttpTarget } from "./http_target.ts";
export type * from "./http_types.ts";
export { serveHttp } from "./serve_http.ts";
export { type UndiciConnector, undiciConnector } from "./undici_connector.ts";
export type * from "../stream/types.ts";
