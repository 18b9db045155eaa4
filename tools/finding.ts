/** Something that breaks a rule, or may be better. */
export interface Finding {
  /** The file, as URL or path. */
  file: string;
  /** The line in the file, from 1. */
  line: number;
  /** The name of what is meant, members after a dot. */
  symbol: string;
  /** What is wrong. */
  message: string;
  /** Whether it is only a hint. */
  warning?: boolean;
}

/**
 * Writes a finding as one line.
 *
 * @param finding The finding.
 * @returns The text `file:line: symbol: message`.
 */
export function formatFinding(finding: Finding): string {
  const { file, line, symbol, message, warning } = finding;
  const text = warning ? `warning: ${message}` : message;
  return `${file}:${line}: ${symbol}: ${text}`;
}

/**
 * Counts findings.
 *
 * @param findings The findings.
 * @returns The text of the counts, and whether there are only warnings.
 */
export function countFindings(
  findings: Finding[],
): { text: string; ok: boolean } {
  const warnings = findings.filter(({ warning }) => warning).length;
  const errors = findings.length - warnings;
  return { text: `${errors} errors, ${warnings} warnings`, ok: errors === 0 };
}
