/**
 * All models, in the sizes in which they are explored.
 *
 * @module
 */

import { closingSpace } from "./closing.ts";
import { connectionSpace } from "./connection.ts";
import { datagramSpace } from "./datagrams.ts";
import { dialerSpace } from "./dialer.ts";
import type { Space } from "./explorer.ts";
import { pumpSpace } from "./pump.ts";
import { serverSpace } from "./server.ts";
import { waitSpace } from "./wait.ts";

/** A model: a system in some variants. */
export interface Model {
  /** What it is called. */
  readonly name: string;
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
    name: "server",
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
    name: "dialer",
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
