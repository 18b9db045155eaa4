/**
 * `undiciConnector`: undici over a pipe.
 *
 * @module
 */

import type { Socket } from "node:net";
import { type HttpTarget, openTarget } from "./http_target.ts";

/** What an `Agent`, `Pool` or `Client` of undici takes as `connect`. */
export type UndiciConnector = (
  options: unknown,
  callback: (...result: [null, Socket] | [Error, null]) => void,
) => void;

/**
 * Makes the option `connect` of undici's `Agent`, `Pool` and `Client`, so that
 * a program's own undici goes over a pipe: its `fetch`, `request`, `stream` and
 * `WebSocket`.
 *
 * @example A request of undici
 * ```ts
 * import { undiciConnector } from "@iocp/proactor/http";
 * import { Agent, request } from "npm:undici@8";
 *
 * const connect = undiciConnector("\\\\.\\pipe\\docker_engine");
 * const dispatcher = new Agent({ connect });
 * const { body } = await request("http://localhost/version", { dispatcher });
 * console.log(await body.json()); // { Version: "28.0" }
 * await dispatcher.close();
 * ```
 *
 * @param target The server.
 * @returns The option.
 */
export function undiciConnector(target: HttpTarget): UndiciConnector {
  return (_options, callback) => {
    openTarget(target).then(
      (stream) => callback(null, stream as unknown as Socket),
      (error) => callback(error, null),
    );
  };
}
