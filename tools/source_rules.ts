// Rules on the text of source files. They rely on the layout of `deno fmt`.
import type { Finding } from "./finding.ts";
import { blank, readText, UNKNOWN } from "./source_text.ts";

/** The most lines of a file. */
export const MAX_FILE_LINES = 400;

/** The most lines of a function. */
export const MAX_FUNCTION_LINES = 60;

/** A source file. */
export interface Source {
  /** Its path. */
  file: string;
  /** Its text. */
  text: string;
}

const THROWN =
  /\bnew\s+((?:Deno\.errors\.\w+)|(?:[\w$.]*Error))\(\s*(?=["'`])/g;
const CONTRACTION =
  /\b\w+n['’]t\b|\b\w+['’](?:re|ve|ll|m|d)\b|\b(?:it|that|there|what|who|let|he|she)['’]s\b/i;
const HEADER =
  /^( *)((?:export |default |async |static |private |protected |public |override |get |set |function\b)*)\*? ?(#?[\w$]+|\[[\w.]+\])(?:<.*>)?\($/;
const BYTES = /\b(?:Uint8Array|Bytes)\b/;
const OVERRIDABLE =
  /(?<!\bthis\.#\w+)[\w)\]][?!]?\.(?:slice|subarray|copyWithin)\(|\btarget\.(?:set\(|(?:byteLength|byteOffset|length|buffer)\b)/g;
/** Where what is decoded is our own, and where the intrinsics are. */
const OWN_BYTES = /(?:^|\/)src\/ffi\//;
const INTERFACE = /^export interface [^]*?^\}/gm;
const OPTIONAL = /^ {2}(?:readonly )?([\w$]+)\?:((?:[^;{]|\{[^}]*\})*);/gm;
const NO_NAME = /^(?:if|for|while|switch|catch|with|return|await|case|super)$/;

/**
 * Checks the texts of errors, the length of the file and its functions, that
 * nothing is called that an array of a caller can override, and that what is
 * optional may be `undefined`.
 *
 * @param source The file.
 * @returns The findings; a function that is too long is a warning.
 */
export function checkSource(source: Source): Finding[] {
  const code = blank(source.text);
  return [
    ...checkFileLength(source),
    ...checkFunctionLengths(source.file, code),
    ...checkErrorTexts(source, code),
    ...checkBytes(source.file, code),
    ...checkOptionals(source.file, code),
  ];
}

/** With `exactOptionalPropertyTypes`, `undefined` is no value of `a?: T`. */
function checkOptionals(file: string, code: string): Finding[] {
  return [...code.matchAll(INTERFACE)].flatMap(({ 0: body, index: start }) =>
    [...body.matchAll(OPTIONAL)]
      .filter(([, , type = ""]) => !/\|\s*undefined\s*$/.test(type))
      .map(({ 1: symbol = "", index }) => ({
        file,
        line: code.slice(0, start + index).split("\n").length,
        symbol,
        message: "is optional, but its type is without `| undefined`",
      }))
  );
}

/**
 * Finds methods that a subclass of `Uint8Array` can override, where the array
 * may be a caller's: in files that know bytes, on all but private fields.
 */
function checkBytes(file: string, code: string): Finding[] {
  if (OWN_BYTES.test(file) || !BYTES.test(code)) return [];
  return [...code.matchAll(OVERRIDABLE)].map((match) => ({
    file,
    line: code.slice(0, match.index).split("\n").length,
    symbol: match[0].replace(/^.*\.|\($/g, ""),
    message: "can be overridden by a caller's array: use src/ffi/bytes.ts",
  }));
}

function checkFileLength({ file, text }: Source): Finding[] {
  const lines = text.trimEnd().split("\n").length;
  if (lines <= MAX_FILE_LINES) return [];
  const message = `file has ${lines} lines, more than ${MAX_FILE_LINES}`;
  return [{ file, line: lines, symbol: "file", message }];
}

function checkErrorTexts({ file, text }: Source, code: string): Finding[] {
  return [...code.matchAll(THROWN)].flatMap((match) => {
    const message = readText(text, match.index + match[0].length);
    const line = code.slice(0, match.index).split("\n").length;
    const symbol = match[1] ?? "";
    return judgeErrorText(message).map((fault) => ({
      file,
      line,
      symbol,
      message: `error text ${fault}: ${JSON.stringify(message)}`,
    }));
  });
}

/**
 * Judges the text of an error by the house style.
 *
 * @param text The text, with {@linkcode UNKNOWN} for what is inserted.
 * @returns What is wrong with it.
 */
export function judgeErrorText(text: string): string[] {
  const faults: string[] = [];
  if (text === "") faults.push("is empty");
  if (/^[^\p{Lu}]/u.test(text) && !text.startsWith(UNKNOWN)) {
    faults.push("starts without a capital letter");
  }
  if (text.endsWith(".")) faults.push("ends with a period");
  if (CONTRACTION.test(text)) faults.push("has a contraction");
  return faults;
}

function checkFunctionLengths(file: string, code: string): Finding[] {
  const lines = code.split("\n");
  return lines.flatMap((_, index) => {
    const found = functionAt(lines, index);
    if (!found || found.length <= MAX_FUNCTION_LINES) return [];
    return [{
      file,
      line: index + 1,
      symbol: found.name,
      message:
        `function has ${found.length} lines, more than ${MAX_FUNCTION_LINES}`,
      warning: true,
    }];
  });
}

/** Finds the function whose header begins in a line. */
function functionAt(
  lines: string[],
  start: number,
): { name: string; length: number } | undefined {
  const line = lines[start] ?? "";
  const header = HEADER.exec(line.slice(0, line.indexOf("(") + 1));
  const [, indent = "", words = "", name = ""] = header ?? [];
  if (!header || NO_NAME.test(name)) return undefined;
  const body = bodyLine(lines, start, words.includes("function"));
  if (body === undefined) return undefined;
  const end = lines.findIndex((line, index) =>
    index >= body && line.startsWith(`${indent}}`) && !line.endsWith("{")
  );
  return { name, length: (end < 0 ? lines.length : end + 1) - start };
}

/** The line in which a body opens, `undefined` if it ends there too. */
function bodyLine(
  lines: string[],
  start: number,
  isFunction: boolean,
): number | undefined {
  const text = lines.slice(start).join("\n");
  const close = closingParenthesis(text);
  const rest = text.slice(close + 1);
  if (!isFunction && !/^(?::| \{)/.test(rest)) return undefined;
  const opening = /([{;])\s*?(\}.*)?\n/.exec(rest);
  if (!opening || opening[1] === ";" || opening[2]) return undefined;
  const before = text.slice(0, close + 1 + opening.index);
  return start + before.split("\n").length - 1;
}

function closingParenthesis(text: string): number {
  let depth = 0;
  for (let i = text.indexOf("("); i < text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")" && --depth === 0) return i;
  }
  return text.length;
}
