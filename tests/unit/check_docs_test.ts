import {
  assertArrayIncludes,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { checkDocs } from "../../tools/doc_rules.ts";
import type {
  DocComment,
  DocDeclaration,
  DocMember,
  DocSymbol,
  DocTag,
  DocType,
} from "../../tools/doc_types.ts";
import { countFindings, formatFinding } from "../../tools/finding.ts";
import { checkSource, judgeErrorText } from "../../tools/source_rules.ts";
import { blank, readText, UNKNOWN } from "../../tools/source_text.ts";

const location = { filename: "file:///a/mod.ts", line: 7 };
const example: DocTag = { kind: "example", doc: "```ts\ncall();\n```" };
const STRING: DocType = { kind: "keyword", repr: "string", value: "string" };
const VOID: DocType = { kind: "keyword", repr: "void", value: "void" };

function promiseOf(type: DocType): DocType {
  return { kind: "typeRef", repr: "Promise", value: { typeParams: [type] } };
}

function comment(...tags: DocTag[]): DocComment {
  return { doc: "Does it.", tags };
}

function param(name: string): DocTag {
  return { kind: "param", name, doc: "The words." };
}

function declare(
  kind: string,
  parts: Partial<DocDeclaration> = {},
): DocDeclaration {
  return { kind, declarationKind: "export", location, def: {}, ...parts };
}

function method(name: string, parts: Partial<DocMember> = {}): DocMember {
  const functionDef = { params: [], returnType: VOID, hasBody: true };
  return { name, kind: "method", location, functionDef, ...parts };
}

function messagesOf(...declarations: DocDeclaration[]): string[] {
  return messagesIn([{ name: "it", declarations }]);
}

function messagesIn(symbols: DocSymbol[], version = 2): string[] {
  const module_doc = { doc: "A module." };
  const nodes = { "file:///a/mod.ts": { module_doc, symbols } };
  return checkDocs({ version, nodes })
    .map(({ symbol, message }) => `${symbol}: ${message}`);
}

/** What the rules say of a function with a result and some tags. */
function ofFunction(returnType: DocType, ...tags: DocTag[]): string[] {
  const def = { params: [], returnType };
  return messagesOf(
    declare("function", { def, jsDoc: comment(example, ...tags) }),
  );
}

function sourceMessages(text: string): string[] {
  return checkSource({ file: "src/a.ts", text }).map(formatFinding);
}

function functionText(header: string, lines: number): string {
  return `${header} {\n${"  work();\n".repeat(lines - 2)}}\n`;
}

Deno.test("checkDocs() refuses a format that it does not know", () => {
  assertThrows(() => messagesIn([], 1), Error, "unknown version 1");
});

Deno.test("checkDocs() gives file and line of a finding", () => {
  const symbols = [{ name: "it", declarations: [declare("variable")] }];
  const nodes = { "file:///a/mod.ts": { symbols } };
  const found = checkDocs({ version: 2, nodes });
  const file = "file:///a/mod.ts";
  assertEquals(found, [
    { file, line: 1, symbol: "module", message: "missing summary" },
    { file, line: 7, symbol: "it", message: "missing summary" },
  ]);
});

Deno.test("checkDocs() accepts what is documented in full", () => {
  const def = {
    params: [{ kind: "identifier", name: "a" }],
    returnType: STRING,
  };
  const tags = [param("a"), { kind: "return", doc: "The text." }, example];
  assertEquals(
    messagesOf(declare("function", { def, jsDoc: comment(...tags) })),
    [],
  );
});

Deno.test("checkDocs() demands a summary of blank comments too", () => {
  const jsDoc = { doc: " \n", tags: [] };
  assertEquals(messagesOf(declare("typeAlias", { jsDoc })), [
    "it: missing summary",
  ]);
});

Deno.test("checkDocs() demands @param of every kind of parameter", () => {
  const params = [
    { kind: "identifier", name: "a" },
    { kind: "assign", left: { kind: "identifier", name: "b" } },
    { kind: "rest", arg: { kind: "identifier", name: "c" } },
    { kind: "assign", left: { kind: "object" } },
  ];
  const def = { params };
  assertEquals(
    messagesOf(declare("function", { def, jsDoc: comment(example) })),
    [
      "it: missing @param a",
      "it: missing @param b",
      "it: missing @param c",
      "it: missing @param (parameter 4)",
    ],
  );
  const tags = [param("a"), param("b"), param("c"), param("options")];
  assertEquals(
    messagesOf(declare("function", { def, jsDoc: comment(example, ...tags) })),
    [],
  );
});

Deno.test("checkDocs() refuses @param without words or parameter", () => {
  const def = { params: [{ kind: "identifier", name: "a" }] };
  const tags = [{ kind: "param", name: "a" }, param("a.b"), param("z")];
  assertEquals(
    messagesOf(declare("function", { def, jsDoc: comment(example, ...tags) })),
    ["it: missing @param a", "it: @param z is no parameter"],
  );
});

Deno.test("checkDocs() demands @returns when something is returned", () => {
  const missing = ["it: missing @returns"];
  const union = (...value: DocType[]) => ({ kind: "union", value });
  const predicate = (asserts: boolean) => ({
    kind: "typePredicate",
    value: { asserts },
  });
  assertEquals(ofFunction(STRING), missing);
  assertEquals(ofFunction(promiseOf(STRING)), missing);
  assertEquals(ofFunction(union(VOID, STRING)), missing);
  assertEquals(ofFunction(predicate(false)), missing);
  assertEquals(ofFunction(STRING, { kind: "return", doc: "It." }), []);
  const nothing = [VOID, promiseOf(VOID), union(VOID, promiseOf(VOID))];
  for (const type of [...nothing, predicate(true)]) {
    assertEquals(ofFunction(type), []);
  }
});

Deno.test("checkDocs() demands the form of @throws", () => {
  const wrong = ["it: @throws is not of the form {Class} when ..."];
  const tsType = { repr: "TypeError" };
  const kind = "throws";
  assertEquals(ofFunction(VOID, { kind, tsType, doc: "when so" }), []);
  assertEquals(ofFunction(VOID, { kind, tsType, doc: "If so" }), wrong);
  assertEquals(ofFunction(VOID, { kind, doc: "when so" }), wrong);
  assertEquals(ofFunction(VOID, { kind, tsType }), wrong);
});

Deno.test("checkDocs() demands an example with code of a function", () => {
  const def = { params: [] };
  const bare = { kind: "example", doc: "call()" };
  const internal = comment({ kind: "internal" });
  const missing = ["it: missing @example"];
  assertEquals(
    messagesOf(declare("function", { def, jsDoc: comment() })),
    missing,
  );
  assertEquals(
    messagesOf(declare("function", { def, jsDoc: comment(bare) })),
    missing,
  );
  assertEquals(messagesOf(declare("function", { def, jsDoc: internal })), []);
  assertEquals(messagesOf(declare("interface", { jsDoc: comment() })), []);
});

Deno.test("checkDocs() takes an example on the class or its methods", () => {
  const def = {
    methods: [
      method("a", { jsDoc: comment(example) }),
      method("b", { jsDoc: comment() }),
    ],
  };
  assertEquals(messagesOf(declare("class", { def, jsDoc: comment() })), [
    "it.b: missing @example, here or on the class",
  ]);
  assertEquals(
    messagesOf(declare("class", { def, jsDoc: comment(example) })),
    [],
  );
  assertEquals(messagesOf(declare("class", { jsDoc: comment() })), [
    "it: missing @example",
  ]);
});

Deno.test("checkDocs() looks at each public member of a class", () => {
  const functionDef = {
    params: [{ kind: "identifier", name: "x" }],
    returnType: promiseOf(STRING),
  };
  const def = {
    constructors: [{
      name: "constructor",
      location,
      jsDoc: comment(),
      params: [{ kind: "identifier", name: "y" }],
    }],
    properties: [
      { name: "field", location },
      { name: "hidden", location, accessibility: "private" },
    ],
    methods: [
      method("run", { functionDef }),
      method("hide", { accessibility: "private" }),
      method("size", { kind: "getter", jsDoc: comment() }),
      method("size", { kind: "setter" }),
      method("sink", { kind: "setter" }),
    ],
  };
  assertEquals(messagesOf(declare("class", { def, jsDoc: comment(example) })), [
    "it.field: missing summary",
    "it.constructor: missing @param y",
    "it.run: missing summary",
    "it.run: missing @param x",
    "it.run: missing @returns",
    "it.sink: missing summary",
  ]);
});

Deno.test("checkDocs() looks at the members of an interface", () => {
  const def = {
    properties: [{ name: "a", location }],
    methods: [{ name: "b", kind: "method", location, returnType: STRING }],
    constructors: [{ location, jsDoc: comment(), returnType: STRING }],
    callSignatures: [{ location, jsDoc: comment(), tsType: STRING }],
  };
  assertEquals(messagesOf(declare("interface", { def, jsDoc: comment() })), [
    "it.a: missing summary",
    "it.(call): missing @returns",
    "it.b: missing summary",
    "it.b: missing @returns",
  ]);
});

Deno.test("checkDocs() looks into enums and namespaces", () => {
  const members = [{ name: "A", location }];
  const elements = [{ name: "f", declarations: [declare("variable")] }];
  assertEquals(
    messagesOf(
      declare("enum", { def: { members }, jsDoc: comment() }),
      declare("namespace", { def: { elements }, jsDoc: comment() }),
    ),
    ["it.A: missing summary", "it.f: missing summary"],
  );
});

Deno.test("checkDocs() leaves out implementations and references", () => {
  const def = { params: [] };
  const jsDoc = comment(example);
  assertEquals(
    messagesOf(
      declare("function", { def, jsDoc }),
      declare("function", { def: { ...def, hasBody: true } }),
      declare("reference"),
      declare("variable", { declarationKind: "private" }),
    ),
    [],
  );
});

Deno.test("formatFinding() and countFindings() tell hints apart", () => {
  const fault = { file: "a.ts", line: 3, symbol: "it", message: "bad" };
  const hint = { ...fault, warning: true };
  assertEquals(formatFinding(fault), "a.ts:3: it: bad");
  assertEquals(formatFinding(hint), "a.ts:3: it: warning: bad");
  assertEquals(countFindings([hint]), {
    text: "0 errors, 1 warnings",
    ok: true,
  });
  assertEquals(countFindings([hint, fault]).ok, false);
});

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

Deno.test("checkSource() finds the texts of errors", () => {
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
  assertEquals(sourceMessages(text), [
    "src/a.ts:1: TypeError: error text starts without a capital letter: " +
    '"bad name"',
    "src/a.ts:2: Deno.errors.NotFound: error text ends with a period: " +
    `"No pipe ${UNKNOWN} here: gone."`,
  ]);
});

Deno.test("checkSource() finds what an array of a caller can override", () => {
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
    const [found, ...others] = sourceMessages(`${head}\n  ${body}\n}\n`);
    assertEquals(others, []);
    assertStringIncludes(found!, "src/a.ts:2");
    assertStringIncludes(found!, "can be overridden by a caller's array");
  }
});

