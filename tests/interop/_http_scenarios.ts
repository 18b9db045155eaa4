/**
 * Handlers and requests, for `serveHttp` and for `Deno.serve`.
 *
 * @module
 */

/** What both kinds of servers take. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** A request, and what answers it. */
export interface HttpScenario {
  /** What happens. */
  name: string;
  /** Answers the requests. */
  handler: Handler;
  /**
   * What the client sends, in pieces.
   */
  sends: string[];
}

const encoder = new TextEncoder();

function get(path = "/", ...headers: string[]): string {
  return request("GET", path, headers);
}

function request(method: string, path: string, headers: string[]): string {
  return [`${method} ${path} HTTP/1.1`, "Host: a.test", ...headers, "", ""]
    .join("\r\n");
}

/** A request whose connection ends with its answer. */
function last(method = "GET", path = "/", ...headers: string[]): string {
  return request(method, path, ["Connection: close", ...headers]);
}

function streamOf(...chunks: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      for (const chunk of chunks) {
        controller.enqueue(encoder.encode(chunk));
        await Promise.resolve();
      }
      controller.close();
    },
  });
}

/** The bodies of answers. */
const RESPONSES: [string, () => Response][] = [
  ["a text", () => new Response("hello")],
  ["an empty text", () => new Response("")],
  ["no body", () => new Response()],
  ["null", () => new Response(null)],
  ["bytes", () => new Response(encoder.encode("bytes"))],
  ["an ArrayBuffer", () => new Response(encoder.encode("ab").buffer)],
  ["a Blob", () => new Response(new Blob(["blob"], { type: "text/x" }))],
  ["JSON", () => Response.json({ a: [1, "é"] })],
  ["URLSearchParams", () => new Response(new URLSearchParams({ a: "b c" }))],
  ["a stream", () => new Response(streamOf("a", "bc"))],
  ["a stream of nothing", () => new Response(streamOf())],
  ["64 KiB", () => new Response("x".repeat(65_536))],
];

const STATUSES = [200, 201, 202, 204, 205, 206, 301, 304, 400, 404, 418, 500];

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"];

function bodies(): HttpScenario[] {
  return RESPONSES.flatMap(([what, make]) => [{
    name: `the answer is ${what}`,
    handler: make,
    sends: [last()],
  }, {
    name: `HEAD, where the answer would be ${what}`,
    handler: make,
    sends: [last("HEAD")],
  }]);
}

function statuses(): HttpScenario[] {
  return STATUSES.map((status) => ({
    name: `status ${status}`,
    handler: () => {
      const empty = [204, 205, 304].includes(status);
      return new Response(empty ? null : "body", { status });
    },
    sends: [last()],
  }));
}

function methods(): HttpScenario[] {
  return METHODS.map((method) => ({
    name: `method ${method}`,
    handler: async (request) =>
      new Response(`${request.method} ${await request.text()}`),
    sends: [last(method)],
  }));
}

