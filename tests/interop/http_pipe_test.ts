/** HTTP over pipes and other connections: servers, agents, upgrades. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { once } from "node:events";
import { request as nodeRequest } from "node:http";
import { text } from "node:stream/consumers";
import { Agent, WebSocket as UndiciWebSocket } from "npm:undici@8";
import {
  createHttpAgent,
  fetchOver,
  type HttpHandler,
  type HttpServer,
  serveHttp,
  type ServeHttpOptions,
  undiciConnector,
} from "../../src/http/mod.ts";
import { connectTcp, TcpListener, UnixListener } from "../../src/net/mod.ts";
import {
  connectPipe,
  type PipeConnection,
  PipeServer,
} from "../../src/pipe/mod.ts";
import type { IocpProactor } from "../../src/proactor/mod.ts";
import { unixEverywhere } from "../windows/net/_unix.ts";
import { encode } from "../windows/_bytes.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { withProactor } from "../windows/_setup.ts";
import { LOCAL, MEGABYTE } from "./_net.ts";
import { payload, payloadDigest } from "./peers/payload.mjs";

/** A server on a pipe, and its parts. */
interface Site {
  path: string;
  listener: PipeServer;
  server: HttpServer;
  proactor: IocpProactor;
}

/** Registers a test of a server on a pipe. */
function siteTest(
  name: string,
  handler: HttpHandler<PipeConnection>,
  body: (site: Site) => Promise<void>,
  options: ServeHttpOptions = {},
): void {
  test(name, async (proactor) => {
    const path = uniquePipeName();
    const listener = PipeServer.listen(path, { type: "byte", proactor });
    await using server = serveHttp(listener, handler, options);
    await body({ path, listener, server, proactor });
  });
}

/** Registers a test. The clock of undici ticks on for a second behind it. */
function test(
  name: string,
  body: (proactor: IocpProactor) => Promise<void>,
): void {
  const fn = () => withProactor(body);
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

const pathname = ({ url }: Request) => new URL(url).pathname;

function decode(data: Uint8Array | undefined): string {
  return new TextDecoder().decode(data);
}

siteTest(
  "fetchOver() asks a server on a pipe, which knows its path",
  async (request, info) => {
    assertEquals(info.remoteAddr.transport, "pipe");
    const { path } = info.remoteAddr;
    return Response.json([request.method, path, await request.text()]);
  },
  async ({ path }) => {
    const init = { method: "POST", body: "question" };
    const response = await fetchOver(path, "/", init);
    assert(response instanceof Response);
    assertEquals(response.url, "http://localhost/");
    assertEquals(await response.json(), ["POST", path, "question"]);
  },
);

siteTest(
  "bodies stream both ways at once",
  ({ body }) => new Response(body),
  async ({ path }) => {
    const { readable, writable } = new TransformStream<
      Uint8Array,
      Uint8Array
    >();
    const writer = writable.getWriter();
    const asked = fetchOver(path, "/", { method: "POST", body: readable });
    await writer.write(new TextEncoder().encode("first"));
    const response = await asked;
    const reader = response.body!.getReader();
    assertEquals(decode((await reader.read()).value), "first");
    await writer.write(new TextEncoder().encode("second"));
    assertEquals(decode((await reader.read()).value), "second");
    await writer.close();
    assertEquals((await reader.read()).done, true);
  },
);

siteTest(
  "several set-cookie arrive as several",
  () =>
    new Response("", { headers: [["set-cookie", "a"], ["set-cookie", "b"]] }),
  async ({ path }) => {
    const response = await fetchOver(path, "/");
    assertEquals(response.headers.getSetCookie(), ["a", "b"]);
    await response.body?.cancel();
  },
);

siteTest(
  "megabytes come back whole",
  ({ body }) => new Response(body),
  async ({ path }) => {
    const body = payload(16 * MEGABYTE);
    const response = await fetchOver(path, "/", { method: "POST", body });
    const hash = await crypto.subtle.digest("SHA-256", await response.bytes());
    assertEquals(new Uint8Array(hash).toHex(), payloadDigest(16 * MEGABYTE));
  },
);

test("a client that gives up aborts the request, and is told", async (proactor) => {
  const path = uniquePipeName();
  const listener = PipeServer.listen(path, { type: "byte", proactor });
  const { promise: began, resolve: begin } = Promise.withResolvers<void>();
  const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
  await using _server = serveHttp(listener, async ({ signal }, info) => {
    signal.addEventListener("abort", () => abort());
    begin();
    await assertRejects(() => info.completed, Deno.errors.Interrupted);
    return new Response("too late");
  });
  const controller = new AbortController();
  const asked = fetchOver(path, "/", { signal: controller.signal });
  const refused = assertRejects(() => asked, DOMException);
  await began;
  controller.abort();
  await refused;
  await aborted;
});

test("a client that gives up cancels the body of the response", async (proactor) => {
  const path = uniquePipeName();
  const listener = PipeServer.listen(path, { type: "byte", proactor });
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  await using _server = serveHttp(listener, () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => resolve(),
      }),
    ));
  const response = await fetchOver(path, "/");
  await response.body!.cancel();
  await cancelled;
});

