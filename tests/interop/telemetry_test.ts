/** What Deno's own OpenTelemetry sends of a port. */

import { assert, assertEquals } from "@std/assert";
import { uniquePipeName } from "../windows/_pipes.ts";
import { runScript, test } from "./_script.ts";

const DOOR = new URL("../../src/diagnostics/mod.ts", import.meta.url).href;

const PROGRAM = `
import { metrics, trace } from "npm:@opentelemetry/api@1";
import { observe } from "${DOOR}";
const [path, collector] = Deno.args;
const meter = metrics.getMeter("program");
const tracer = trace.getTracer("program");
const proactor = new lib.IocpProactor();
const observed = observe({ proactor, meter, tracer });
await tracer.startActiveSpan("work", async (span) => {
  const server = lib.PipeServer.listen(path, { proactor });
  const client = await lib.connectPipe(path, { proactor });
  using peer = await server.accept();
  client.close();
  server.close();
  span.end();
});
await lib.connectPipe(path + "-none", { proactor }).catch(() => {});
const hasAll = async () => await (await fetch(collector + "/has-all")).json();
while (!await hasAll()); // measurements go out now and then
observed[Symbol.dispose]();
await proactor.close();
`;

/** What a program's metrics have to be. */
const METRICS = [
  "connections",
  "connect.duration",
  "packets",
  "memory.usage",
  "operations.pending",
].map((name) => `iocp.proactor.${name}`);

/** A value as OTLP has it. */
interface Attribute {
  key: string;
  value: { stringValue?: string };
}

/** A span as OTLP has it. */
interface Span {
  name: string;
  kind: number;
  spanId: string;
  parentSpanId: string;
  attributes: Attribute[];
  status: { code?: number };
}

/** Takes what a program sends, as a collector does, and tells when it is all. */
class Collector implements AsyncDisposable {
  readonly #bodies: [path: string, body: string][] = [];
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/has-all") return Response.json(this.hasAll);
      this.#bodies.push([pathname, await request.text()]);
      return Response.json({});
    },
  );

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** The variables that make Deno send. */
  get env(): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_METRIC_EXPORT_INTERVAL: "100",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    };
  }

  /** True when every metric has come. */
  get hasAll(): boolean {
    const { metrics } = this;
    return METRICS.every((name) => metrics.has(name));
  }

  /** All spans of programs, by name. */
  get spans(): Span[] {
    return this.#all("/v1/traces").flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) => spans)
      )
    );
  }

  /** The names of all metrics. */
  get metrics(): Set<string> {
    const names = this.#all("/v1/metrics").flatMap(({ resourceMetrics }) =>
      resourceMetrics.flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name))
      )
    );
    return new Set(names);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #all(wanted: string): {
    resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
    resourceMetrics: { scopeMetrics: { metrics: { name: string }[] }[] }[];
  }[] {
    return this.#bodies.filter(([path]) => path === wanted)
      .map(([, body]) => JSON.parse(body));
  }
}

function attribute({ attributes }: Span, name: string): string | undefined {
  return attributes.find(({ key }) => key === name)?.value.stringValue;
}

test.process("Deno's OpenTelemetry sends the metrics and spans of observe()", async () => {
  const path = uniquePipeName();
  await using collector = new Collector();
  const { code, stderr } = await runScript(PROGRAM, {
    permissions: ["--allow-ffi", "--allow-net=127.0.0.1"],
    args: [path, collector.url],
    env: collector.env,
  });
  assertEquals(code, 0, stderr);
  const { spans } = collector;
  const work = spans.find(({ name }) => name === "work");
  const [connected, refused] = spans.filter(({ name }) => name === "connect");
  assert(work && connected && refused, JSON.stringify(spans));
  assertEquals(connected.parentSpanId, work.spanId);
  assertEquals(connected.kind, 3); // a client, in OTLP
  assertEquals(attribute(connected, "network.transport"), "pipe");
  assertEquals(attribute(connected, "network.peer.address"), path);
  assertEquals(attribute(refused, "error.type"), "ERROR_FILE_NOT_FOUND");
  assertEquals(refused.status.code, 2);
  assert(collector.hasAll);
});
