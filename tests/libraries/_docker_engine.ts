/**
 * What stands in for a Docker engine: the part of its protocol that the tests
 * ask for, with the answers of one container.
 *
 * @module
 */

import { type HttpServer, serveHttp } from "../../src/http/mod.ts";
import { PipeServer } from "../../src/pipe/mod.ts";

const CONTAINER = {
  Id: "8dfafdbc3a40",
  Names: ["/web"],
  Image: "nginx:latest",
  State: "running",
  Status: "Up 2 hours",
};

/** A piece of a stream without a terminal: 1 is its output, 2 its errors. */
function frame(stream: 1 | 2, text: string): Uint8Array<ArrayBuffer> {
  const data = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + data.length);
  bytes[0] = stream;
  new DataView(bytes.buffer).setUint32(4, data.length);
  bytes.set(data, 8);
  return bytes;
}

function logs(): Response {
  const parts = [frame(1, "GET / 200\n"), frame(2, "warning: slow\n")];
  const headers = {
    "content-type": "application/vnd.docker.multiplexed-stream",
  };
  return new Response(ReadableStream.from(parts), { headers });
}

/** Events, one of which comes at once. */
function events(): Response {
  const event = { Type: "container", Action: "start", Actor: { ID: "8dfa" } };
  const line = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
  return new Response(
    new ReadableStream({ start: (controller) => controller.enqueue(line) }),
    { headers: { "content-type": "application/json" } },
  );
}

/**
 * Serves the protocol.
 *
 * @param path The pipe.
 * @returns The server.
 */
export function serveEngine(path: string): HttpServer {
  const listener = PipeServer.listen(path, { type: "byte" });
  return serveHttp(listener, (request, info) => {
    const { pathname } = new URL(request.url);
    switch (pathname.replace(/^\/v[\d.]+/, "")) {
      case "/version":
        return Response.json({ Version: "28.0.1", ApiVersion: "1.48" });
      case "/containers/json":
        return Response.json([CONTAINER]);
      case "/containers/web/logs":
        return logs();
      case "/events":
        return events();
      case "/containers/web/attach": {
        const { response, duplex } = info.upgrade();
        duplex.on("data", (data) => duplex.write(frame(1, `> ${data}`)));
        duplex.on("end", () => duplex.end());
        return response;
      }
      default:
        return Response.json({ message: "page not found" }, { status: 404 });
    }
  });
}
