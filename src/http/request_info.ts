/**
 * What a handler is told of a request.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { Duplex } from "node:stream";
import { WebSocketServer } from "npm:ws@8";
import type {
  HttpConnection,
  HttpRequestInfo,
  UpgradeOptions,
  UpgradeResult,
  WebSocketResult,
} from "./http_types.ts";

/** A request for another protocol. */
export interface UpgradeRequested {
  /** The request. */
  incoming: IncomingMessage;
  /** Its connection. */
  duplex: Duplex;
  /** What came behind the request. */
  head: Uint8Array;
  /** True when the connection has left HTTP. */
  done: boolean;
}

/** What a handler is told of a request. */
export class RequestInfo<C extends HttpConnection>
  implements HttpRequestInfo<C> {
  readonly connection: C;
  readonly completed: Promise<void>;
  readonly #outgoing: ServerResponse;
  readonly #requested: UpgradeRequested | undefined;

  /**
   * @param connection The connection.
   * @param outgoing The response of Node.
   * @param requested What the client asks for, beside an answer.
   */
  constructor(
    connection: C,
    outgoing: ServerResponse,
    requested: UpgradeRequested | undefined,
  ) {
    this.connection = connection;
    this.#outgoing = outgoing;
    this.#requested = requested;
    this.completed = completion(outgoing, requested);
    this.completed.catch(() => {}); // most handlers do not ask
  }

  get remoteAddr(): C["remoteAddr"] {
    return this.connection.remoteAddr;
  }

  upgrade({ headers, protocol }: UpgradeOptions = {}): UpgradeResult {
    const { incoming, duplex, head } = this.#leave();
    const fields = new Headers(headers);
    fields.set("connection", "Upgrade");
    fields.set("upgrade", protocol ?? incoming.headers.upgrade ?? "");
    const lines = [...fields].map(([name, value]) => `${name}: ${value}\r\n`);
    duplex.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
    if (head.length > 0) duplex.unshift(head);
    const { readable, writable } = Duplex.toWeb(duplex) as unknown as Pick<
      UpgradeResult,
      "readable" | "writable"
    >;
    return { response: new Response(), readable, writable, duplex };
  }

  upgradeWebSocket(): WebSocketResult {
    const asked = this.#requested?.incoming.headers.upgrade?.toLowerCase();
    if (asked !== "websocket") {
      throw new TypeError("Cannot upgrade request: it asks for no WebSocket");
    }
    const { incoming, duplex, head } = this.#leave();
    const server = new WebSocketServer({ noServer: true });
    const socket = new Promise<WebSocket>((resolve, reject) => {
      duplex.once("close", () => reject(notUpgraded()));
      server.handleUpgrade(
        incoming,
        duplex,
        head as never,
        (socket: unknown) => resolve(socket as WebSocket),
      );
    });
    socket.catch(() => {}); // a handler may wait for nothing
    return { response: new Response(), socket };
  }

  /** The connection is not HTTP's any more. */
  #leave(): UpgradeRequested {
    const requested = this.#requested;
    if (requested === undefined || requested.done) {
      throw new TypeError(
        "Cannot upgrade request: it asks for no other protocol",
      );
    }
    requested.done = true;
    this.#outgoing.detachSocket(requested.duplex as never);
    this.#outgoing.destroy(); // nothing goes through it any more
    return requested;
  }
}

function notUpgraded(): Error {
  return new Deno.errors.InvalidData(
    "Cannot upgrade request: it is no handshake of a WebSocket",
  );
}

function completion(
  outgoing: ServerResponse,
  requested: UpgradeRequested | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    outgoing.once("finish", resolve);
    outgoing.once("close", () => {
      if (outgoing.writableFinished || requested?.done) return resolve();
      reject(
        new Deno.errors.Interrupted(
          "Cannot send response: the client has gone",
        ),
      );
    });
  });
}
