import type { Finding } from "./finding.ts";

/** A block of code in a text, or in a documentation comment. */
export interface CodeBlock {
  /** The file, as it was named. */
  file: string;
  /** The line of the opening fence, from 1. */
  line: number;
  /** The heading or the symbol it belongs to, and which one there. */
  name: string;
  /** The words of the opening fence: the language first. */
  info: string;
  /** The code. */
  source: string;
}

/** Where a block starts. */
interface Opening {
  line: number;
  info: string;
  indent: string;
}

const MARKDOWN_FENCE = /^()```(.*)$/;
const COMMENT_FENCE = /^(\s*\* ?)```(.*)$/;
const HEADING = /^#+ (.+)$/;
const CLASS = /^export (?:abstract )?class (\w+)/;
const DECLARATION =
  /^(?:export )?(?:default )?(?:abstract )?(?:async )?(?:class|function\*?|interface|const|let|type|enum) (\w+)/;
const MEMBER = /^ +(?:(?:static|async|override|protected|get|set) )*\*?(\w+)/;

/**
 * Finds the blocks of code in a file, in their order. What ends in `.md` is
 * Markdown, all else TypeScript.
 */
export function codeBlocks(file: string, text: string): CodeBlock[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const markdown = file.endsWith(".md");
  const fence = markdown ? MARKDOWN_FENCE : COMMENT_FENCE;
  const owner = markdown ? headingBefore : symbolAfter;
  const blocks = fencedBlocks(lines, fence).map(({ opening, source }) => ({
    file,
    line: opening.line + 1,
    name: owner(lines, opening.line),
    info: opening.info.trim(),
    source,
  }));
  return numbered(blocks);
}

function fencedBlocks(
  lines: string[],
  fence: RegExp,
): { opening: Opening; source: string }[] {
  const found: { opening: Opening; source: string }[] = [];
  let opening: Opening | undefined;
  for (const [line, text] of lines.entries()) {
    const [, indent = "", info = ""] = fence.exec(text) ?? [undefined];
    if (!fence.test(text)) continue;
    if (opening === undefined) {
      opening = { line, info, indent };
      continue;
    }
    const inside = lines.slice(opening.line + 1, line);
    found.push({ opening, source: unindent(inside, opening.indent) });
    opening = undefined;
  }
  return found;
}

function unindent(lines: string[], indent: string): string {
  return lines.map((line) => `${line.slice(indent.length)}\n`).join("");
}

function headingBefore(lines: string[], line: number): string {
  const heading = lines.slice(0, line).findLast((text) => HEADING.test(text));
  return heading?.replace(HEADING, "$1") ?? "";
}

/** What the comment around a line documents. */
function symbolAfter(lines: string[], line: number): string {
  const end = lines.findIndex((text, i) => i > line && text.endsWith("*/"));
  const comment = lines.slice(line, end);
  if (comment.some((text) => /^\s*\* @module/.test(text))) return "module";
  const declared = lines[end + 1] ?? "";
  const top = DECLARATION.exec(declared)?.[1];
  if (top !== undefined) return top;
  const member = MEMBER.exec(declared)?.[1] ?? "";
  const owner = lines.slice(0, line).findLast((text) => CLASS.test(text));
  return `${CLASS.exec(owner ?? "")?.[1] ?? ""}.${member}`;
}

/** The second and later blocks of the same name get a number. */
function numbered(blocks: CodeBlock[]): CodeBlock[] {
  const seen = new Map<string, number>();
  return blocks.map((block) => {
    const count = (seen.get(block.name) ?? 0) + 1;
    seen.set(block.name, count);
    return count === 1 ? block : { ...block, name: `${block.name} ${count}` };
  });
}

/**
 * Why a block is not executed: what is behind `ignore:`; `undefined` if it is
 * executed, and an empty text if no reason is given.
 */
export function ignoreReason({ info }: CodeBlock): string | undefined {
  const match = /(?:^| )ignore(?::\s*(.*)|\b.*)$/.exec(info);
  return match === null ? undefined : match[1]?.trim() ?? "";
}

/** Whether a block is TypeScript or JavaScript. */
export function isScript({ info }: CodeBlock): boolean {
  return /^(?:ts|typescript|js|javascript|tsx|jsx|mjs|mts)\b/.test(info);
}

/**
 * Checks that examples are executed: one that is not must say why, as in
 * `ts ignore: needs a console`.
 */
export function checkExamples(
  { file, text }: { file: string; text: string },
): Finding[] {
  return codeBlocks(file, text)
    .filter((block) => isScript(block) && ignoreReason(block) === "")
    .map(({ line, name }) => {
      const message = "an ignored example needs a reason: ignore: REASON";
      return { file, line, symbol: name, message };
    });
}
