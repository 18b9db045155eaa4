// Rules on what `deno doc --json` says of the exported symbols.

import type {
  DocComment,
  DocDeclaration,
  DocDefinition,
  DocLocation,
  DocMember,
  DocOutput,
  DocParam,
  DocSignature,
  DocSymbol,
  DocTag,
  DocType,
} from "./doc_types.ts";
import type { Finding } from "./finding.ts";

const DOC_VERSION = 2;

/** What the rules on signatures need to know of a function or method. */
interface Callable {
  symbol: string;
  location: DocLocation;
  jsDoc: DocComment | undefined;
  signature: DocSignature;
}

/**
 * Checks the documentation of all symbols that a module exports.
 *
 * @param output What `deno doc --json` printed, parsed.
 * @returns The findings, in the order of the output.
 * @throws {Error} when the format has another version than 2.
 */
export function checkDocs(output: DocOutput): Finding[] {
  if (output.version !== DOC_VERSION) {
    throw new Error(
      `Cannot read documentation: unknown version ${output.version}`,
    );
  }
  return Object.entries(output.nodes).flatMap(([filename, module]) => [
    ...checkSummary("module", { filename, line: 1 }, module.module_doc),
    ...checkThrows("module", { filename, line: 1 }, module.module_doc),
    ...module.symbols.flatMap((symbol) => checkSymbol(symbol, "")),
  ]);
}

function checkSymbol(symbol: DocSymbol, prefix: string): Finding[] {
  const name = `${prefix}${symbol.name}`;
  const declarations = withoutImplementation(
    symbol.declarations.filter(isDocumented),
    (declaration) => declaration.def.hasBody,
    (declaration) => declaration.kind === "function",
  );
  return [
    ...declarations.flatMap((declaration) =>
      checkDeclaration(name, declaration)
    ),
    ...checkExamples(name, declarations),
  ];
}

function isDocumented(declaration: DocDeclaration): boolean {
  return declaration.declarationKind !== "private" &&
    declaration.kind !== "reference";
}

/** Drops the implementation of overloads, which no caller can see. */
function withoutImplementation<T>(
  items: T[],
  hasBody: (item: T) => boolean | undefined,
  isCallable: (item: T) => boolean,
): T[] {
  const callables = items.filter(isCallable);
  const overloaded = callables.length > 1 && !callables.every(hasBody);
  return overloaded
    ? items.filter((item) => !isCallable(item) || !hasBody(item))
    : items;
}

function checkDeclaration(
  symbol: string,
  declaration: DocDeclaration,
): Finding[] {
  const { def, jsDoc, location } = declaration;
  const { elements = [], params } = def;
  return [
    ...checkSummary(symbol, location, jsDoc),
    ...checkThrows(symbol, location, jsDoc),
    ...checkMembers(symbol, def),
    ...elements.flatMap((element) => checkSymbol(element, `${symbol}.`)),
    ...params
      ? checkSignature({
        symbol,
        location,
        jsDoc,
        signature: { ...def, params },
      })
      : [],
  ];
}

function checkMembers(symbol: string, def: DocDefinition): Finding[] {
  const { properties = [], members = [] } = def;
  const values = [...properties, ...members].filter(isPublic);
  return [
    ...values.flatMap((member) => checkValue(symbol, member)),
    ...callablesOf(def).flatMap((member) => checkCallable(symbol, member, def)),
  ];
}

function callablesOf(def: DocDefinition): DocMember[] {
  const { constructors = [], callSignatures = [] } = def;
  const calls = callSignatures.map(({ tsType, ...call }) => ({
    name: "(call)",
    ...call,
    ...tsType && { returnType: tsType },
  }));
  const news = constructors.map(({ returnType: _instance, ...one }) => ({
    name: "new",
    ...one,
  }));
  return [...visible(news), ...visible(calls), ...methodsOf(def)];
}

function methodsOf(def: DocDefinition): DocMember[] {
  const groups = Map.groupBy(def.methods ?? [], (method) => method.name);
  return [...groups.values()].flatMap(visible);
}

function visible(members: DocMember[]): DocMember[] {
  return withoutImplementation(
    members.filter(isPublic),
    (member) => member.functionDef?.hasBody ?? member.hasBody,
    (member) => !isAccessor(member),
  );
}

function isPublic(member: DocMember): boolean {
  return member.accessibility !== "private";
}

function isAccessor(member: DocMember): boolean {
  return member.kind === "getter" || member.kind === "setter";
}

function checkValue(symbol: string, member: DocMember): Finding[] {
  return checkSummary(nameOf(symbol, member), member.location, member.jsDoc);
}

function nameOf(symbol: string, member: DocMember): string {
  return `${symbol}.${member.name}`;
}

