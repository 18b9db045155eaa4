/**
 * What the tests on the real Windows API share.
 *
 * The libraries are loaded here, outside of any test, so that no test is
 * blamed for keeping them open.
 *
 * @module
 */

import { portOf } from "../../src/proactor/default_port.ts";
import { assertEquals, assertLess } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { setImmediate } from "node:timers";
import {
  connectPipe,
  type ConnectPipeOptions,
  IocpProactor,
  type IocpProactorOptions,
  type PipeConnection,
  PipeServer,
  type PipeServerOptions,
  ProactorEventLoop,
} from "../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  PIPE_ACCESS_DUPLEX,
} from "../../src/ffi/constants.ts";
import { loadSymbols } from "../../src/ffi/symbols.ts";
import { loadWaitSymbols } from "../../src/ffi/wait/native.ts";
import type {
  Handle,
  NamedPipeParameters,
  Win32Api,
} from "../../src/ffi/win32_api.ts";
import { libraryPath } from "./_library.ts";
import { onWine } from "./_wine.ts";

export { libraryPath } from "./_library.ts";

loadSymbols();
loadWaitSymbols();

const kernel32 = Deno.dlopen(libraryPath("kernel32.dll"), {
  GetCurrentProcess: { parameters: [], result: "usize" },
  GetProcessHandleCount: { parameters: ["usize", "buffer"], result: "i32" },
  GetHandleInformation: { parameters: ["usize", "buffer"], result: "i32" },
  CloseHandle: { parameters: ["usize"], result: "i32" },
}).symbols;

/** Handle values that are looked at under Wine: 4 to 32768, step 4. */
const WINE_HANDLES = 8192;

/**
 * Counts the open handles of this process. Under Wine, whose
 * GetProcessHandleCount is always 0, it asks for each value.
 *
 * @returns The number of handles.
 */
export function handleCount(): number {
  const out = new Uint32Array(1);
  const bytes = new Uint8Array(out.buffer);
  if (!onWine("handle-count")) {
    kernel32.GetProcessHandleCount(kernel32.GetCurrentProcess(), bytes);
    return out[0]!;
  }
  let count = 0;
  for (let i = 1; i <= WINE_HANDLES; i++) {
    count += kernel32.GetHandleInformation(BigInt(i * 4), bytes);
  }
  return count;
}

/**
 * Runs rounds that must leave no handle. Windows opens handles of its own when
 * something is done first, or by more threads at once: pools, ALPC, CNG, ETW.
 * So the first batch of rounds warms up, and only a growth that comes again
 * with each of two further batches is a leak.
 *
 * @param round What is done.
 * @param rounds How many rounds are a batch.
 * @param limit The growth of a batch that is one; a handle a round by default.
 */
export async function assertKeepsHandles(
  round: () => unknown,
  rounds: number,
  limit = rounds,
): Promise<void> {
  const counts: number[] = [];
  for (let batch = 0; batch < 3; batch++) {
    for (let i = 0; i < rounds; i++) await round();
    counts.push(handleCount());
  }
  const [first, second, third] = counts as [number, number, number];
  const growth = Math.min(second - first, third - second);
  assertLess(growth, limit, `handles after each batch: ${counts}`);
}

/**
 * Tells whether a handle is open, or another has its number: to be asked in
 * the turn in which it was closed.
 *
 * @param handle The handle.
 * @returns False when Windows does not know it.
 */
export function isOpen(handle: Handle): boolean {
  return kernel32.GetHandleInformation(handle, new Uint8Array(4)) !== 0;
}

/**
 * Tells whether a handle is that of a pipe: the number of a closed one may be
 * something else's at once.
 *
 * @param api The seam.
 * @param handle The handle.
 * @returns False when it is closed, or another's.
 */
export function isPipe(api: Win32Api, handle: Handle): boolean {
  return api.getNamedPipeInfo(handle) !== null;
}

/**
 * Closes a handle behind the back of its owner.
 *
 * @param handle The handle.
 */
export function closeBehindBack(handle: Handle): void {
  assertEquals(kernel32.CloseHandle(handle), 1);
}

/**
 * A name that no other test and no other process uses.
 *
 * @returns `\\.\pipe\` and a name.
 */
export function uniquePipeName(): string {
  return `\\\\.\\pipe\\proactor-test-${Deno.pid}-${crypto.randomUUID()}`;
}

/** Milliseconds after which something that should happen has not. */
export const PATIENCE = 20_000;

/**
 * Fails instead of hanging.
 *
 * @param promise What should end.
 * @returns What the promise resolves to.
 */
export function soon<T>(promise: PromiseLike<T>): Promise<T> {
  return deadline(Promise.resolve(promise), PATIENCE);
}

/**
 * Gives the event loop a turn.
 *
 * @returns A promise that resolves in the next turn.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Goes on when something has become true.
 *
 * @param condition Asked once a turn.
 */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!condition()) {
    if (performance.now() > end) throw new Error("The condition stayed false");
    await turn();
  }
}

/**
 * Waits until nothing is pending, then demands that nothing has leaked.
 *
 * @param proactor A proactor whose users are all closed.
 */
export async function assertNoLeak(proactor: IocpProactor): Promise<void> {
  await until(() => proactor.metrics().pending === 0);
  await turn();
  const { slotsInUse, bufferBytes, unknownPackets } = proactor.metrics();
  assertEquals(
    { slotsInUse, bufferBytes, unknownPackets },
    { slotsInUse: 0, bufferBytes: 0, unknownPackets: 0 },
  );
}

