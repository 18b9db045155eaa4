/**
 * What is used of OpenTelemetry: its API has more.
 *
 * @module
 */

import type { Attributes } from "./addresses.ts";

/** How an instrument is described. */
export interface InstrumentOptions {
  /** What it measures. */
  description?: string | undefined;
  /** In which unit, by UCUM. */
  unit?: string | undefined;
}

/** Adds: a counter, or one that also goes down. */
export interface CounterLike {
  /**
   * Adds.
   *
   * @param value How much.
   * @param attributes To what.
   */
  add(value: number, attributes?: Attributes): void;
}

/** Records a distribution. */
export interface HistogramLike {
  /**
   * Records.
   *
   * @param value A value.
   * @param attributes Of what.
   */
  record(value: number, attributes?: Attributes): void;
}

/** Takes the values of an instrument that is asked. */
export interface ObservationLike {
  /**
   * Takes a value.
   *
   * @param value The value.
   * @param attributes Of what.
   */
  observe(value: number, attributes?: Attributes): void;
}

/** An instrument that is asked when measurements are collected. */
export interface ObservableLike {
  /**
   * Begins to ask.
   *
   * @param callback Asked.
   */
  addCallback(callback: (result: ObservationLike) => void): void;
  /**
   * Asks no more.
   *
   * @param callback Asked so far.
   */
  removeCallback(callback: (result: ObservationLike) => void): void;
}

/** Makes instruments: a `Meter` of `@opentelemetry/api`. */
export interface MeterLike {
  /**
   * Makes a counter.
   *
   * @param name Its name.
   * @param options What it measures.
   * @returns It.
   */
  createCounter(name: string, options?: InstrumentOptions): CounterLike;
  /**
   * Makes a counter that also goes down.
   *
   * @param name Its name.
   * @param options What it measures.
   * @returns It.
   */
  createUpDownCounter(name: string, options?: InstrumentOptions): CounterLike;
  /**
   * Makes a histogram.
   *
   * @param name Its name.
   * @param options What it measures.
   * @returns It.
   */
  createHistogram(name: string, options?: InstrumentOptions): HistogramLike;
  /**
   * Makes a counter that is asked.
   *
   * @param name Its name.
   * @param options What it measures.
   * @returns It.
   */
  createObservableCounter(
    name: string,
    options?: InstrumentOptions,
  ): ObservableLike;
  /**
   * Makes a counter that also goes down, and is asked.
   *
   * @param name Its name.
   * @param options What it measures.
   * @returns It.
   */
  createObservableUpDownCounter(
    name: string,
    options?: InstrumentOptions,
  ): ObservableLike;
  /**
   * Makes a gauge that is asked.
   *
   * @param name Its name.
   * @param options What it measures.
   * @returns It.
   */
  createObservableGauge(
    name: string,
    options?: InstrumentOptions,
  ): ObservableLike;
}

/** A part of a trace. */
export interface SpanLike {
  /**
   * Adds what is known.
   *
   * @param attributes It by name.
   * @returns The span.
   */
  setAttributes(attributes: Attributes): unknown;
  /**
   * Says how it has ended.
   *
   * @param status 2 is an error.
   * @returns The span.
   */
  setStatus(status: { code: number; message?: string }): unknown;
  /**
   * Adds an error.
   *
   * @param error The error.
   */
  recordException(error: Error): void;
  /** It has ended. */
  end(): void;
}

/** Makes spans: a `Tracer` of `@opentelemetry/api`. */
export interface TracerLike {
  /**
   * Begins a span in the active context.
   *
   * @param name Its name.
   * @param options Its kind, of which 2 is a client, and what is known.
   * @returns The span.
   */
  startSpan(
    name: string,
    options?: { kind?: number; attributes?: Attributes },
  ): SpanLike;
}
