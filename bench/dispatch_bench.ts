/**
 * What lies below pipes: packets, futures, overlapped operations.
 *
 * @module
 */

import { portOf } from "../src/proactor/default_port.ts";
import { Future, IocpProactor } from "../mod.ts";
import { pipe, type PipeHandle } from "../src/pipe/mod.ts";
import { notWindows as ignore } from "./_permissions.ts";

const PACKETS = 100;
const DATA = new Uint8Array(64);

let proactor: IocpProactor | undefined;
let ends: [PipeHandle, PipeHandle] | undefined;

Deno.bench({
  name: "promise",
  group: "settle and await",
  baseline: true,
  async fn() {
    const { promise, resolve } = Promise.withResolvers<number>();
    resolve(1);
    await promise;
  },
});

Deno.bench({
  name: "Future",
  group: "settle and await",
  async fn() {
    const future = new Future<number>();
    future.setResult(1);
    await future;
  },
});

Deno.bench({
  name: `post ${PACKETS} packets and dispatch them`,
  group: "completion port",
  ignore,
  fn() {
    const port = portOf(proactor ??= new IocpProactor());
    for (let i = 0; i < PACKETS; i++) port.wake();
    port.drain();
  },
});

Deno.bench({
  name: "poll without a packet",
  group: "completion port",
  ignore,
  fn() {
    (proactor ??= new IocpProactor()).poll();
  },
});

Deno.bench({
  name: "send(), then recv() that ends at once",
  group: "64 B by overlapped futures",
  baseline: true,
  ignore,
  async fn() {
    const [reader, writer] = ends ??= openEnds();
    await proactor!.send(writer, DATA);
    await proactor!.recv(reader, DATA.length);
  },
});

Deno.bench({
  name: "recv(), then send() that ends it",
  group: "64 B by overlapped futures",
  ignore,
  async fn() {
    const [reader, writer] = ends ??= openEnds();
    const received = proactor!.recv(reader, DATA.length);
    await proactor!.send(writer, DATA);
    await received;
  },
});

function openEnds(): [PipeHandle, PipeHandle] {
  proactor ??= new IocpProactor();
  return pipe({ duplex: true, proactor });
}