function checkCallable(
  owner: string,
  member: DocMember,
  def: DocDefinition,
): Finding[] {
  if (isAccessor(member)) return checkAccessor(owner, member, def);
  const symbol = nameOf(owner, member);
  const { location, jsDoc } = member;
  const signature = member.functionDef ?? { params: [], ...member };
  return [
    ...checkSummary(symbol, location, jsDoc),
    ...checkThrows(symbol, location, jsDoc),
    ...checkSignature({ symbol, location, jsDoc, signature }),
  ];
}

/** A setter may leave the words to its getter. */
function checkAccessor(
  owner: string,
  member: DocMember,
  def: DocDefinition,
): Finding[] {
  const hasGetter = member.kind === "setter" &&
    def.methods?.some(({ name, kind }) =>
      kind === "getter" && name === member.name
    );
  return [
    ...hasGetter ? [] : checkValue(owner, member),
    ...checkThrows(nameOf(owner, member), member.location, member.jsDoc),
  ];
}

function finding(
  symbol: string,
  location: DocLocation,
  message: string,
): Finding {
  return { file: location.filename, line: location.line, symbol, message };
}

function checkSummary(
  symbol: string,
  location: DocLocation,
  jsDoc: DocComment | undefined,
): Finding[] {
  return jsDoc?.doc?.trim()
    ? []
    : [finding(symbol, location, "missing summary")];
}

function tagsOf(jsDoc: DocComment | undefined, kind: string): DocTag[] {
  return jsDoc?.tags?.filter((tag) => tag.kind === kind) ?? [];
}

function checkThrows(
  symbol: string,
  location: DocLocation,
  jsDoc: DocComment | undefined,
): Finding[] {
  return tagsOf(jsDoc, "throws")
    .filter((tag) => !tag.tsType || !/^when\s/.test(tag.doc?.trim() ?? ""))
    .map(() =>
      finding(symbol, location, "@throws is not of the form {Class} when ...")
    );
}

function checkSignature(callable: Callable): Finding[] {
  const { symbol, location, jsDoc, signature } = callable;
  const needsReturns = signature.returnType && !isVoid(signature.returnType);
  const hasReturns = tagsOf(jsDoc, "return").some((tag) => tag.doc?.trim());
  return [
    ...checkParams(callable),
    ...needsReturns && !hasReturns
      ? [finding(symbol, location, "missing @returns")]
      : [],
  ];
}

function isVoid(type: DocType): boolean {
  const { kind, repr, value } = type;
  if (kind === "keyword") return /^(void|never|undefined)$/.test(repr ?? "");
  if (kind === "union") return (value as DocType[]).every(isVoid);
  if (kind === "typePredicate") {
    return (value as { asserts?: boolean }).asserts === true;
  }
  if (kind !== "typeRef" || repr !== "Promise") return false;
  return (value as { typeParams?: DocType[] }).typeParams?.every(isVoid) ??
    false;
}

function checkParams(callable: Callable): Finding[] {
  const { symbol, location, jsDoc, signature } = callable;
  const tags = tagsOf(jsDoc, "param");
  const names = signature.params.map((param, index) =>
    paramName(param) ?? tags[index]?.name ?? `(parameter ${index + 1})`
  );
  const described = new Set(
    tags.filter((tag) => tag.doc?.trim()).map((tag) => tag.name),
  );
  const missing = names.filter((name) => !described.has(name));
  const unknown = tags.filter(({ name = "" }) =>
    !names.includes(name.split(".")[0] ?? "")
  );
  return [
    ...missing.map((name) => `missing @param ${name}`),
    ...unknown.map(({ name }) => `@param ${name} is no parameter`),
  ].map((message) => finding(symbol, location, message));
}

function paramName(param: DocParam): string | undefined {
  return param.name ??
    (param.left && paramName(param.left)) ??
    (param.arg && paramName(param.arg));
}

function checkExamples(
  symbol: string,
  declarations: DocDeclaration[],
): Finding[] {
  const shown = declarations.filter(({ kind, jsDoc }) =>
    (kind === "class" || kind === "function") &&
    tagsOf(jsDoc, "internal").length === 0
  );
  const first = shown[0];
  if (!first || shown.some((one) => hasExample(one.jsDoc))) return [];
  const methods = methodsOf(first.def).filter((one) => !isAccessor(one));
  if (methods.length === 0) {
    return [finding(symbol, first.location, "missing @example")];
  }
  return methods
    .filter((method) => !hasExample(method.jsDoc))
    .map((method) =>
      finding(
        nameOf(symbol, method),
        method.location,
        "missing @example, here or on the class",
      )
    );
}

function hasExample(jsDoc: DocComment | undefined): boolean {
  return tagsOf(jsDoc, "example").some((tag) => tag.doc?.includes("```"));
}