Deno.test("checkSource() allows what no caller can override", () => {
  const head = "function f(data: Uint8Array, map: Map<string, number>) {";
  for (
    const body of [
      "return this.#entries.subarray(1);",
      "return copyBytes(data, 1);",
      'map.set("a", 1);',
      "return data.byteLength;",
      "// data.slice()",
      'return "data.slice()";',
    ]
  ) {
    assertEquals(sourceMessages(`${head}\n  ${body}\n}\n`), []);
  }
  assertEquals(sourceMessages("export const a = text.slice(1);\n"), []);
  const text = "export const a = (b: Uint8Array) => b.slice(1);\n";
  assertEquals(checkSource({ file: "src/ffi/a.ts", text }), []);
});

Deno.test("checkSource() finds optional properties that cannot be undefined", () => {
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
  assertEquals(sourceMessages(text), [
    `src/a.ts:3: signal: ${message}`,
    `src/a.ts:4: where: ${message}`,
    `src/a.ts:7: onEnd: ${message}`,
  ]);
});

Deno.test("checkSource() refuses a file of more than 400 lines", () => {
  assertEquals(sourceMessages("a();\n".repeat(400)), []);
  assertEquals(sourceMessages("a();\n".repeat(401)), [
    "src/a.ts:401: file: file has 401 lines, more than 400",
  ]);
});

