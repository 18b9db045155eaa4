/** `node:http` over our connections, and Deno's `fetch` at the other end. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import { Readable } from "node:stream";
import { type IocpProactor, toNodeDuplex } from "../../mod.ts";
import {
  connectTcp,
  startTls,
  type TcpConnection,
  TcpListener,
} from "../../src/net/mod.ts";
import { CA_CERT, CERT, KEY } from "../windows/net/fixtures/tls.ts";
import { LOCAL, MEGABYTE, netTest, repeat } from "./_net.ts";
import { payload, payloadDigest } from "./peers/payload.mjs";

const SIZE = 8 * MEGABYTE;

/** Requests at once. */
const REQUESTS = 50;

/** Requests that are aborted. */
const ABORTS = 5;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of `node:http` on a port of ours, and a client for it. */
class Site implements AsyncDisposable {
  readonly client: Deno.HttpClient = Deno.createHttpClient({
    caCerts: [CA_CERT],
  });
  readonly listener: TcpListener;
  readonly #server;
  readonly #secure: boolean;
  readonly #serving: Promise<void>;
  /** Connections so far. */
  connections = 0;

  constructor(proactor: IocpProactor, handler: Handler, secure = false) {
    this.listener = TcpListener.listen({ ...LOCAL, proactor });
    this.#secure = secure;
    this.#server = createServer(handler);
    // Deno's closes after each response unless it is said to listen.
    const listening = { get: () => !this.listener.closed() };
    Object.defineProperty(this.#server, "listening", listening);
    this.#serving = this.#serve();
  }

  get url(): string {
    const { hostname, port } = this.listener.addr;
    return `http${this.#secure ? "s" : ""}://${hostname}:${port}/`;
  }

  fetch(init: RequestInit = {}): Promise<Response> {
    return fetch(this.url, { ...init, client: this.client });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    this.listener.close();
    this.#server.closeAllConnections();
    await this.#serving;
    await this.listener.finished;
  }

  async #serve(): Promise<void> {
    for await (const connection of this.listener) {
      this.connections++;
      this.#server.emit("connection", await this.#duplex(connection));
    }
  }

  async #duplex(connection: TcpConnection) {
    if (!this.#secure) return await toNodeDuplex(connection);
    const options = { serverSide: true, cert: CERT, key: KEY } as const;
    return await toNodeDuplex(await startTls(connection, options));
  }
}

for (const secure of [false, true]) {
  const scheme = secure ? "https" : "http";

  netTest(`fetch of ${scheme} keeps a connection alive`, async (proactor) => {
    await using site = new Site(proactor, greet, secure);
    for (let i = 0; i < 5; i++) {
      const response = await site.fetch();
      assertEquals(await response.text(), "hello 127.0.0.1");
    }
    assertEquals(site.connections, 1);
  });

  netTest(
    `fetch of ${scheme} sends 8 MiB and gets them back`,
    async (proactor) => {
      await using site = new Site(proactor, echo, secure);
      const response = await site.fetch({ method: "POST", body: body(SIZE) });
      assertEquals(await digest(response), payloadDigest(SIZE));
    },
  );

  netTest(
    `${REQUESTS} requests of ${scheme} at once are all answered`,
    async (proactor) => {
      await using site = new Site(proactor, echo, secure);
      const digests = await repeat(REQUESTS, async () => {
        const init = { method: "POST", body: body(MEGABYTE / 4) };
        return await digest(await site.fetch(init));
      });
      assertEquals(digests, Array(REQUESTS).fill(payloadDigest(MEGABYTE / 4)));
    },
  );
}

netTest("a client that aborts disturbs nobody else", async (proactor) => {
  const { promise: allAborted, resolve } = Promise.withResolvers<void>();
  let aborts = 0;
  await using site = new Site(proactor, (request, response) => {
    if (request.url !== "/endless") return void echo(request, response);
    response.on("close", () => ++aborts === ABORTS && resolve());
    const chunk = new Uint8Array(65536);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", more);
    more();
  });
  const others = repeat(5, async () => {
    const init = { method: "POST", body: body(MEGABYTE) };
    return await digest(await site.fetch(init));
  });
  await repeat(ABORTS, async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { client } = site;
    const response = await fetch(`${site.url}endless`, { client, signal });
    const reader = response.body!.getReader();
    await reader.read();
    controller.abort();
    await assertRejects(() => reader.read(), DOMException);
  });
  assertEquals(await others, Array(5).fill(payloadDigest(MEGABYTE)));
  assertEquals(await (await site.fetch()).text(), "");
  await allAborted;
});

netTest("a malformed request gets its answer", async (proactor) => {
  await using site = new Site(proactor, greet);
  const { hostname, port } = site.listener.addr;
  using client = await Deno.connect({ hostname, port });
  await client.write(new TextEncoder().encode("nonsense\r\n\r\n"));
  const text = await new Response(client.readable).text();
  assert(text.startsWith("HTTP/1.1 400 Bad Request\r\n"), text);
});

netTest("node:http requests over connectTcp", async (proactor) => {
  const server = Deno.serve(
    { ...LOCAL, onListen() {} },
    (request) => new Response(request.body),
  );
  const { port } = server.addr;
  const duplex = await toNodeDuplex(await connectTcp({ port, proactor }));
  const requesting = request({
    method: "POST",
    createConnection: () => duplex,
  });
  const responded = once(requesting, "response");
  Readable.from(payload(SIZE)).pipe(requesting);
  const [response] = await responded;
  const hash = createHash("sha256");
  for await (const chunk of response) hash.update(chunk);
  assertEquals(hash.digest("hex"), payloadDigest(SIZE));
  duplex.destroy();
  await once(duplex, "close");
  await server.shutdown();
});

function greet(request: IncomingMessage, response: ServerResponse): void {
  response.end(`hello ${request.socket.remoteAddress}`);
}

/** Sends back what comes, while it comes. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  request.pipe(response);
}

function body(size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(payload(size));
}

async function digest(response: Response): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of response.body!) hash.update(chunk);
  return hash.digest("hex");
}
