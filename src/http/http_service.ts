/**
 * Requests of connections, by `node:http`.
 *
 * @module
 */

import {
  createServer,
  type IncomingMessage,
  type Server,
  ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createRequest } from "npm:@remix-run/node-fetch-server@0.14";
import type { NodeDuplex } from "../stream/node_duplex.ts";
import { toNodeDuplex } from "../stream/to_node_duplex.ts";
import { RequestInfo, type UpgradeRequested } from "./request_info.ts";
import { sendResponse } from "./send_response.ts";
import type {
  HttpConnection,
  HttpHandler,
  ServeHttpOptions,
} from "./http_types.ts";

/** A client, and how many of its requests are under way. */
interface Client<C> {
  connection: C;
  duplex: NodeDuplex;
  requests: number;
}

/** A request and its answer. */
interface Exchange<C> {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  client: Client<C>;
}

/** Answers the requests of connections. */
export class HttpService<C extends HttpConnection> {
  readonly #handler: HttpHandler<C>;
  readonly #onError: (error: unknown) => Response | Promise<Response>;
  readonly #http: Server;
  readonly #clients: Map<Duplex, Client<C>> = new Map();
  readonly #served: Set<Promise<void>> = new Set();
  readonly #upgrades: WeakMap<IncomingMessage, UpgradeRequested> =
    new WeakMap();
  #draining = false;
  #destroyed = false;

  /**
   * @param handler Called for each request.
   * @param options What is told of errors.
   */
  constructor(handler: HttpHandler<C>, options: ServeHttpOptions) {
    this.#handler = handler;
    this.#onError = options.onError ?? failed;
    this.#http = createServer((...args) => void this.#answer(...args));
    this.#http.on("upgrade", (...args) => this.#upgrade(...args));
    // Deno's server closes a connection behind a response unless it listens.
    Object.defineProperty(this.#http, "listening", {
      get: () => !this.#draining,
    });
  }

  /**
   * Serves a connection.
   *
   * @param connection The service's from now on.
   */
  serve(connection: C): void {
    const served = this.#begin(connection).finally(() =>
      this.#served.delete(served)
    );
    this.#served.add(served);
  }

  /** Closes connections when their requests are answered. */
  drain(): void {
    this.#draining = true;
    for (const { duplex, requests } of this.#clients.values()) {
      if (requests === 0) duplex.destroySoon();
    }
  }

  /** Closes all connections at once. */
  destroy(): void {
    this.#destroyed = true;
    for (const duplex of this.#clients.keys()) duplex.destroy();
  }

  /** Resolves when all connections are closed. */
  async finished(): Promise<void> {
    await Promise.all(this.#served);
  }

  async #begin(connection: C): Promise<void> {
    const duplex = await toNodeDuplex(connection, { allowHalfOpen: true });
    this.#clients.set(duplex, { connection, duplex, requests: 0 });
    duplex.on("error", () => {}); // the connection is lost: `close` follows
    duplex.on("close", () => this.#clients.delete(duplex));
    this.#http.emit("connection", duplex);
    if (this.#destroyed) duplex.destroy();
    else if (this.#draining) duplex.destroySoon();
    await connection.finished;
  }

  async #answer(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const duplex: Duplex = incoming.socket;
    const client = this.#clients.get(duplex);
    if (client === undefined) return void outgoing.destroy();
    client.requests++;
    outgoing.once("close", () => this.#answered(client));
    const response = await this.#respond({ incoming, outgoing, client });
    if (outgoing.destroyed) return void response.body?.cancel().catch(() => {});
    try {
      await sendResponse(outgoing, response);
    } catch (error) {
      await this.#bodyFailed(outgoing, error);
    }
  }

  async #respond(
    { incoming, outgoing, client }: Exchange<C>,
  ): Promise<Response> {
    const requested = this.#upgrades.get(incoming);
    const info = new RequestInfo(client.connection, outgoing, requested);
    try {
      const protocol = "handshake" in client.connection ? "https:" : "http:";
      const options = { protocol, ...takeHost(incoming) };
      const request = createRequest(incoming, outgoing, options);
      return assertResponse(await this.#handler(request, info));
    } catch (error) {
      if (requested?.done) requested.duplex.destroy(); // nobody has it
      return await this.#apologize(error);
    }
  }

  /** What has begun is cut: the client sees that it is not whole. */
  async #bodyFailed(outgoing: ServerResponse, error: unknown): Promise<void> {
    const response = await this.#apologize(error);
    if (outgoing.headersSent) return void outgoing.destroy();
    for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name);
    await sendResponse(outgoing, response).catch(() => outgoing.destroy());
  }

  async #apologize(error: unknown): Promise<Response> {
    try {
      return assertResponse(await this.#onError(error));
    } catch (error) {
      return failed(error);
    }
  }

  #answered(client: Client<C>): void {
    client.requests--;
    if (!this.#draining || client.requests > 0) return;
    client.duplex.destroySoon(); // also when the client still sends
  }

  /** The client would leave HTTP: the handler decides. */
  #upgrade(incoming: IncomingMessage, duplex: Duplex, head: Uint8Array): void {
    const outgoing = new ServerResponse(incoming);
    outgoing.shouldKeepAlive = false;
    outgoing.assignSocket(duplex as Socket);
    const requested = { incoming, duplex, head, done: false };
    this.#upgrades.set(incoming, requested);
    outgoing.once("finish", () => {
      if (!requested.done) this.#clients.get(duplex)?.duplex.destroySoon();
    });
    void this.#answer(incoming, outgoing);
  }
}

/** The host of a request to a proxy, whose path is a whole URL. */
function takeHost(incoming: IncomingMessage): { host?: string } {
  const { url = "/" } = incoming;
  if (url.startsWith("/") || !URL.canParse(url)) return {};
  const { host, pathname, search } = new URL(url);
  incoming.url = pathname + search;
  return { host };
}

function failed(error: unknown): Response {
  console.error(error);
  return new Response("Internal Server Error", { status: 500 });
}

function assertResponse(response: Response): Response {
  if (response instanceof Response) return response;
  throw new TypeError("Cannot send response: the handler returned none");
}
