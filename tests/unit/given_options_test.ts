/** What a caller changes while a call waits does not matter to the call. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connectPipe, IocpProactor, PipeServer } from "../../mod.ts";
import { copyGiven } from "../../src/loop/arguments.ts";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { Socket } from "../../src/net/socket/socket.ts";
import { connectTcp } from "../../src/net/tcp/connect_tcp.ts";
import { test } from "./_loop.ts";
import { inWorld } from "./_helpers.ts";
import { connectedSockets, FILE, listener } from "./_sockets.ts";

/** A call with options that are bad at first, and good right behind it. */
interface Case {
  name: string;
  /** Makes the call, and gives what makes its options good. */
  call(loop: ProactorEventLoop): [Promise<unknown>, mend: () => void];
  error: typeof TypeError | typeof RangeError;
  text: string;
}

const factory = () => ({});

const CASES: Case[] = [
  {
    name: "createConnection() a deadline",
    call(loop) {
      const options = { deadline: -1 };
      return [
        loop.createConnection(factory, "127.0.0.1", 9, options),
        () => options.deadline = 1,
      ];
    },
    error: RangeError,
    text: "deadline",
  },
  {
    name: "createConnection() the address to come from",
    call(loop) {
      const localAddr = { hostname: "127.0.0.1", port: -1 };
      return [
        loop.createConnection(factory, "127.0.0.1", 9, { localAddr }),
        () => localAddr.port = 0,
      ];
    },
    error: RangeError,
    text: "localAddr.port",
  },
  {
    name: "createConnection() a list of TLS",
    call(loop) {
      const ssl = { caCerts: ["no certificate"], hostname: "localhost" };
      return [
        loop.createConnection(factory, "127.0.0.1", 9, { ssl }),
        () => ssl.caCerts.pop(),
      ];
    },
    error: TypeError,
    text: "caCerts",
  },
  {
    name: "createServer() a list of hosts",
    call(loop) {
      const hosts: string[] = [];
      return [
        loop.createServer(factory, hosts, 0),
        () => hosts.push("127.0.0.1"),
      ];
    },
    error: TypeError,
    text: "Cannot listen on hosts []",
  },
  {
    name: "createServer() a backlog",
    call(loop) {
      const options = { backlog: 0 };
      return [
        loop.createServer(factory, "127.0.0.1", 0, options),
        () => options.backlog = 1,
      ];
    },
    error: RangeError,
    text: "backlog",
  },
  {
    name: "createUnixConnection() a deadline",
    call(loop) {
      const options = { deadline: -1 };
      return [
        loop.createUnixConnection(factory, "C:\\no.sock", options),
        () => options.deadline = 1,
      ];
    },
    error: RangeError,
    text: "deadline",
  },
  {
    name: "createUnixServer() a backlog",
    call(loop) {
      const options = { backlog: 0 };
      return [
        loop.createUnixServer(factory, "C:\\no.sock", options),
        () => options.backlog = 1,
      ];
    },
    error: RangeError,
    text: "backlog",
  },
  {
    name: "createDatagramEndpoint() an address",
    call(loop) {
      const localAddr = { hostname: "", port: 0 };
      return [
        loop.createDatagramEndpoint(factory, { localAddr }),
        () => localAddr.hostname = "127.0.0.1",
      ];
    },
    error: TypeError,
    text: "hostname",
  },
  {
    name: "connectAcceptedSocket() a deadline",
    call(loop) {
      const options = { deadline: -1 };
      const none = Object.create(Socket.prototype) as Socket;
      return [
        loop.connectAcceptedSocket(factory, none, options),
        () => options.deadline = 1,
      ];
    },
    error: RangeError,
    text: "deadline",
  },
  {
    name: "subprocessExec() a list of arguments",
    call(loop) {
      const args = ["a\0b"];
      return [
        loop.subprocessExec(factory, "whoami.exe", { args }),
        () => args.pop(),
      ];
    },
    error: TypeError,
    text: "",
  },
  {
    name: "subprocessShell() an environment",
    call(loop) {
      const env = { NAME: "a\0b" };
      return [
        loop.subprocessShell(factory, "dir", { env }),
        () => env.NAME = "ab",
      ];
    },
    error: TypeError,
    text: "",
  },
  {
    name: "getaddrinfo() a family",
    call(loop) {
      const options = { family: "ipv5" as "ipv6" };
      return [
        loop.getaddrinfo("localhost", 80, options),
        () => options.family = "ipv6",
      ];
    },
    error: TypeError,
    text: "family",
  },
  {
    name: "getnameinfo() an address",
    call(loop) {
      const address = { family: "IPv4", hostname: "", port: 1 } as const;
      const given = { ...address, hostname: "nowhere" };
      return [
        loop.getnameinfo(given),
        () => given.hostname = "127.0.0.1",
      ];
    },
    error: TypeError,
    text: "",
  },
];

for (const { name, call, error, text } of CASES) {
  test.loop(`${name} is read when it is called`, async ({ loop }) => {
    const [promise, mend] = call(loop);
    mend();
    await assertRejects(() => promise, error, text);
  });
}

Deno.test("copyGiven() copies plain objects and arrays, nothing else", () => {
  const { signal } = new AbortController();
  const bytes = new Uint8Array(3);
  const key = Symbol("key");
  const inner = { list: ["a", { b: 1 }], none: undefined };
  const given = { signal, bytes, inner, onError: copyGiven, [key]: 7 };
  const copy = copyGiven(given);
  assertEquals(copy, given);
  inner.list.length = 0;
  assertEquals(copy.inner.list, ["a", { b: 1 }]);
  assertEquals([copy.signal === signal, copy.bytes === bytes], [true, true]);
  for (const value of [null, undefined, 7, "text"]) {
    assertEquals(copyGiven(value), value);
  }
});

Deno.test("sockSendfile() an offset is read when it is called", () =>
  inWorld({}, async (world) => {
    const [client, served] = await connectedSockets(world);
    const loop = new ProactorEventLoop({ proactor: world.proactor });
    const options = { offset: -1 };
    const sent = loop.sockSendfile(client, FILE, options);
    options.offset = 0;
    await assertRejects(() => sent, RangeError, "offset");
    world.close(client, served);
  }));

Deno.test("sockAccept() has its accept posted when it returns", () =>
  inWorld({}, async (world) => {
    const server = listener(world);
    const loop = new ProactorEventLoop({ proactor: world.proactor });
    const controller = new AbortController();
    const before = world.port.outstanding;
    const accepted = loop.sockAccept(server, controller);
    assertEquals(world.port.outstanding, before + 1);
    controller.abort();
    await assertRejects(() => accepted, DOMException, "aborted");
    world.close(server);
  }));

Deno.test("no user reaches the port of a proactor", async () => {
  assertEquals("port" in IocpProactor.prototype, false);
  assertEquals(PipeServer.length, 1);
  for (const proactor of [{}, { port: {} }, 7]) {
    const options = { proactor: proactor as unknown as IocpProactor };
    const text = "Cannot use proactor: it is no IocpProactor";
    assertThrows(() => PipeServer.listen("x", options), TypeError, text);
    await assertRejects(() => connectPipe("x", options), TypeError, text);
    const tcp = { port: 9, ...options };
    await assertRejects(() => connectTcp(tcp), TypeError, text);
  }
});
