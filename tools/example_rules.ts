import { codeBlocks, ignoreReason, isScript } from "./code_blocks.ts";
import type { Finding } from "./finding.ts";
import type { Source } from "./source_rules.ts";

/**
 * Checks that examples are executed: one that is not must say why, as in
 * `ts ignore: needs a console`.
 *
 * @param source A text, or a source file.
 * @returns The findings.
 */
export function checkExamples({ file, text }: Source): Finding[] {
  return codeBlocks(file, text)
    .filter((block) => isScript(block) && ignoreReason(block) === "")
    .map(({ line, name }) => {
      const message = "an ignored example needs a reason: ignore: REASON";
      return { file, line, symbol: name, message };
    });
}
