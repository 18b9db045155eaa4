/**
 * A file over TCP: sent by Windows, and by reads and writes of this program.
 *
 * @module
 */

import { connectTcp, type TcpConnection, TcpListener } from "../src/net/mod.ts";
import type { OverlappedFile } from "../src/file/mod.ts";
import { notWindows as ignore } from "./_permissions.ts";
import { openTemporary } from "./_temporary.ts";

const SIZE = 4 << 20;

interface Rig {
  file: OverlappedFile;
  sender: TcpConnection;
  receiver: TcpConnection;
}

let shared: Promise<Rig> | undefined;

async function prepare(): Promise<Rig> {
  const { file } = await openTemporary(SIZE);
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const [sender, receiver] = await Promise.all([
    connectTcp(listener.addr),
    listener.accept(),
  ]);
  for (const each of [sender, receiver]) each.unref();
  return { file, sender, receiver };
}

async function receive(receiver: TcpConnection): Promise<void> {
  const room = new Uint8Array(65_536);
  for (let rest = SIZE; rest > 0;) rest -= (await receiver.read(room))!;
}

async function copy({ file, sender }: Rig): Promise<void> {
  const room = new Uint8Array(65_536);
  for (let at = 0; at < SIZE; at += room.length) {
    await file.read(room, { at });
    await sender.write(room);
  }
}

Deno.bench({
  name: "read() and write()",
  group: "4 MiB of a file over TCP",
  baseline: true,
  ignore,
  async fn() {
    const rig = await (shared ??= prepare());
    await Promise.all([copy(rig), receive(rig.receiver)]);
  },
});

Deno.bench({
  name: "sendFile()",
  group: "4 MiB of a file over TCP",
  ignore,
  async fn() {
    const rig = await (shared ??= prepare());
    const sent = rig.sender.sendFile(rig.file, { count: SIZE });
    await Promise.all([sent, receive(rig.receiver)]);
  },
});
