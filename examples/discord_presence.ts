/**
 * Shows what you do in Discord ("rich presence"), over the pipe of the Discord
 * client on this computer. The ID is that of an application, which Discord's
 * developer portal gives. Ctrl+C ends it.
 *
 *     deno run --allow-ffi examples/discord_presence.ts ID "Reading the docs"
 *
 * @module
 */

import { connectPipe, type PipeConnection } from "@iocp/proactor";

const HANDSHAKE = 0;
const FRAME = 1;
const CLOSE = 2;
const PING = 3;
const PONG = 4;

/** Each Discord client has a pipe of its own: the first that is there. */
const PIPES = 10;

const [id, details = "Using a named pipe", prefix = "discord-ipc-"] = Deno.args;
if (id === undefined) {
  console.error("Usage: discord_presence.ts ID [TEXT]");
  Deno.exit(2);
}

await using discord = await findDiscord();
Deno.addSignalListener("SIGINT", () => discord.abort());
await send(discord, HANDSHAKE, { v: 1, client_id: id });
for (;;) {
  const message = await receive(discord);
  if (message === null) break;
  const { op, data } = message;
  if (op === PING) await send(discord, PONG, data);
  if (op === CLOSE) throw new Error(`Discord refuses: ${data.message}`);
  if (data.evt === "READY") {
    console.log(`Connected to Discord as ${data.data.user.username}`);
    await setActivity(discord);
  }
  if (data.cmd === "SET_ACTIVITY") console.log(`Discord shows "${details}"`);
}

async function findDiscord(): Promise<PipeConnection> {
  for (let i = 0; i < PIPES; i++) {
    try {
      return await connectPipe(`\\\\.\\pipe\\${prefix}${i}`, { timeout: 1000 });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error("Cannot find Discord: is it running?");
}

async function setActivity(discord: PipeConnection): Promise<void> {
  const activity = { details, timestamps: { start: Date.now() } };
  await send(discord, FRAME, {
    cmd: "SET_ACTIVITY",
    nonce: crypto.randomUUID(),
    args: { pid: Deno.pid, activity },
  });
}

/** A message: what kind it is, its size, both little endian, and JSON. */
async function send(
  discord: PipeConnection,
  op: number,
  data: unknown,
): Promise<void> {
  const json = new TextEncoder().encode(JSON.stringify(data));
  const bytes = new Uint8Array(8 + json.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, op, true);
  view.setUint32(4, json.length, true);
  bytes.set(json, 8);
  await discord.write(bytes);
}

async function receive(discord: PipeConnection) {
  const head = await readFull(discord, 8);
  if (head === null) return null;
  const view = new DataView(head.buffer);
  const json = await readFull(discord, view.getUint32(4, true));
  if (json === null) return null;
  const data = JSON.parse(new TextDecoder().decode(json));
  return { op: view.getUint32(0, true), data };
}

async function readFull(
  discord: PipeConnection,
  size: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const count = await discord.read(bytes.subarray(at));
    if (count === null) return null;
    at += count;
  }
  return bytes;
}
