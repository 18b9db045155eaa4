/** Something that breaks a rule. */
export interface Finding {
  /** The file, as URL or path. */
  file: string;
  /** The line in the file, from 1. */
  line: number;
  /** The name of what is meant, members after a dot. */
  symbol: string;
  /** What is wrong. */
  message: string;
}

/** Writes a finding as one line. */
export function formatFinding(finding: Finding): string {
  const { file, line, symbol, message } = finding;
  return `${file}:${line}: ${symbol}: ${message}`;
}

/** Ends this process with what was found: with success if that is nothing. */
export function exitWith(findings: readonly Finding[]): never {
  for (const finding of findings) console.log(formatFinding(finding));
  console.log(`${findings.length} errors`);
  Deno.exit(findings.length === 0 ? 0 : 1);
}
