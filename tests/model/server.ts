/**
 * The model of a server: a program accepts and closes, while two other
 * processes connect, write and leave, and a third one wants the name.
 *
 * @module
 */

import { FILE_FLAG_FIRST_PIPE_INSTANCE } from "../../src/ffi/constants.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { environment } from "./environment.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { ModelWin32 } from "./model_win32.ts";
import { isError } from "./outcomes.ts";
import { PortRun } from "./port_run.ts";
import { isHandle, openClient, PATH, RawPeer } from "./raw_peer.ts";
import { WorldPool } from "./world.ts";

/** Which server, and how much happens to it. */
export interface ServerBounds {
  /** Instances that wait at any time. */
  instances: number;
  /** Instances that may exist. */
  maxInstances: number;
  /** Connections that may wait for `accept`. */
  backlog: number;
  /** Calls of the program. */
  calls: number;
  /** Calls of the clients together. */
  clientCalls: number;
  /** Timers that may fire. */
  timers: number;
}

const CLIENTS = 2;
const CHUNK = 3;

/**
 * Makes the space of a server.
 *
 * @param bounds Which server.
 * @returns The space.
 */
export function serverSpace(bounds: ServerBounds): Space {
  const { instances, maxInstances, backlog } = bounds;
  const pool = new WorldPool();
  return {
    name: `server-${instances}-of-${maxInstances}-backlog-${backlog}`,
    start: (pick) => new ServerRun(pool, bounds, pick),
  };
}

class ServerRun extends PortRun {
  readonly #bounds: ServerBounds;
  readonly #server: PipeServer;
  readonly #clients: (RawPeer | null)[] = [null, null];
  readonly #accepted: PipeConnection[] = [];
  #aborter: AbortController | null = null;
  #calls: number;
  #clientCalls: number;
  readonly #pick: Pick;
  #connected = 0;
  #closed = 0;
  #listening = false;
  #closing = false;

