/** Statistics, as far as the benchmarks need them. */
export {
  linearRegression,
  median,
  quantile,
  sum,
  sumNthPowerDeviations,
} from "npm:simple-statistics@7.12.1";
