import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Protocol, Transport } from "../../../mod.ts";
import { type ProactorBody, test } from "../_setup.ts";
import { encode, pattern, sha256 } from "../_bytes.ts";
import { soon, until } from "../_turns.ts";
import { TCP_PROTOCOLS } from "../../../src/net/tcp/tcp_protocol.ts";
import { Recorder } from "../_recorder.ts";
import { freePort, LOCAL, resetOnClose, UpperCase } from "./_tcp.ts";
import { protocolPair } from "./_protocols.ts";

/** Makes a test of two recorders that are connected by TCP. */
function connected(
  body: (client: Recorder, served: Recorder) => Promise<void>,
): ProactorBody {
  return async (proactor) => {
    await using pair = await protocolPair(proactor);
    await body(pair.client, pair.served);
  };
}

test.eachMode("a protocol echoes to a protocol", async (proactor) => {
  const listener = TCP_PROTOCOLS.serve(() => new UpperCase(), {
    ...LOCAL,
    proactor,
  });
  const [transport, client] = await TCP_PROTOCOLS.connect(
    () => new Recorder(),
    { ...listener.addr, proactor },
  );
  transport.write(encode("hel"));
  transport.writeLines([encode("lo"), encode("!")]);
  await until(() => client.text === "HELLO!");
  assert(transport.canWriteEof());
  transport.writeEof();
  assertEquals(await soon(client.lost.promise), null);
  assertEquals(client.events, ["made", "data", "eof", "lost"]);
  await soon(listener.shutdown());
});

test.proactor(
  "getExtraInfo() knows both addresses and the socket",
  connected((client, served) => {
    const { transport } = client;
    assertEquals(
      transport.getExtraInfo("peername"),
      served.transport.getExtraInfo("sockname"),
    );
    assertEquals(
      transport.getExtraInfo("sockname"),
      served.transport.getExtraInfo("peername"),
    );
    assertEquals(typeof transport.getExtraInfo("socket"), "bigint");
    assertEquals(transport.getExtraInfo("pipe"), undefined);
    return Promise.resolve();
  }),
);

test.eachMode(
  "writeEof() is seen by the peer, which can go on writing",
  connected(async (client, served) => {
    served.keepOpen = true;
    client.transport.writeEof();
    await until(() => served.events.includes("eof"));
    served.transport.write(encode("late"));
    await until(() => client.text === "late");
  }),
);

test.eachMode(
  "a large write pauses and resumes the writer, and arrives unharmed",
  connected(async (client, served) => {
    const data = pattern(32 << 20);
    client.transport.write(data);
    await until(() => served.size === data.length);
    const arrived = new Blob(served.chunks);
    const bytes = new Uint8Array(await arrived.arrayBuffer());
    assertEquals(await sha256(bytes), await sha256(data));
    await until(() => client.transport.getWriteBufferSize() === 0);
    const flow = client.events.filter((event) => event !== "made");
    assertEquals(flow, ["pause", "resume"]);
  }),
);

test.proactor(
  "pauseReading() holds data back until resumeReading()",
  connected(async (client, served) => {
    served.transport.pauseReading();
    client.transport.write(encode("one"));
    client.transport.writeEof();
    await until(() => client.transport.getWriteBufferSize() === 0);
    assertEquals(served.text, "");
    served.transport.resumeReading();
    await until(() => served.text === "one");
  }),
);

test.proactor(
  "a reset is the error of connectionLost()",
  connected(async (client, served) => {
    resetOnClose(client.transport.getExtraInfo("socket") as bigint);
    client.transport.abort();
    const error = await soon(served.lost.promise);
    assert(error instanceof Deno.errors.ConnectionReset, `${error}`);
    assertEquals(Reflect.get(error, "syscall"), "WSARecv");
  }),
);

test.proactor("a protocol that throws loses its connection only", async (proactor) => {
  const reports: unknown[] = [];
  portOf(proactor).report = (error) => reports.push(error);
  class Faulty implements Protocol {
    dataReceived() {
      throw new Error("faulty");
    }
  }
  const listener = TCP_PROTOCOLS.serve(() => new Faulty(), {
    ...LOCAL,
    proactor,
  });
  for (let i = 0; i < 2; i++) {
    const [transport, client] = await TCP_PROTOCOLS.connect(
      () => new Recorder(),
      { ...listener.addr, proactor },
    );
    transport.write(encode("x"));
    await soon(client.lost.promise);
  }
  assertEquals(reports.map(String), ["Error: faulty", "Error: faulty"]);
  await soon(listener.shutdown());
});

test.proactor("a factory that throws loses its client only", async (proactor) => {
  const errors: unknown[] = [];
  const factory = () => {
    if (errors.length === 0) throw new Error("no protocol");
    return new UpperCase();
  };
  const onError = (error: unknown) => errors.push(error);
  const listener = TCP_PROTOCOLS.serve(factory, {
    ...LOCAL,
    onError,
    proactor,
  });
  const open = () =>
    TCP_PROTOCOLS.connect(() => new Recorder(), { ...listener.addr, proactor });
  const [, first] = await open();
  await soon(first.lost.promise);
  assertEquals(errors.map(String), ["Error: no protocol"]);
  const [transport, second] = await open();
  transport.write(encode("ok"));
  await until(() => second.text === "OK");
  transport.close();
  await soon(second.lost.promise);
  await soon(listener.shutdown());
});

test.proactor("a factory that throws ends its connection", async (proactor) => {
  const listener = TCP_PROTOCOLS.serve(() => new UpperCase(), {
    ...LOCAL,
    proactor,
  });
  const factory = () => {
    throw new Error("no protocol");
  };
  await assertRejects(
    () => TCP_PROTOCOLS.connect(factory, { ...listener.addr, proactor }),
    Error,
    "no protocol",
  );
  await soon(listener.shutdown());
});

test.proactor("factories that are none are refused", async (proactor) => {
  const factory = "factory" as unknown as () => Protocol;
  assertThrows(
    () => TCP_PROTOCOLS.serve(factory, { ...LOCAL, proactor }),
    TypeError,
  );
  await assertRejects(
    () => TCP_PROTOCOLS.connect(factory, { ...LOCAL, port: 80, proactor }),
    TypeError,
  );
});

test.proactor("TCP_PROTOCOLS.connect() is refused where nobody listens", async (proactor) => {
  let made = 0;
  const address = await freePort(proactor);
  const factory = () => ({ connectionMade: (_: Transport) => void made++ });
  await assertRejects(
    () => soon(TCP_PROTOCOLS.connect(factory, { ...address, proactor })),
    Deno.errors.ConnectionRefused,
  );
  assertEquals(made, 0);
});
