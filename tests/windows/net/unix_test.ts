import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { IocpProactor } from "../../../mod.ts";
import { test } from "../_setup.ts";
import { encode, pattern, readText } from "../_bytes.ts";
import { soon, until } from "../_turns.ts";
import {
  connectUnix,
  UnixConnection,
  UnixListener,
} from "../../../src/net/mod.ts";
import { encodeSocketAddress } from "../../../src/ffi/socket/sockaddr.ts";
import {
  WSAEAFNOSUPPORT,
  WSAEWOULDBLOCK,
} from "../../../src/ffi/socket/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { socketFiles } from "../../../src/net/unix/unix_socket.ts";
import { assertBothWays, assertStreams } from "../_connections.ts";
import { spiedTest } from "../_refusals.ts";
import {
  fileExists,
  hasUnix,
  uniquePath,
  unixPair,
  unixTest,
} from "./_unix.ts";

const { AddrInUse, BadResource, ConnectionRefused, NotFound, NotSupported } =
  Deno.errors;

Deno.test({
  name:
    "UnixListener.listen() and connectUnix() say so where Windows has none (as Wine)",
  ignore: hasUnix,
  async fn() {
    await using proactor = new IocpProactor();
    const path = uniquePath();
    const state = "this Windows has no sockets with a path";
    const refused = assertThrows(
      () => UnixListener.listen({ path, proactor }),
      NotSupported,
      `Cannot listen on unix socket "${path}": ${state}`,
    );
    assertEquals(Reflect.get(refused, "winerror"), WSAEAFNOSUPPORT);
    assertEquals(Reflect.get(refused, "syscall"), "WSASocketW");
    await assertRejects(
      () => connectUnix({ path, proactor }),
      NotSupported,
      `Cannot connect to unix socket "${path}": ${state}`,
    );
    assertEquals(proactor.metrics().slotsInUse, 0);
  },
});

unixTest("a connection by path carries data both ways", async (proactor) => {
  await using pair = await unixPair(proactor);
  const { client, served, listener } = pair;
  assert(client instanceof UnixConnection);
  await assertBothWays(pair, pattern(300_000));
  await client.closeWrite();
  assertEquals(await readText(served), "");
  await served.write(encode("still"));
  assertEquals(await readText(client, 5), "still");
  assertEquals(listener.connections.size, 1);
});

unixTest("both ends know the path, a client has none", async (proactor) => {
  await using pair = await unixPair(proactor);
  const { client, served, listener } = pair;
  const { path } = listener.addr;
  const [named, unnamed] = [path, ""].map((path) => ({
    transport: "unix" as const,
    path,
  }));
  assertEquals(listener.addr, named);
  assertEquals([client.localAddr, client.remoteAddr], [unnamed, named]);
  assertEquals([served.localAddr, served.remoteAddr], [named, unnamed]);
  client.abort();
  await assertRejects(() => soon(client.read(new Uint8Array(1))), BadResource);
});

unixTest("streams of a connection by path work", async (proactor) => {
  await using pair = await unixPair(proactor);
  await assertStreams(pair);
});

unixTest("errors of a connection name the path", async (proactor) => {
  await using pair = await unixPair(proactor);
  const { client, served, listener } = pair;
  served.abort();
  const block = new Uint8Array(1 << 16);
  const error = await assertRejects(async () => {
    for (;;) await soon(client.write(block));
  });
  const { path } = listener.addr;
  assert((error as Error).message.includes(`peer of unix socket "${path}"`));
});

unixTest(
  "a listener serves 30 clients, one after the other",
  async (proactor) => {
    const path = uniquePath();
    await using listener = UnixListener.listen({ path, accepts: 2, proactor });
    const serving = (async () => {
      for await (const connection of listener) {
        await connection.write(encode("hello"));
        connection.close();
      }
    })();
    for (let i = 0; i < 30; i++) {
      using client = await soon(connectUnix({ path, proactor }));
      assertEquals(await readText(client), "hello");
    }
    listener.close();
    await soon(serving);
  },
);

unixTest(
  "a path that is served is refused, and free after close()",
  async (proactor) => {
    const path = uniquePath();
    for (let round = 0; round < 2; round++) {
      await using listener = UnixListener.listen({ path, proactor });
      assert(fileExists(path));
      const error = assertThrows(
        () => UnixListener.listen({ path, proactor }),
        AddrInUse,
        `Cannot listen on unix socket "${path}": the address is in use`,
      );
      assertEquals(Reflect.get(error, "syscall"), "bind");
      assert(fileExists(path), "the file is the first listener's");
      listener.close();
      assertFalse(fileExists(path));
    }
  },
);

unixTest("a file that a socket has left is refused", async (proactor) => {
  const path = uniquePath();
  const cleanupSocket = false;
  const first = UnixListener.listen({ path, cleanupSocket, proactor });
  await soon(first.shutdown());
  assert(fileExists(path));
  assertThrows(() => UnixListener.listen({ path, proactor }), AddrInUse);
  await assertRejects(
    () => soon(connectUnix({ path, proactor })),
    ConnectionRefused,
    `Cannot connect to unix socket "${path}": refused`,
  );
  assertEquals(socketFiles().deleteFile(path), 0);
  await using _second = UnixListener.listen({ path, proactor });
});

