/** A peer that is killed, in each state that a connection has. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { deadline } from "@std/async/deadline";
import {
  connectPipe,
  type IocpProactor,
  PipeServer,
  type StreamConnection,
} from "../../mod.ts";
import { connectTcp, startTls, TcpListener } from "../../src/net/mod.ts";
import { type Script, startScript } from "../interop/_script.ts";
import { createInstance, uniquePipeName } from "../windows/_pipes.ts";
import { soon, turn } from "../windows/_turns.ts";
import { onWine } from "../windows/_wine.ts";
import { endOf, faultTest, LOCAL } from "./_faults.ts";

/** Seconds for a test: a process starts in some 2 under Wine. */
const LIMIT = 60;

/** Milliseconds after which Wine has kept the socket of a killed process. */
const WINE_PATIENCE = 3_000;

/** More than any connection takes without a reader. */
const FLOOD = 10_000_000;

/** Opens three connections of each role, and brings them into a state. */
const PEER = `
  const [state, ours, theirs] = Deno.args.map((text, i) => i ? JSON.parse(text) : text);
  const local = { hostname: "127.0.0.1", port: 0 };
  const data = new Uint8Array(${FLOOD}).map((_, i) => i * 7);
  const servers = [
    lib.PipeServer.listen(theirs.byte),
    lib.PipeServer.listen(theirs.message, { type: "message" }),
    lib.TcpListener.listen(local),
  ];
  console.log("port " + servers[2].addr.port + ";");
  const ends = await Promise.all([
    lib.connectPipe(ours.byte),
    lib.connectPipe(ours.message),
    lib.connectTcp({ ...local, port: ours.port }),
    ...servers.map((server) => server.accept()),
  ]);
  const states = {
    silent: (end) => end.read(new Uint8Array(10)),
    writing: (end) => end.write(data),
    reading: async (end) => {
      const target = new Uint8Array(1000);
      while (await end.read(target) !== null);
    },
    idle: () => {},
    halfClosed: (end) => end.canCloseWrite ? end.closeWrite() : undefined,
    closing: (end) => {
      const written = end.write(data);
      end.close({ deadline: 60_000 });
      return written;
    },
  };
  for (const end of ends) Promise.resolve(states[state](end)).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log("ready");
  setInterval(() => {}, 1000);
`;

/** What one end does, before the peer is killed and after. */
type Watch = (end: StreamConnection) => Promise<() => Promise<void>>;

/** The six connections with a peer that is about to be killed. */
interface Scene extends AsyncDisposable {
  script: Script;
  ends: StreamConnection[];
  servers: (PipeServer | TcpListener)[];
}

async function openScene(
  proactor: IocpProactor,
  state: string,
): Promise<Scene> {
  const ours = { byte: uniquePipeName(), message: uniquePipeName() };
  const theirs = { byte: uniquePipeName(), message: uniquePipeName() };
  const servers = [
    PipeServer.listen(ours.byte, { proactor }),
    PipeServer.listen(ours.message, { type: "message", proactor }),
    TcpListener.listen({ ...LOCAL, proactor }),
  ];
  const { port } = (servers[2] as TcpListener).addr;
  const args = [
    state,
    JSON.stringify({ ...ours, port }),
    JSON.stringify(theirs),
  ];
  const script = startScript(PEER, { args });
  await script.wrote(";");
  const ends = await soon(Promise.all([
    ...servers.map((server) => server.accept()),
    connectPipe(theirs.byte, { proactor }),
    connectPipe(theirs.message, { proactor }),
    connectTcp({ ...LOCAL, port: script.number("port"), proactor }),
  ]));
  return {
    script,
    ends,
    servers,
    async [Symbol.asyncDispose]() {
      for (const end of ends) end.abort();
      for (const server of servers) await soon(server.shutdown());
      await script[Symbol.asyncDispose]();
    },
  };
}

/** Reads to the end; gives the number of bytes, each of which must be right. */
async function readPattern(
  end: StreamConnection,
  from: number,
): Promise<number> {
  const target = new Uint8Array(65536);
  let count = from;
  for (;;) {
    const size = await end.read(target);
    if (size === null) return count;
    for (let i = 0; i < size; i++) {
      if (target[i] !== (((count + i) * 7) & 255)) {
        throw new Error("Wrong byte");
      }
    }
    count += size;
  }
}

