/**
 * Options: each takes what its documentation says, and refuses all else before
 * Windows is asked for anything, by an error that names it.
 */

import { assert, assertEquals } from "@std/assert";
import { pipe } from "../../src/pipe/anonymous_pipe.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { copyFile } from "../../src/file/copy_file.ts";
import { openFile } from "../../src/file/open_file.ts";
import { watchDirectory } from "../../src/file/watch_directory.ts";
import { getaddrinfo, getnameinfo } from "../../src/net/names/address_info.ts";
import { connectTcp } from "../../src/net/tcp/connect_tcp.ts";
import { TcpListener } from "../../src/net/tcp/tcp_listener.ts";
import { checkTlsOptions } from "../../src/net/tls/tls_setup.ts";
import type { StartTlsOptions } from "../../src/net/tls/tls_options.ts";
import { UdpSocket } from "../../src/net/udp/udp_socket.ts";
import { connectUnix } from "../../src/net/unix/connect_unix.ts";
import { UnixListener } from "../../src/net/unix/unix_listener.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { resolveExec } from "../../src/process/subprocess_options.ts";
import { SimulatedFiles } from "../sim/simulated_files.ts";
import { wrong } from "./_helpers.ts";
import { assertProperty, fc, test } from "./_property.ts";

/** What an option may be. */
interface Kind {
  good: fc.Arbitrary<unknown>;
  isGood: (value: unknown) => boolean;
}

function integer(least: number, most: number, ...others: number[]): Kind {
  const range = fc.integer({ min: least, max: Math.min(most, 2 ** 31 - 1) });
  return {
    good: others.length === 0
      ? range
      : fc.oneof(range, fc.constantFrom(...others)),
    isGood: (value) =>
      typeof value === "number" && (others.includes(value) ||
        Number.isInteger(value) && value >= least && value <= most),
  };
}

function oneOf(...values: unknown[]): Kind {
  return {
    good: fc.constantFrom(...values),
    isGood: (value) => values.includes(value),
  };
}

const BOOLEAN = oneOf(true, false);
const FUNCTION: Kind = {
  good: fc.constant(() => {}),
  isGood: (value) => typeof value === "function",
};
const SIGNAL: Kind = {
  good: fc.constant(undefined),
  isGood: (value) => value instanceof AbortSignal,
};
const DEADLINE = integer(0, 2 ** 31 - 1, Infinity);
const TEXT: Kind = {
  good: fc.constantFrom("a", "ab"),
  isGood: (value) => typeof value === "string",
};

/** A word, or a handle: any number that is not negative or all ones. */
function stdio(...words: string[]): Kind {
  const { good, isGood } = oneOf(...words);
  const most = 2n ** 64n - 1n;
  return {
    good,
    isGood: (value) =>
      isGood(value) || typeof value === "bigint" && value > 0n && value < most,
  };
}

/** An object without members lets in nobody else either. */
const SECURITY: Kind = {
  good: fc.constantFrom("currentUser", "authenticatedUsers", "everyone", {}),
  isGood: (value) =>
    ["currentUser", "authenticatedUsers", "everyone"].includes(
      value as string,
    ) ||
    Object(value) === value && typeof value !== "function" &&
      !Array.isArray(value) && Object.keys(value as object).length === 0,
};

/** A list whose members are of a kind. */
function list(
  { good, isGood }: Kind,
  isGoodLength = (_: number) => true,
): Kind {
  return {
    good: fc.array(good, { maxLength: 3 }).filter((all) =>
      isGoodLength(all.length)
    ),
    isGood: (value) =>
      Array.isArray(value) && isGoodLength(value.length) &&
      Array.from(value).every(isGood),
  };
}

const ANY_VALUE = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  fc.integer(),
  fc.double(),
  fc.constantFrom<unknown>(
    null,
    "",
    "true",
    "false",
    "8",
    0,
    1,
    -1,
    NaN,
    Infinity,
    -Infinity,
    0.5,
    256,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    Symbol("s"),
    () => {},
    [],
    [true],
    [1],
    [8],
    { valueOf: () => 8 },
    { aborted: false },
    new Date(),
  ),
);

/** What a call works with. */
interface Setting {
  proactor: IocpProactor;
  files: SimulatedFiles["files"];
}

