/**
 * Lists the keys of the agent of OpenSSH, as `ssh-add -l` does, and lets one of
 * them sign a text.
 *
 *     deno run --allow-ffi examples/ssh_agent.ts
 *     deno run --allow-ffi examples/ssh_agent.ts --sign=0 text
 *
 * `--pipe=PATH` as the first word names another pipe.
 *
 * @module
 */

import { connectPipe, type PipeConnection } from "@iocp/proactor";

const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;

/** Takes a message apart. */
class Reader {
  type = 0;
  readonly #data: Uint8Array<ArrayBuffer>;
  #at = 0;

  constructor(data: Uint8Array<ArrayBuffer>) {
    this.#data = data;
  }

  takeType(): this {
    this.type = this.#data[this.#at++] ?? 0;
    return this;
  }

  number(): number {
    const { buffer, byteOffset } = this.#data;
    const value = new DataView(buffer, byteOffset).getUint32(this.#at);
    this.#at += 4;
    return value;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const size = this.number();
    this.#at += size;
    return this.#data.slice(this.#at - size, this.#at);
  }
}

const args = [...Deno.args];
const path = args[0]?.startsWith("--pipe=")
  ? args.shift()!.slice("--pipe=".length)
  : "\\\\.\\pipe\\openssh-ssh-agent";

await using agent = await connectPipe(path, { timeout: 1000 });
const keys = await listKeys();
if (args[0]?.startsWith("--sign=")) {
  const key = keys[Number(args[0].slice("--sign=".length))];
  if (key === undefined) throw new RangeError("Cannot sign: no such key");
  console.log(await sign(key.blob, args[1] ?? ""));
} else {
  for (const key of keys) console.log(await describe(key));
}

/** A key that the agent has. */
interface Key {
  blob: Uint8Array<ArrayBuffer>;
  comment: string;
}

async function listKeys(): Promise<Key[]> {
  const answer = await ask(REQUEST_IDENTITIES, []);
  if (answer.type !== IDENTITIES_ANSWER) throw new Error("Cannot list keys");
  const count = answer.number();
  return Array.from({ length: count }, () => {
    const blob = answer.bytes();
    return { blob, comment: new TextDecoder().decode(answer.bytes()) };
  });
}

/** The signature, in base64: its kind and its bytes. */
async function sign(blob: Uint8Array, text: string): Promise<string> {
  const data = new TextEncoder().encode(text);
  const parts = [...withSize(blob), ...withSize(data), 0, 0, 0, 0];
  const answer = await ask(SIGN_REQUEST, parts);
  if (answer.type !== SIGN_RESPONSE) throw new Error("Cannot sign: refused");
  return answer.bytes().toBase64();
}

async function describe({ blob, comment }: Key): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", blob));
  const hash = digest.toBase64({ omitPadding: true });
  const kind = new TextDecoder().decode(new Reader(blob).bytes());
  return `SHA256:${hash} ${comment} (${kind})`;
}

/** A message: its size, its type, its parts; and so is the answer. */
async function ask(type: number, parts: number[]): Promise<Reader> {
  await agent.write(withSize([type, ...parts]));
  const size = new Reader(await readFull(agent, 4)).number();
  return new Reader(await readFull(agent, size)).takeType();
}

function withSize(bytes: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(4 + bytes.length);
  new DataView(result.buffer).setUint32(0, bytes.length);
  result.set(bytes, 4);
  return result;
}

async function readFull(from: PipeConnection, size: number) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const count = await from.read(bytes.subarray(at));
    if (count === null) throw new Error("Cannot read: the agent has closed");
    at += count;
  }
  return bytes;
}
