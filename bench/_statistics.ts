/**
 * The little statistics that the scripts need.
 *
 * @module
 */

import * as statistics from "../tools/dependencies/statistics.ts";

/** Of the normal distribution: 95 % are within so many standard errors. */
const TWO_SIDED_95 = 1.96;

/** A line through points. */
export interface Line {
  /** What y gains for each x. */
  slope: number;
  /** Half the width of the slope's 95 % confidence interval. */
  error: number;
}

/**
 * The middle one.
 *
 * @param values Some numbers.
 * @returns Their median; `NaN` if there are none.
 */
export function median(values: readonly number[]): number {
  return values.length === 0 ? NaN : statistics.median([...values]);
}

/**
 * The value that a share of the values does not exceed.
 *
 * @param values Some numbers.
 * @param share 0 to 1.
 * @returns The value; `NaN` if there are none.
 */
export function quantile(values: readonly number[], share: number): number {
  return values.length === 0 ? NaN : statistics.quantile([...values], share);
}

/**
 * Fits a line by least squares.
 *
 * @param points Three or more pairs of x and y.
 * @returns The line.
 */
export function fitLine(points: readonly (readonly [number, number])[]): Line {
  const { m, b } = statistics.linearRegression(points.map(([x, y]) => [x, y]));
  const xs = points.map(([x]) => x);
  const rest = sum(points.map(([x, y]) => (y - b - m * x) ** 2));
  const spread = statistics.sumNthPowerDeviations(xs, 2);
  const variance = rest / (points.length - 2) / spread;
  return { slope: m, error: TWO_SIDED_95 * Math.sqrt(variance) };
}

/**
 * Adds up.
 *
 * @param values Some numbers.
 * @returns Their sum; 0 if there are none.
 */
export function sum(values: readonly number[]): number {
  return statistics.sum([...values]);
}
