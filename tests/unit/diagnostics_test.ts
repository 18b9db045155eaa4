/** Who watches a port: events, metrics and spans, on the simulated kernel. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { stub } from "@std/testing/mock";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { metrics, trace } from "npm:@opentelemetry/api@1";
import {
  type Attributes,
  type ObservationLike,
  observe,
  publishDiagnostics,
} from "../../src/diagnostics/mod.ts";
import { watch } from "../../src/diagnostics/observers.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { openPipeTransport, servePipe } from "../../src/pipe/pipe_protocol.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { portOf } from "../../src/proactor/default_port.ts";
import type { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { PATH, test } from "./_helpers.ts";
import { turns, until } from "./_turns.ts";

const CHANNELS = [
  "connect.start",
  "connect",
  "connect.error",
  "accept",
  "close",
  "error",
  "starvation",
];

/** Collects the events of all channels. */
class Subscriptions implements Disposable {
  readonly events: [channel: string, event: Record<string, unknown>][] = [];
  readonly #listeners = CHANNELS.map((name) => {
    const listener = (event: unknown) => {
      this.events.push([name, event as Record<string, unknown>]);
    };
    subscribe(`iocp.proactor:${name}`, listener);
    return [name, listener] as const;
  });

  get names(): string[] {
    return this.events.map(([name]) => name);
  }

  of(wanted: string): Record<string, unknown>[] {
    return this.events.filter(([name]) => name === wanted)
      .map(([, event]) => event);
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) {
      unsubscribe(`iocp.proactor:${name}`, listener);
    }
  }
}

/** Connects, accepts and closes. */
async function exchange(proactor: IocpProactor): Promise<void> {
  const server = PipeServer.listen(PATH, { proactor });
  const accepted = server.accept();
  const client = await connectPipe(PATH, { proactor });
  const peer = await accepted;
  client.close();
  peer.close();
  await server.shutdown();
  await Promise.all([client.finished, peer.finished]);
  await turns(2);
}

test.world("publishDiagnostics() tells of both ends of a connection", async ({ proactor }) => {
  using subscriptions = new Subscriptions();
  const published = publishDiagnostics(proactor);
  await exchange(proactor);
  assertEquals(subscriptions.names.toSorted(), [
    "accept",
    "close",
    "close",
    "connect",
    "connect.start",
  ]);
  const address = { transport: "pipe", path: PATH };
  for (const [, event] of subscriptions.events) {
    assertEquals(event.address, address);
  }
  const sides = subscriptions.of("close").map(({ side }) => side);
  assertEquals(sides.toSorted(), ["client", "server"]);
  assert(Number(subscriptions.of("connect")[0]!.milliseconds) >= 0);
  published[Symbol.dispose]();
  await exchange(proactor);
  assertEquals(subscriptions.events.length, 5, "nothing after the end");
  assertEquals(portOf(proactor).observer, null);
});

test.world("a connect that fails is told with its error", async ({ proactor }) => {
  using subscriptions = new Subscriptions();
  using _published = publishDiagnostics(proactor);
  const error = await assertRejects(
    () => connectPipe(PATH, { proactor }),
    Deno.errors.NotFound,
  );
  assertEquals(subscriptions.names, ["connect.start", "connect.error"]);
  assertEquals(subscriptions.of("connect.error")[0]!.error, error);
});

test.world("connections in protocol style are told too", async ({ proactor }) => {
  using subscriptions = new Subscriptions();
  using _published = publishDiagnostics(proactor);
  const server = servePipe(() => ({}), PATH, { proactor });
  const [transport] = await openPipeTransport(() => ({}), PATH, { proactor });
  await until(() => subscriptions.of("accept").length === 1);
  assertEquals(subscriptions.of("accept")[0]!.address, {
    transport: "pipe",
    path: PATH,
  });
  assertEquals(subscriptions.of("connect")[0]!.connection, transport);
  transport.close();
  await until(() => subscriptions.of("close").length === 2);
  await server.shutdown();
});

test.world("errors without a caller and starvation are told", ({ proactor, reports }) => {
  using subscriptions = new Subscriptions();
  using _published = publishDiagnostics(proactor);
  const error = new Error("lost");
  portOf(proactor).report(error, "Somewhere");
  portOf(proactor).observer!.starved();
  assertEquals(subscriptions.events, [
    ["error", { error, message: "Somewhere" }],
    ["starvation", {}],
  ]);
  assertEquals(reports.splice(0), ["Somewhere"]);
});

test.world("the error of a server is told before its onError is called", async ({ proactor }) => {
  using subscriptions = new Subscriptions();
  using _published = publishDiagnostics(proactor);
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const thrown = new Error("no protocol");
  const fail = () => {
    throw thrown;
  };
  const server = servePipe(fail, PATH, { proactor, onError });
  const client = await connectPipe(PATH, { proactor });
  await until(() => errors.length === 1);
  assertEquals(subscriptions.of("error"), [
    { error: thrown, message: "Error in a pipe server" },
  ]);
  client.close();
  await Promise.all([server.shutdown(), client.finished]);
});

