/**
 * `serveHttp`: the handler of `Deno.serve` on any listener.
 *
 * @module
 */

import type { StreamServer } from "../stream/stream_server.ts";
import type { HttpService } from "./http_service.ts";
import type {
  HttpConnection,
  HttpHandler,
  HttpServer,
  ServeHttpOptions,
} from "./http_types.ts";

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
    const service = await this.#service.catch((error) => {
      this.#listener.close();
      throw error;
    });
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
      this.#listener.close();
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
