/**
 * The counters of a port as instruments that are asked.
 *
 * @module
 */

import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { PortMetrics } from "../proactor/port/port_options.ts";
import type {
  InstrumentOptions,
  MeterLike,
  ObservationLike,
} from "./telemetry_types.ts";

/** A counter of a port. */
interface PortInstrument extends InstrumentOptions {
  /** Its name, behind `iocp.proactor.`. */
  name: string;
  /** What makes it. */
  create:
    | "createObservableCounter"
    | "createObservableUpDownCounter"
    | "createObservableGauge";
  /** Takes its values. */
  read(metrics: PortMetrics, result: ObservationLike): void;
}

const INSTRUMENTS: readonly PortInstrument[] = [{
  name: "operations.pending",
  create: "createObservableUpDownCounter",
  description: "Operations that the kernel owns",
  unit: "{operation}",
  read({ pendingByKind }, result) {
    for (const [kind, count] of Object.entries(pendingByKind)) {
      result.observe(count, { "iocp.proactor.operation": kind });
    }
  },
}, {
  name: "memory.usage",
  create: "createObservableUpDownCounter",
  description: "Native memory of buffers and slots",
  unit: "By",
  read: ({ nativeBytes }, result) => result.observe(nativeBytes),
}, {
  name: "packets",
  create: "createObservableCounter",
  description: "Completion packets that were dispatched",
  unit: "{packet}",
  read: ({ packets }, result) => result.observe(packets),
}, {
  name: "synchronous_completions",
  create: "createObservableCounter",
  description: "Operations that queued no packet",
  unit: "{operation}",
  read: ({ synchronous }, result) => result.observe(synchronous),
}, {
  name: "starved_turns",
  create: "createObservableCounter",
  description: "Turns that ended early, so that others have theirs",
  unit: "{turn}",
  read: ({ starvedTurns }, result) => result.observe(starvedTurns),
}, {
  name: "batch.longest",
  create: "createObservableGauge",
  description: "The longest batch of packets so far, with its callbacks",
  unit: "s",
  read: ({ longestBatch }, result) => result.observe(longestBatch / 1000),
}];

/**
 * Has a port asked when measurements are collected.
 *
 * @param proactor Whose port.
 * @param meter Makes the instruments.
 * @returns Ends it.
 */
export function observePort(
  proactor: IocpProactor,
  meter: MeterLike,
): Disposable {
  const ends = new DisposableStack();
  for (const { name, create, read, ...options } of INSTRUMENTS) {
    const instrument = meter[create](`iocp.proactor.${name}`, options);
    const callback = (result: ObservationLike) =>
      read(proactor.metrics(), result);
    instrument.addCallback(callback);
    ends.defer(() => instrument.removeCallback(callback));
  }
  return ends;
}
