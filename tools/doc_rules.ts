// Rules on what `deno doc --json` says of the exported symbols. That there are
// comments at all, and types in signatures, is checked by `deno doc --lint`.
import type { Finding } from "./finding.ts";

const DOC_VERSION = 2;

/** A tag of a documentation comment: `kind` is its name, without `@`. */
export interface DocTag {
  kind: string;
  name?: string;
  doc?: string;
  tsType?: unknown;
}

/** A documentation comment. */
export interface DocComment {
  doc?: string;
  tags?: DocTag[];
}

/** A type. */
export interface DocType {
  kind: string;
  repr?: string;
  value?: unknown;
}

/** A parameter; `left` has a default, `arg` takes the rest. */
export interface DocParam {
  kind: string;
  name?: string;
  left?: DocParam;
  arg?: DocParam;
}

/** A declaration, or a member of one, as far as the rules need it. */
export interface DocNode {
  name?: string;
  kind?: string;
  location: { filename: string; line: number };
  jsDoc?: DocComment;
  declarationKind?: string;
  accessibility?: string;
  params?: DocParam[];
  returnType?: DocType;
  tsType?: DocType;
  hasBody?: boolean;
  functionDef?: Partial<DocNode>;
  def?: Partial<DocNode>;
  constructors?: DocNode[];
  properties?: DocNode[];
  methods?: DocNode[];
  callSignatures?: DocNode[];
  members?: DocNode[];
  elements?: DocSymbol[];
}

/** An exported symbol: more than one declaration for overloads. */
export interface DocSymbol {
  name: string;
  declarations: DocNode[];
}

/** The output of `deno doc --json`. */
export interface DocOutput {
  version: number;
  nodes: Record<string, { module_doc?: DocComment; symbols: DocSymbol[] }>;
}

/**
 * Checks the documentation of all symbols that a module exports, as `deno doc
 * --json` prints it.
 */
export function checkDocs({ version, nodes }: DocOutput): Finding[] {
  if (version !== DOC_VERSION) {
    throw new Error(`Cannot read documentation: unknown version ${version}`);
  }
  return Object.entries(nodes).flatMap(([filename, module]) => {
    const { module_doc: jsDoc = {}, symbols } = module;
    const node = { location: { filename, line: 1 }, jsDoc };
    return [
      ...checkComment("module", node),
      ...symbols.flatMap((symbol) => checkSymbol(symbol)),
    ];
  });
}

function checkSymbol(symbol: DocSymbol, prefix = ""): Finding[] {
  const name = `${prefix}${symbol.name}`;
  const declarations = withoutImplementation(
    symbol.declarations.filter(({ kind, declarationKind }) =>
      declarationKind !== "private" && kind !== "reference"
    ),
  );
  return [
    ...declarations.flatMap((one) => checkDeclaration(name, one)),
    ...checkExamples(name, declarations),
  ];
}

/** Drops the implementation of overloads, which no caller can see. */
function withoutImplementation(nodes: DocNode[]): DocNode[] {
  const callables = nodes.filter((node) => signatureOf(node)?.params);
  const overloaded = callables.length > 1 &&
    !callables.every((one) => signatureOf(one)?.hasBody);
  if (!overloaded) return nodes;
  return nodes.filter((node) => signatureOf(node)?.hasBody !== true);
}

/** Where the parameters are: members have them in themselves, or not. */
function signatureOf(node: DocNode): Partial<DocNode> | undefined {
  if (isAccessor(node)) return undefined;
  return [node.functionDef, node.def, node].find((one) => one?.params) ??
    (node.kind === "method" ? node : undefined);
}

function isAccessor({ kind }: DocNode): boolean {
  return kind === "getter" || kind === "setter";
}

function checkDeclaration(symbol: string, node: DocNode): Finding[] {
  const { elements = [] } = node.def ?? {};
  return [
    ...checkComment(symbol, node),
    ...membersOf(node).flatMap((one) =>
      checkComment(`${symbol}.${one.name}`, one)
    ),
    ...elements.flatMap((one) => checkSymbol(one, `${symbol}.`)),
  ];
}

