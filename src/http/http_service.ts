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
import { getRequestListener } from "npm:@hono/node-server@2";
import { toNodeDuplex } from "../stream/to_node_duplex.ts";
import { RequestInfo, type UpgradeRequested } from "./request_info.ts";
import type {
  HttpConnection,
  HttpHandler,
  ServeHttpOptions,
} from "./serve_http.ts";

/** A client, and how many of its requests are under way. */
interface Client<C> {
  connection: C;
  requests: number;
}

/** Answers the requests of connections. */
export class HttpService<C extends HttpConnection> {
  readonly #handler: HttpHandler<C>;
  readonly #listener: ReturnType<typeof getRequestListener>;
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
    this.#listener = getRequestListener(
      (request, env) =>
        this.#answer(
          request,
          env as unknown as {
            incoming: IncomingMessage;
            outgoing: ServerResponse;
          },
        ),
      {
        overrideGlobalObjects: false,
        errorHandler: options.onError ?? failed,
      },
    );
    this.#http = createServer(this.#listener);
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
    for (const [duplex, { requests }] of this.#clients) {
      if (requests === 0) duplex.end();
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
    this.#clients.set(duplex, { connection, requests: 0 });
    duplex.on("error", () => {}); // the connection is lost: `close` follows
    duplex.on("close", () => this.#clients.delete(duplex));
    this.#http.emit("connection", duplex);
    if (this.#destroyed) duplex.destroy();
    else if (this.#draining) duplex.end();
    await connection.finished;
  }

  #answer(
    request: Request,
    { incoming, outgoing }: {
      incoming: IncomingMessage;
      outgoing: ServerResponse;
    },
  ): Response | Promise<Response> {
    const duplex = incoming.socket as Duplex;
    const client = this.#clients.get(duplex);
    if (client === undefined) return new Response(null, { status: 503 });
    client.requests++;
    outgoing.once("close", () => this.#answered(duplex, client));
    const requested = this.#upgrades.get(incoming);
    const info = new RequestInfo(client.connection, outgoing, requested);
    return this.#handler(request, info);
  }

  #answered(duplex: Duplex, client: Client<C>): void {
    client.requests--;
    if (this.#draining && client.requests === 0) duplex.end();
  }

  /** The client would leave HTTP: the handler decides. */
  #upgrade(incoming: IncomingMessage, duplex: Duplex, head: Uint8Array): void {
    const outgoing = new ServerResponse(incoming);
    outgoing.shouldKeepAlive = false;
    outgoing.assignSocket(duplex as Socket);
    const requested = { incoming, duplex, head, done: false };
    this.#upgrades.set(incoming, requested);
    outgoing.once("finish", () => {
      if (!requested.done) duplex.end();
    });
    void this.#listener(incoming, outgoing);
  }
}

function failed(error: unknown): Response {
  console.error(error);
  return new Response("Internal Server Error", { status: 500 });
}
