/** Many at once: clients of a server that closes, and workers that are ended. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  connectPipe,
  type IocpProactor,
  PipeServer,
  type StreamConnection,
} from "../../mod.ts";
import { connectTcp, TcpListener } from "../../src/net/mod.ts";
import { handleCount } from "../windows/_handles.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { PATIENCE, soon } from "../windows/_turns.ts";
import { closeHandles, createEvent } from "../windows/waits/_objects.ts";
import { TestWorker } from "../windows/_worker.ts";
import { faultTest, figure, isGone, LOCAL, scaled } from "./_faults.ts";

const LIMIT = 60;

/** Clients of a server. */
const CLIENTS = scaled(1000, 200);

/** Workers that are terminated. */
const WORKERS = scaled(200, 20);

/** Workers that live at once. */
const AT_ONCE = 4;

/**
 * Handles that each may leave, and one more: that of its thread, and the port
 * that its waits post to.
 */
const LEFT_BY_WORKER = 3;

type Server = PipeServer | TcpListener;

/** Where clients are when the server closes. */
interface Crowd {
  talking: number;
  messages: number;
  ends: Map<string, number>;
}

/** Talks to an echo server until that closes. */
async function talk(
  connect: () => Promise<StreamConnection>,
  crowd: Crowd,
): Promise<void> {
  try {
    using client = await connect();
    const target = new Uint8Array(1000);
    for (crowd.talking++;; crowd.messages++) {
      await client.write(target);
      if (await client.read(target) === null) return count(crowd, "end");
    }
  } catch (error) {
    if (!isGone(error) && !isRefusal(error)) throw error;
    count(crowd, (error as Error).name);
  }
}

/** What a client is told that comes too late. */
function isRefusal(error: unknown): boolean {
  const { NotFound, ConnectionRefused, TimedOut } = Deno.errors;
  return [NotFound, ConnectionRefused, TimedOut].some((known) =>
    error instanceof known
  );
}

function count({ ends }: Crowd, end: string): void {
  ends.set(end, (ends.get(end) ?? 0) + 1);
}

async function echoAll(server: Server): Promise<void> {
  const echoes: Promise<void>[] = [];
  const connections: AsyncIterable<StreamConnection> = server;
  for await (const connection of connections) echoes.push(echo(connection));
  await Promise.all(echoes);
}

