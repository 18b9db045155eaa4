/**
 * Cancelling a read while others are pending, on other handles or on the same
 * one.
 *
 * @module
 */

import { IocpProactor } from "../mod.ts";
import { pipe, type PipeHandle } from "../src/pipe/mod.ts";
import { Silence } from "./_silence.ts";
import { notWindows as ignore } from "./_permissions.ts";

let shared: IocpProactor | undefined;

/** They live as long as the benchmarks: what is collected is closed. */
const kept: unknown[] = [];

for (const others of [0, 1000]) {
  let scene: Promise<PipeHandle> | undefined;
  benchCancel(`${others} others on other handles`, others === 0, (proactor) => {
    scene ??= amongHandles(proactor, others);
    return scene;
  });
}

let scene: Promise<PipeHandle> | undefined;
benchCancel("1000 others on the same handle", false, (proactor) => {
  scene ??= onOneHandle(proactor, 1000);
  return scene;
});

function benchCancel(
  name: string,
  baseline: boolean,
  prepare: (proactor: IocpProactor) => Promise<PipeHandle>,
): void {
  Deno.bench({
    name,
    group: "read, cancel, and dispatch what comes of it",
    baseline,
    ignore,
    async fn() {
      const proactor = shared ??= new IocpProactor();
      const handle = await prepare(proactor);
      proactor.recv(handle, 1).cancel();
      proactor.poll();
    },
  });
}

async function amongHandles(
  proactor: IocpProactor,
  others: number,
): Promise<PipeHandle> {
  const silence = new Silence(proactor);
  kept.push(silence);
  await silence.resize(others);
  return openReader(proactor);
}

function onOneHandle(
  proactor: IocpProactor,
  others: number,
): Promise<PipeHandle> {
  const handle = openReader(proactor);
  for (let i = 0; i < others; i++) proactor.recv(handle, 1);
  return Promise.resolve(handle);
}

function openReader(proactor: IocpProactor): PipeHandle {
  const ends = pipe({ duplex: true, proactor });
  kept.push(ends);
  return ends[0];
}
