const METHODS = ["slice", "subarray", "copyWithin"];
const FIELDS = ["set", "byteLength", "byteOffset", "length", "buffer"];
const MESSAGE = "can be overridden by a caller's array: use src/ffi/bytes.ts";

/**
 * Refuses what a subclass of `Uint8Array` can override, where the array may be
 * a caller's: in files that know bytes, on all but private fields. What
 * `src/ffi` decodes is our own.
 */
export const bytes: Deno.lint.Rule = {
  create(context) {
    const { filename, sourceCode } = context;
    const isOwn = filename.replaceAll("\\", "/").includes("src/ffi/");
    if (isOwn || !/\b(?:Uint8Array|Bytes)\b/.test(sourceCode.text)) return {};
    return {
      MemberExpression(node) {
        const { object, property } = node;
        if (property.type !== "Identifier" || node.computed) return;
        const calls = /^(?:Call|Chain)Expression$/.test(node.parent.type);
        const refused = METHODS.includes(property.name)
          ? calls && !isText(object) && !isPrivateField(object)
          : FIELDS.includes(property.name) && isTarget(object);
        if (refused) context.report({ node, message: MESSAGE });
      },
    };
  },
};

function isText({ type }: Deno.lint.Node): boolean {
  return type === "Literal" || type === "TemplateLiteral";
}

function isPrivateField(node: Deno.lint.Node): boolean {
  return node.type === "MemberExpression" &&
    node.object.type === "ThisExpression" &&
    node.property.type === "PrivateIdentifier";
}

function isTarget(node: Deno.lint.Node): boolean {
  return node.type === "Identifier" && node.name === "target";
}