const OTHERS: HttpScenario[] = [
  {
    name: "several set-cookie",
    handler: () =>
      new Response("ok", {
        headers: [["set-cookie", "a=1"], ["set-cookie", "b=2; Path=/"]],
      }),
    sends: [last()],
  },
  {
    name: "headers of the answer, one of them twice",
    handler: () => {
      const headers = new Headers({ "x-one": "1", "content-type": "text/y" });
      headers.append("x-two", "a");
      headers.append("x-two", "b");
      return new Response("ok", { headers });
    },
    sends: [last()],
  },
  {
    name: "a content-length of the handler",
    handler: () =>
      new Response(streamOf("abc"), { headers: { "content-length": "3" } }),
    sends: [last()],
  },
  {
    name: "headers of the request, one of them twice",
    handler: ({ headers }) =>
      new Response(`${headers.get("x-a")}|${headers.get("x-b")}`),
    sends: [last("GET", "/", "X-A: 1", "x-b: 2", "X-B: 3")],
  },
  {
    name: "a cookie in two headers",
    handler: ({ headers }) => new Response(headers.get("cookie")),
    sends: [last("GET", "/", "Cookie: a=1", "Cookie: b=2")],
  },
  {
    name: "the URL",
    handler: ({ url }) => new Response(url),
    sends: [last("GET", "/a%20b/../c?d=e&f#g")],
  },
  {
    name: "an absolute URL",
    handler: ({ url }) => new Response(url),
    sends: [last("GET", "http://other.test/x?y")],
  },
  {
    name: "a body with a length",
    handler: async (request) => new Response(await request.text()),
    sends: [last("POST", "/", "Content-Length: 5"), "he", "llo"],
  },
  {
    name: "a body in chunks",
    handler: async (request) => new Response(await request.text()),
    sends: [
      last("POST", "/", "Transfer-Encoding: chunked"),
      "3\r\nabc\r\n",
      "2\r\nde\r\n0\r\n\r\n",
    ],
  },
  {
    name: "a body in chunks with a trailer",
    handler: async (request) => new Response(await request.text()),
    sends: [
      last("POST", "/", "Transfer-Encoding: chunked", "Trailer: x"),
      "3\r\nabc\r\n0\r\nx: 1\r\n\r\n",
    ],
  },
  {
    name: "a body that nobody reads",
    handler: () => new Response("unread"),
    sends: [last("POST", "/", "Content-Length: 5"), "hello"],
  },
  {
    name: "the body as JSON",
    handler: async (request) => Response.json(await request.json()),
    sends: [last("POST", "/", "Content-Length: 7"), '{"a":1}'],
  },
  {
    name: "the body as a form",
    handler: async (request) => {
      const form = await request.formData();
      return new Response([...form].join(";"));
    },
    sends: [
      last(
        "POST",
        "/",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 7",
      ),
      "a=1&b=2",
    ],
  },
  {
    name: "the body as it comes",
    handler: (request) => new Response(request.body),
    sends: [last("POST", "/", "Content-Length: 6"), "ech", "oed"],
  },
  {
    name: "a body of GET",
    handler: ({ body }) => new Response(String(body === null)),
    sends: [last("GET", "/", "Content-Length: 2"), "ab"],
  },
  {
    name: "the body is read twice",
    handler: async (request) => {
      await request.text();
      return new Response(await request.text().catch((e) => e.name));
    },
    sends: [last("POST", "/", "Content-Length: 2"), "ab"],
  },
  {
    name: "a clone of the request",
    handler: async (request) => {
      const clone = request.clone();
      return new Response(await clone.text() + await request.text());
    },
    sends: [last("POST", "/", "Content-Length: 2"), "ab"],
  },
  {
    name: "three requests over one connection",
    handler: ({ url }) => new Response(new URL(url).pathname),
    sends: [get("/1"), get("/2"), last("GET", "/3")],
  },
  {
    name: "three requests at once over one connection",
    handler: ({ url }) => new Response(new URL(url).pathname),
    sends: [get("/1") + get("/2") + last("GET", "/3")],
  },
  {
    name: "HTTP/1.0",
    handler: () => new Response("old"),
    sends: ["GET / HTTP/1.0\r\nHost: a.test\r\n\r\n"],
  },
  {
    name: "HTTP/1.0 that is kept alive",
    handler: () => new Response("old"),
    sends: [
      "GET / HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n",
      "GET / HTTP/1.0\r\nHost: a.test\r\n\r\n",
    ],
  },
  {
    name: "expect: 100-continue",
    handler: async (request) => new Response(await request.text()),
    sends: [
      last("POST", "/", "Expect: 100-continue", "Content-Length: 2"),
      "ab",
    ],
  },
  {
    name: "no host",
    handler: () => new Response("no host"),
    sends: ["GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
  },
  {
    name: "no request at all",
    handler: () => new Response("never"),
    sends: ["what is this\r\n\r\n"],
  },
  {
    name: "two lengths",
    handler: () => new Response("never"),
    sends: [last("POST", "/", "Content-Length: 2", "Content-Length: 3"), "ab"],
  },
  {
    name: "a length and chunks",
    handler: async (request) => new Response(await request.text()),
    sends: [
      last("POST", "/", "Content-Length: 2", "Transfer-Encoding: chunked"),
      "0\r\n\r\n",
    ],
  },
  {
    name: "the handler throws",
    handler: () => {
      throw new Error("thrown");
    },
    sends: [last()],
  },
  {
    name: "the handler rejects",
    handler: () => Promise.reject(new Error("rejected")),
    sends: [last()],
  },
  {
    name: "the stream of the answer fails",
    handler: () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.error(new Error("broken")),
        }),
      ),
    sends: [last()],
  },
  {
    name: "an accepted encoding of a text",
    handler: () =>
      new Response("x".repeat(1_000), {
        headers: { "content-type": "text/plain" },
      }),
    sends: [last("GET", "/", "Accept-Encoding: gzip")],
  },
];

/** All scenarios. */
export const SCENARIOS: readonly HttpScenario[] = [
  ...bodies(),
  ...statuses(),
  ...methods(),
  ...OTHERS,
];
