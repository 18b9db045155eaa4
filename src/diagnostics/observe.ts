/**
 * `observe`: metrics and spans of OpenTelemetry.
 *
 * @module
 */

import { defaultProactor } from "../proactor/default_proactor.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type {
  ObservedConnection,
  PeerAddress,
} from "../proactor/port/port_observer.ts";
import {
  type Attributes,
  errorType,
  peerAttributes,
  peerOf,
} from "./addresses.ts";
import { type Outcome, type Side, watch, type Watcher } from "./observers.ts";
import { observePort } from "./port_metrics.ts";
import type {
  CounterLike,
  HistogramLike,
  MeterLike,
  SpanLike,
  TracerLike,
} from "./telemetry_types.ts";

/** Options of {@linkcode observe}. */
export interface ObserveOptions {
  /** Whose port; the shared one if none is given. */
  proactor?: IocpProactor | undefined;
  /** Makes the instruments: `metrics.getMeter(...)`. */
  meter?: MeterLike | undefined;
  /** Makes a span for each attempt to connect: `trace.getTracer(...)`. */
  tracer?: TracerLike | undefined;
}

const SPAN_KIND_CLIENT = 2;
const STATUS_ERROR = 2;
const PREFIX = "iocp.proactor";

/**
 * Measures a port for OpenTelemetry, whose collector Deno has built in: run the
 * program with `OTEL_DENO=true`, and give the meter and the tracer of
 * `@opentelemetry/api`. Names of attributes are those of its semantic
 * conventions: `network.transport`, `network.peer.address`, `error.type`.
 *
 * Nothing is asked of the port but when measurements are collected, and nothing
 * is done for a read or a write.
 *
 * @example Usage
 * ```ts
 * import { metrics, trace } from "npm:@opentelemetry/api@1";
 * import { connectPipe, PipeServer } from "@iocp/proactor";
 * import { observe } from "@iocp/proactor/diagnostics";
 *
 * using _observed = observe({
 *   meter: metrics.getMeter("my-program"),
 *   tracer: trace.getTracer("my-program"),
 * });
 * const path = `\\\\.\\pipe\\${crypto.randomUUID()}`;
 * using _server = PipeServer.listen(path);
 * using _client = await connectPipe(path);
 * ```
 *
 * @param options The meter, the tracer, the proactor.
 * @returns Ends it.
 * @throws {TypeError} when the proactor is no `IocpProactor`.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function observe(options: ObserveOptions): Disposable {
  const { proactor = defaultProactor(), meter, tracer } = options;
  const ends = new DisposableStack();
  if (meter !== undefined) {
    ends.use(watch(proactor, new Measuring(meter)));
    ends.use(observePort(proactor, meter));
  }
  if (tracer !== undefined) ends.use(watch(proactor, new Tracing(tracer)));
  return ends;
}

/** Counts connections and errors. */
class Measuring implements Watcher {
  readonly #connections: CounterLike;
  readonly #lifetime: HistogramLike;
  readonly #connects: HistogramLike;
  readonly #errors: CounterLike;
  readonly #starvation: CounterLike;

  constructor(meter: MeterLike) {
    this.#connections = meter.createUpDownCounter(`${PREFIX}.connections`, {
      description: "Connections that are open",
      unit: "{connection}",
    });
    this.#lifetime = meter.createHistogram(`${PREFIX}.connection.duration`, {
      description: "How long connections were open",
      unit: "s",
    });
    this.#connects = meter.createHistogram(`${PREFIX}.connect.duration`, {
      description: "How long attempts to connect took",
      unit: "s",
    });
    this.#errors = meter.createCounter(`${PREFIX}.errors`, {
      description: "Failures that end no call",
      unit: "{error}",
    });
    this.#starvation = meter.createCounter(`${PREFIX}.starvation`, {
      description: "Waits for packets that no thread has begun in time",
      unit: "{wait}",
    });
  }

  connecting({ transport }: PeerAddress): (outcome: Outcome) => void {
    const since = performance.now();
    return (outcome) =>
      this.#connects.record(secondsSince(since), {
        "network.transport": transport,
        ..."error" in outcome && { "error.type": errorType(outcome.error) },
      });
  }

  /** Addresses would be series without number. */
  opened(side: Side, connection: ObservedConnection): () => void {
    const since = performance.now();
    const transport = peerOf(connection)?.transport ?? "other";
    const attributes: Attributes = {
      "network.transport": transport,
      [`${PREFIX}.side`]: side,
    };
    this.#connections.add(1, attributes);
    return () => {
      this.#connections.add(-1, attributes);
      this.#lifetime.record(secondsSince(since), attributes);
    };
  }

  failed(error: unknown): void {
    this.#errors.add(1, { "error.type": errorType(error) });
  }

  starved(): void {
    this.#starvation.add(1);
  }
}

/** A span for each attempt to connect. */
class Tracing implements Watcher {
  readonly #tracer: TracerLike;

  constructor(tracer: TracerLike) {
    this.#tracer = tracer;
  }

  connecting(address: PeerAddress): (outcome: Outcome) => void {
    const span = this.#tracer.startSpan("connect", {
      kind: SPAN_KIND_CLIENT,
      attributes: peerAttributes(address),
    });
    return (outcome) => {
      if ("error" in outcome) failSpan(span, outcome.error);
      else span.setAttributes(peerAttributes(peerOf(outcome.connection)));
      span.end();
    };
  }
}

function failSpan(span: SpanLike, error: unknown): void {
  span.setAttributes({ "error.type": errorType(error) });
  if (!(error instanceof Error)) {
    return void span.setStatus({ code: STATUS_ERROR });
  }
  span.setStatus({ code: STATUS_ERROR, message: error.message });
  span.recordException(error);
}

function secondsSince(time: number): number {
  return (performance.now() - time) / 1000;
}