function membersOf({ def = {} }: DocNode): DocNode[] {
  const { properties = [], members = [], constructors = [] } = def;
  const calls = (def.callSignatures ?? []).map(({ tsType, ...call }) => ({
    name: "(call)",
    params: [],
    ...call,
    ...tsType && { returnType: tsType },
  }));
  const news = constructors.map(({ returnType: _instance, ...one }) => ({
    name: "new",
    params: [],
    ...one,
  }));
  const groups = [[...properties, ...members], news, calls, ...methodsOf(def)];
  return groups.flatMap((group) =>
    withoutImplementation(group.filter(isPublic))
  );
}

function isPublic({ accessibility }: DocNode): boolean {
  return accessibility !== "private";
}

/** Methods by their names. A setter may leave the words to its getter. */
function methodsOf({ methods = [] }: Partial<DocNode>): DocNode[][] {
  const getters = methods.filter(({ kind }) => kind === "getter");
  const told = methods.filter(({ kind, name, jsDoc }) =>
    kind !== "setter" || jsDoc || !getters.some((one) => one.name === name)
  );
  return [...Map.groupBy(told, ({ name }) => name).values()];
}

function checkComment(symbol: string, node: DocNode): Finding[] {
  const { location, jsDoc } = node;
  const signature = signatureOf(node);
  const badThrows = tagsOf(jsDoc, "throws").filter((tag) =>
    !tag.tsType || !/^when\s/.test(tag.doc?.trim() ?? "")
  );
  const messages = [
    ...jsDoc?.doc?.trim() ? [] : ["missing summary"],
    ...badThrows.map(() => "@throws is not of the form {Class} when ..."),
    ...signature === undefined ? [] : judgeSignature(signature, jsDoc),
  ];
  const { filename: file, line } = location;
  return messages.map((message) => ({ file, line, symbol, message }));
}

function tagsOf(jsDoc: DocComment | undefined, kind: string): DocTag[] {
  return jsDoc?.tags?.filter((tag) => tag.kind === kind) ?? [];
}

function isDescribed({ doc }: DocTag): boolean {
  return Boolean(doc?.trim());
}

function judgeSignature(
  { params = [], returnType }: Partial<DocNode>,
  jsDoc: DocComment | undefined,
): string[] {
  const tags = tagsOf(jsDoc, "param");
  const names = params.map((param, index) =>
    paramName(param) ?? tags[index]?.name ?? `(parameter ${index + 1})`
  );
  const described = tags.filter(isDescribed).map(({ name }) => name);
  const missing = names.filter((name) => !described.includes(name));
  const unknown = tags.filter(({ name = "" }) =>
    !names.includes(name.split(".")[0]!)
  );
  const noReturns = returnType && !isVoid(returnType) &&
    !tagsOf(jsDoc, "return").some(isDescribed);
  return [
    ...missing.map((name) => `missing @param ${name}`),
    ...unknown.map(({ name }) => `@param ${name} is no parameter`),
    ...noReturns ? ["missing @returns"] : [],
  ];
}

function paramName({ name, left, arg }: DocParam): string | undefined {
  return name ?? (left && paramName(left)) ?? (arg && paramName(arg));
}

function isVoid({ kind, repr = "", value }: DocType): boolean {
  if (kind === "keyword") return /^(void|never|undefined)$/.test(repr);
  if (kind === "union") return (value as DocType[]).every(isVoid);
  const { asserts, typeParams } = Object(value);
  if (kind === "typePredicate") return asserts === true;
  return kind === "typeRef" && repr === "Promise" &&
    (typeParams?.every(isVoid) ?? false);
}

/** A function or class has an example, or each method of the class has. */
function checkExamples(symbol: string, declarations: DocNode[]): Finding[] {
  const shown = declarations.filter(({ kind, jsDoc }) =>
    (kind === "class" || kind === "function") &&
    tagsOf(jsDoc, "internal").length === 0
  );
  const [first] = shown;
  if (first === undefined || shown.some(hasExample)) return [];
  const methods = methodsOf(first.def ?? {}).flat()
    .filter((one) => isPublic(one) && !isAccessor(one));
  const bare = methods.length === 0 ? [first] : methods;
  return bare.filter((one) => !hasExample(one)).map((one) => {
    const { filename: file, line } = one.location;
    if (one === first) {
      return { file, line, symbol, message: "missing @example" };
    }
    const message = "missing @example, here or on the class";
    return { file, line, symbol: `${symbol}.${one.name}`, message };
  });
}

function hasExample({ jsDoc }: DocNode): boolean {
  return tagsOf(jsDoc, "example").some(({ doc }) => doc?.includes("```"));
}
