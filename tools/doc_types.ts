// What `deno doc --json` prints, as far as the rules need it.

/** A tag of a documentation comment. */
export interface DocTag {
  /** Its name without `@`; `@returns` is `return`. */
  kind: string;
  /** The parameter of a `@param`. */
  name?: string;
  /** The text after it. */
  doc?: string;
  /** The type in braces. */
  tsType?: unknown;
}

/** A documentation comment. */
export interface DocComment {
  /** The text before the tags. */
  doc?: string;
  /** The tags. */
  tags?: DocTag[];
}

/** A type. */
export interface DocType {
  /** Its kind: `keyword`, `typeRef`, `union` and others. */
  kind: string;
  /** Its text. */
  repr?: string;
  /** What it is made of. */
  value?: unknown;
}

/** A parameter. */
export interface DocParam {
  /** Its kind: `identifier`, `assign`, `rest`, `object` or `array`. */
  kind: string;
  /** Its name, of an identifier. */
  name?: string;
  /** The parameter that has a default. */
  left?: DocParam;
  /** The parameter that takes the rest. */
  arg?: DocParam;
}

/** The parameters and result of a function. */
export interface DocSignature {
  /** Its parameters. */
  params: DocParam[];
  /** What it returns. */
  returnType?: DocType;
  /** Whether it is more than a signature. */
  hasBody?: boolean;
}

/** Where something stands. */
export interface DocLocation {
  /** The URL of the file. */
  filename: string;
  /** The line, from 1. */
  line: number;
}

/** A member of a class, interface or enum. */
export interface DocMember extends Partial<DocSignature> {
  /** Its name; the signatures of interfaces have none. */
  name?: string;
  /** `method`, `getter` or `setter`. */
  kind?: string;
  /** `private` or `protected`. */
  accessibility?: string;
  /** Its comment. */
  jsDoc?: DocComment;
  /** Where it stands. */
  location: DocLocation;
  /** The signature of a class's method. */
  functionDef?: DocSignature;
  /** The type of a property, or what a call signature returns. */
  tsType?: DocType;
}

/** What a declaration holds. */
export interface DocDefinition extends Partial<DocSignature> {
  /** Constructors of a class or interface. */
  constructors?: DocMember[];
  /** Properties of a class or interface. */
  properties?: DocMember[];
  /** Methods of a class or interface. */
  methods?: DocMember[];
  /** Call signatures of an interface. */
  callSignatures?: DocMember[];
  /** Members of an enum. */
  members?: DocMember[];
  /** Symbols of a namespace. */
  elements?: DocSymbol[];
}

/** A declaration of an exported symbol. */
export interface DocDeclaration {
  /** `class`, `function`, `interface`, `reference` and others. */
  kind: string;
  /** Whether it is exported. */
  declarationKind: string;
  /** Its comment. */
  jsDoc?: DocComment;
  /** Where it stands. */
  location: DocLocation;
  /** What it holds. */
  def: DocDefinition;
}

/** An exported symbol. */
export interface DocSymbol {
  /** Its name. */
  name: string;
  /** Its declarations, more than one for overloads. */
  declarations: DocDeclaration[];
}

/** The output of `deno doc --json`. */
export interface DocOutput {
  /** The version of the format. */
  version: number;
  /** The modules by URL. */
  nodes: Record<string, { module_doc?: DocComment; symbols: DocSymbol[] }>;
}
