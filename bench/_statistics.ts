/**
 * The little statistics that the scripts need.
 *
 * @module
 */

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
  return quantile(values, 0.5);
}

/**
 * The value that a share of the values does not exceed.
 *
 * @param values Some numbers.
 * @param share 0 to 1.
 * @returns The value; `NaN` if there are none.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? NaN;
  const high = sorted[Math.ceil(place)] ?? NaN;
  return low + (high - low) * (place % 1);
}

/**
 * Fits a line by least squares.
 *
 * @param points Three or more pairs of x and y.
 * @returns The line.
 */
export function fitLine(points: readonly (readonly [number, number])[]): Line {
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const spread = sum(points.map(([x]) => (x - meanX) ** 2));
  const common = sum(points.map(([x, y]) => (x - meanX) * (y - meanY)));
  const slope = common / spread;
  const rest = sum(
    points.map(([x, y]) => (y - meanY - slope * (x - meanX)) ** 2),
  );
  const variance = rest / (points.length - 2) / spread;
  return { slope, error: TWO_SIDED_95 * Math.sqrt(variance) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
