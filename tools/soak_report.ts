/**
 * What a soak shows: a table while it runs, and a report with plots at its end.
 *
 * @module
 */
import type { Sample } from "../tests/soak/recorder.ts";
import { loadCharts } from "./dependencies/charts.ts";
import { linearRegression } from "./dependencies/statistics.ts";
import type { SoakState } from "./soak_state.ts";

const MEBI = 2 ** 20;
const WIDTH = 900;
const HEIGHT = 320;

/** The part of a soak that is not warm yet, and not measured for growth. */
const WARM_UP = 0.3;

/** A plot: its file and title, and a line for each name. */
interface Plot {
  file: string;
  title: string;
  lines: Record<string, (sample: Sample) => number | undefined>;
}

/**
 * A table of the last interval.
 *
 * @param sample The interval.
 * @param state The soak so far.
 * @param left Seconds that are left.
 * @returns Lines.
 */
export function liveTable(
  sample: Sample,
  state: SoakState,
  left: number,
): string {
  const kinds = Object.entries(sample.kinds).map(([kind, one]) =>
    `${kind.padEnd(16)}${(one.count / sample.seconds).toFixed(1).padStart(8)}` +
    `${one.median.toFixed(1).padStart(10)}${one.p99.toFixed(1).padStart(10)}`
  );
  return [
    "",
    `${"work".padEnd(16)}${"rounds/s".padStart(8)}${"median ms".padStart(10)}` +
    `${"p99 ms".padStart(10)}`,
    ...kinds,
    `handles ${sample.handles}, RSS ${mebi(sample.rss)} MiB, ` +
    `heap ${mebi(sample.heap)} MiB, pending ${sample.pending}, ` +
    `slots ${sample.slots}, buffers ${sample.buffers >> 10} KiB, ` +
    `unknown packets ${sample.unknown}`,
    `violations ${state.violations.length}, crashes ${state.crashes.length}, ` +
    `${left} s left`,
  ].join("\n");
}

function mebi(bytes: number): string {
  return (bytes / MEBI).toFixed(1);
}

/**
 * Writes `report.md` and its plots.
 *
 * @param state The soak.
 * @param folder Where they go.
 * @returns The path of the report.
 */
export async function writeReport(
  state: SoakState,
  folder: string,
): Promise<string> {
  const plots = plotsOf(state);
  for (const plot of plots) {
    const svg = await draw(plot, state.samples);
    await Deno.writeTextFile(`${folder}/${plot.file}`, svg);
  }
  const path = `${folder}/report.md`;
  await Deno.writeTextFile(path, reportText(state, plots));
  return path;
}

/**
 * The text of the report.
 *
 * @param state The soak.
 * @param plots What is drawn beside it.
 * @returns Markdown.
 */
export function reportText(
  state: SoakState,
  plots: readonly Pick<Plot, "file" | "title">[] = [],
): string {
  const { samples, violations, crashes, label } = state;
  const seconds = samples.reduce((sum, one) => sum + one.seconds, 0);
  return [
    "# Soak",
    "",
    `${(seconds / 60).toFixed(1)} minutes on ${label}: ` +
    `${violations.length} violations, ${crashes.length} crashes` +
    (crashes.length === 0 ? "." : ` (exit codes ${crashes.join(", ")}).`),
    "",
    "| Work | Rounds | Rounds/s | Median, ms | 99 % within, ms |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...kindsOf(samples).map((kind) => kindRow(kind, samples, seconds)),
    "",
    "| Held by the process | First | Last | Growth an hour |",
    "| --- | ---: | ---: | ---: |",
    ...holdings(samples),
    "",
    ...plots.map(({ file, title }) => `![${title}](${file})`),
    ...(violations.length === 0 ? [] : ["", "## Violations", ""]),
    ...violations.map((text) => `- ${text.replaceAll("\n", "\n  ")}`),
    "",
  ].join("\n");
}