/** A call with options. */
interface Entry {
  options: Record<string, Kind>;
  /** Options that are always there. */
  fixed?: Record<string, unknown>;
  /** Whether good options are tried: the call needs no more than this kernel. */
  runs?: boolean;
  call: (options: never, setting: Setting) => unknown;
}

const MAX_INT = 2 ** 31 - 1;
const TCP = { noDelay: BOOLEAN, keepAlive: BOOLEAN, deadline: DEADLINE };
const FLAGS = {
  read: BOOLEAN,
  write: BOOLEAN,
  append: BOOLEAN,
  create: BOOLEAN,
  createNew: BOOLEAN,
  truncate: BOOLEAN,
  sparse: BOOLEAN,
  shareRead: BOOLEAN,
  shareWrite: BOOLEAN,
  shareDelete: BOOLEAN,
  noBuffering: BOOLEAN,
  writeThrough: BOOLEAN,
  deleteOnClose: BOOLEAN,
};
const STDIO = stdio("piped", "inherit", "null");
const FAMILY = oneOf("ipv4", "ipv6");
const SHARING = { reuseAddress: BOOLEAN, exclusive: BOOLEAN };
const address = { family: "IPv4", hostname: "127.0.0.1", port: 80 } as const;

const ENTRIES: Record<string, Entry> = {
  "PipeServer.listen()": {
    options: {
      type: oneOf("byte", "message"),
      direction: oneOf("duplex", "in", "out"),
      instances: integer(1, 254),
      maxInstances: integer(1, 254, Infinity),
      inBufferSize: integer(0, MAX_INT),
      outBufferSize: integer(0, MAX_INT),
      allowRemote: BOOLEAN,
      backlog: integer(1, 2 ** 32 - 1),
      deadline: DEADLINE,
      signal: SIGNAL,
      onError: FUNCTION,
      security: SECURITY,
    },
    runs: true,
    call: (options, { proactor }) =>
      PipeServer.listen("options", { ...options as object, proactor }).close(),
  },
  "connectPipe()": {
    options: {
      direction: oneOf("duplex", "in", "out"),
      readMode: oneOf("byte", "message"),
      impersonation: oneOf("anonymous", "identification", "impersonation"),
      timeout: integer(0, MAX_INT, Infinity),
      waitForServer: BOOLEAN,
      deadline: DEADLINE,
      signal: SIGNAL,
    },
    call: (options, { proactor }) =>
      connectPipe("options", { ...options as object, proactor }),
  },
  "pipe()": {
    options: {
      duplex: BOOLEAN,
      overlapped: list(BOOLEAN, (length) => length === 2),
      bufferSize: integer(1, MAX_INT),
    },
    call: (options, { proactor }) => pipe({ ...options as object, proactor }),
  },
  "TcpListener.listen()": {
    options: {
      ...TCP,
      ...SHARING,
      port: integer(0, 65535),
      hostname: TEXT,
      backlog: integer(1, MAX_INT),
      accepts: integer(1, 1024),
      ipv6Only: BOOLEAN,
      signal: SIGNAL,
      onError: FUNCTION,
    },
    fixed: { port: 0, hostname: "127.0.0.1" },
    call: (options, { proactor }) =>
      TcpListener.listen({ ...options as { port: number }, proactor }),
  },
  "connectTcp()": {
    options: {
      ...TCP,
      port: integer(1, 65535),
      hostname: TEXT,
      family: FAMILY,
      attemptDelay: integer(0, MAX_INT),
      timeout: integer(0, MAX_INT, Infinity),
      signal: SIGNAL,
    },
    fixed: { port: 9 },
    call: (options, { proactor }) =>
      connectTcp({ ...options as { port: number }, proactor }),
  },
  "UdpSocket.listen()": {
    options: {
      ...SHARING,
      port: integer(0, 65535),
      hostname: TEXT,
      broadcast: BOOLEAN,
      multicastLoopback: BOOLEAN,
      ipv6Only: BOOLEAN,
      reportUnreachable: BOOLEAN,
      multicastTtl: integer(0, 255),
      deadline: DEADLINE,
    },
    fixed: { port: 0 },
    call: (options, { proactor }) =>
      UdpSocket.listen({ ...options as { port: number }, proactor }),
  },
  "UdpSocket.connect()": {
    options: { signal: SIGNAL, port: integer(1, 65535), broadcast: BOOLEAN },
    fixed: { port: 9, hostname: "127.0.0.1" },
    call: (options, { proactor }) =>
      UdpSocket.connect({
        ...options as { port: number; hostname: string },
        proactor,
      }),
  },
  "UnixListener.listen()": {
    options: {
      path: TEXT,
      cleanupSocket: BOOLEAN,
      backlog: integer(1, MAX_INT),
      accepts: integer(1, 1024),
      deadline: DEADLINE,
      signal: SIGNAL,
      onError: FUNCTION,
    },
    fixed: { path: "C:\\x.sock" },
    call: (options, { proactor }) =>
      UnixListener.listen({ ...options as { path: string }, proactor }),
  },
  "connectUnix()": {
    options: {
      path: TEXT,
      timeout: integer(0, MAX_INT, Infinity),
      deadline: DEADLINE,
      signal: SIGNAL,
    },
    fixed: { path: "C:\\x.sock" },
    call: (options, { proactor }) =>
      connectUnix({ ...options as { path: string }, proactor }),
  },
  "startTls()": {
    options: {
      serverSide: { ...oneOf(false), isGood: BOOLEAN.isGood },
      hostname: TEXT,
      alpnProtocols: list(TEXT),
      caCerts: list(oneOf("-----BEGIN CERTIFICATE-----")),
      unsafelyDisableHostnameVerification: BOOLEAN,
      handshakeTimeout: integer(1, MAX_INT, Infinity),
      deadline: DEADLINE,
      signal: SIGNAL,
    },
    runs: true,
    call: (options) => checkTlsOptions(options as StartTlsOptions),
  },
  "startTls() of a server": {
    options: {
      cert: oneOf("-----BEGIN CERTIFICATE-----"),
      key: oneOf("-----BEGIN PRIVATE KEY-----"),
    },
    fixed: {
      serverSide: true,
      cert: "-----BEGIN CERTIFICATE-----",
      key: "-----BEGIN PRIVATE KEY-----",
    },
    runs: true,
    call: (options) => checkTlsOptions(options as StartTlsOptions),
  },
  "openFile()": {
    options: { ...FLAGS, hint: oneOf("sequential", "random"), signal: SIGNAL },
    fixed: {},
    call: (options, setting) =>
      openFile("C:\\x", { ...options as object, ...setting }),
  },
  "copyFile()": {
    options: {
      inFlight: integer(1, 256),
      blockSize: {
        good: fc.constantFrom(4096, 8192),
        isGood: (value) =>
          typeof value === "number" && value > 0 && value <= 2 ** 20 &&
          value % 4096 === 0,
      },
      signal: SIGNAL,
    },
    call: (options, setting) =>
      copyFile("C:\\x", "C:\\y", { ...options as object, ...setting }),
  },
  "watchDirectory()": {
    options: {
      recursive: BOOLEAN,
      bufferSize: integer(256, 65536),
      changes: list(
        oneOf("fileName", "directoryName", "size", "lastWrite"),
        (length) => length > 0,
      ),
      signal: SIGNAL,
    },
    call: (options, setting) =>
      watchDirectory("C:\\x", { ...options as object, ...setting }),
  },
  "subprocessExec()": {
    options: {
      args: list(TEXT),
      cwd: TEXT,
      clearEnv: BOOLEAN,
      stdin: STDIO,
      stdout: STDIO,
      stderr: stdio("piped", "inherit", "null", "stdout"),
      detached: BOOLEAN,
      newProcessGroup: BOOLEAN,
      hide: BOOLEAN,
      suspended: BOOLEAN,
      killTree: BOOLEAN,
      killOnExit: BOOLEAN,
      windowsRawArguments: BOOLEAN,
      deadline: DEADLINE,
      signal: SIGNAL,
    },
    runs: true,
    call: (options) => resolveExec("x", options),
  },
  "getaddrinfo()": {
    options: {
      family: FAMILY,
      type: oneOf("stream", "datagram"),
      passive: BOOLEAN,
      canonicalName: BOOLEAN,
      numericHost: BOOLEAN,
      signal: SIGNAL,
    },
    call: (options) => getaddrinfo("a", 80, options),
  },
  "getnameinfo()": {
    options: {
      numericHost: BOOLEAN,
      numericService: BOOLEAN,
      nameRequired: BOOLEAN,
      shortName: BOOLEAN,
      datagram: BOOLEAN,
      signal: SIGNAL,
    },
    call: (options) => getnameinfo(address, options),
  },
  "new IocpProactor()": {
    options: {
      concurrency: integer(0, 2 ** 32 - 1),
      skipCompletionPortOnSuccess: BOOLEAN,
    },
    call: (options) => new IocpProactor(options),
  },
  "IocpProactor#waitForHandle()": {
    options: {
      timeout: {
        good: fc.constant(0),
        isGood: (value) =>
          typeof value === "number" &&
          (value === Infinity || value >= 0 && value <= 2 ** 32 - 2),
      },
      signal: SIGNAL,
    },
    call: (options, { proactor }) => proactor.waitForHandle(0x44n, options),
  },
};

