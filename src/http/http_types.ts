/**
 * What servers of HTTP take and give.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import type { StreamConnection } from "../stream/stream_connection.ts";

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
  /**
   * The socket, when the answer is out; rejects with `Deno.errors.InvalidData`
   * when the client's handshake is not one, which is answered with status 400.
   */
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
