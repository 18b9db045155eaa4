/** The rules of the house for `deno lint`. */

import { assertArrayIncludes, assertEquals } from "@std/assert";
import { judgeErrorText, UNKNOWN } from "../../tools/lint/error_text.ts";
import plugin from "../../tools/lint/plugin.ts";

const OVERRIDABLE =
  "can be overridden by a caller's array: use src/ffi/bytes.ts";

function messagesOf(text: string, file = "src/net/a.ts"): string[] {
  return Deno.lint.runPlugin(plugin, file, text).map(
    ({ id, message, range }) => {
      const line = text.slice(0, range[0]).split("\n").length;
      return `${id.replace("house/", "")}:${line}: ${message}`;
    },
  );
}

function functionText(header: string, lines: number): string {
  return `${header} {\n${"  work();\n".repeat(lines - 2)}}\n`;
}

Deno.test("judgeErrorText() knows the house style", () => {
  for (const text of ['Cannot open "x": busy', `${UNKNOWN} is not it`]) {
    assertEquals(judgeErrorText(text), []);
  }
  const lower = "starts without a capital letter";
  assertEquals(judgeErrorText("cannot open"), [lower]);
  assertEquals(judgeErrorText('"x" is busy'), [lower]);
  assertEquals(judgeErrorText("Cannot open."), ["ends with a period"]);
  for (const text of ["Can't open", "Pipe isn’t open", "Say what's up"]) {
    assertEquals(judgeErrorText(text), ["has a contraction"]);
  }
  assertArrayIncludes(judgeErrorText("it's gone."), [
    lower,
    "ends with a period",
    "has a contraction",
  ]);
  assertEquals(judgeErrorText(""), ["is empty"]);
});

Deno.test("error-text finds the texts of errors", () => {
  const text = [
    'throw new TypeError("bad name");',
    "throw new Deno.errors.NotFound(",
    "  `No pipe ${quote(`x.`)} here: ` +",
    '    "gone.",',
    ");",
    '// throw new Error("not code");',
    'const doc = `new Error("nor this")`;',
    "throw new WinError(code);",
    'throw new RangeError("Cannot read: " + reason);',
  ].join("\n");
  assertEquals(messagesOf(text), [
    "error-text:1: error text starts without a capital letter: " +
    '"bad name"',
    "error-text:2: error text ends with a period: " +
    `"No pipe ${UNKNOWN} here: gone."`,
  ]);
});

Deno.test("error-text joins literals and marks what is inserted", () => {
  const cases: [string, string][] = [
    ['"a \\"b\\"" + `c${d}` + e', `a "b"c${UNKNOWN}${UNKNOWN}`],
    ["'it\\'s'", "it's"],
    ["`a\\`b\\n${`}`}`", `a\`b\n${UNKNOWN}`],
  ];
  for (const [code, text] of cases) {
    assertEquals(
      messagesOf(`throw new Error(${code});`)[0],
      "error-text:1: error text starts without a capital letter: " +
        JSON.stringify(text),
    );
  }
});

Deno.test("bytes finds what an array of a caller can override", () => {
  const head = "function f(data: Uint8Array) {";
  for (
    const body of [
      "return data.slice();",
      "return write.data.slice(1);",
      "return list[0]!.subarray(1);",
      "return data?.copyWithin(0, 1);",
      "return make().slice(1);",
      "target.set(data);",
      "return target.byteLength;",
      "return target.length;",
    ]
  ) {
    const found = messagesOf(`${head}\n  ${body}\n}\n`);
    assertEquals(found, [`bytes:2: ${OVERRIDABLE}`], body);
  }
});

Deno.test("bytes allows what no caller can override", () => {
  const head = "function f(data: Uint8Array, map: Map<string, number>) {";
  for (
    const body of [
      "return this.#entries.subarray(1);",
      "return copyBytes(data, 1);",
      'map.set("a", 1);',
      "return data.byteLength;",
      "// data.slice()",
      'return "data.slice()";',
      'return "a,b".slice(1);',
    ]
  ) {
    assertEquals(messagesOf(`${head}\n  ${body}\n}\n`), [], body);
  }
  assertEquals(messagesOf("export const a = text.slice(1);\n"), []);
  const text = "export const a = (b: Uint8Array) => b.slice(1);\n";
  assertEquals(messagesOf(text, "src/ffi/a.ts"), []);
});

Deno.test("file-length refuses a file of more than 400 lines", () => {
  assertEquals(messagesOf("a();\n".repeat(400)), []);
  assertEquals(messagesOf("a();\n".repeat(401)), [
    "file-length:1: file has 401 lines, more than 400",
  ]);
});

Deno.test("file-length lets a page of one-line methods be longer", () => {
  const text = "a();\n".repeat(401);
  assertEquals(messagesOf(text, "src/loop/proactor_event_loop.ts"), []);
});

Deno.test("function-length refuses a function of more than 60 lines", () => {
  for (
    const header of [
      "function work()",
      "export async function work<T>(a: T): Promise<void>",
      "export default function* work(a = `}`)",
    ]
  ) {
    assertEquals(messagesOf(functionText(header, 60)), []);
    assertEquals(messagesOf(functionText(header, 61)), [
      "function-length:1: function has 61 lines, more than 60",
    ]);
  }
});

Deno.test("function-length measures methods, not calls around them", () => {
  const long = "    work();\n".repeat(59);
  const text = [
    "class A {",
    "  static async #run(",
    "    a: number,",
    "  ): Promise<void> {",
    long + "  }",
    "  sign(): void;",
    "  empty(): void {}",
    "  short() {",
    "  }",
    "}",
    "if (a) {",
    long + "}",
    "call(() => {",
    long + "});",
  ].join("\n");
  assertEquals(messagesOf(text), [
    "function-length:2: function has 63 lines, more than 60",
  ]);
});

Deno.test("the rules look at src/ alone", () => {
  const text = 'throw new Error("bad");\n' + "a();\n".repeat(401);
  assertEquals(messagesOf(text, "tests/unit/a.ts"), []);
  assertEquals(messagesOf(text, "tools/a.ts"), []);
});

Deno.test("optional finds optional properties that cannot be undefined", () => {
  const text = [
    "export interface Options extends Others {",
    "  /** A comment; with a semicolon. */",
    "  signal?: AbortSignal;",
    "  readonly where?: { a: 1; b?: 2 };",
    "  timeout?: number | undefined;",
    "  onError?: ((error: unknown) => void) | undefined;",
    "  onEnd?: (error: Error | undefined) => void;",
    "  long?:",
    '    | "a"',
    "    | undefined;",
    "  method?(a?: number): void;",
    "  needed: string;",
    "}",
    "interface Own {",
    "  a?: string;",
    "}",
  ].join("\n");
  const message = "is optional, but its type is without `| undefined`";
  assertEquals(messagesOf(text), [
    `optional:3: ${message}`,
    `optional:4: ${message}`,
    `optional:7: ${message}`,
  ]);
});