/** An object whose methods count their calls. */
function counted<T extends object>(target: T, count: () => void): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        count();
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/** A proactor that counts all calls of the system. */
class CountingWorld implements AsyncDisposable {
  calls = 0;
  readonly sim = new SimulatedFiles({});
  readonly setting: Setting;

  constructor() {
    const count = () => void this.calls++;
    const api = counted(this.sim, count);
    const proactor = new IocpProactor({
      api,
      waits: counted(this.sim.waits, count),
      sockets: counted(this.sim.sockets, count),
    });
    this.setting = { proactor, files: counted(this.sim.files, count) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.setting.proactor.close();
    assertEquals(this.sim.leaks(), []);
  }
}

/** What a call threw, at once or later. */
async function failure(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** A name of an option, and a value that it must not have. */
function badOption(
  options: Record<string, Kind>,
): fc.Arbitrary<[name: string, value: unknown]> {
  return fc.constantFrom(...Object.keys(options)).chain((name) =>
    ANY_VALUE.filter((value) =>
      value !== undefined && !options[name]!.isGood(value)
    ).map((value) => [name, value])
  );
}

for (const [name, { options, fixed, call }] of Object.entries(ENTRIES)) {
  Deno.test(`${name} refuses what an option cannot be, by its name`, async () => {
    await using world = new CountingWorld();
    await assertProperty(badOption(options), async ([option, value]) => {
      const { calls } = world;
      const given = { ...fixed, [option]: value };
      const error = await failure(() => call(wrong(given), world.setting));
      assert(error instanceof Error, "it was taken");
      assert(
        error instanceof TypeError || error instanceof RangeError ||
          error instanceof Deno.errors.BadResource,
        `${error.name}: ${error.message}`,
      );
      const word = new RegExp(`\\b${option}\\b`);
      assert(/^Cannot /.test(error.message), error.message);
      assert(word.test(error.message), error.message);
      assertEquals(world.calls, calls, "Windows was asked");
    });
  });
}

for (const [name, entry] of Object.entries(ENTRIES)) {
  if (!entry.runs) continue;
  const { options, fixed, call } = entry;
  Deno.test(`${name} takes what its options can be`, async () => {
    await using world = new CountingWorld();
    const good = Object.fromEntries(
      Object.entries(options).map(([option, { good }]) => [option, good]),
    );
    await assertProperty(
      fc.record(good, { requiredKeys: [] }),
      async (given) => {
        const error = await failure(() =>
          call(wrong({ ...fixed, ...given }), world.setting)
        );
        if (error === undefined) return;
        // At most one of both may be more than the other.
        assert(error instanceof RangeError, `${error}`);
        const { instances, maxInstances } = given as Record<string, number>;
        assert(instances! > maxInstances!, error.message);
      },
      { runs: 200 },
    );
  });
}

test.property(
  "options are an object",
  fc.constantFrom<unknown>(null, 7, "text", true, 7n, Symbol("s")),
  async (options) => {
    await using world = new CountingWorld();
    const acts = [
      () => PipeServer.listen("options", wrong(options)),
      () => connectPipe("options", wrong(options)),
      () => TcpListener.listen(wrong(options)),
      () => connectTcp(wrong(options)),
      () => UdpSocket.listen(wrong(options)),
      () => openFile("C:\\x", wrong(options)),
      () => watchDirectory("C:\\x", wrong(options)),
      () => pipe(wrong(options)),
    ];
    for (const act of acts) {
      const { calls } = world;
      const error = await failure(act);
      assert(error instanceof Error, `${act} takes it`);
      assertEquals(world.calls, calls, `${act}`);
    }
  },
  { runs: 12 },
);
