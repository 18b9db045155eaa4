/**
 * Places to connect to or to listen on, as the command line names them.
 *
 * @module
 */

import { normalizePipeName } from "../ffi/pipe_name.ts";
import { ArgumentError } from "./exit_code.ts";

/** A place to connect to or to listen on. */
export type Endpoint =
  | { transport: "pipe"; path: string }
  | { transport: "tcp"; hostname: string; port: number }
  | { transport: "unix"; path: string };

const PIPE_PATH = /^(?:\\\\|\/\/)[^\\/]+[\\/]pipe[\\/]/i;
const TCP = /^(?:(\[[0-9a-f:.%]+\]|[^:\\/]*):)?(\d{1,5})$/i;
const LOOPBACK = "127.0.0.1";

/**
 * Reads the name of a place: `\\.\pipe\name`, `pipe:name` or `name`;
 * `tcp:host:port`, `host:port`, `:port` or `port`; `unix:path`.
 *
 * @param text The name.
 * @returns The place.
 * @throws {ArgumentError} when it names none.
 */
export function parseEndpoint(text: string): Endpoint {
  const [scheme, rest] = splitScheme(text);
  if (scheme === "unix") return { transport: "unix", path: notEmpty(rest) };
  if (scheme === "pipe") return pipeEndpoint(rest);
  const found = TCP.exec(rest);
  if (found !== null) return tcpEndpoint(found[1] ?? "", Number(found[2]));
  if (scheme !== "tcp") return pipeEndpoint(text);
  throw new ArgumentError(`Cannot use "${text}": it is not HOST:PORT`);
}

/**
 * A place as people read it.
 *
 * @param endpoint The place; a port of 0 is one that the system chooses.
 * @returns What {@linkcode parseEndpoint} reads.
 */
export function endpointText(endpoint: Endpoint): string {
  switch (endpoint.transport) {
    case "pipe":
      return endpoint.path;
    case "unix":
      return `unix:${endpoint.path}`;
    case "tcp": {
      const { hostname, port } = endpoint;
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      return `tcp:${host}:${port}`;
    }
  }
}

function splitScheme(text: string): [scheme: string, rest: string] {
  if (PIPE_PATH.test(text)) return ["pipe", text];
  const found = /^(pipe|tcp|unix):(.*)$/s.exec(text);
  return found === null ? ["", text] : [found[1]!, found[2]!];
}

function pipeEndpoint(name: string): Endpoint {
  return { transport: "pipe", path: normalizePipeName(name, { remote: true }) };
}

function tcpEndpoint(host: string, port: number): Endpoint {
  if (port > 0xffff) {
    throw new ArgumentError(`Cannot use port ${port}: it is above 65535`);
  }
  const hostname = host.replace(/^\[|\]$/g, "");
  return { transport: "tcp", hostname: hostname || LOOPBACK, port };
}

function notEmpty(path: string): string {
  if (path !== "") return path;
  throw new ArgumentError('Cannot use "unix:": the path is empty');
}
