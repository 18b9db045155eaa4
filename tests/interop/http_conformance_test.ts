/** `serveHttp` next to `Deno.serve`: the same handlers, the same bytes. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { serveHttp } from "../../src/http/mod.ts";
import { TcpListener } from "../../src/net/mod.ts";
import { OURS } from "./_http_answers.ts";
import { LOCAL } from "./_net.ts";
import { withProactor } from "../windows/_setup.ts";
import {
  type Handler,
  type HttpScenario,
  SCENARIOS,
} from "./_http_scenarios.ts";

const ALIVE = "node:http says that it keeps a connection";
const OLD = "node:http answers HTTP/1.0 as HTTP/1.1";
const REFUSED = "node:http refuses without a length";

/** Where answers differ, and why. */
const DIFFERENT = new Map(Object.entries({
  "the answer is a stream of nothing": "an empty body tells its length",
  "HEAD, where the answer would be a stream of nothing":
    "an empty body tells its length",
  "status 205": "an empty body tells its length",
  "status 418": "the status has the text of node:http",
  "the URL": "a Request has a URL that is normal",
  "three requests over one connection": ALIVE,
  "three requests at once over one connection": ALIVE,
  "HTTP/1.0": OLD,
  "HTTP/1.0 that is kept alive": OLD,
  "no host": "HTTP/1.1 demands a host",
  "no request at all": REFUSED,
  "two lengths": REFUSED,
  "a length and chunks": REFUSED,
  "the stream of the answer fails":
    "onError answers while nothing has been sent",
}));

/** Headers that tell nothing, or the time. */
const IGNORED = /^(?:date|vary|keep-alive):/i;

type Port = number;

/** Answers by `Deno.serve`. */
async function ofDeno(scenario: HttpScenario): Promise<string> {
  const silent = { onListen: () => {}, onError: failed };
  await using server = Deno.serve({ ...LOCAL, ...silent }, scenario.handler);
  return await exchange(server.addr.port, scenario);
}

/** Answers by us. */
async function ofOurs(scenario: HttpScenario): Promise<string> {
  let answer = "";
  await withProactor(async (proactor) => {
    const listener = TcpListener.listen({ ...LOCAL, proactor });
    const { port } = listener.addr;
    const handler: Handler = (request) => scenario.handler(request);
    await using _server = serveHttp(listener, handler, { onError: failed });
    answer = await exchange(port, scenario);
  });
  return answer;
}

function failed(): Response {
  return new Response("failed", { status: 500 });
}

async function exchange(port: Port, { sends }: HttpScenario): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const answer = new Response(connection.readable).text();
  const writer = connection.writable.getWriter();
  for (const text of sends) {
    await writer.write(new TextEncoder().encode(text)).catch(() => {});
  }
  return normalize(await answer.catch((error) => error.name));
}

/** The answer without what tells nothing: order and case of headers. */
function normalize(text: string): string {
  return text.split(/(?=HTTP\/1\.[01] \d)/).map((answer) => {
    const [head = "", ...rest] = answer.split("\r\n\r\n");
    const [status = "", ...headers] = head.split("\r\n");
    const shown = headers.filter((line) => !IGNORED.test(line))
      .map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase()));
    return [status, ...shown.sort(), "", dechunk(shown, rest.join("\r\n\r\n"))]
      .join("\n");
  }).join("\n");
}

/** Where a body is cut into chunks is nobody's business. */
function dechunk(headers: string[], body: string): string {
  if (!headers.includes("transfer-encoding: chunked")) return body;
  let text = "";
  for (let rest = body; rest !== "";) {
    const [head = ""] = rest.split("\r\n", 1);
    const size = parseInt(head, 16);
    if (!(size > 0)) return text + (head === "0" ? "" : "<cut>");
    const start = head.length + 2;
    text += rest.slice(start, start + size);
    rest = rest.slice(start + size + 2);
  }
  return `${text}<cut>`;
}

for (const scenario of SCENARIOS) {
  const difference = DIFFERENT.get(scenario.name);
  const note = difference === undefined ? "" : ` (differs: ${difference})`;
  Deno.test(`serveHttp() and Deno.serve(), ${scenario.name}${note}`, async () => {
    const [ours, deno] = [await ofOurs(scenario), await ofDeno(scenario)];
    if (difference === undefined) assertEquals(ours, deno);
    else {
      assertNotEquals(ours, deno, "no difference any more");
      assertEquals(ours, OURS[scenario.name]);
    }
  });
}