test("an agent keeps its connection for the next request", async (proactor) => {
  const path = uniquePipeName();
  const listener = PipeServer.listen(path, { type: "byte", proactor });
  const seen = new Set<PipeConnection>();
  await using _server = serveHttp(listener, (request, { connection }) => {
    seen.add(connection);
    return new Response(pathname(request));
  });
  await using agent = await createHttpAgent(path, { connections: 1 });
  for (const path of ["/1", "/2", "/3"]) {
    assertEquals(await (await agent.fetch(path)).text(), path);
  }
  assertEquals(seen.size, 1);
});

siteTest(
  "an agent makes no more connections than it may",
  (request) => new Response(pathname(request)),
  async ({ path, listener }) => {
    await using agent = await createHttpAgent(path, { connections: 2 });
    const texts = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        const text = await (await agent.fetch(`/${i}`)).text();
        assert(listener.connections.size <= 2);
        return text;
      }),
    );
    assertEquals(texts, Array.from({ length: 10 }, (_, i) => `/${i}`));
  },
);

siteTest(
  "node:http asks through the agent, over one connection",
  (request) => new Response(pathname(request)),
  async ({ path, listener }) => {
    await using agent = await createHttpAgent(path, { connections: 1 });
    for (const path of ["/a", "/b"]) {
      const asked = nodeRequest({ agent: agent.nodeAgent, path }).end();
      const [response] = await once(asked, "response");
      assertEquals(await text(response), path);
      assertEquals(listener.connections.size, 1);
    }
  },
);

siteTest(
  "a connection leaves HTTP for another protocol",
  (_request, info) => {
    const headers = { "x-a": "1" };
    const { response, duplex } = info.upgrade({ headers });
    duplex.pipe(duplex);
    return response;
  },
  async ({ path }) => {
    await using agent = await createHttpAgent(path);
    const options = { protocol: "tcp", method: "POST" };
    const { headers, readable, writable } = await agent.upgrade("/", options);
    assertEquals([headers.get("upgrade"), headers.get("x-a")], ["tcp", "1"]);
    const writer = writable.getWriter();
    const reader = readable.getReader();
    await writer.write(new TextEncoder().encode("raw"));
    assertEquals(decode((await reader.read()).value), "raw");
    await writer.close();
    assertEquals((await reader.read()).done, true);
  },
);

siteTest(
  "a handler that fails after it has left HTTP ends the connection",
  (_request, info) => {
    info.upgrade();
    throw new Error("from the handler");
  },
  async ({ path }) => {
    await using agent = await createHttpAgent(path);
    const { readable } = await agent.upgrade("/", { protocol: "tcp" });
    await readable.getReader().read().catch(() => {});
  },
  { onError: () => new Response() },
);

siteTest(
  "a server need not leave HTTP, and the client is told",
  () => new Response("no", { status: 403 }),
  async ({ path }) => {
    await using agent = await createHttpAgent(path);
    await assertRejects(() => agent.upgrade("/", { protocol: "tcp" }));
  },
);

siteTest(
  "a plain request cannot leave HTTP",
  (_request, info) => {
    assertThrows(() => info.upgrade(), TypeError, "Cannot upgrade request");
    assertThrows(() => info.upgradeWebSocket(), TypeError, "no WebSocket");
    return new Response("plain");
  },
  async ({ path }) => {
    assertEquals(await (await fetchOver(path, "/")).text(), "plain");
  },
);

siteTest(
  "a WebSocket talks over a pipe",
  (_request, info) => {
    const { response, socket } = info.upgradeWebSocket();
    socket.then((socket) => {
      socket.onmessage = ({ data }) => socket.send(`echo ${data}`);
    });
    return response;
  },
  async ({ path }) => {
    const dispatcher = new Agent({ connect: undiciConnector(path) });
    const socket = new UndiciWebSocket("ws://localhost/", { dispatcher });
    const message = Promise.withResolvers<unknown>();
    const closed = Promise.withResolvers<void>();
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => message.resolve(data);
    socket.onclose = () => closed.resolve();
    assertEquals(await message.promise, "echo hello");
    socket.close();
    await closed.promise;
    await dispatcher.close();
  },
);

