// Windows denies a bind behind an exclusive socket on all addresses, and to a
// port that is reserved. Wine says that the address is in use, so it is made
// to say what Windows says.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  type IocpProactor,
  isWindowsError,
  ProactorEventLoop,
} from "../../../mod.ts";
import {
  connectTcp,
  createSocket,
  openDatagramEndpoint,
  TcpListener,
  UdpSocket,
  UnixListener,
} from "../../../src/net/mod.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { TCP_PROTOCOLS } from "../../../src/net/tcp/tcp_protocol.ts";
import { test } from "../_setup.ts";
import { soon } from "../_turns.ts";
import { LOCAL, tcpPair } from "./_tcp.ts";
import { uniquePath, unixTest } from "./_unix.ts";

const WSAEACCES = 10013;

const ADDRESS = { family: "IPv4", ...LOCAL } as const;

/** Binds, each in its own way. */
const BINDS: Record<string, (proactor: IocpProactor) => unknown> = {
  "TcpListener.listen()": (proactor) =>
    TcpListener.listen({ ...LOCAL, proactor }),
  "TCP_PROTOCOLS.serve()": (proactor) =>
    TCP_PROTOCOLS.serve(() => ({}), { ...LOCAL, proactor }),
  "connectTcp() from a port": (proactor) =>
    connectTcp({ port: 7, localAddr: { port: 7 }, proactor }),
  "UdpSocket.listen()": (proactor) => UdpSocket.listen({ ...LOCAL, proactor }),
  "UdpSocket.connect()": (proactor) =>
    UdpSocket.connect({ ...LOCAL, port: 7, proactor }),
  "openDatagramEndpoint()": (proactor) =>
    openDatagramEndpoint(() => ({}), { localAddr: LOCAL, proactor }),
  "Socket.bind()": () => {
    using socket = createSocket();
    socket.bind(ADDRESS);
  },
  "loop.createServer()": async () => {
    await using loop = new ProactorEventLoop();
    await loop.createServer(() => ({}), LOCAL.hostname, 0);
  },
  "loop.createDatagramEndpoint()": async () => {
    await using loop = new ProactorEventLoop();
    await loop.createDatagramEndpoint(() => ({}), { localAddr: LOCAL });
  },
};

for (const [name, bind] of Object.entries(BINDS)) {
  test.proactor(`${name} tells a denied bind as AddrInUse`, async (proactor) => {
    using _denied = deny();
    const error = await assertRejects(
      async () => void await bind(proactor),
      Deno.errors.AddrInUse,
      "the address is in use, or its port is reserved",
    );
    assert(isWindowsError(error));
    const { winerror, code, syscall } = error;
    assertEquals([winerror, code, syscall], [WSAEACCES, "WSAEACCES", "bind"]);
  });
}

/** The folder, or the file, is not ours. */
const PATHS: Record<string, (proactor: IocpProactor) => unknown> = {
  "UnixListener.listen()": (proactor) =>
    UnixListener.listen({ path: uniquePath(), proactor }),
  "Socket.bind() to a path": () => {
    using socket = createSocket({ family: "Unix" });
    socket.bind({ family: "Unix", path: uniquePath() });
  },
};

for (const [name, bind] of Object.entries(PATHS)) {
  unixTest(`${name} tells a denied bind as denied`, async (proactor) => {
    using _denied = deny();
    await assertRejects(
      async () => void await bind(proactor),
      Deno.errors.PermissionDenied,
      "access is denied",
    );
  });
}

test.proactor("other calls that are denied stay denied", async (proactor) => {
  await using pair = await tcpPair(proactor);
  using _denied = stub(defaultSockets(), "listen", () => WSAEACCES);
  await assertRejects(
    // deno-lint-ignore require-await -- an error becomes a rejection
    async () => void TcpListener.listen({ ...LOCAL, proactor }),
    Deno.errors.PermissionDenied,
  );
  await soon(pair.client.shutdown());
});

function deny(): Disposable {
  return stub(defaultSockets(), "bind", () => WSAEACCES);
}