test.world("a watcher that throws harms neither the connection nor others", async ({ proactor }) => {
  using logged = stub(console, "error", () => {});
  const fail = () => {
    throw new Error("broken");
  };
  let opened = 0;
  const bad = { connecting: fail, opened: fail, failed: fail, starved: fail };
  const good = { opened: () => (opened++, () => {}) };
  using _bad = watch(proactor, bad);
  using _good = watch(proactor, good);
  await exchange(proactor);
  assertEquals(opened, 2);
  assert(logged.calls.length >= 3);
});

/** Remembers what is measured. */
class FakeMeter {
  readonly values: [name: string, value: number, attributes: Attributes][] = [];
  readonly callbacks = new Map<string, (result: ObservationLike) => void>();
  readonly createCounter = (name: string) => this.#adder(name);
  readonly createUpDownCounter = (name: string) => this.#adder(name);
  readonly createHistogram = (name: string) => {
    const record = this.#adder(name).add;
    return { record };
  };
  readonly createObservableCounter = (name: string) => this.#observable(name);
  readonly createObservableGauge = (name: string) => this.#observable(name);
  readonly createObservableUpDownCounter = (name: string) =>
    this.#observable(name);

  /** Asks the instruments that are asked. */
  collect(): Map<string, number> {
    const sums = new Map<string, number>();
    for (const [name, callback] of this.callbacks) {
      const observe = (value: number) => {
        sums.set(name, (sums.get(name) ?? 0) + value);
      };
      callback({ observe });
    }
    return sums;
  }

  of(wanted: string): number[] {
    return this.values.filter(([name]) => name === wanted)
      .map(([, value]) => value);
  }

  #adder(name: string) {
    return {
      add: (value: number, attributes: Attributes = {}) => {
        this.values.push([name, value, attributes]);
      },
    };
  }

  #observable(name: string) {
    return {
      addCallback: (callback: (result: ObservationLike) => void) => {
        this.callbacks.set(name, callback);
      },
      removeCallback: () => void this.callbacks.delete(name),
    };
  }
}

test.world("observe() measures connections, attempts and the port", async ({ proactor }) => {
  const meter = new FakeMeter();
  const observed = observe({ proactor, meter });
  await exchange(proactor);
  await assertRejects(() => connectPipe(PATH, { proactor }));
  assertEquals(meter.of("iocp.proactor.connections").toSorted(), [
    -1,
    -1,
    1,
    1,
  ]);
  assertEquals(meter.of("iocp.proactor.connection.duration").length, 2);
  const attempts = meter.values.filter(([name]) =>
    name === "iocp.proactor.connect.duration"
  ).map(([, , attributes]) => attributes);
  assertEquals(attempts, [
    { "network.transport": "pipe" },
    { "network.transport": "pipe", "error.type": "ERROR_FILE_NOT_FOUND" },
  ]);
  const { packets, synchronous } = proactor.metrics();
  const collected = meter.collect();
  assertEquals(collected.get("iocp.proactor.packets"), packets);
  assertEquals(
    collected.get("iocp.proactor.synchronous_completions"),
    synchronous,
  );
  assert(collected.get("iocp.proactor.memory.usage")! > 0);
  observed[Symbol.dispose]();
  assertEquals(meter.callbacks.size, 0);
});

test.world("observe() makes a span for each attempt to connect", async ({ proactor }) => {
  const log: unknown[] = [];
  const tracer = {
    startSpan(name: string, options?: { attributes?: Attributes }) {
      log.push([name, options]);
      return {
        setAttributes: (attributes: Attributes) => log.push(attributes),
        setStatus: (status: { code: number }) => log.push(status.code),
        recordException: ({ name }: Error) => void log.push(name),
        end: () => void log.push("end"),
      };
    },
  };
  using _observed = observe({ proactor, tracer });
  const attributes = {
    "network.transport": "pipe",
    "network.peer.address": PATH,
  };
  await exchange(proactor);
  const begun = ["connect", { kind: 2, attributes }];
  assertEquals(log.splice(0), [begun, attributes, "end"]);
  await assertRejects(() => connectPipe(PATH, { proactor }));
  assertEquals(log, [
    begun,
    { "error.type": "ERROR_FILE_NOT_FOUND" },
    2,
    "NotFound",
    "end",
  ]);
});

test.world("observe() takes the meter and the tracer of OpenTelemetry's API", async ({ proactor }) => {
  using _observed = observe({
    proactor,
    meter: metrics.getMeter("test"),
    tracer: trace.getTracer("test"),
  });
  await exchange(proactor);
});
