/** Command lines, taken apart by the rules of those who read them. */

import { assert, assertEquals } from "@std/assert";
import { batchCommandLine } from "../../src/process/batch_command.ts";
import { commandLine } from "../../src/process/command_line.ts";
import {
  assertEnvironment,
  mergeEnvironment,
  variable,
} from "../../src/process/environment.ts";
import { fc, test } from "./_property.ts";

/** How quotation marks in a row count. */
type QuoteRule = (parser: Parser) => void;

/**
 * Takes a command line apart. Backslashes are special before a quotation mark
 * only: two stand for one, and one that is left over makes the mark literal.
 *
 * Sources: MS, CommandLineToArgvW; MS, Parsing C command-line arguments; Wine,
 * dlls/shcore/main.c.
 */
class Parser {
  at = 0;
  quoted = false;
  argument = "";
  readonly line: string;
  readonly #rule: QuoteRule;

  constructor(line: string, rule: QuoteRule) {
    this.line = line;
    this.#rule = rule;
  }

  parse(): string[] {
    const args = [this.#program()];
    for (;;) {
      while (this.#isBlank()) this.at++;
      if (this.at >= this.line.length) return args;
      args.push(this.#next());
    }
  }

  /** The name of the program knows no backslashes. */
  #program(): string {
    const [whole, quoted, plain] = /^(?:"([^"]*)"?|([^ \t]*))/.exec(this.line)!;
    this.at = whole.length;
    return quoted ?? plain!;
  }

  #next(): string {
    this.argument = "";
    this.quoted = false;
    while (this.at < this.line.length && (this.quoted || !this.#isBlank())) {
      const backslashes = /^\\*/.exec(this.line.slice(this.at))![0].length;
      this.at += backslashes;
      if (this.line[this.at] === '"') this.#mark(backslashes);
      else if (backslashes > 0) this.argument += "\\".repeat(backslashes);
      else this.argument += this.line[this.at++];
    }
    return this.argument;
  }

  #mark(backslashes: number): void {
    this.argument += "\\".repeat(backslashes >> 1);
    if (backslashes % 2 === 0) return this.#rule(this);
    this.argument += '"';
    this.at++;
  }

  #isBlank(): boolean {
    return this.line[this.at] === " " || this.line[this.at] === "\t";
  }
}

/** CommandLineToArgvW: of marks in a row, every third is literal. */
function shellRule(parser: Parser): void {
  let count = parser.quoted ? 1 : 0;
  while (parser.line[parser.at] === '"') {
    parser.at++;
    if (++count < 3) continue;
    parser.argument += '"';
    count = 0;
  }
  parser.quoted = count === 1;
}

/** The C run-time since 2008: two marks in quotes are one, and quotes go on. */
function runtimeRule(parser: Parser): void {
  parser.at++;
  if (parser.quoted && parser.line[parser.at] === '"') {
    parser.argument += '"';
    parser.at++;
  } else parser.quoted = !parser.quoted;
}

const RULES = { CommandLineToArgvW: shellRule, "the C run-time": runtimeRule };

const EXAMPLES: [line: string, args: string[]][] = [
  ['x "a b c" d e', ["x", "a b c", "d", "e"]],
  ['"a b" "ab\\"c" "\\\\" d', ["a b", 'ab"c', "\\", "d"]],
  ['x a\\\\\\b d"e f"g h', ["x", "a\\\\\\b", "de fg", "h"]],
  ['x a\\\\\\"b c d', ["x", 'a\\"b', "c", "d"]],
  ['x a\\\\\\\\"b c" d e', ["x", "a\\\\b c", "d", "e"]],
];

for (const [name, rule] of Object.entries(RULES)) {
  Deno.test(`the parser of this test has the rules of ${name}`, () => {
    for (const [line, args] of EXAMPLES) {
      assertEquals(new Parser(line, rule).parse(), args, line);
    }
    const marks = new Parser('x "a"" b', rule).parse();
    assertEquals(marks, rule === shellRule ? ["x", 'a"', "b"] : ["x", 'a" b']);
  });
}

const unit = fc.oneof(
  { arbitrary: fc.constantFrom(...'\\\\\\"" \t'), weight: 3 },
  fc.constantFrom(..."abc%^&|<>!()=;,`\n\v\u00a0\u2003\ufeff"),
  fc.integer({ min: 1, max: 0xffff }).map((n) => String.fromCharCode(n)),
);
const argument = fc.string({ unit, maxLength: 16 });
const args = fc.array(argument, { maxLength: 8 });
const program = fc.string({ unit, maxLength: 20 }).map((text) =>
  text.replaceAll('"', "_")
);