/** Demands the end of a connection; Wine's kernel may keep a dead socket. */
async function ends(end: StreamConnection, promise: Promise<unknown>) {
  const ended = endOf(promise);
  if (!onWine("killed-socket")) return void await soon(ended);
  const timer = setTimeout(() => end.abort(), WINE_PATIENCE);
  await soon(ended);
  clearTimeout(timer);
}

/** Reads what the peer writes: less than all of it, and nothing else. */
const takesPart: Watch = async (end) => {
  const target = new Uint8Array(1000);
  const first = await soon(end.read(target)) ?? 0;
  return async () => {
    const all = readPattern(end, first);
    await ends(end, all);
    const count = await all.catch(() => 0);
    assert(count < FLOOD, "the peer has written all");
  };
};

/** Writes more than the peer takes. */
const floods: Watch = async (end) => {
  const data = new Uint8Array(FLOOD);
  const flood = (async () => {
    for (;;) await end.write(data);
  })();
  flood.catch(() => {});
  await turn();
  return () => ends(end, flood);
};

/** The state of the peer, and what we do meanwhile. */
const STATES: Record<string, Watch> = {
  silent: (end) => {
    const read = end.read(new Uint8Array(10));
    read.catch(() => {});
    return Promise.resolve(() => ends(end, read));
  },
  writing: takesPart,
  reading: floods,
  idle: floods,
  halfClosed: async (end) => {
    if (end.canCloseWrite) {
      assertEquals(await soon(end.read(new Uint8Array(1))), null);
    }
    return await floods(end);
  },
  closing: takesPart,
};

for (const [state, watch] of Object.entries(STATES)) {
  faultTest(
    `a peer that is killed while it is ${state} ends its connections (Wine may keep a socket)`,
    LIMIT,
    async (proactor) => {
      await using scene = await openScene(proactor, state);
      await soon(scene.script.wrote("ready"));
      const checks = await Promise.all(scene.ends.map(watch));
      scene.script.kill();
      await Promise.all(checks.map((check) => check()));
      for (const end of scene.ends) end.abort();
      await soon(Promise.all(scene.ends.map(({ finished }) => finished)));
      await assertServes(proactor, scene.servers);
    },
  );
}

/** Demands that servers go on for others. */
async function assertServes(
  proactor: IocpProactor,
  servers: Scene["servers"],
): Promise<void> {
  for (const server of servers) {
    using client = server instanceof PipeServer
      ? await soon(connectPipe(server.addr.path, { proactor }))
      : await soon(connectTcp({ ...server.addr, proactor }));
    const accepted: Promise<StreamConnection> = server.accept();
    using served = await soon(accepted);
    await client.write(Uint8Array.of(7));
    const target = new Uint8Array(1);
    assertEquals([await soon(served.read(target)), target[0]], [1, 7]);
  }
}

/** Dials a busy pipe, a TLS server that is silent, and lets itself be dialed. */
const DIALER = `
  const [busy, port, mine] = Deno.args;
  lib.connectPipe(busy).catch(() => {});
  const tcp = await lib.connectTcp({ hostname: "127.0.0.1", port: Number(port) });
  const tls = await lib.startTls(tcp, { hostname: "localhost" });
  tls.handshake().catch(() => {});
  const server = lib.PipeServer.listen(mine, { maxInstances: 1, instances: 1 });
  console.log("ready");
  setInterval(() => {}, 1000);
`;

faultTest(
  "a peer that is killed while it connects, or is connected to, ends that (Wine may keep a socket)",
  LIMIT,
  async (proactor) => {
    const [busy, theirs] = [uniquePipeName(), uniquePipeName()];
    const instance = createInstance(proactor, busy, { maxInstances: 1 });
    const first = await soon(proactor.connectPipe(busy));
    await using listener = TcpListener.listen({ ...LOCAL, proactor });
    const args = [busy, String(listener.addr.port), theirs];
    await using script = startScript(DIALER, { args });
    const tcp = await soon(listener.accept());
    await soon(script.wrote("ready"));
    using taken = await soon(connectPipe(theirs, { proactor }));
    const dialing = connectPipe(theirs, { proactor });
    const refused = assertRejects(() => soon(dialing), Deno.errors.NotFound);
    const tls = await startTls(tcp, { hostname: "localhost" });
    const handshake = tls.handshake();
    handshake.catch(() => {});
    await delay(50);
    script.kill();
    await refused;
    await ends(tcp, handshake.catch(() => {}));
    assertEquals(await deadline(taken.read(new Uint8Array(1)), 20_000), null);
    tls.abort();
    proactor.closeHandle(first);
    proactor.closeHandle(instance);
  },
);
