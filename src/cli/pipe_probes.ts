/**
 * What is tried of the port and of pipes.
 *
 * @module
 */

import { viewOf } from "../ffi/bytes.ts";
import { privatePipeName } from "../ffi/pipe_name.ts";
import { isWindowsError } from "../ffi/windows_error.ts";
import { connectPipe, type ConnectPipeOptions } from "../pipe/connect_pipe.ts";
import { pipeInfo, pipeOwner } from "../pipe/pipe_directory.ts";
import type { PipeConnection } from "../pipe/pipe_connection.ts";
import { PipeServer } from "../pipe/pipe_server.ts";
import type { PipeServerOptions } from "../pipe/server_options.ts";
import { defaultPort } from "../proactor/default_port.ts";
import { warningMode } from "../proactor/port/warning_probe.ts";
import type { Probe } from "./probe.ts";

const { AddrInUse, NotFound, PermissionDenied, TimedOut } = Deno.errors;

/** The port and pipes. */
export const PIPE_PROBES: readonly Probe[] = [{
  name: "completion port",
  expected: "opened",
  needed: true,
  run() {
    defaultPort().assertOpen("try the port");
    return Promise.resolve("opened");
  },
}, {
  name: "packet of an immediate ERROR_MORE_DATA in skip mode",
  expected: undefined,
  run: () => Promise.resolve(warningMode(defaultPort().api)),
}, {
  name: "byte pipe",
  expected: "65536 bytes there and back",
  needed: true,
  run: () => withPair({}, echoBlock),
}, {
  name: "immediate successes queue no packet",
  expected: "yes",
  run: () => withPair({}, skipMode),
}, {
  name: "message pipe",
  expected: "messages of 3, 70000 and 1 bytes",
  needed: true,
  run: () => withPair({ server: MESSAGES, client: READ_MESSAGES }, messages),
}, {
  name: "half close of a message pipe",
  expected: "end, and an answer afterwards",
  run: () => withPair({ server: MESSAGES, client: READ_MESSAGES }, halfClose),
}, {
  name: "a pipe that is not there",
  expected: "NotFound",
  run: () => errorOf(() => connectPipe(privatePipeName())),
}, {
  name: "a pipe whose instances are busy",
  expected: "waits for one in the kernel",
  run: waitForInstance,
}, {
  name: "a name that is served already",
  expected: "AddrInUse",
  run: takeOver,
}, {
  name: "an access list that lets nobody in",
  expected: "PermissionDenied",
  run: refuseAll,
}, {
  name: "list of pipes",
  expected: "has a pipe and its instances",
  run: listOwn,
}, {
  name: "owner of a pipe",
  expected: "known",
  run: askOwner,
}, {
  name: "process at the other end",
  expected: "known to both ends",
  run: () => withPair({}, knowEachOther),
}];

const MESSAGES: PipeServerOptions = { type: "message" };
const READ_MESSAGES: ConnectPipeOptions = { readMode: "message" };
const BLOCK = 65536;

/** Both ends of a pipe. */
interface Pair {
  server: PipeConnection;
  client: PipeConnection;
}

async function withPair(
  options: { server?: PipeServerOptions; client?: ConnectPipeOptions },
  body: (pair: Pair) => Promise<string>,
): Promise<string> {
  const path = privatePipeName();
  using listener = PipeServer.listen(path, { instances: 1, ...options.server });
  const accepted = listener.accept();
  using client = await connectPipe(path, options.client);
  using server = await accepted;
  return await body({ server, client });
}

/**
 * Reads a number of bytes.
 *
 * @param connection Where from.
 * @param length The number.
 * @returns The number, or fewer at the end.
 */
export async function readBytes(
  connection: { read(target: Uint8Array): Promise<number | null> },
  length: number,
): Promise<number> {
  const target = new Uint8Array(length);
  let count = 0;
  while (count < length) {
    const read = await connection.read(viewOf(target, count));
    if (read === null) break;
    count += read;
  }
  return count;
}

