import type { Finding } from "./finding.ts";
import { blank } from "./source_text.ts";
import type { Source } from "./source_rules.ts";

const SPECIFIER = /\b(?:from|import)(?: |\()["'`]/g;
const OWN = /^(?:\.{1,2}\/|node:)/;

/**
 * Checks that a source file depends on nothing but the library itself and what
 * Deno brings along.
 *
 * @param source The file.
 * @returns A finding for each other import.
 */
export function checkImports({ file, text }: Source): Finding[] {
  const code = blank(text);
  return [...code.matchAll(SPECIFIER)].flatMap((match) => {
    const start = match.index + match[0].length;
    const specifier = /^[^"'`]*/.exec(text.slice(start))![0];
    if (OWN.test(specifier)) return [];
    const line = code.slice(0, start).split("\n").length;
    const message = `imports "${specifier}", which is a dependency`;
    return [{ file, line, symbol: "import", message }];
  });
}
