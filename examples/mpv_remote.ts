/**
 * A remote control of mpv, the media player, by its JSON protocol: one line for
 * each command and each answer. mpv must be started with a pipe.
 *
 *     mpv --input-ipc-server=\\.\pipe\mpv film.mkv
 *     deno run --allow-ffi examples/mpv_remote.ts get_property time-pos
 *     deno run --allow-ffi examples/mpv_remote.ts set_property pause true
 *     deno run --allow-ffi examples/mpv_remote.ts observe volume
 *
 * `--pipe=PATH` before the command names another pipe.
 *
 * @module
 */

import { connectPipe, type PipeConnection } from "@iocp/proactor";

const args = [...Deno.args];
const path = args[0]?.startsWith("--pipe=")
  ? args.shift()!.slice("--pipe=".length)
  : "\\\\.\\pipe\\mpv";
const [command, ...rest] = args;
if (command === undefined) {
  console.error("Usage: mpv_remote.ts COMMAND [ARGUMENTS]");
  Deno.exit(2);
}

await using mpv = await connectPipe(path, { timeout: 1000 });
const lines = readLines(mpv);
if (command === "observe") await observe(rest[0] ?? "time-pos");
else console.log(await ask([command, ...rest.map(parse)]));

/** `true`, `12.5` and `"text"` are JSON, all else is text. */
function parse(word: string): unknown {
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
}

/** Sends a command and waits for its answer; events come between. */
async function ask(command: unknown[]): Promise<unknown> {
  const request = { command, request_id: 1 };
  await mpv.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
  for await (const line of lines) {
    const { request_id, error, data } = JSON.parse(line);
    if (request_id !== 1) continue;
    if (error === "success") return data ?? "success";
    throw new Error(`Cannot ${command.join(" ")}: ${error}`);
  }
  throw new Error("Cannot read the answer: mpv has ended");
}

/** Prints a property whenever it changes, until mpv ends. */
async function observe(name: string): Promise<void> {
  await ask(["observe_property", 1, name]);
  for await (const line of lines) {
    const { event, data } = JSON.parse(line);
    if (event === "property-change") console.log(`${name} = ${data}`);
  }
}

/** Ends with the connection; ending it earlier does not close that. */
function readLines(connection: PipeConnection): AsyncIterableIterator<string> {
  const decoder = new TextDecoder();
  const chunks = connection.readable.getReader();
  let text = "";
  const next = async (): Promise<IteratorResult<string>> => {
    for (;;) {
      const end = text.indexOf("\n");
      if (end >= 0) {
        const value = text.slice(0, end);
        text = text.slice(end + 1);
        return { value, done: false };
      }
      const { value, done } = await chunks.read();
      if (done) return { value: undefined, done: true };
      text += decoder.decode(value, { stream: true });
    }
  };
  return { next, [Symbol.asyncIterator]: () => ({ next }) as typeof lines };
}
