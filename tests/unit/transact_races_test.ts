/** A question and its answer on a connection, in every order of events. */

import { assertEquals } from "@std/assert";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { bytes, text } from "./_bytes.ts";
import { outcome, race, type World } from "./_helpers.ts";
import { pipeEnds } from "./_pipe_ends.ts";
import { assertEnds, type Race } from "./_races.ts";
import { turns } from "./_turns.ts";

function raceTest(name: string, scenario: Race, expected: string[]): void {
  for (const skip of [true, false]) {
    Deno.test(
      `${name}, in every order (skip mode ${skip})`,
      () => assertEnds({ skip }, scenario, expected),
    );
  }
}

/** Two ends of a message pipe, with nothing in flight. */
async function messageEnds(
  world: World,
): Promise<[served: PipeConnection, client: PipeConnection]> {
  const sizes = { inBufferSize: 99, outBufferSize: 99 };
  const ends = await pipeEnds(world, { type: "message", ...sizes });
  await turns();
  world.sim.manual = true;
  return ends;
}

/** Asks; what the answer is is told as text. */
function ask(client: PipeConnection, signal?: AbortSignal): Promise<string> {
  const asked = client.transact(bytes("hi"), { signal });
  return outcome(asked.then((answer) => answer && answer.data));
}

async function nextMessage(connection: PipeConnection): Promise<string> {
  return text((await connection.readMessage())?.data);
}

raceTest(
  "transact() that is given up against the answer",
  async (world, choose) => {
    const [served, client] = await messageEnds(world);
    const controller = new AbortController();
    const asked = ask(client, controller.signal);
    await race(world, choose, [
      [() => controller.abort()],
      [() => void served.write(bytes("so"))],
    ]);
    const end = await asked;
    world.sim.manual = false;
    if (end !== "ok so") assertEquals(await nextMessage(client), "so");
    assertEquals(await nextMessage(served), "hi");
    client.close();
    served.close();
    return end;
  },
  ["ok so", "DOMException"],
);

raceTest(
  "transact() against a peer that answers and leaves",
  async (world, choose) => {
    const [served, client] = await messageEnds(world);
    const asked = ask(client);
    await race(world, choose, [
      [
        () => void served.write(bytes("so")).catch(() => {}),
        () => served.abort(),
      ],
    ]);
    const end = await asked;
    world.sim.manual = false;
    client.close();
    return end;
  },
  ["ok null", "ok so"], // an abort drops what was not sent
);

raceTest(
  "transact() against the close of its connection",
  async (world, choose) => {
    const [served, client] = await messageEnds(world);
    const asked = ask(client);
    await race(world, choose, [
      [() => client.close()],
      [() => void served.write(bytes("so")).catch(() => {})],
    ]);
    const end = await asked;
    world.sim.manual = false;
    served.abort();
    await served.finished;
    return end;
  },
  ["ok so", "Interrupted"],
);
