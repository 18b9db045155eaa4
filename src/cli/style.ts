/**
 * Colors, tables and JSON of what commands print.
 *
 * @module
 */

/** Marks text. */
export interface Style {
  /** What matters most. */
  bold(text: string): string;
  /** What matters least. */
  dim(text: string): string;
  /** What is right. */
  green(text: string): string;
  /** What needs a look. */
  yellow(text: string): string;
  /** What is wrong. */
  red(text: string): string;
  /** What is named. */
  cyan(text: string): string;
}

/**
 * The style of a stream.
 *
 * @param colors Whether it takes colors.
 * @returns The style, which leaves text as it is where there are none.
 */
export function styleOf(colors: boolean): Style {
  function mark(on: number, off: number): (text: string) => string {
    return (text) => colors ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  }
  return {
    bold: mark(1, 22),
    dim: mark(2, 22),
    green: mark(32, 39),
    yellow: mark(33, 39),
    red: mark(31, 39),
    cyan: mark(36, 39),
  };
}

/** A column of a table. */
export interface Column {
  /** Its head. */
  head: string;
  /**
   * True aligns it to the right.
   *
   * @default {false}
   */
  right?: boolean | undefined;
  /** Marks its cells. */
  mark?: ((cell: string) => string) | undefined;
}

/**
 * Lays out a table.
 *
 * @param columns The columns.
 * @param rows The cells, without marks: their width counts.
 * @param style Marks the heads.
 * @returns Lines, each with its end.
 */
export function tableOf(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: Style,
): string {
  const heads = columns.map(({ head }) => head);
  const widths = columns.map((_, index) =>
    Math.max(...[heads, ...rows].map((row) => row[index]!.length))
  );
  function line(
    cells: readonly string[],
    marks: readonly Column["mark"][],
  ): string {
    return cells.map((cell, index) => {
      const last = index === columns.length - 1;
      const space = " ".repeat(widths[index]! - cell.length);
      const marked = marks[index]?.(cell) ?? cell;
      if (columns[index]!.right) return space + marked;
      return last ? marked : marked + space;
    }).join("  ") + "\n";
  }
  const headMarks = columns.map(() => style.bold);
  const cellMarks = columns.map(({ mark }) => mark);
  return [
    line(heads, headMarks),
    ...rows.map((row) => line(row, cellMarks)),
  ].join("");
}

/**
 * A value as a line of JSON.
 *
 * @param value What `JSON.stringify` takes.
 * @returns The line, with its end.
 */
export function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/**
 * Text that holds bytes: itself where they are UTF-8.
 *
 * @param data The bytes.
 * @returns `{ text }`, or else `{ base64 }`.
 */
export function jsonData(
  data: Uint8Array,
): { text: string } | { base64: string } {
  try {
    return { text: new TextDecoder("utf-8", STRICT).decode(data) };
  } catch {
    return { base64: data.toBase64() };
  }
}

const STRICT = { fatal: true, ignoreBOM: true };
