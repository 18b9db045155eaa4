/**
 * Agents of HTTP: pooled connections to one server.
 *
 * @module
 */

import type { Agent as NodeAgent } from "node:http";
import type { Duplex } from "node:stream";

/** Options of {@linkcode createHttpAgent}. */
export interface HttpAgentOptions {
  /**
   * Connections at most; further requests wait.
   *
   * @default {Infinity}
   */
  connections?: number | undefined;
  /**
   * Milliseconds that an idle connection is kept for the next request.
   *
   * @default {4000}
   */
  keepAlive?: number | undefined;
}

/** Options of {@linkcode HttpAgent.upgrade}. */
export interface UpgradeRequest {
  /**
   * The method.
   *
   * @default {"GET"}
   */
  method?: string | undefined;
  /** Headers of the request. */
  headers?: HeadersInit | undefined;
  /**
   * The protocol that is asked for, such as `tcp`.
   */
  protocol: string;
  /** Ends the wait for the answer. */
  signal?: AbortSignal | undefined;
}

/** A connection that has left HTTP. */
export interface UpgradedConnection {
  /** Headers of the answer, which was `101 Switching Protocols`. */
  readonly headers: Headers;
  /** What the server sends. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What the server gets. */
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  /** The same as a stream of Node. */
  readonly duplex: Duplex;
}

/** Requests over pooled connections to one server. */
export interface HttpAgent extends AsyncDisposable {
  /** For `node:http`, and what takes an agent of it. */
  readonly nodeAgent: NodeAgent;
  /**
   * Makes a request.
   *
   * @param input As for {@linkcode fetchOver}.
   * @param init As for `fetch`.
   * @returns The response.
   * @throws {TypeError} when the request fails; `cause` says why.
   */
  fetch(
    input: string | URL | Request,
    init?: RequestInit,
  ): Promise<Response>;
  /**
   * Asks the server for another protocol, as `docker attach` does. The
   * connection is the caller's.
   *
   * @param input As for {@linkcode fetchOver}.
   * @param options The protocol.
   * @returns The connection.
   * @throws {Error} when the server answers in HTTP.
   */
  upgrade(
    input: string | URL,
    options: UpgradeRequest,
  ): Promise<UpgradedConnection>;
  /** Waits for the requests under way, and closes the connections. */
  close(): Promise<void>;
  /** As {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void>;
}
