/** What has ended is collected: nothing of the library holds it. */

import { assert, assertEquals } from "@std/assert";
import type { IocpProactor, StreamConnection } from "../../mod.ts";
import { UdpSocket } from "../../src/net/mod.ts";
import { connectedPair } from "../windows/_pipes.ts";
import { soon, turn } from "../windows/_turns.ts";
import { tcpPair } from "../windows/net/_tcp.ts";
import { agree, tlsPair } from "../windows/net/_tls.ts";
import { faultTest, LOCAL } from "./_faults.ts";

/** Objects of each kind. */
const OBJECTS = 10;

/** Of them, those that may still be in a register or a cache. */
const SPARED = 3;

/** The stage gives `--v8-flags=--expose-gc`. */
const collect: (() => void) | undefined = Reflect.get(globalThis, "gc");

type Ends = Pick<StreamConnection, "close" | "abort" | "read"> & {
  finished: Promise<void>;
};

/** How a connection ends. */
const ENDS: Record<string, (end: Ends) => void> = {
  "close()": (end) => end.close(),
  "abort()": (end) => end.abort(),
  "an abort() that ends a read": (end) => {
    end.read(new Uint8Array(1)).catch(() => {});
    end.abort();
  },
};

/** Makes two ends; gives them, and what ends the rest. */
type Open = (proactor: IocpProactor) => Promise<Opened>;

interface Opened extends AsyncDisposable {
  ends: Ends[];
  /** What the ends are made of. */
  below?: object[];
}

async function withEnds(
  pair: AsyncDisposable & { client: Ends; served: Ends },
): Promise<Opened> {
  await turn();
  return {
    ends: [pair.client, pair.served],
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  };
}

const KINDS: Record<string, Open> = {
  "pipe connections": async (proactor) =>
    await withEnds(await connectedPair(proactor)),
  "TCP connections": async (proactor) =>
    await withEnds(await tcpPair(proactor)),
  "TLS connections": async (proactor) => {
    const pair = await tlsPair(proactor);
    await agree(pair);
    const read = pair.server.read(new Uint8Array(1));
    await pair.client.write(Uint8Array.of(1));
    await soon(read);
    return {
      ends: [pair.client, pair.server],
      below: [pair.connected, pair.served],
      [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
    };
  },
};

/** Ends a connection, and keeps nothing but weak references. */
async function endAll(
  open: Open,
  end: (one: Ends) => void,
  proactor: IocpProactor,
): Promise<WeakRef<object>[]> {
  await using opened = await open(proactor);
  const all = [...opened.ends, ...(opened.below ?? [])];
  const refs = all.map((each) => new WeakRef<object>(each));
  for (const each of opened.ends) end(each);
  await soon(Promise.all(opened.ends.map(({ finished }) => finished)));
  return refs;
}

/** Demands that nearly all have been collected. */
async function assertCollected(refs: readonly WeakRef<object>[]) {
  let left = refs.length;
  for (let i = 0; i < 20 && left > SPARED; i++) {
    await turn();
    collect!();
    left = refs.filter((ref) => ref.deref() !== undefined).length;
  }
  assert(left <= SPARED, `${left} of ${refs.length} are still there`);
}

for (const [name, open] of Object.entries(KINDS)) {
  for (const [how, end] of Object.entries(ENDS)) {
    faultTest(`${name} are collected after ${how}`, 30, async (proactor) => {
      assert(collect !== undefined, "--v8-flags=--expose-gc is missing");
      const refs: WeakRef<object>[] = [];
      for (let i = 0; i < OBJECTS; i++) {
        refs.push(...await endAll(open, end, proactor));
      }
      await assertCollected(refs);
    });
  }
}

faultTest(
  "UDP sockets are collected after a close() that ends a receive",
  30,
  async (proactor) => {
    const refs: WeakRef<object>[] = [];
    for (let i = 0; i < OBJECTS; i++) {
      const socket = UdpSocket.listen({ ...LOCAL, proactor });
      refs.push(new WeakRef(socket));
      const received = socket.receive().then(() => false, () => true);
      socket.close();
      assertEquals(await soon(received), true);
    }
    await assertCollected(refs);
  },
);
