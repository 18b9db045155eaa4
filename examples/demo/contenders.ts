/**
 * Who is measured: this library, and `node:net` of Deno beside it.
 *
 * @module
 */

import { connect, createServer, type Socket } from "node:net";
import { connectPipe, type PipeConnection } from "@iocp/proactor";
import { sendRequest } from "./transfers.ts";

/** A client of a server that sends back what it gets. */
export interface Client {
  /** Asks the server to do so. */
  start(): Promise<void>;
  /**
   * Sends bytes, and waits for them to come back.
   *
   * @param data The bytes, overwritten by the answer.
   */
  ask(data: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Closes the connection. */
  close(): Promise<void>;
}

/** A way to serve a pipe and to connect to it. */
export interface Contender {
  /** Its name. */
  readonly name: string;
  /** The most clients that it serves; 0 when it cannot be measured. */
  readonly maxClients: number;
  /** Why it does not serve more. */
  readonly limit: string;
  /**
   * Makes sure that there is a server.
   *
   * @returns What connects to it, and what ends it.
   */
  serve(): Promise<Service>;
}

/** A server. */
export interface Service extends Disposable {
  /** Connects to it. */
  connect(): Promise<Client>;
}

/** What `node:net` of Deno asks for when it opens a pipe. */
const GRANTS = ["run", "env", "read", "write", "net", "sys", "ffi"] as const;

/** Its pipe server takes four clients, and then never another. */
const NODE_CLIENTS = 4;

/**
 * This library.
 *
 * @param path The pipe, which is served already.
 * @returns The contender.
 */
export function thisLibrary(path: string): Contender {
  return {
    name: "this library",
    maxClients: Infinity,
    limit: "",
    serve: () =>
      Promise.resolve({
        connect: async () => new OurClient(await connectPipe(path)),
        [Symbol.dispose]() {},
      }),
  };
}

/**
 * `node:net` of Deno, which needs `--allow-all`.
 *
 * @returns The contender.
 */
export function nodeNet(): Contender {
  const granted = GRANTS.every((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
  return {
    name: "node:net of Deno",
    maxClients: granted ? NODE_CLIENTS : 0,
    limit: granted
      ? `takes ${NODE_CLIENTS} clients on a pipe`
      : "needs --allow-all",
    serve: serveByNode,
  };
}

class OurClient implements Client {
  readonly #connection: PipeConnection;

  constructor(connection: PipeConnection) {
    this.#connection = connection;
  }

  async start(): Promise<void> {
    await sendRequest(this.#connection, { job: "echo" });
  }

  async ask(data: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#connection.write(data);
    for (let rest = data.length; rest > 0;) {
      rest -= await this.#connection.read(data) ?? rest;
    }
  }

  async close(): Promise<void> {
    await this.#connection.shutdown();
  }
}

class NodeClient implements Client {
  readonly #socket: Socket;
  #rest = 0;
  #answered = Promise.withResolvers<void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (data) => {
      this.#rest -= data.length;
      if (this.#rest <= 0) this.#answered.resolve();
    });
    socket.on("error", (error) => this.#answered.reject(error));
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  async ask(data: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#rest = data.length;
    this.#answered = Promise.withResolvers();
    this.#socket.write(data);
    await this.#answered.promise;
  }

  close(): Promise<void> {
    this.#socket.destroy();
    return Promise.resolve();
  }
}

async function serveByNode(): Promise<Service> {
  const path = `\\\\.\\pipe\\node-demo-${crypto.randomUUID()}`;
  const server = createServer((socket) => {
    socket.on("error", () => {}); // clients end as they like
    socket.on("data", (data) => socket.write(data));
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.on("error", reject);
  server.listen(path, resolve);
  await promise;
  return {
    connect: () => connectByNode(path),
    [Symbol.dispose]: () => void server.close(),
  };
}

function connectByNode(path: string): Promise<Client> {
  const { promise, resolve, reject } = Promise.withResolvers<Client>();
  const socket = connect(path, () => resolve(new NodeClient(socket)));
  socket.on("error", reject);
  return promise;
}
