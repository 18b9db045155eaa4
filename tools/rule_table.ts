import type { Finding } from "./finding.ts";
import type { TableRow } from "./test_references.ts";

const GRADES = ["certain", "likely", "open"];

/**
 * Checks that each rule of a table has a source and a grade, the cells before
 * the last one.
 *
 * @param file The file of the table.
 * @param rows Its rows.
 * @returns A finding for what is missing.
 */
export function checkRules(
  file: string,
  rows: readonly TableRow[],
): Finding[] {
  return rows.flatMap(({ line, head, cells }) => {
    const [source = "", grade = ""] = cells.slice(-3, -1);
    const messages = source === "" ? ["names no source"] : [];
    if (!GRADES.includes(grade)) messages.push(`has the grade "${grade}"`);
    return messages.map((message) => ({ file, line, symbol: head, message }));
  });
}

/**
 * Checks that a text names every option of the simulated kernel.
 *
 * @param file The file of the text.
 * @param text The text.
 * @param source The module with `SimulationOptions`.
 * @returns A finding for each option that it does not name.
 */
export function checkOptions(
  file: string,
  text: string,
  source: string,
): Finding[] {
  const [, members = ""] =
    /interface SimulationOptions \{(.*?)^\}/ms.exec(source) ?? [];
  return [...members.matchAll(/^ {2}(\w+)\?:/gm)]
    .filter(([, name]) => !new RegExp(`\`${name}\\b`).test(text))
    .map(([, name]) => {
      const message = `names no option "${name}"`;
      return { file, line: 1, symbol: "options", message };
    });
}
