/**
 * An operation while others are pending: its time should not depend on how
 * many they are. `examples/iocp/pending.ts` looks closer.
 *
 * @module
 */

import { IocpProactor } from "../mod.ts";
import { pipe, type PipeHandle } from "../src/pipe/mod.ts";
import { Silence } from "./_silence.ts";
import { notWindows as ignore } from "./_permissions.ts";

const DATA = new Uint8Array(64);

interface Scene {
  proactor: IocpProactor;
  silence: Silence;
  ends: [PipeHandle, PipeHandle];
}

let opened: Scene | undefined;

for (const others of [0, 300, 3000]) {
  Deno.bench({
    name: `${others.toLocaleString("en")} others pending`,
    group: "a read and the write that ends it",
    baseline: others === 0,
    ignore,
    async fn() {
      const { proactor, silence, ends: [reader, writer] } = opened ??= open();
      if (silence.size !== others) await silence.resize(others);
      const received = proactor.recv(reader, DATA.length);
      await proactor.send(writer, DATA);
      await received;
    },
  });
}

function open(): Scene {
  const proactor = new IocpProactor();
  const ends = pipe({ duplex: true, proactor });
  return { proactor, silence: new Silence(proactor), ends };
}
