/**
 * Handles that somebody else closes, or whose value is another's by now, while
 * operations are pending on them; and the port itself.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type IocpProactor,
  IocpProactor as Proactor,
  PipeServer,
  type StreamConnection,
} from "../../mod.ts";
import { openFile, watchDirectory } from "../../src/file/mod.ts";
import { TcpListener, UdpSocket } from "../../src/net/mod.ts";
import { pipe } from "../../src/pipe/mod.ts";
import { portOf } from "../../src/proactor/default_port.ts";
import { frontOf } from "../../src/stream/connection_front.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { closeBehindBack } from "../windows/_handles.ts";
import { connectedPair, uniquePipeName } from "../windows/_pipes.ts";
import { soon, until } from "../windows/_turns.ts";
import { tcpPair } from "../windows/net/_tcp.ts";
import {
  closeHandles,
  createEvent,
  setEvent,
} from "../windows/waits/_objects.ts";
import { onWine } from "../windows/_wine.ts";
import { endOf, faultTest, figure, LOCAL, scaled } from "./_faults.ts";

const LIMIT = 30;

/** Something with pending operations, and the handle that is taken away. */
interface Victim {
  handle: Handle;
  /** What must end. */
  pending: Promise<unknown>[];
  /** Closes what is left, in whatever state. */
  close(): unknown;
}

type Open = (proactor: IocpProactor) => Promise<Victim>;

function handleOf(connection: StreamConnection): Handle {
  return frontOf(connection)!.handle.handle;
}

/** A connection that reads, writes more than fits, and loses its handle. */
async function victimOf(
  pair: AsyncDisposable & {
    served: StreamConnection;
    client: StreamConnection;
  },
): Promise<Victim> {
  const { served, client } = pair;
  const pending = [
    served.read(new Uint8Array(10)),
    served.write(new Uint8Array(10_000_000)),
  ];
  await Promise.resolve();
  return {
    handle: handleOf(served),
    pending,
    async close() {
      served.abort();
      client.abort();
      await soon(Promise.all([served.finished, client.finished]));
      await pair[Symbol.asyncDispose]();
    },
  };
}

const VICTIMS: Record<string, Open> = {
  "a byte pipe": async (proactor) => victimOf(await connectedPair(proactor)),
  "a message pipe": async (proactor) =>
    victimOf(await connectedPair(proactor, { type: "message" })),
  "a TCP connection": async (proactor) => victimOf(await tcpPair(proactor)),
  "a UDP socket": async (proactor) => {
    const socket = UdpSocket.listen({ ...LOCAL, proactor });
    const received = socket.receive();
    await until(() => proactor.metrics().pending > 0);
    return {
      handle: newestHandle(proactor),
      pending: [received],
      close: () => socket.close(),
    };
  },
  "the handle of a recv()": (proactor) => {
    const [a, b] = pipe({ duplex: true, proactor });
    return Promise.resolve({
      handle: a.fileno(),
      pending: [proactor.recv(a, 10), proactor.recv(a, 10)].map(settled),
      close() {
        assertThrows(() => a.close(), Deno.errors.BadResource);
        b.close();
      },
    });
  },
  "a watched directory": async (proactor) => {
    const folder = await Deno.makeTempDir();
    const watcher = await watchDirectory(folder, { proactor });
    const next = watcher[Symbol.asyncIterator]().next();
    await until(() => proactor.metrics().pending > 0);
    return {
      handle: newestHandle(proactor),
      pending: [next],
      async close() {
        watcher.close();
        await Deno.remove(folder);
      },
    };
  },
};

async function settled(promise: PromiseLike<unknown>): Promise<unknown> {
  return await promise;
}

/** The handle of the operation that was started last. */
function newestHandle(proactor: IocpProactor): Handle {
  const operations = [...portOf(proactor).operations.pending()];
  return operations.at(-1)!.owner!.handle;
}

