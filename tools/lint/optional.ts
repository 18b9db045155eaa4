/**
 * Refuses optional properties of exported interfaces that cannot be undefined:
 * with `exactOptionalPropertyTypes`, `undefined` is no value of `a?: T`.
 */
export const optional: Deno.lint.Rule = {
  create(context) {
    const { sourceCode } = context;
    return {
      "ExportNamedDeclaration > TSInterfaceDeclaration > TSInterfaceBody > TSPropertySignature"(
        node: Deno.lint.TSPropertySignature,
      ) {
        const type = node.typeAnnotation?.typeAnnotation;
        if (!node.optional || type === undefined) return;
        if (/\|\s*undefined\s*$/.test(sourceCode.getText(type))) return;
        const message = "is optional, but its type is without `| undefined`";
        context.report({ node, message });
      },
    };
  },
};
