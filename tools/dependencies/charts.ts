import type * as ECharts from "npm:echarts@6.1.0";

/**
 * Loads what draws charts, which is big. This build of it asks for no
 * environment variable, so it needs no permission.
 */
export async function loadCharts(): Promise<typeof ECharts> {
  return await import("npm:echarts@6.1.0/dist/echarts.esm.min.mjs");
}