Deno.test("checkSource() warns of a function of more than 60 lines", () => {
  const warning = "warning: function has 61 lines, more than 60";
  for (
    const header of [
      "function work()",
      "export async function work<T>(a: T): Promise<void>",
      "export default function* work(a = `}`)",
    ]
  ) {
    assertEquals(sourceMessages(functionText(header, 60)), []);
    assertEquals(sourceMessages(functionText(header, 61)), [
      `src/a.ts:1: work: ${warning}`,
    ]);
  }
});

Deno.test("checkSource() measures methods, not calls around them", () => {
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
  assertEquals(sourceMessages(text), [
    "src/a.ts:2: #run: warning: function has 63 lines, more than 60",
  ]);
});

Deno.test("blank() keeps code and lines only", () => {
  const source = [
    'a("b//c", /["/]/g) / 2; // d',
    "e(`f${g(`}`)}h`); /* i",
    "j */ k('\\'l');",
  ].join("\n");
  const code = blank(source);
  assertStrictEquals(code.length, source.length);
  assertEquals(code.split("\n").map((line) => line.replace(/ +/g, " ")), [
    'a(" ", ) / 2; ',
    "e(` `); ",
    " k(' ');",
  ]);
});

Deno.test("readText() joins literals and marks what is inserted", () => {
  assertEquals(readText('"a \\"b\\"" + `c${d}` + e)', 0), `a "b"c…${UNKNOWN}`);
  assertEquals(readText("f('it\\'s')", 2), "it's");
  assertEquals(readText("`a\\`b\\n${`}`}`;", 0), `a\`b ${UNKNOWN}`);
});
