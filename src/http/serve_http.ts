/**
 * `serveHttp`: the handler of `Deno.serve` on any listener.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import type { StreamConnection } from "../stream/stream_connection.ts";
import type { StreamServer } from "../stream/stream_server.ts";
import type { HttpService } from "./http_service.ts";

/** A connection that HTTP can be spoken over. */
export interface HttpConnection extends StreamConnection {
  /** The address of the other end: of a pipe with the number of its process. */
  readonly remoteAddr: object;
}

/**
 * Answers requests, as the handler of `Deno.serve` does.
 *
 * @typeParam C The connections of the listener.
 */
export type HttpHandler<C extends HttpConnection = HttpConnection> = (
  request: Request,
  info: HttpRequestInfo<C>,
) => Response | Promise<Response>;

/** Options of {@linkcode HttpRequestInfo.upgrade}. */
export interface UpgradeOptions {
  /** Headers of the answer. */
  headers?: HeadersInit | undefined;
  /**
   * The protocol, for the header `upgrade`.
   *
   * @default The one that the client has asked for.
   */
  protocol?: string | undefined;
}

/** A connection that has left HTTP. */
export interface UpgradeResult {
  /** What the handler returns. */
  readonly response: Response;
  /** What the client sends. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What the client gets. */
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  /** The same as a stream of Node. */
  readonly duplex: Duplex;
}

/** A WebSocket of a request. */
export interface WebSocketResult {
  /** What the handler returns. */
  readonly response: Response;
  /** The socket, when the answer is out. */
  readonly socket: Promise<WebSocket>;
}

/**
 * What is known of a request beside itself.
 *
 * @typeParam C The connections of the listener.
 */
export interface HttpRequestInfo<C extends HttpConnection = HttpConnection> {
  /** The connection that it came over. It is read and written for HTTP. */
  readonly connection: C;
  /** The address of the client. */
  readonly remoteAddr: C["remoteAddr"];
  /**
   * Resolves when the response is sent; rejects when it cannot be.
   */
  readonly completed: Promise<void>;
  /**
   * Leaves HTTP: the connection is the handler's.
   *
   * @param options Headers and protocol of the answer.
   * @returns The streams, and the response to return.
   * @throws {TypeError} when the client has asked for no other protocol.
   */
  upgrade(options?: UpgradeOptions): UpgradeResult;
  /**
   * Makes a WebSocket of the connection.
   *
   * @returns The socket, and the response to return.
   * @throws {TypeError} when the client has not asked for one.
   */
  upgradeWebSocket(): WebSocketResult;
}

/** Options of {@linkcode serveHttp}. */
export interface ServeHttpOptions {
  /** Closes the server and its connections at once. */
  signal?: AbortSignal | undefined;
  /** Called when the server takes clients. */
  onListen?: (() => void) | undefined;
  /**
   * Makes a response of what a handler has thrown.
   *
   * @default Prints it, and answers with status 500.
   */
  onError?: ((error: unknown) => Response | Promise<Response>) | undefined;
}

/** A server of HTTP, with the members of `Deno.HttpServer`. */
export interface HttpServer extends AsyncDisposable {
  /** Resolves when the server and its connections are closed. */
  readonly finished: Promise<void>;
  /** Takes no more clients, and waits for the requests under way. */
  shutdown(): Promise<void>;
  /** Lets waiting for clients keep the process alive (the default). */
  ref(): void;
  /** Lets the process end while the server waits for clients. */
  unref(): void;
  /** As {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves HTTP on a listener, which belongs to the server from then on. Requests
 * are read and responses written by `node:http`.
 *
 * @typeParam C The connections of the listener.
 *
 * @example Who asks over a pipe?
 * ```ts
 * import { PipeServer } from "@iocp/proactor";
 * import { fetchOver, serveHttp } from "@iocp/proactor/http";
 *
 * const path = `\\\\.\\pipe\\${crypto.randomUUID()}`;
 * const listener = PipeServer.listen(path, { type: "byte" });
 * await using _server = serveHttp(listener, async (request, info) => {
 *   console.log(info.remoteAddr.path === path); // true
 *   return new Response(`${request.method}: ${await request.text()}`);
 * });
 * const init = { method: "POST", body: "hello" };
 * const response = await fetchOver(path, "/", init);
 * console.log(await response.text()); // POST: hello
 * ```
 *
 * @param listener A server of pipes, TCP, unix sockets or TLS.
 * @param handler Called for each request.
 * @param options What is told of errors, and a signal.
 * @returns The server.
 */
export function serveHttp<C extends HttpConnection>(
  listener: StreamServer<C>,
  handler: HttpHandler<C>,
  options: ServeHttpOptions = {},
): HttpServer {
  return new ListeningServer(listener, handler, options);
}

class ListeningServer<C extends HttpConnection> implements HttpServer {
  readonly finished: Promise<void>;
  readonly #listener: StreamServer<C>;
  readonly #service: Promise<HttpService<C>>;

  constructor(
    listener: StreamServer<C>,
    handler: HttpHandler<C>,
    options: ServeHttpOptions,
  ) {
    this.#listener = listener;
    this.#service = loadService(handler, options);
    this.finished = this.#run(options);
  }

  async shutdown(): Promise<void> {
    this.#listener.close();
    (await this.#service).drain();
    await this.finished;
  }

  ref(): void {
    this.#listener.ref();
  }

  unref(): void {
    this.#listener.unref();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #run({ signal, onListen }: ServeHttpOptions): Promise<void> {
    const service = await this.#service;
    const abort = () => {
      this.#listener.close();
      service.destroy();
    };
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    try {
      onListen?.();
      for await (const connection of this.#listener) service.serve(connection);
      await service.finished();
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }
}

async function loadService<C extends HttpConnection>(
  handler: HttpHandler<C>,
  options: ServeHttpOptions,
): Promise<HttpService<C>> {
  const { HttpService } = await import("./http_service.ts");
  return new HttpService(handler, options);
}
