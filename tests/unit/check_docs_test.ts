import { assertEquals, assertThrows } from "@std/assert";
import {
  checkDocs,
  type DocComment,
  type DocNode,
  type DocSymbol,
  type DocTag,
  type DocType,
} from "../../tools/doc_rules.ts";
import { formatFinding } from "../../tools/finding.ts";

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
  parts: Partial<DocNode> = {},
): DocNode {
  return { kind, declarationKind: "export", location, def: {}, ...parts };
}

function method(name: string, parts: Partial<DocNode> = {}): DocNode {
  const functionDef = { params: [], returnType: VOID, hasBody: true };
  return { name, kind: "method", location, functionDef, ...parts };
}

function messagesOf(...declarations: DocNode[]): string[] {
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

Deno.test("formatFinding() writes a line", () => {
  const fault = { file: "a.ts", line: 3, symbol: "it", message: "bad" };
  assertEquals(formatFinding(fault), "a.ts:3: it: bad");
});
