/**
 * The report as a picture.
 *
 * @module
 */

import { findResult, ratio, type Report, type Result } from "./results.ts";
import type { Workload } from "./workloads.ts";

const WIDTH = 900;
const LEFT = 250;
const RIGHT = 50;
const TOP = 70;
const BAR = 9;
const BAR_STEP = 11;
const GROUP_GAP = 12;
const BOTTOM = 20;

const COLORS = [
  "#0b6e4f",
  "#6bbf8a",
  "#5b8def",
  "#e8b04a",
  "#d9614c",
  "#9a6fc7",
  "#7f8790",
];

/** A bar: a server in a workload. */
interface Bar {
  server: string;
  color: string;
  /** The share of the ceiling; `NaN` when the server has failed. */
  value: number;
}

/** The bars of a workload. */
interface Group {
  title: string;
  bars: Bar[];
}

/**
 * Draws the speed of all servers as a share of the first one's.
 *
 * @param report The report.
 * @returns SVG.
 */
export function drawChart(report: Report): string {
  const [base = "", ...servers] = report.servers;
  const groups = report.workloads
    .filter(({ load }) => load !== "idle")
    .map((workload) => makeGroup(report, workload, servers));
  const height = TOP + BOTTOM + sum(groups.map(groupHeight));
  const scale = makeScale(groups);
  return [
    openSvg(height),
    text(LEFT, 22, `Share of the speed of a server in ${base}`, "title"),
    ...drawLegend(servers),
    ...drawGrid(scale, height),
    ...drawGroups(groups, scale),
    "</svg>",
    "",
  ].join("\n");
}

function makeGroup(
  report: Report,
  workload: Workload,
  servers: string[],
): Group {
  const base = findResult(report, workload.id, report.servers[0] ?? "");
  const bars = servers.flatMap((server, index): Bar[] => {
    const result = findResult(report, workload.id, server);
    if (result === undefined || base === undefined) return [];
    const color = COLORS[index % COLORS.length]!;
    return [{ server, color, value: valueOf(result, base) }];
  });
  return { title: workload.title, bars };
}

function valueOf(result: Result, base: Result): number {
  return result.error === undefined ? ratio(result, base) : NaN;
}

function groupHeight({ bars }: Group): number {
  return bars.length * BAR_STEP + GROUP_GAP;
}

/** Pixels of a value. */
function makeScale(groups: readonly Group[]): (value: number) => number {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const most = Math.max(1, ...values.filter(Number.isFinite));
  return (value) => value / most * (WIDTH - LEFT - RIGHT);
}

function openSvg(height: number): string {
  const size = `width="${WIDTH}" height="${height}"`;
  const style = "text{font:11px sans-serif;fill:#333}" +
    ".title{font-size:14px;font-weight:bold}.value{font-size:9px}" +
    ".label{text-anchor:end}";
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ` +
    `viewBox="0 0 ${WIDTH} ${height}">\n<style>${style}</style>\n` +
    rectangle({ x: 0, y: 0, width: WIDTH, height, color: "#ffffff" });
}

function drawLegend(servers: readonly string[]): string[] {
  const step = WIDTH / Math.max(1, servers.length);
  return servers.flatMap((server, index) => {
    const x = 20 + index * step;
    const color = COLORS[index % COLORS.length]!;
    return [
      rectangle({ x, y: 36, width: 10, height: 10, color }),
      text(x + 14, 45, server),
    ];
  });
}

function drawGrid(scale: (value: number) => number, height: number): string[] {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((value) => {
    const x = LEFT + scale(value);
    const color = value === 1 ? "#333333" : "#dddddd";
    const ends = `x1="${x}" x2="${x}" y1="${TOP - 4}" y2="${height - BOTTOM}"`;
    return [
      `<line ${ends} stroke="${color}"/>`,
      text(x - 8, height - 6, value.toFixed(2), "value"),
    ];
  });
}

function drawGroups(
  groups: readonly Group[],
  scale: (value: number) => number,
): string[] {
  let y = TOP;
  return groups.flatMap((group) => {
    const top = y;
    y += groupHeight(group);
    const middle = top + group.bars.length * BAR_STEP / 2 + 4;
    return [
      text(LEFT - 8, middle, group.title, "label"),
      ...group.bars.flatMap((bar, index) =>
        drawBar(bar, top + index * BAR_STEP, scale)
      ),
    ];
  });
}

function drawBar(
  { value, color, server }: Bar,
  y: number,
  scale: (value: number) => number,
): string[] {
  const failed = Number.isNaN(value);
  const width = failed ? 0 : scale(value);
  const label = failed ? `${server} fails` : value.toFixed(2);
  return [
    rectangle({ x: LEFT, y, width, height: BAR, color }),
    text(LEFT + width + 4, y + BAR - 1, label, "value"),
  ];
}

function rectangle(
  { x, y, width, height, color }: {
    x: number;
    y: number;
    width: number;
    height: number;
    color: string;
  },
): string {
  const place = `x="${round(x)}" y="${round(y)}"`;
  const size = `width="${round(width)}" height="${height}"`;
  return `<rect ${place} ${size} fill="${color}"/>`;
}

function text(x: number, y: number, content: string, style = ""): string {
  const kind = style === "" ? "" : ` class="${style}"`;
  return `<text x="${round(x)}" y="${round(y)}"${kind}>${
    escape(content)
  }</text>`;
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function round(value: number): string {
  return value.toFixed(1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