function kindsOf(samples: readonly Sample[]): string[] {
  return [...new Set(samples.flatMap(({ kinds }) => Object.keys(kinds)))];
}

function kindRow(
  kind: string,
  samples: readonly Sample[],
  seconds: number,
): string {
  const mine = samples.flatMap(({ kinds }) => kinds[kind] ?? []);
  const count = mine.reduce((sum, one) => sum + one.count, 0);
  const mean = (of: "median" | "p99") =>
    mine.reduce((sum, one) => sum + one[of] * one.count, 0) / (count || 1);
  return `| ${kind} | ${count} | ${(count / seconds).toFixed(1)} | ` +
    `${mean("median").toFixed(1)} | ${mean("p99").toFixed(1)} |`;
}

function holdings(samples: readonly Sample[]): string[] {
  const rows: [string, (sample: Sample) => number, number][] = [
    ["Handles", ({ handles }) => handles, 0],
    ["RSS, MiB", ({ rss }) => rss / MEBI, 1],
    ["Heap, MiB", ({ heap }) => heap / MEBI, 1],
    ["Slots", ({ slots }) => slots, 0],
    ["Native buffers, KiB", ({ buffers }) => buffers / 1024, 0],
  ];
  return rows.map(([name, of, digits]) => {
    const values = [samples[0], samples.at(-1)].map((one) =>
      one === undefined ? "-" : of(one).toFixed(digits)
    );
    return `| ${name} | ${values.join(" | ")} | ` +
      `${growth(samples, of).toFixed(1)} |`;
  });
}

/** The slope an hour, by least squares, once it is warm. */
function growth(
  samples: readonly Sample[],
  of: (sample: Sample) => number,
): number {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  if (warm.length < 3) return 0;
  const points = warm.map((one) => [one.time / 3_600_000, of(one)]);
  const first = points[0]![0]!;
  return linearRegression(points.map(([x, y]) => [x! - first, y!])).m;
}

function plotsOf({ samples }: SoakState): Plot[] {
  const kinds = kindsOf(samples);
  const perKind = (of: (sample: Sample, kind: string) => number | undefined) =>
    Object.fromEntries(
      kinds.map((kind) => [kind, (sample: Sample) => of(sample, kind)]),
    );
  return [
    {
      file: "rates.svg",
      title: "Rounds per second",
      lines: perKind(({ kinds, seconds }, kind) =>
        (kinds[kind]?.count ?? 0) / seconds
      ),
    },
    {
      file: "latencies.svg",
      title: "Median of a round, ms",
      lines: perKind(({ kinds }, kind) => kinds[kind]?.median),
    },
    {
      file: "memory.svg",
      title: "Memory, MiB",
      lines: {
        RSS: ({ rss }) => rss / MEBI,
        heap: ({ heap }) => heap / MEBI,
        buffers: ({ buffers }) => buffers / MEBI,
      },
    },
    {
      file: "handles.svg",
      title: "Handles and slots",
      lines: {
        handles: ({ handles }) => handles,
        slots: ({ slots }) => slots,
        pending: ({ pending }) => pending,
        violations: ({ violations }) => violations,
      },
    },
  ];
}

/** Draws lines over minutes. */
async function draw(plot: Plot, samples: readonly Sample[]): Promise<string> {
  const { init } = await loadCharts();
  const size = { width: WIDTH, height: HEIGHT };
  const chart = init(null, null, { renderer: "svg", ssr: true, ...size });
  const first = samples[0]?.time ?? 0;
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    title: { text: plot.title, left: "center" },
    legend: { top: 30, data: Object.keys(plot.lines) },
    grid: { left: 60, right: 20, top: 80, bottom: 40 },
    xAxis: { type: "value", name: "minutes", nameLocation: "middle" },
    yAxis: { type: "value" },
    series: Object.entries(plot.lines).map(([name, of]) => ({
      name,
      type: "line",
      showSymbol: false,
      data: samples.map((one) => [(one.time - first) / 60_000, of(one) ?? "-"]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