for (const [name, rule] of Object.entries(RULES)) {
  test.property(
    `${name} takes apart what commandLine() has put together`,
    fc.tuple(program, args),
    ([program, args]) => {
      const line = commandLine(program, args, { raw: false });
      assertEquals(new Parser(line, rule).parse(), [program, ...args]);
    },
    { runs: 2000 },
  );
}

/** What a variable is in a line of cmd that nobody meant to have one. */
const EXPANDED = "<expanded>";

/**
 * What cmd makes of a line: `%name%` is its value, quoted or not, and a name of
 * two marks in a row is none. Sources: MS, cmd; SS64, Command line arguments.
 */
function expand(line: string): string {
  let text = "";
  for (let at = 0; at < line.length;) {
    const end = line[at] === "%" ? line.indexOf("%", at + 1) : -1;
    if (end <= at + 1) text += line[at++];
    else {
      // A substring of %cd% that is empty, or something that was not meant.
      text += line.slice(at + 1, end) === "cd:~," ? "" : EXPANDED;
      at = end + 1;
    }
  }
  return text;
}

/** The characters that cmd sees outside of quotation marks. */
function bare(command: string): string {
  return command.split('"').filter((_, i) => i % 2 === 0).join(" ");
}

const scriptName = fc.string({ unit: fc.constantFrom(..."ab %&^!()é\\.") })
  .map((name) => `${name}x.bat`);
const batchArgs = fc.array(
  argument.map((text) => text.replace(/[\r\n]/g, "_")),
  { maxLength: 6 },
);

test.property(
  "cmd finds no variable, no operator and no other command in a batch command",
  fc.tuple(scriptName, batchArgs),
  ([script, args]) => {
    const line = batchCommandLine(script, args, { raw: false });
    const head = 'cmd.exe /e:ON /v:OFF /d /c "';
    assert(line.startsWith(head) && line.endsWith('"'), line);
    const command = expand(line).slice(head.length, -1);
    assert(!command.includes(EXPANDED), command);
    assert(!/[&|<>^()\r\n]/.test(bare(command)), command);
  },
  { runs: 2000 },
);

test.property(
  "a program that a batch file hands its arguments to gets what was given",
  fc.tuple(scriptName, batchArgs),
  ([script, args]) => {
    const line = batchCommandLine(script, args, { raw: false });
    const command = expand(line).replace(/^[^"]*"/, "").slice(0, -1);
    assertEquals(
      new Parser(command, runtimeRule).parse(),
      [script, ...args],
    );
  },
  { runs: 2000 },
);

const variableName = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."aAbBäÄßıİſ_ ()"),
    fc.integer({ min: 1, max: 0xffff }).map((n) => String.fromCharCode(n)),
  ),
  minLength: 1,
  maxLength: 4,
}).filter((name) => !/[=\0]/.test(name) && name !== "__proto__");
const value = fc.string({ unit: "binary", maxLength: 8 }).map((text) =>
  text.replaceAll("\0", "_")
);
const env = fc.dictionary(variableName, value, {
  maxKeys: 6,
  noNullPrototype: true,
});

function isSame(name: string): (other: string) => boolean {
  return (other) => variable([`${other}=`], name) !== undefined;
}

test.property(
  "a child finds each variable that was set, and each of its parent's once",
  fc.tuple(env, env, fc.boolean()),
  ([parent, given, clearEnv]) => {
    const strings = Object.entries(parent).map(([name, text]) =>
      `${name}=${text}`
    );
    assertEnvironment(given);
    const merged = mergeEnvironment(strings, { env: given, clearEnv });
    const all = { ...clearEnv ? {} : parent, ...given };
    for (const name of Object.keys(all)) {
      const [last] = Object.keys(given).filter(isSame(name)).slice(-1);
      const [old] = Object.keys(parent).filter(isSame(name)).slice(-1);
      const wanted = last !== undefined ? given[last] : parent[old!];
      assertEquals(variable(merged, name), wanted);
    }
    const names = merged.map((one) => one.slice(0, one.indexOf("=", 1)));
    for (const name of names) {
      const same = merged.filter((one) => variable([one], name) !== undefined);
      assertEquals(same.length, 1, name);
    }
  },
);