unixTest("a path that is not there is told", async (proactor) => {
  const file = uniquePath();
  await assertRejects(
    () => soon(connectUnix({ path: file, proactor })),
    ConnectionRefused,
    `Cannot connect to unix socket "${file}": refused`,
  );
  const path = uniquePath(false);
  await assertRejects(
    () => soon(connectUnix({ path, proactor })),
    NotFound,
    `Cannot connect to unix socket "${path}": no such folder`,
  );
  assertThrows(
    () => UnixListener.listen({ path, proactor }),
    NotFound,
    `Cannot listen on unix socket "${path}": no such folder`,
  );
});

unixTest("close() of the proactor removes the file", async (proactor) => {
  const port = portOf(proactor);
  const path = uniquePath();
  const listener = UnixListener.listen({ path, proactor });
  assertEquals(await soon(proactor.close()), 0);
  assertFalse(fileExists(path));
  await soon(listener.finished);
  assert(port.closed);
  await assertRejects(
    () => connectUnix({ path, proactor }),
    BadResource,
    `Cannot connect to unix socket "${path}": the proactor is closed`,
  );
  assertThrows(() => UnixListener.listen({ path, proactor }), BadResource);
});

unixTest("a failure to use the port leaves no file", (proactor) => {
  const path = uniquePath();
  const sockets = defaultSockets();
  sockets.isIfsSocket = () => {
    throw new Error("no port");
  };
  try {
    assertThrows(
      () => UnixListener.listen({ path, proactor }),
      Error,
      "no port",
    );
  } finally {
    Reflect.deleteProperty(sockets, "isIfsSocket");
  }
  assertFalse(fileExists(path));
});

unixTest("connectUnix() times out and can be aborted", async (proactor) => {
  const path = uniquePath();
  await using _listener = UnixListener.listen({ path, proactor });
  const sockets = defaultSockets();
  const descriptor = Object.getOwnPropertyDescriptor(sockets, "connect");
  let calls = 0;
  // The socket waits for clients instead: it can never be written.
  const other = { family: "Unix", path: uniquePath() } as const;
  sockets.connect = (socket) => {
    calls++;
    assertEquals(sockets.bind(socket, encodeSocketAddress(other)), 0);
    assertEquals(socketFiles().deleteFile(other.path), 0);
    assertEquals(sockets.listen(socket, 1), 0);
    return WSAEWOULDBLOCK;
  };
  try {
    await assertRejects(
      () => soon(connectUnix({ path, timeout: 20, proactor })),
      Deno.errors.TimedOut,
      `Cannot connect to unix socket "${path}": the time-out expired`,
    );
    const controller = new AbortController();
    const { signal } = controller;
    const connecting = connectUnix({ path, signal, proactor });
    const rejected = assertRejects(() => soon(connecting), Error, "enough");
    await until(() => calls === 2);
    controller.abort(new Error("enough"));
    await rejected;
    const aborted = connectUnix({ path, signal, proactor });
    await assertRejects(() => aborted, Error, "enough");
    assertEquals(calls, 2);
  } finally {
    Reflect.deleteProperty(sockets, "connect");
    if (descriptor) Object.defineProperty(sockets, "connect", descriptor);
  }
});

spiedTest(
  "what is no path is refused before any call",
  async (proactor, calls) => {
    const long = `C:\\${"ä".repeat(52)}x`; // 108 bytes
    const cases = [
      ["", TypeError, "it is empty"],
      ["a\0b", TypeError, "it holds a NUL"],
      [5, TypeError, "it is a number, not a text"],
      [undefined, TypeError, "it is a undefined, not a text"],
      [long, RangeError, "it has 108 bytes, more than 107"],
    ] as const;
    for (const [value, errorClass, text] of cases) {
      const path = value as string;
      calls.length = 0;
      assertThrows(
        () => UnixListener.listen({ path, proactor }),
        errorClass,
        text,
      );
      await assertRejects(
        () => connectUnix({ path, proactor }),
        errorClass,
        text,
      );
      assertEquals(calls, []);
    }
    const path = uniquePath();
    assertThrows(
      () => UnixListener.listen({ path, backlog: 0, proactor }),
      RangeError,
    );
    await assertRejects(
      () => connectUnix({ path, timeout: -1, proactor }),
      RangeError,
    );
    assertEquals(calls, []);
  },
);

test.proactor("the file of a relative path has a full path", () => {
  const files = socketFiles();
  const full = files.fullPath("x.sock");
  assert(/^[A-Z]:\\.*\\x\.sock$/i.test(full), full);
  assertEquals(files.fullPath("C:\\a\\..\\x.sock"), "C:\\x.sock");
  assertEquals(files.deleteFile(uniquePath(false)), 3);
});
