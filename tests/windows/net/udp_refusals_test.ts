import { assertEquals } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import { openDatagramEndpoint, UdpSocket } from "../../../src/net/mod.ts";
import {
  assertRefused,
  BAD_ARRAYS,
  type ErrorClass,
  spiedApi,
} from "../_refusals.ts";
import { withProactor } from "../_setup.ts";
import { soon } from "../_turns.ts";
import { listen, LOCAL, spiedSockets } from "./_udp.ts";

type Refused = (
  what: string,
  call: () => unknown,
  errorClass: ErrorClass,
) => Promise<void>;

interface Spied {
  proactor: IocpProactor;
  sockets: ReturnType<typeof spiedSockets>;
}

/** Registers a test that sees every call of Windows and Winsock. */
function refusalTest(
  name: string,
  body: (
    spied: Spied,
    refused: Refused,
  ) => Promise<void>,
): void {
  const { api, calls } = spiedApi();
  Deno.test(name, () =>
    withProactor(async (proactor) => {
      const sockets = spiedSockets(calls);
      await body({ proactor, sockets }, (what, call, errorClass) =>
        assertRefused(what, call, { calls, errorClass }));
    }, { api }));
}

/** Calls of `listen()` with what is wrong. */
function listening(spied: Spied): (changes: object) => () => UdpSocket {
  return (changes) => () =>
    UdpSocket.listen({ ...LOCAL, ...spied, ...changes });
}

const BAD_HOSTS: unknown[] = ["", 5, null, {}, ["127.0.0.1"]];
const BAD_PORTS: unknown[] = [-1, 65_536, 1.5, NaN, Infinity];

refusalTest(
  "listen() refuses what is no address before any call",
  async (spied, refused) => {
    const start = listening(spied);
    for (
      const hostname of [...BAD_HOSTS, "example.com", "1.2.3", "1.2.3.256"]
    ) {
      await refused(`${hostname}`, start({ hostname }), TypeError);
    }
    for (const port of BAD_PORTS) {
      await refused(`${port}`, start({ port }), RangeError);
    }
    await refused("port", start({ port: "80" }), TypeError);
    await refused("options", () => UdpSocket.listen(null as never), TypeError);
  },
);

refusalTest(
  "listen() refuses options of the wrong type before any call",
  async (spied, refused) => {
    const start = listening(spied);
    for (
      const name of [
        "reuseAddress",
        "broadcast",
        "multicastLoopback",
        "ipv6Only",
        "reportUnreachable",
      ]
    ) {
      for (const value of [1, "true", null]) {
        await refused(name, start({ [name]: value }), TypeError);
      }
    }
    for (const multicastInterface of ["", "::1", "lo", 1]) {
      const call = start({ multicastInterface });
      await refused(`${multicastInterface}`, call, TypeError);
    }
    for (const multicastInterface of ["127.0.0.1", -1, 1.5]) {
      const call = start({ hostname: "::1", multicastInterface });
      await refused(`${multicastInterface}`, call, RangeError);
    }
    for (const multicastTtl of [-1, 256, 1.5, "1"]) {
      await refused("multicastTtl", start({ multicastTtl }), RangeError);
    }
  },
);

refusalTest(
  "connect() refuses what is no peer before any call",
  async (spied, refused) => {
    const start = (changes: object) => () =>
      UdpSocket.connect({
        hostname: "127.0.0.1",
        port: 1,
        ...spied,
        ...changes,
      });
    for (const hostname of BAD_HOSTS) {
      await refused(`${hostname}`, start({ hostname }), TypeError);
    }
    for (const port of [0, ...BAD_PORTS]) {
      await refused(`${port}`, start({ port }), RangeError);
    }
  },
);

refusalTest(
  "send() refuses data, addresses and families before any call",
  async (spied, refused) => {
    const socket = UdpSocket.listen({ ...LOCAL, ...spied });
    const { addr } = socket;
    const data = new Uint8Array(1);
    for (const [i, bad] of BAD_ARRAYS.entries()) {
      await refused(`${i}`, () => socket.send(bad as never, addr), TypeError);
    }
    const long = new Uint8Array(65_508);
    await refused("long", () => socket.send(long, addr), RangeError);
    for (const bad of [undefined, null, 5, "127.0.0.1:1", {}]) {
      await refused(`${bad}`, () => socket.send(data, bad as never), TypeError);
    }
    for (const hostname of [...BAD_HOSTS, "::1"]) {
      const target = { hostname, port: 1 } as never;
      await refused(`${hostname}`, () => socket.send(data, target), TypeError);
    }
    for (const port of [0, ...BAD_PORTS]) {
      const target = { hostname: "127.0.0.1", port } as never;
      await refused(`${port}`, () => socket.send(data, target), RangeError);
    }
    const tcp = { ...addr, transport: "tcp" } as never;
    await refused("transport", () => socket.send(data, tcp), TypeError);
    assertEquals(socket.bufferedAmount, 0);
    await soon(socket.shutdown());
  },
);