for (const [name, open] of Object.entries(VICTIMS)) {
  const rounds = scaled(1000, 20);
  faultTest(
    `${name} whose handle somebody else closes ends what was pending, and closes`,
    LIMIT,
    async (proactor) => {
      const ends = new Set<string>();
      for (let i = 0; i < rounds; i++) {
        const victim = await open(proactor);
        const pending = Promise.all(victim.pending.map(endOf));
        closeBehindBack(victim.handle);
        await Promise.resolve();
        const closed = victim.close();
        for (const end of await soon(pending)) ends.add(end);
        await closed;
      }
      figure(`${rounds} times; ends: ${[...ends].sort()}`);
    },
  );
}

faultTest(
  "a file whose handle somebody else closes fails, and closes",
  LIMIT,
  async (proactor) => {
    const path = await Deno.makeTempFile();
    const rounds = scaled(1000, 20);
    for (let i = 0; i < rounds; i++) {
      const file = await openFile(path, { read: true, write: true, proactor });
      await file.write(new Uint8Array(1000), { at: 0 });
      const reading = file.read(new Uint8Array(1000), { at: 0 });
      closeBehindBack(file.handle!);
      await soon(endOf(reading));
      const after = await soon(endOf(file.read(new Uint8Array(1), { at: 0 })));
      assertEquals(after, "BadResource");
      file.close();
    }
    await Deno.remove(path);
  },
);

faultTest(
  "an event that somebody else closes leaves its wait to its cancel",
  LIMIT,
  async (proactor) => {
    for (let i = 0; i < scaled(1000, 20); i++) {
      const event = createEvent();
      const wait = proactor.waitForHandle(event);
      closeBehindBack(event);
      wait.cancel();
      await soon(wait.then(() => {}, () => {}));
      assert(wait.done());
    }
  },
);

/** A server with armed instances, all of which are taken away. */
const SERVERS = {
  "a pipe server": (proactor: IocpProactor, onError: () => void) =>
    PipeServer.listen(uniquePipeName(), { instances: 3, onError, proactor }),
  "a TCP listener": (proactor: IocpProactor, onError: () => void) =>
    TcpListener.listen({ ...LOCAL, onError, proactor }),
};

for (const [name, listen] of Object.entries(SERVERS)) {
  faultTest(
    `${name} whose handles somebody else closes closes in bounded time`,
    LIMIT,
    async (proactor) => {
      for (let i = 0; i < scaled(200, 5); i++) {
        const server = listen(proactor, () => {});
        const armed = [...portOf(proactor).operations.pending()];
        const handles = new Set(armed.map(({ owner }) => owner!.handle));
        assert(handles.size > 0);
        for (const handle of handles) closeBehindBack(handle);
        const accepted = server.accept().then(() => {}, () => {});
        server.close();
        await soon(accepted);
        await soon(server.shutdown());
        await until(() => proactor.metrics().pending === 0);
      }
    },
  );
}

/** The ways in which a port is used while somebody closes it. */
for (const waiting of [true, false]) {
  const how = waiting ? "waits for packets" : "is polled";
  Deno.test(`a port that somebody else closes while a thread ${how} ends what is pending (Wine wakes no thread)`, async () => {
    for (let i = 0; i < scaled(50, 3); i++) {
      const proactor = new Proactor();
      const reports: string[] = [];
      proactor.setLoop({
        schedule: queueMicrotask,
        report: (error) => reports.push(String(error)),
      });
      const [a, b] = pipe({ duplex: true, proactor });
      const event = createEvent();
      const reads = [proactor.recv(a, 10), proactor.recv(a, 10)];
      const wait = proactor.waitForHandle(event);
      if (waiting) await until(() => portOf(proactor).queue.waitStarted);
      closeBehindBack(portOf(proactor).handle);
      if (onWine("port-close") && waiting) proactor.poll();
      const ends = await soon(Promise.allSettled([...reads, wait]));
      assertEquals(
        new Set(ends.map(({ status }) => status)),
        new Set(["rejected"]),
      );
      assertEquals(reports.length, 1, reports.join("\n"));
      assertThrows(() => proactor.recv(b, 1), Deno.errors.BadResource);
      setEvent(event);
      await soon(proactor.close());
      for (const end of [a, b]) end.close();
      closeHandles(event);
    }
  });
}
