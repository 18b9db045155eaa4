/**
 * Tables for terminals and texts.
 *
 * @module
 */

/**
 * Writes a table in Markdown, with columns of the same width.
 *
 * @param titles Those of the columns.
 * @param rows The cells.
 * @returns The table.
 */
export function table(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length))
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [titles, rule, ...rows].map(line).join("\n");
}
