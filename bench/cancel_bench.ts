/**
 * Cancelling a read while others are pending, on other handles or on the same
 * one.
 *
 * @module
 */

import { IocpProactor } from "../mod.ts";
import { pipe, type PipeHandle } from "../src/pipe/mod.ts";
import { Silence } from "./_silence.ts";
import { notWindows as ignore } from "./_styles.ts";

let shared: IocpProactor | undefined;

for (const others of [0, 100, 1000]) {
  let scene: Promise<PipeHandle> | undefined;
  benchCancel(`${others} others on other handles`, others === 0, (proactor) => {
    scene ??= amongHandles(proactor, others);
    return scene;
  });
}

for (const others of [100, 1000]) {
  let scene: Promise<PipeHandle> | undefined;
  benchCancel(`${others} others on the same handle`, false, (proactor) => {
    scene ??= onOneHandle(proactor, others);
    return scene;
  });
}

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
  await new Silence(proactor).resize(others);
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
  return pipe({ duplex: true, proactor })[0];
}