  constructor(pool: WorldPool, bounds: ServerBounds, pick: Pick) {
    super(pool, pick);
    this.#pick = pick;
    this.#bounds = bounds;
    this.#calls = bounds.calls;
    this.#clientCalls = bounds.clientCalls;
    this.timers = bounds.timers;
    const { instances, maxInstances, backlog } = bounds;
    this.world.sim.created.length = 0;
    this.#watchInstances();
    this.#server = PipeServer.listen(PATH, {
      proactor: this.world.proactor,
      instances,
      maxInstances,
      backlog,
      onError: (error) => this.world.reports.push(`onError: ${error}`),
    });
    this.#listening = true;
    this.watch("server", this.#server.finished, () => {});
    this.touched();
  }

  /** A client may be faster than the `ConnectNamedPipe` that follows. */
  #watchInstances(): void {
    const { sim } = this.world;
    sim.createNamedPipe = (parameters) => {
      const made = ModelWin32.prototype.createNamedPipe.call(sim, parameters);
      const free = this.#free;
      if (free !== undefined && this.#pick(2) === 1) {
        this.#clientCalls--;
        this.#open(free);
      }
      return made;
    };
  }

  /** A client that may still come. */
  get #free(): number | undefined {
    if (this.#clientCalls === 0 || this.#closing) return undefined;
    const index = this.#clients.indexOf(null);
    // Two that are faster than `listen` may take all that it may make.
    const most = this.#listening ? CLIENTS : 1;
    return index < 0 || index >= most ? undefined : index;
  }

  protected actions(add: (step: Step) => void): void {
    if (this.#calls > 0) this.#programSteps(add);
    if (this.#aborter !== null) {
      add(this.step("signal", () => {
        this.#aborter?.abort();
        this.#aborter = null;
      }));
    }
    if (this.#clientCalls > 0) {
      for (let i = 0; i < CLIENTS; i++) this.#clientSteps(i, add);
    }
  }

  #programSteps(add: (step: Step) => void): void {
    const call = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.#calls--;
        body();
      }));
    if (!this.#closing && this.open("accept") < 2) {
      call("accept", () => this.#accept());
      if (this.#aborter === null) {
        call("accept with signal", () => {
          this.#aborter = new AbortController();
          this.#accept(this.#aborter.signal);
        });
      }
    }
    if (this.#closed < this.#accepted.length) {
      call("close connection", () => this.#closeNext());
    }
    if (!this.#closing) call("close server", () => this.#close());
  }

  #clientSteps(index: number, add: (step: Step) => void): void {
    const client = this.#clients[index];
    const call = (name: string, body: () => void): void =>
      add(this.peerStep(`client ${index}: ${name}`, () => {
        this.#clientCalls--;
        body();
      }));
    // The second one is like the first: it comes after it.
    if (client === null && index > 0 && this.#clients[0] === null) return;
    if (client === null) call("open", () => this.#open(index));
    else if (client && !client.closed) {
      if (client.written === 0) call("write", () => client.write(CHUNK));
      call("close", () => client.close());
    }
  }

  #open(index: number): void {
    const { sim } = this.world;
    const handle = openClient(sim);
    if (!isHandle(handle)) return;
    this.#connected++;
    this.#clients[index] = new RawPeer(sim, handle, `client ${index}`);
  }

  #accept(signal?: AbortSignal): void {
    const options = signal === undefined ? {} : { signal };
    this.watch("accept", this.#server.accept(options), ({ value, error }) => {
      if (value !== undefined) return void this.#accepted.push(value);
      if (signal?.aborted && error === signal.reason) return;
      if (this.#closing && isError(error, "BadResource")) return;
      throw error;
    });
  }

  #closeNext(): void {
    const connection = this.#accepted[this.#closed++]!;
    connection.abort();
    this.watch("connection", connection.finished, () => {});
  }

  #close(): void {
    this.#closing = true;
    this.#server.close();
  }

  protected checkState(): void {
    const most = this.#connected;
    if (this.#accepted.length > most) throw new Error("Accepted one twice");
    if (!this.#closing) this.#assertNameKept();
  }

  /** Nobody else may ever get the name. */
  #assertNameKept(): void {
    const { sim } = this.world;
    const { touched } = sim;
    const [first] = sim.created;
    const create = ModelWin32.prototype.createNamedPipe;
    const handle = sim.as(
      { user: "S-1-5-21-1-2-3-1002" },
      () =>
        create.call(sim, {
          ...first!,
          openMode: (first!.openMode | FILE_FLAG_FIRST_PIPE_INSTANCE) >>> 0,
          securityDescriptor: 0n,
        }),
    );
    sim.touched = touched;
    if (isHandle(handle)) throw new Error("Somebody else has got the name");
  }

  protected describe(): string {
    const clients = this.#clients.map((client) =>
      client === null ? "-" : `${client.written}${+client.closed}`
    );
    return [
      ...clients,
      this.#calls,
      this.#clientCalls,
      this.#accepted.length,
      this.#closed,
      this.open("accept"),
      +this.#closing,
      +(this.#aborter !== null),
    ].join();
  }

  protected end(): void {
    this.#clientCalls = 0;
    this.settle();
    if (!this.#closing) this.#assertServes();
    while (this.#closed < this.#accepted.length) this.#closeNext();
    if (!this.#closing) this.#close();
    this.settle(20);
    for (const client of this.#clients) client?.close();
    this.settle(20);
  }

  /** Whatever has happened: who comes now is served. */
  #assertServes(): void {
    for (const client of this.#clients) client?.close();
    for (let i = this.open("accept"); i < CLIENTS + 1; i++) this.#accept();
    this.settle(20);
    while (this.#closed < this.#accepted.length) this.#closeNext();
    this.settle(20);
    const before = this.#accepted.length;
    this.#clients[0] = null;
    this.#open(0);
    const client: RawPeer | null | undefined = this.#clients.at(0);
    if (!client) throw new Error("No instance is armed");
    client.write(CHUNK);
    if (this.open("accept") === 0) this.#accept();
    this.settle(20);
    if (this.#accepted.length === before) throw new Error("It is not accepted");
    this.#assertReads(this.#accepted.at(-1)!);
  }

  /** A connection belongs to its client. */
  #assertReads(connection: PipeConnection): void {
    const target = new Uint8Array(2 * CHUNK);
    let count: number | null = 0;
    this.watch("read", connection.read(target), ({ value }) => count = value!);
    environment.drain();
    this.settle();
    if (count !== CHUNK) throw new Error(`${count} bytes of its client`);
  }
}
