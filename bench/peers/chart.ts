/**
 * The report as a picture.
 *
 * @module
 */

import { loadCharts } from "../../tools/dependencies/charts.ts";
import { findResult, ratio, type Report, type Result } from "./results.ts";
import { kindOf, type Workload } from "./workloads.ts";

const WIDTH = 900;
const BAR = 11;
const GROUP_GAP = 12;
const MARGINS = { left: 250, right: 80, top: 90, bottom: 30 };

const COLORS = [
  "#3c4650",
  "#0b6e4f",
  "#6bbf8a",
  "#b5651d",
  "#2a9db5",
  "#5b8def",
  "#e8b04a",
  "#d9614c",
  "#9a6fc7",
  "#7f8790",
];

/**
 * Draws the speed of all servers as a share of the first one's.
 *
 * @param report The report.
 * @returns SVG.
 */
export async function drawChart(report: Report): Promise<string> {
  const { init } = await loadCharts();
  const workloads = drawn(report);
  const bars = (report.servers.length - 1) * BAR + GROUP_GAP;
  const height = MARGINS.top + MARGINS.bottom + workloads.length * bars;
  const size = { width: WIDTH, height };
  const chart = init(null, null, { renderer: "svg", ssr: true, ...size });
  chart.setOption(optionsFor(report));
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

function optionsFor(report: Report): Record<string, unknown> {
  const [base, ...servers] = report.servers;
  const workloads = drawn(report);
  return {
    animation: false,
    backgroundColor: "#ffffff",
    color: COLORS,
    title: {
      text: `Share of the speed of a server in ${base}`,
      left: "center",
    },
    legend: { top: 40, data: servers },
    grid: MARGINS,
    xAxis: {
      type: "value",
      min: 0,
      max: ({ max }: { max: number }) => Math.max(1, max),
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: workloads.map(({ title }) => title),
    },
    series: servers.map((name) => ({
      name,
      type: "bar",
      label: { show: true, position: "right", fontSize: 9 },
      data: workloads.map(({ id }) => barOf(report, id, name)),
    })),
  };
}

function drawn({ workloads }: Report): Workload[] {
  return workloads.filter((one) => kindOf(one) === "speed");
}

/** A bar; none for what was not measured. */
function barOf(report: Report, workload: string, server: string): unknown {
  const result = findResult(report, workload, server);
  const base = findResult(report, workload, report.servers[0] ?? "");
  if (result === undefined || base === undefined) return "-";
  const value = result.error === undefined ? ratio(result, base) : 0;
  return { value, label: { formatter: labelOf(result, value) } };
}

function labelOf({ error, server }: Result, value: number): string {
  return error === undefined ? value.toFixed(2) : `${server} fails`;
}
