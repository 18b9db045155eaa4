/**
 * Callbacks instead of promises, as in asyncio: a server that answers each
 * line in capitals, and a client of it.
 *
 *     deno run --allow-ffi examples/protocol_style.ts
 *
 * @module
 */

import {
  ProactorEventLoop,
  type Protocol,
  type Transport,
} from "@iocp/proactor";

const path = `\\\\.\\pipe\\capitals-${crypto.randomUUID()}`;
const options = { type: "byte" } as const;

/** Cuts what comes into lines. */
abstract class LineProtocol implements Protocol {
  /** Where answers go. */
  protected transport!: Transport;
  readonly #decoder = new TextDecoder();
  #rest = "";

  connectionMade(transport: Transport): void {
    this.transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    const text = this.#rest + this.#decoder.decode(data, { stream: true });
    const lines = text.split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.lineReceived(line);
  }

  /** Called for each line. */
  protected abstract lineReceived(line: string): void;

  /** Sends a line. */
  protected send(line: string): void {
    this.transport.write(new TextEncoder().encode(`${line}\n`));
  }
}

class CapitalsServer extends LineProtocol {
  protected lineReceived(line: string): void {
    this.send(line.toUpperCase());
  }
}

class CapitalsClient extends LineProtocol {
  readonly #lines = ["to be", "or not to be"];
  readonly #done = Promise.withResolvers<void>();

  /** Resolves when the connection is over. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  override connectionMade(transport: Transport): void {
    super.connectionMade(transport);
    this.#next();
  }

  protected lineReceived(line: string): void {
    console.log(line); // TO BE, then OR NOT TO BE
    this.#next();
  }

  connectionLost(error: Error | null): void {
    if (error === null) this.#done.resolve();
    else this.#done.reject(error);
  }

  #next(): void {
    const line = this.#lines.shift();
    if (line === undefined) this.transport.close();
    else this.send(line);
  }
}

await using loop = new ProactorEventLoop();
const serve = () => new CapitalsServer();
const [server] = await loop.startServingPipe(serve, path, options);
const connect = () => new CapitalsClient();
const [, client] = await loop.createPipeConnection(connect, path);
await client.done;
await server.shutdown();
