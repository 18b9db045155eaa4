// A reader of TypeScript text that tells code from comments and literals.

/** Stands for what a program inserts into a text. */
export const UNKNOWN = "…";

const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const STRING = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;
const REGEXP = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const BEFORE_REGEXP =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield|void))\s*$/;

/**
 * Blanks out comments, and what is between the quotes of texts.
 *
 * @param source The source text.
 * @returns A text of the same length, with the same lines.
 */
export function blank(source: string): string {
  let code = "";
  while (code.length < source.length) {
    const at = code.length;
    const literal = literalAt(source, at, code);
    if (literal === undefined) code += source[at];
    else code += blankLiteral(literal);
  }
  return code;
}

function literalAt(
  source: string,
  at: number,
  before: string,
): string | undefined {
  const char = source[at] ?? "";
  if (char === "`") return source.slice(at, templateEnd(source, at));
  if (char === '"' || char === "'") return matchAt(STRING, source, at);
  if (char !== "/") return undefined;
  return matchAt(COMMENT, source, at) ??
    (BEFORE_REGEXP.test(before.slice(-40))
      ? matchAt(REGEXP, source, at)
      : undefined);
}

function matchAt(
  pattern: RegExp,
  source: string,
  at: number,
): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function blankLiteral(literal: string): string {
  const blanked = literal.replace(/[^\n]/g, " ");
  const quote = literal[0] ?? "";
  return quote === "/"
    ? blanked
    : `${quote}${blanked.slice(1, -1)}${literal.at(-1)}`;
}

/** The index after a template literal. */
function templateEnd(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length) {
    if (source[at] === "`") return at + 1;
    if (source[at] === "\\") at += 2;
    else if (source.startsWith("${", at)) at = insertionEnd(source, at);
    else at++;
  }
  return source.length;
}

/** The index after an insertion into a template literal. */
function insertionEnd(source: string, start: number): number {
  let depth = 0;
  let at = start + 1;
  while (at < source.length) {
    const literal = literalAt(source, at, "");
    if (literal === undefined && source[at] === "{") depth++;
    if (literal === undefined && source[at] === "}" && --depth === 0) {
      return at + 1;
    }
    at += literal?.length ?? 1;
  }
  return source.length;
}

/**
 * Reads a text that may be joined from several literals.
 *
 * @param source The source text.
 * @param start The index of the first quote.
 * @returns The text, with {@linkcode UNKNOWN} for what is inserted.
 */
export function readText(source: string, start: number): string {
  const literal = literalAt(source, start, "");
  const quote = source[start] ?? "";
  if (literal === undefined || !"\"'`".includes(quote)) return UNKNOWN;
  const text = quote === "`"
    ? templateText(literal)
    : unescapeText(literal.slice(1, -1));
  const end = start + literal.length;
  const plus = /^\s*\+\s*/.exec(source.slice(end));
  return plus ? text + readText(source, end + plus[0].length) : text;
}

function templateText(literal: string): string {
  let text = "";
  let at = 1;
  while (at < literal.length - 1) {
    const insertion = literal.startsWith("${", at);
    const end = insertion
      ? insertionEnd(literal, at)
      : at + (literal[at] === "\\" ? 2 : 1);
    text += insertion ? UNKNOWN : unescapeText(literal.slice(at, end));
    at = end;
  }
  return text;
}

function unescapeText(text: string): string {
  return text.replace(/\\[nrt]/g, " ").replace(/\\([^])/g, "$1");
}