async function echo(connection: StreamConnection): Promise<void> {
  const target = new Uint8Array(1000);
  try {
    for (;;) {
      const size = await connection.read(target);
      if (size === null) break;
      await connection.write(target.subarray(0, size));
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  } finally {
    connection.close();
  }
}

const SERVERS: Record<
  string,
  (proactor: IocpProactor) => [Server, () => Promise<StreamConnection>]
> = {
  "pipe server": (proactor) => {
    const path = uniquePipeName();
    const server = PipeServer.listen(path, { backlog: CLIENTS, proactor });
    return [server, () => connectPipe(path, { proactor, timeout: 10_000 })];
  },
  "TCP listener": (proactor) => {
    const backlog = CLIENTS;
    const server = TcpListener.listen({ ...LOCAL, backlog, proactor });
    return [server, () => connectTcp({ ...server.addr, proactor })];
  },
};

/** How a server is closed, and when all is over at the latest. */
const CLOSES: Record<string, (server: Server) => Promise<unknown>> = {
  "shutdown() with a deadline": (server) => server.shutdown({ deadline: 200 }),
  "close(), and the abort of each connection": (server) => {
    server.close();
    for (const connection of server.connections) connection.abort();
    return server.finished;
  },
};

for (const [name, listen] of Object.entries(SERVERS)) {
  for (const [how, close] of Object.entries(CLOSES)) {
    faultTest(
      `a ${name} that ends with ${CLIENTS} clients in flight: ${how}`,
      LIMIT,
      async (proactor) => {
        const [server, connect] = listen(proactor);
        const serving = echoAll(server);
        const crowd: Crowd = { talking: 0, messages: 0, ends: new Map() };
        const talks = Array.from(
          { length: CLIENTS },
          () => talk(connect, crowd),
        );
        const talked = Promise.all(talks);
        while (crowd.talking < CLIENTS * 0.8) await delay(5);
        const start = performance.now();
        await soon(close(server));
        const elapsed = performance.now() - start;
        await soon(serving);
        await soon(talked);
        assertEquals(server.connections.size, 0);
        const ends = [...crowd.ends].map(([end, times]) => `${times} ${end}`);
        figure(
          `${crowd.talking} of ${CLIENTS} talking, ${crowd.messages} messages; ` +
            `closed in ${Math.round(elapsed)} ms; ends: ${ends.join(", ")}`,
        );
      },
    );
  }
}

/** Has one of each kind of operation pending, until it is terminated. */
const PENDING = `
  import { openFile } from "src/file/open_file.ts";
  import { watchDirectory } from "src/file/watch_directory.ts";
  import { connectTcp } from "src/net/tcp/connect_tcp.ts";
  import { TcpListener } from "src/net/tcp/tcp_listener.ts";
  import { UdpSocket } from "src/net/udp/udp_socket.ts";
  import { connectPipe } from "src/pipe/connect_pipe.ts";
  import { PipeServer } from "src/pipe/pipe_server.ts";
  import { IocpProactor } from "src/proactor/iocp_proactor.ts";
  const local = { hostname: "127.0.0.1", port: 0 };
  const kept = [];
  function keep(thing) {
    kept.push(thing);
    return thing;
  }
  function pend(promise) {
    keep(promise).then(() => {}, () => {});
  }
  self.onmessage = async ({ data: { path, folder, event } }) => {
    const proactor = keep(new IocpProactor());
    const pipes = keep(PipeServer.listen(path, { proactor }));
    const tcp = keep(TcpListener.listen({ ...local, proactor }));
    const udp = keep(UdpSocket.listen({ ...local, proactor }));
    const clients = [
      keep(await connectPipe(path, { proactor })),
      keep(await connectTcp({ ...tcp.addr, proactor })),
    ];
    for (const server of [pipes, tcp]) {
      clients.push(keep(await server.accept()));
      pend(server.accept());
    }
    for (const client of clients) pend(client.write(new Uint8Array(10_000_000)));
    pend(udp.receive());
    pend(proactor.waitForHandle(event));
    pend(keep(await watchDirectory(folder, { proactor })).next());
    const options = { write: true, createNew: true, deleteOnClose: true };
    const name = folder + "\\\\" + crypto.randomUUID();
    const file = keep(await openFile(name, { ...options, proactor }));
    pend(file.write(new Uint8Array(1_000_000)));
    self.postMessage(tcp.addr.port);
  };
`;

/** Starts a worker, talks to it, terminates it, and takes its names. */
async function endWorker(proactor: IocpProactor, folder: string) {
  const path = uniquePipeName();
  const event = createEvent();
  using worker = new TestWorker(PENDING);
  worker.post({ path, folder, event });
  const port = await worker.next() as number;
  using client = await soon(connectPipe(path, { proactor }));
  using other = await soon(connectTcp({ ...LOCAL, port, proactor }));
  worker[Symbol.dispose]();
  for (const each of [client, other]) await soon(readToEnd(each));
  const address = { ...LOCAL, port, proactor };
  await (await listenAgain(() => PipeServer.listen(path, { proactor })))
    .shutdown();
  await (await listenAgain(() => TcpListener.listen(address))).shutdown();
  closeHandles(event);
}

/** Ends many workers, a few at once; gives the number of handles then. */
async function endWorkers(
  proactor: IocpProactor,
  folder: string,
  workers: number,
): Promise<number> {
  for (let i = 0; i < workers; i += AT_ONCE) {
    const run = () => endWorker(proactor, folder);
    await Promise.all(Array.from({ length: AT_ONCE }, run));
  }
  return handleCount();
}

faultTest(
  `${WORKERS} workers that are terminated with operations pending leave names, ports and handles`,
  240,
  async (proactor) => {
    const folder = await Deno.makeTempDir();
    const first = await endWorkers(proactor, folder, AT_ONCE);
    const counted = WORKERS - AT_ONCE;
    const last = await endWorkers(proactor, folder, counted);
    figure(
      `${WORKERS} workers; handles after ${AT_ONCE}: ${first}, then ${last}`,
    );
    assertLess(last - first, counted * LEFT_BY_WORKER);
    await removeFolder(folder);
  },
);

async function readToEnd(connection: StreamConnection): Promise<void> {
  const target = new Uint8Array(65536);
  try {
    while (await connection.read(target) !== null);
  } catch (error) {
    assert(isGone(error), String(error));
  }
}

/** Tries until it succeeds: Windows needs a moment for the end of a thread. */
async function listenAgain<T>(listen: () => T): Promise<T> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return listen();
    } catch (error) {
      const inUse = error instanceof Deno.errors.AddrInUse;
      if (!inUse || performance.now() > end) throw error;
      await delay(1);
    }
  }
}

/** Its files go when Windows has closed the last handle. */
async function removeFolder(folder: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while ([...Deno.readDirSync(folder)].length > 0) {
    assert(performance.now() < end, "Files of workers are left");
    await delay(10);
  }
  await Deno.remove(folder);
}