refusalTest(
  "send() from IPv6 refuses IPv4 before any call",
  async (spied, refused) => {
    const socket = UdpSocket.listen({ hostname: "::1", port: 0, ...spied });
    const target = { hostname: "127.0.0.1", port: 1 };
    const data = new Uint8Array(1);
    await refused("IPv4", () => socket.send(data, target), TypeError);
    const long = new Uint8Array(65_528);
    await refused("long", () => socket.send(long, socket.addr), RangeError);
    await soon(socket.shutdown());
  },
);

refusalTest(
  "receive(), shutdown() and the options refuse arguments before any call",
  async (spied, refused) => {
    const socket = UdpSocket.listen({ ...LOCAL, ...spied });
    for (const [i, bad] of BAD_ARRAYS.entries()) {
      if (bad !== undefined) {
        await refused(`${i}`, () => socket.receive(bad as never), TypeError);
      }
      await refused(
        `${i}`,
        () => socket.receiveInto(bad as never),
        TypeError,
      );
    }
    for (const deadline of [-1, 1.5, NaN, 2 ** 31, -Infinity]) {
      await refused(
        "deadline",
        () => socket.shutdown({ deadline }),
        RangeError,
      );
    }
    await refused("flag", () => socket.setBroadcast(1 as never), TypeError);
    for (const group of ["", "127.0.0.1", "ff02::1", "224.0.0.256", 5]) {
      const join = () => socket.joinMulticastV4(group as never);
      await refused(`${group}`, join, TypeError);
    }
    await refused(
      "interface",
      () => socket.joinMulticastV4("239.1.2.3", "eth0"),
      TypeError,
    );
    await refused("family", () => socket.joinMulticastV6("ff02::1"), TypeError);
    await refused("::1", () => socket.joinMulticastV6("::1"), TypeError);
    await refused(
      "number",
      () => socket.joinMulticastV6("ff02::1", -1),
      RangeError,
    );
    await soon(socket.shutdown());
    await refused(
      "closed",
      () => socket.setBroadcast(true),
      Deno.errors.BadResource,
    );
  },
);

refusalTest(
  "openDatagramEndpoint() refuses arguments before any call",
  async (spied, refused) => {
    const start = (changes: object) => () =>
      openDatagramEndpoint(() => ({}), { ...spied, ...changes });
    const none = () => openDatagramEndpoint(null as never, spied);
    await refused("factory", none, TypeError);
    for (const addr of [5, {}, { hostname: "", port: 1 }]) {
      await refused("localAddr", start({ localAddr: addr }), TypeError);
      await refused("remoteAddr", start({ remoteAddr: addr }), TypeError);
    }
    const remoteAddr = { hostname: "::1", port: 1 };
    await refused(
      "families",
      start({ localAddr: LOCAL, remoteAddr }),
      TypeError,
    );
    const noPort = { hostname: "127.0.0.1", port: 0 };
    await refused("port 0", start({ remoteAddr: noPort }), RangeError);
  },
);

refusalTest(
  "sendTo() refuses data and addresses before any call",
  async (spied, refused) => {
    const peer = listen(spied.proactor);
    const [transport] = await openDatagramEndpoint(() => ({}), {
      remoteAddr: peer.addr,
      ...spied,
    });
    for (const [i, bad] of BAD_ARRAYS.entries()) {
      await refused(`${i}`, () => transport.sendTo(bad as never), TypeError);
    }
    const data = new Uint8Array(1);
    const other = { ...peer.addr, port: 1 };
    await refused("another", () => transport.sendTo(data, other), TypeError);
    for (const limits of [{ high: -1 }, { low: 5, high: 4 }, { high: 1.5 }]) {
      const set = () => transport.setWriteBufferLimits(limits);
      await refused(JSON.stringify(limits), set, RangeError);
    }
    transport.close();
    await soon(Promise.all([transport.finished, peer.shutdown()]));
  },
);
