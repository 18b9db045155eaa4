/**
 * A small client of Docker: asks the engine over its pipe, with the engine's
 * own protocol.
 *
 *     deno run --allow-ffi --allow-env examples/docker.ts ps
 *     deno run --allow-ffi --allow-env examples/docker.ts logs NAME
 *     deno run --allow-ffi --allow-env examples/docker.ts events
 *     deno run --allow-ffi --allow-env examples/docker.ts attach NAME < input
 *
 * `--pipe=PATH` before the command names another pipe.
 *
 * @module
 */

import { createHttpAgent, type HttpAgent } from "@iocp/proactor/http";
import { openStdin } from "@iocp/proactor/process";

const args = [...Deno.args];
const path = args[0]?.startsWith("--pipe=")
  ? args.shift()!.slice("--pipe=".length)
  : "\\\\.\\pipe\\docker_engine";
const [command = "ps", name = ""] = args;

/** What `docker ps` shows of a container. */
interface Container {
  Id: string;
  Image: string;
  Names: string[];
  Status: string;
}

const commands: Record<string, (agent: HttpAgent) => Promise<void>> = {
  ps: listContainers,
  logs: showLogs,
  events: showEvents,
  attach,
};

await using agent = await createHttpAgent(path);
const run = commands[command];
if (run === undefined) {
  console.error(`Usage: docker.ts ${Object.keys(commands).join("|")} [NAME]`);
  Deno.exit(2);
}
await run(agent);

async function ask(agent: HttpAgent, url: string): Promise<Response> {
  const response = await agent.fetch(url);
  if (response.ok) return response;
  const { message } = await response.json();
  throw new Error(`Cannot ask Docker for ${url}: ${message}`);
}

async function listContainers(agent: HttpAgent): Promise<void> {
  const response = await ask(agent, "/containers/json");
  const containers: Container[] = await response.json();
  for (const { Id, Image, Names, Status } of containers) {
    console.log(`${Id.slice(0, 12)}  ${Image}  ${Names[0]}  ${Status}`);
  }
}

async function showLogs(agent: HttpAgent): Promise<void> {
  const query = "stdout=1&stderr=1&follow=1";
  const url = `/containers/${encodeURIComponent(name)}/logs?${query}`;
  await showFrames((await ask(agent, url)).body!);
}

/** One line of JSON for each event, until Ctrl+C. */
async function showEvents(agent: HttpAgent): Promise<void> {
  const { body } = await ask(agent, "/events");
  const text = body!.pipeThrough(new TextDecoderStream());
  for await (const part of text) await print(new TextEncoder().encode(part), 1);
}

/** The connection leaves HTTP: what we type goes in, what it prints comes out. */
async function attach(agent: HttpAgent): Promise<void> {
  const query = "stream=1&stdin=1&stdout=1&stderr=1";
  const url = `/containers/${encodeURIComponent(name)}/attach?${query}`;
  const request = { method: "POST", protocol: "tcp" };
  const { readable, writable } = await agent.upgrade(url, request);
  using input = await openStdin();
  await Promise.all([input.readable.pipeTo(writable), showFrames(readable)]);
}

/** Docker puts 8 bytes before each piece: 1 or 2 for which stream, its size. */
async function showFrames(stream: ReadableStream<Uint8Array>): Promise<void> {
  let rest = new Uint8Array();
  for await (const chunk of stream) {
    rest = new Uint8Array([...rest, ...chunk]);
    while (rest.length >= 8) {
      const size = new DataView(rest.buffer, rest.byteOffset).getUint32(4);
      if (rest.length < 8 + size) break;
      await print(rest.subarray(8, 8 + size), rest[0]!);
      rest = rest.subarray(8 + size);
    }
  }
}

async function print(data: Uint8Array, stream: number): Promise<void> {
  const target = stream === 2 ? Deno.stderr : Deno.stdout;
  for (let at = 0; at < data.length;) {
    at += await target.write(data.subarray(at));
  }
}