/** A test with a proactor of its own. */
export type ProactorBody = (proactor: IocpProactor) => void | Promise<void>;

/**
 * Runs something with a proactor of its own, which must get everything back.
 *
 * @param body What to run.
 * @param options How the proactor is made.
 */
export async function withProactor(
  body: ProactorBody,
  options: IocpProactorOptions = {},
): Promise<void> {
  await using proactor = new IocpProactor(options);
  await body(proactor);
  if (proactor.closed) return;
  await assertNoLeak(proactor);
  assertEquals(await proactor.close(), 0);
}

/** Registers tests that get a proactor or a loop, and must close all in it. */
export const test = {
  proactor(name: string, body: ProactorBody): void {
    Deno.test(name, () => withProactor(body));
  },

  /** Registers it twice: in skip mode, and with a packet for each operation. */
  eachMode(name: string, body: ProactorBody): void {
    test.proactor(name, body);
    const options = { skipCompletionPortOnSuccess: false };
    Deno.test(
      `${name} (a packet for every operation)`,
      () => withProactor(body, options),
    );
  },

  loop(name: string, body: (loop: ProactorEventLoop) => Promise<void>): void {
    Deno.test(name, async () => {
      await using loop = new ProactorEventLoop();
      await body(loop);
      await assertNoLeak(loop.proactor);
    });
  },
};

/** Both ends of a connection. */
export interface Ends<C> extends AsyncDisposable {
  /** The server's end. */
  served: C;
  /** The client's end. */
  client: C;
}

/** What connections come from. */
interface Accepting<C> {
  accept(): Promise<C>;
  shutdown(): Promise<void>;
}

/**
 * Connects a client to a server.
 *
 * @param server The server.
 * @param connect Makes the client.
 * @returns Both ends; disposing closes them and the server.
 */
export async function connectedEnds<C extends { abort(): void }>(
  server: Accepting<C>,
  connect: () => Promise<C>,
): Promise<Ends<C>> {
  const accepted = server.accept();
  const client = await soon(connect());
  const served = await soon(accepted);
  return {
    served,
    client,
    async [Symbol.asyncDispose]() {
      client.abort();
      served.abort();
      await soon(server.shutdown());
    },
  };
}

/** Both ends of a pipe and its server. */
export interface Pair extends Ends<PipeConnection> {
  /** The server. */
  server: PipeServer;
}

/**
 * Serves a new name and connects to it.
 *
 * @param proactor The proactor of both ends.
 * @param options The server's options.
 * @param clientOptions The client's options.
 * @returns Both ends; disposing closes them and the server.
 */
export async function connectedPair(
  proactor: IocpProactor,
  options: PipeServerOptions = {},
  clientOptions: ConnectPipeOptions = {},
): Promise<Pair> {
  const path = uniquePipeName();
  const server = PipeServer.listen(path, {
    instances: 1,
    ...options,
    proactor,
  });
  const ends = await connectedEnds(
    server,
    () => connectPipe(path, { ...clientOptions, proactor }),
  );
  return { server, ...ends };
}

/**
 * Creates a server end below the level of {@linkcode PipeServer}.
 *
 * @param proactor The proactor whose Windows is used.
 * @param path The name.
 * @param changes What differs from a duplex byte pipe.
 * @returns The handle.
 */
export function createInstance(
  proactor: IocpProactor,
  path: string,
  changes: Partial<NamedPipeParameters> = {},
): Handle {
  return portOf(proactor).api.createNamedPipe({
    name: path,
    openMode: PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
    pipeMode: 0,
    maxInstances: 255,
    outBufferSize: 65536,
    inBufferSize: 65536,
    securityDescriptor: 0n,
    ...changes,
  });
}

/**
 * Text as bytes.
 *
 * @param text The text.
 * @returns UTF-8.
 */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/**
 * Bytes as text.
 *
 * @param bytes UTF-8.
 * @returns The text.
 */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/**
 * Bytes that look random and are the same each time.
 *
 * @param size How many.
 * @param seed Which ones.
 * @returns The bytes.
 */
export function pattern(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = seed * 2654435761 >>> 0 || 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, size);
}

/**
 * Reads until so many bytes have come, or the end.
 *
 * @param connection Where from.
 * @param size The most bytes to read; all by default.
 * @returns The bytes.
 */
export async function readBytes(
  connection: Pick<PipeConnection, "read">,
  size = Infinity,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const chunk = new Uint8Array(65536);
  for (let rest = size; rest > 0;) {
    const target = chunk.subarray(0, Math.min(rest, chunk.length));
    const count = await soon(connection.read(target));
    if (count === null) break;
    parts.push(chunk.slice(0, count));
    rest -= count;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/**
 * Reads text.
 *
 * @param connection Where from.
 * @param size The most bytes to read; all by default.
 * @returns The text.
 */
export async function readText(
  connection: Pick<PipeConnection, "read">,
  size = Infinity,
): Promise<string> {
  return decode(await readBytes(connection, size));
}

/**
 * Hashes bytes.
 *
 * @param data The bytes.
 * @returns SHA-256 in hexadecimal digits.
 */
export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", data);
  return new Uint8Array(hash).toHex();
}
