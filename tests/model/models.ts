/**
 * All models, in the sizes in which they are explored.
 *
 * @module
 */

import { closingSpace } from "./closing.ts";
import { connectSpace } from "./connect.ts";
import { connectionSpace } from "./connection.ts";
import { datagramSpace } from "./datagrams.ts";
import { dialerSpace } from "./dialer.ts";
import type { Space } from "./explorer.ts";
import { fileSpace } from "./files.ts";
import { loopSpace } from "./loop.ts";
import { protocolSpace } from "./protocol.ts";
import { pumpSpace } from "./pump.ts";
import { serverSpace } from "./server.ts";
import { tcpSpace } from "./tcp.ts";
import { tcpServerSpace } from "./tcp_server.ts";
import { waitSpace } from "./wait.ts";

/** A model: a system in some variants. */
export interface Model {
  /** What it is called. */
  readonly name: string;
  /**
   * Its share of the time, next to those of others: less where a schedule costs
   * more, and for the pump, which makes most in little time. Default 1.
   */
  readonly weight?: number;
  /**
   * Its variants.
   *
   * @param size How much happens: 0 for the tests, and up.
   * @returns The spaces.
   */
  spaces(size: number): Space[];
}

const BOTH = [false, true];

/** The models. */
export const MODELS: readonly Model[] = [
  {
    name: "connection",
    spaces: (size) =>
      BOTH.flatMap((messages) =>
        BOTH.flatMap((skip) =>
          BOTH.map((serverEnd) =>
            connectionSpace({
              messages,
              skip,
              serverEnd,
              calls: 2 + (size > 0 ? 1 : 0),
              peerCalls: 1 + (size > 1 ? 1 : 0),
              timers: Math.min(size, 1),
            })
          )
        )
      ),
  },
  {
    name: "starved",
    weight: 0.2,
    spaces: (size) =>
      BOTH.map((skip) =>
        connectionSpace({
          starved: true,
          messages: false,
          skip,
          serverEnd: false,
          calls: 1 + (size > 0 ? 1 : 0),
          peerCalls: 1,
          timers: 1 + (size > 1 ? 1 : 0),
        })
      ),
  },
  {
    name: "tcp",
    spaces: (size) =>
      BOTH.map((skip) =>
        tcpSpace({
          skip,
          calls: 2 + (size > 0 ? 1 : 0),
          peerCalls: 1 + (size > 1 ? 1 : 0),
          timers: Math.min(size, 1),
        })
      ),
  },
  {
    name: "protocol",
    spaces: (size) =>
      BOTH.map((skip) =>
        protocolSpace({
          skip,
          throws: false,
          calls: 1 + Math.min(size, 2),
          peerCalls: 1 + (size > 1 ? 1 : 0),
          timers: Math.min(size, 1),
        })
      ),
  },
  {
    name: "callbacks",
    spaces: (size) =>
      BOTH.map((skip) =>
        protocolSpace({
          skip,
          throws: true,
          buffered: skip,
          calls: 1 + (size > 0 ? 1 : 0),
          peerCalls: 1 + (size > 1 ? 1 : 0),
          timers: 0,
        })
      ),
  },
  {
    name: "server",
    weight: 0.3,
    spaces: (size) =>
      [[1, 3, 1], [2, 2, 2], [1, 1, 1]].map((shape) =>
        serverSpace({
          instances: shape[0]!,
          maxInstances: shape[1]!,
          backlog: shape[2]!,
          calls: 2 + (size > 0 ? 1 : 0),
          clientCalls: 2 + (size > 1 ? 1 : 0),
          timers: Math.min(size, 1),
        })
      ),
  },
  {
    name: "tcp-server",
    weight: 0.3,
    spaces: (size) =>
      [[1, 2], [2, 1]].flatMap((shape) =>
        BOTH.map((skip) =>
          tcpServerSpace({
            skip,
            accepts: shape[0]!,
            backlog: shape[1]!,
            calls: 2 + (size > 0 ? 1 : 0),
            clientCalls: 2 + (size > 1 ? 1 : 0),
            timers: Math.min(size, 1),
          })
        )
      ),
  },
  {
    name: "connect",
    weight: 0.4,
    spaces: (size) =>
      BOTH.map((skip) =>
        connectSpace({
          skip,
          connects: 1 + (size > 0 ? 1 : 0),
          ends: 1,
          serverCalls: 1 + (size > 1 ? 1 : 0),
          timers: 1 + (size > 1 ? 1 : 0),
        })
      ),
  },
  {
    name: "dialer",
    weight: 0.3,
    spaces: (size) =>
      BOTH.map((waitForServer) =>
        dialerSpace({
          waitForServer,
          dials: 2 + (size > 0 ? 1 : 0),
          ends: 1 + (size > 1 ? 1 : 0),
          serverCalls: 2,
          timers: 1 + (size > 2 ? 1 : 0),
        })
      ),
  },
  {
    name: "datagrams",
    spaces: (size) =>
      BOTH.map((skip) =>
        datagramSpace({
          skip,
          receives: 1 + (size > 0 ? 1 : 0),
          cancels: 1,
          sends: 1 + (size > 1 ? 1 : 0),
        })
      ),
  },
  {
    name: "closing",
    weight: 0.2,
    spaces: (size) =>
      BOTH.map((skip) =>
        closingSpace({
          skip,
          calls: 2 + (size > 0 ? 1 : 0),
          peerCalls: 1 + (size > 1 ? 1 : 0),
        })
      ),
  },
  {
    name: "file",
    spaces: (size) =>
      BOTH.flatMap((append) =>
        BOTH.map((skip) =>
          fileSpace({
            append,
            skip,
            calls: 1 + Math.min(size, 2),
            cancels: 1,
          })
        )
      ),
  },
  {
    name: "loop",
    weight: 0.2,
    spaces: (size) =>
      (["callbacks", "timers", "tasks", "worker"] as const).map((kind) =>
        loopSpace({
          kind,
          calls: 2 + (size > 0 ? 1 : 0),
          runs: 1 + (size > 1 ? 1 : 0),
          others: 1 + (size > 0 ? 1 : 0),
        })
      ),
  },
  {
    name: "wait",
    spaces: (size) => [
      waitSpace({
        waits: 1 + (size > 0 ? 1 : 0),
        cancels: 1,
        sets: 1 + (size > 1 ? 1 : 0),
        timeouts: 1,
      }),
    ],
  },
  {
    name: "pump",
    weight: 0.1,
    spaces: (size) =>
      [0.1, 0.5, 2].map((turnTime) =>
        pumpSpace({
          turnTime,
          operations: 1 + (size > 0 ? 1 : 0),
          works: 1 + (size > 1 ? 1 : 0),
          timers: 1 + (size > 1 ? 1 : 0),
        })
      ),
  },
];

/**
 * Finds a space by its name, in the largest size: it can repeat any schedule.
 *
 * @param name The name.
 * @returns The space.
 * @throws {Error} when there is none.
 */
export function spaceNamed(name: string): Space {
  for (const model of MODELS) {
    const space = model.spaces(9).find((each) => each.name === name);
    if (space !== undefined) return space;
  }
  throw new Error(`Cannot find model "${name}"`);
}
