/**
 * The code blocks of the texts and of the documentation comments.
 *
 * @module
 */

import {
  type CodeBlock,
  codeBlocks,
  ignoreReason,
  isScript,
} from "../../tools/code_blocks.ts";

const ROOT = new URL("../../", import.meta.url);
const TEXTS = ["README.md", "ARCHITECTURE.md", "PERFORMANCE.md", "mod.ts"];
const GUIDES = "docs";

/** A code block that is executed, or is not for a reason. */
export interface Example extends CodeBlock {
  /** Its file and its symbol or heading. */
  id: string;
  /** Why it is not executed. */
  ignored: string | undefined;
}

/**
 * Reads all examples of the project.
 *
 * @returns The examples, file by file.
 */
export function readExamples(): Example[] {
  const files = [
    ...TEXTS,
    ...filesIn(GUIDES, ".md"),
    ...filesIn("src", ".ts"),
  ];
  return files.flatMap((file) => {
    const text = Deno.readTextFileSync(new URL(file, ROOT));
    return codeBlocks(file, text).filter(isScript).map((block) => ({
      ...block,
      id: `${file}: ${block.name}`,
      ignored: ignoreReason(block),
    }));
  });
}

function filesIn(folder: string, extension: string): string[] {
  const entries = [...Deno.readDirSync(new URL(`${folder}/`, ROOT))];
  return entries.flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return filesIn(path, extension);
    return name.endsWith(extension) ? [path] : [];
  }).sort();
}

/**
 * What an example says that it prints: the comments behind `console.log`.
 *
 * @param source The example.
 * @returns The comments in their order; `...` in one stands for any text.
 */
export function expectedOutput(source: string): string[] {
  const lines = source.matchAll(/console\.log\(.*\);(?: \}\);)? \/\/ (.+)$/gm);
  return [...lines].map((match) => match[1]!);
}

/**
 * Looks for a text in which `...` stands for anything.
 *
 * @param output What was printed.
 * @param expected The text.
 * @returns True when it is that, white space at the ends aside.
 */
export function matchesOutput(output: string, expected: string): boolean {
  const parts = expected.split("...").map(RegExp.escape);
  const words = output.trim().replaceAll(/\s+/g, " ");
  return new RegExp(`^${parts.join(".*")}$`).test(words);
}
