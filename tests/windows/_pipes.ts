/**
 * Pipes for tests, and both ends of any connection.
 *
 * @module
 */

import {
  connectPipe,
  type ConnectPipeOptions,
  type IocpProactor,
  type PipeConnection,
  PipeServer,
  type PipeServerOptions,
} from "../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  PIPE_ACCESS_DUPLEX,
} from "../../src/ffi/constants.ts";
import type { Handle, NamedPipeParameters } from "../../src/ffi/win32_api.ts";
import { portOf } from "../../src/proactor/default_port.ts";
import { soon } from "./_turns.ts";

/**
 * A name that no other test and no other process uses.
 *
 * @returns `\\.\pipe\` and a name.
 */
export function uniquePipeName(): string {
  return `\\\\.\\pipe\\proactor-test-${Deno.pid}-${crypto.randomUUID()}`;
}

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
 * Serves messages under a new name and connects to it.
 *
 * @param proactor The proactor of both ends.
 * @returns Both ends; disposing closes them and the server.
 */
export function messagePair(proactor: IocpProactor): Promise<Pair> {
  return connectedPair(proactor, { type: "message" }, { readMode: "message" });
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