async function echoBlock({ server, client }: Pair): Promise<string> {
  const written = client.write(new Uint8Array(BLOCK));
  const there = await readBytes(server, BLOCK);
  await written;
  const answered = server.write(new Uint8Array(there));
  const back = await readBytes(client, there);
  await answered;
  return `${back} bytes there and back`;
}

async function skipMode({ server, client }: Pair): Promise<string> {
  const port = defaultPort();
  const before = port.metrics().synchronous;
  await client.write(new Uint8Array(1));
  await readBytes(server, 1);
  return port.metrics().synchronous > before ? "yes" : "no";
}

async function messages({ server, client }: Pair): Promise<string> {
  const sizes = [3, 70_000, 1];
  const written = sizes.map((size) => client.write(new Uint8Array(size)));
  const read: number[] = [];
  for (const _ of sizes) {
    read.push((await server.readMessage())?.data.length ?? 0);
  }
  await Promise.all(written);
  return `messages of ${read[0]}, ${read[1]} and ${read[2]} bytes`;
}

async function halfClose({ server, client }: Pair): Promise<string> {
  await client.closeWrite();
  const end = await server.readMessage() === null ? "end" : "no end";
  await server.write(new Uint8Array(1));
  const answer = await client.readMessage();
  return answer === null
    ? `${end}, and no answer`
    : `${end}, and an answer afterwards`;
}

async function waitForInstance(): Promise<string> {
  const path = privatePipeName();
  const options = { instances: 1, maxInstances: 1 };
  using listener = PipeServer.listen(path, options);
  const accepted = listener.accept();
  const first = await connectPipe(path);
  const server = await accepted;
  const next = connectPipe(path, { timeout: 5000 });
  const early = await Promise.race([next.then(() => true), pause(50)]);
  first.close();
  server.close();
  using _second = await next;
  return early === true ? "lets two in" : "waits for one in the kernel";
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function takeOver(): Promise<string> {
  const path = privatePipeName();
  using _listener = PipeServer.listen(path);
  return await errorOf(() => Promise.resolve(PipeServer.listen(path)));
}

async function refuseAll(): Promise<string> {
  const path = privatePipeName();
  const security = { sddl: "D:P(D;;FA;;;WD)" };
  using _listener = PipeServer.listen(path, { security, instances: 1 });
  return await errorOf(() => connectPipe(path, { timeout: 1000 }));
}

async function listOwn(): Promise<string> {
  const path = privatePipeName();
  using _listener = PipeServer.listen(path, { instances: 2 });
  try {
    const found = await pipeInfo(path);
    if (found === null) return "does not have it";
    return found.instances < 2 ? "has it" : "has a pipe and its instances";
  } catch (error) {
    if (!isWindowsError(error)) throw error;
    throw new Deno.errors.NotSupported(error.message, { cause: error });
  }
}

async function askOwner(): Promise<string> {
  const path = privatePipeName();
  using _listener = PipeServer.listen(path);
  const { sid } = await pipeOwner(path);
  return sid.startsWith("S-1-") ? "known" : "not known";
}

function knowEachOther({ server, client }: Pair): Promise<string> {
  const known = [server, client]
    .map(({ remoteProcessId }) => remoteProcessId === Deno.pid);
  const text = known.every(Boolean)
    ? "known to both ends"
    : known[1]
    ? "known to the client alone"
    : "not known";
  return Promise.resolve(text);
}

const KNOWN = { AddrInUse, NotFound, PermissionDenied, TimedOut };

/** The class of an expected error; others are failures. */
async function errorOf(
  make: () => Promise<Disposable>,
): Promise<string> {
  try {
    using _made = await make();
    return "let in";
  } catch (error) {
    const found = Object.entries(KNOWN)
      .find(([, type]) => error instanceof type);
    if (found === undefined) throw error;
    return found[0];
  }
}
