/** Text of a terminal as a picture. */

const SIZE = 13;
const WIDTH = 7.83; // of a character of that size
const HEIGHT = 18;
const MARGIN = 16;
const BAR = 28;

const BACKGROUND = "#1e1e2e";
const TEXT = "#cdd6f4";

/** What marks change, by their number. */
const MARKS: Record<string, Partial<Look>> = {
  1: { bold: true },
  2: { color: "#7f849c" },
  22: { bold: false, color: TEXT },
  31: { color: "#f38ba8" },
  32: { color: "#a6e3a1" },
  33: { color: "#f9e2af" },
  36: { color: "#89dceb" },
  39: { color: TEXT },
};

interface Look {
  bold: boolean;
  color: string;
}

/**
 * Draws lines.
 *
 * @param text The lines, with the marks that `src/cli/style.ts` makes.
 */
export function terminalSvg(text: string): string {
  const lines = text.trimEnd().split("\n");
  const longest = Math.max(...lines.map((line) => plainText(line).length));
  const width = Math.ceil(longest * WIDTH + 2 * MARGIN);
  const height = lines.length * HEIGHT + MARGIN + BAR;
  const dots = ["#f38ba8", "#f9e2af", "#a6e3a1"].map((color, index) =>
    `<circle cx="${MARGIN + 4 + index * 18}" cy="16" r="5" fill="${color}"/>`
  );
  const rows = lines.map((line, index) => {
    const y = BAR + MARGIN / 2 + (index + 0.75) * HEIGHT;
    return `<text x="${MARGIN}" y="${y}">${spans(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" ` +
    `height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="ui-monospace, Consolas, Menlo, monospace" ` +
    `font-size="${SIZE}" xml:space="preserve">`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    ...dots,
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}

/**
 * The text without its marks.
 *
 * @param text The text.
 */
export function plainText(text: string): string {
  return text.replace(MARK, "");
}

// deno-lint-ignore no-control-regex
const MARK = /\x1b\[(\d+)m/g;

function spans(line: string): string {
  const look: Look = { bold: false, color: TEXT };
  const parts = line.split(MARK); // text, number, text, ...
  return parts.map((part, index) => {
    if (index % 2 === 0) return span(part, look);
    Object.assign(look, MARKS[part]);
    return "";
  }).join("");
}

function span(text: string, { bold, color }: Look): string {
  if (text === "") return "";
  const weight = bold ? ' font-weight="bold"' : "";
  return `<tspan fill="${color}"${weight}>${escape(text)}</tspan>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