test("shutdown() lets a request end, and closes connections that are silent", async (proactor) => {
  const path = uniquePipeName();
  const listener = PipeServer.listen(path, { type: "byte", proactor });
  const { promise: began, resolve: begin } = Promise.withResolvers<void>();
  const { promise: goOn, resolve: end } = Promise.withResolvers<void>();
  const server = serveHttp(listener, async (request) => {
    if (pathname(request) === "/") return new Response("at once");
    begin();
    await goOn;
    return new Response("at last");
  });
  await using silent = await createHttpAgent(path);
  await (await silent.fetch("/")).text();
  const asked = fetchOver(path, "/last");
  await began;
  const closed = server.shutdown();
  end();
  assertEquals(await (await asked).text(), "at last");
  await closed;
  await server.finished;
  assertEquals(listener.connections.size, 0);
  await assertRejects(() => fetchOver(path, "/"), TypeError);
});

test("shutdown() does not wait for the rest of a request that is answered", async (proactor) => {
  const path = uniquePipeName();
  const listener = PipeServer.listen(path, { type: "byte", proactor });
  const server = serveHttp(listener, () => new Response("unread"));
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const asked = fetchOver(path, "/", { method: "POST", body: readable });
  await writer.write(new Uint8Array(10));
  // The client drops what nobody reads when its connection closes.
  const text = (await asked).text();
  await server.shutdown();
  assertEquals(await text, "unread");
  await writer.abort().catch(() => {});
});

test("a handshake that is none rejects, and is answered with status 400", async (proactor) => {
  const path = uniquePipeName();
  const listener = PipeServer.listen(path, { type: "byte", proactor });
  const { promise: refused, resolve, reject } = Promise.withResolvers<void>();
  await using _server = serveHttp(listener, (_request, info) => {
    const { response, socket } = info.upgradeWebSocket();
    assertRejects(() => socket, Deno.errors.InvalidData).then(
      () => resolve(),
      reject,
    );
    return response;
  });
  using client = await connectPipe(path, { proactor });
  const head = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n";
  await client.write(encode(`${head}Upgrade: websocket\r\n\r\n`));
  const buffer = new Uint8Array(1000);
  const count = await client.read(buffer);
  assertEquals(
    decode(buffer.subarray(0, count ?? 0)).slice(0, 12),
    "HTTP/1.1 400",
  );
  await refused;
});

test("a signal ends the server and its connections", async (proactor) => {
  const path = uniquePipeName();
  const listener = PipeServer.listen(path, { type: "byte", proactor });
  const { promise: began, resolve } = Promise.withResolvers<void>();
  const controller = new AbortController();
  const { signal } = controller;
  const server = serveHttp(listener, () => {
    resolve();
    return new Promise<Response>(() => {});
  }, { signal });
  const refused = assertRejects(() => fetchOver(path, "/"), TypeError);
  await began;
  controller.abort();
  await refused;
  await server.finished;
  assert(listener.closed());
});

siteTest(
  "onError answers for what a handler throws, and for no response",
  (request) => {
    if (pathname(request) === "/none") return undefined as never;
    throw new Error("from the handler");
  },
  async ({ path }) => {
    const thrown = await fetchOver(path, "/");
    assertEquals(thrown.status, 503);
    assertEquals(await thrown.text(), "Error: from the handler");
    const none = await fetchOver(path, "/none");
    const text = "TypeError: Cannot send response: the handler returned none";
    assertEquals(await none.text(), text);
  },
  { onError: (error) => new Response(String(error), { status: 503 }) },
);

test("HTTP goes over TCP by a function that connects", async (proactor) => {
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  const { port } = listener.addr;
  await using _server = serveHttp(listener, () => new Response("hello"));
  const connect = () => connectTcp({ port, proactor });
  assertEquals(await (await fetchOver(connect, "/")).text(), "hello");
});

test("HTTP goes over a unix socket by its path", async (proactor) => {
  using _unix = unixEverywhere();
  const folder = Deno.makeTempDirSync();
  const path = `${folder}\\http.sock`;
  {
    const listener = UnixListener.listen({ path, proactor });
    await using _server = serveHttp(listener, () => new Response("hello"));
    assertEquals(await (await fetchOver(path, "/")).text(), "hello");
  }
  Deno.removeSync(folder, { recursive: true });
});

test("fetchOver() fails as fetch() does where nobody listens, and says why", async () => {
  const path = uniquePipeName();
  const error = await assertRejects(() => fetchOver(path, "/"), TypeError);
  assert(error.cause instanceof Deno.errors.NotFound, String(error.cause));
});

Deno.test("an agent refuses options that are no integers above 0", async () => {
  for (const value of [0, -1, 1.5, NaN, "1" as never]) {
    const path = uniquePipeName();
    for (const name of ["connections", "keepAlive"]) {
      await assertRejects(
        () => createHttpAgent(path, { [name]: value }),
        RangeError,
        `Cannot use ${name} `,
      );
    }
  }
});
