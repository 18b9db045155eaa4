/**
 * `forward`: clients of one place become clients of another.
 *
 * @module
 */

import { connectPipe } from "../pipe/connect_pipe.ts";
import { PipeServer } from "../pipe/pipe_server.ts";
import type { StreamConnection } from "../stream/stream_connection.ts";
import type { StreamServer } from "../stream/stream_server.ts";
import { type DataFlags, DataOutput } from "./data_output.ts";
import { type Endpoint, endpointText, parseEndpoint } from "./endpoint.ts";
import { DONE } from "./exit_code.ts";
import { link } from "./link.ts";
import { aborted } from "./pump.ts";
import { type ServerFlags, serverOptions } from "./server_flags.ts";
import { type Style, styleOf } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** The flags of `forward`. */
export interface ForwardFlags
  extends Pick<DataFlags, "json" | "quiet">, ServerFlags {
  /** Ends with the first client. */
  once?: boolean | undefined;
  /** Milliseconds to wait for the target. */
  timeout?: number | undefined;
  /** Milliseconds without data after one end has ended. */
  linger: number;
}

/**
 * Forwards connections.
 *
 * @param terminal Where events are told.
 * @param places Where to listen, and where to connect to.
 * @param flags How.
 * @returns The exit code.
 */
export async function forward(
  terminal: Terminal,
  places: { from: string; to: string },
  flags: ForwardFlags,
): Promise<number> {
  const to = parseEndpoint(places.to);
  const server = await serve(parseEndpoint(places.from), flags);
  const forwarding = new Forwarding(terminal, { server, to }, flags);
  await forwarding.run();
  return DONE;
}

type Server = StreamServer & { readonly addr: Endpoint };

class Forwarding {
  readonly #terminal: Terminal;
  readonly #server: Server;
  readonly #to: Endpoint;
  readonly #flags: ForwardFlags;
  readonly #output: DataOutput;
  readonly #style: Style;
  readonly #open = new Set<Promise<void>>();
  #count = 0;

  constructor(
    terminal: Terminal,
    { server, to }: { server: Server; to: Endpoint },
    flags: ForwardFlags,
  ) {
    this.#terminal = terminal;
    this.#server = server;
    this.#to = to;
    this.#flags = flags;
    this.#output = new DataOutput(terminal, flags);
    this.#style = styleOf(terminal.colors.err);
  }

  async run(): Promise<void> {
    const [from, to] = [this.#server.addr, this.#to].map(endpointText);
    await this.#output.event(
      { event: "listening", from, to },
      `${this.#style.green("forwarding")} ${from} to ${to}`,
    );
    try {
      await Promise.race([
        this.#acceptAll(),
        aborted(this.#terminal.interrupted),
      ]);
    } finally {
      this.#server.close();
      for (const one of this.#server.connections) one.abort();
      await Promise.all(this.#open);
      await this.#server.finished;
    }
  }

  async #acceptAll(): Promise<void> {
    for await (const connection of this.#server) {
      const done = this.#forward(connection);
      this.#open.add(done);
      done.finally(() => this.#open.delete(done));
      if (!this.#flags.once) continue;
      this.#server.close();
      await done;
    }
  }

  /** What fails concerns this client only. */
  async #forward(client: StreamConnection): Promise<void> {
    const connection = ++this.#count;
    try {
      const target = await connectTo(this.#to, {
        timeout: this.#flags.timeout,
        signal: this.#terminal.interrupted,
      });
      await this.#tell("connected", { connection });
      const moved = await link(client, target, this.#flags);
      await this.#tell("closed", { connection, ...moved });
    } catch (error) {
      client.abort();
      if (this.#terminal.interrupted.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      await this.#tell("failed", { connection, message });
    }
  }

  async #tell(
    event: "connected" | "closed" | "failed",
    fields: { connection: number } & Partial<Told>,
  ): Promise<void> {
    const { connection, sent, received, message } = fields;
    const { green, yellow, red } = this.#style;
    const texts = {
      connected: green("connected"),
      closed: `${yellow("closed")}, ${sent} bytes there, ${received} back`,
      failed: `${red("failed")}: ${message}`,
    };
    const line = `client ${connection} ${texts[event]}`;
    await this.#output.event({ event, ...fields }, line);
  }
}

/** What is told of a client. */
interface Told {
  sent: number;
  received: number;
  message: string;
}

/** Sockets are loaded where they are needed. */
async function serve(place: Endpoint, flags: ForwardFlags): Promise<Server> {
  if (place.transport === "pipe") {
    return PipeServer.listen(place.path, serverOptions(flags));
  }
  const { TcpListener, UnixListener } = await import("../net/mod.ts");
  return place.transport === "tcp"
    ? TcpListener.listen(place)
    : UnixListener.listen(place);
}

async function connectTo(
  place: Endpoint,
  options: { timeout: number | undefined; signal: AbortSignal },
): Promise<StreamConnection> {
  if (place.transport === "pipe") return await connectPipe(place.path, options);
  const { connectTcp, connectUnix } = await import("../net/mod.ts");
  return place.transport === "tcp"
    ? await connectTcp({ ...place, ...options })
    : await connectUnix({ ...place, ...options });
}
