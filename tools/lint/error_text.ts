/** Stands for what a program inserts into a text. */
export const UNKNOWN = "…";

const CLASS = /^Deno\.errors\.\w+$|Error$/;
const CONTRACTION =
  /\b\w+n['’]t\b|\b\w+['’](?:re|ve|ll|m|d)\b|\b(?:it|that|there|what|who|let|he|she)['’]s\b/i;

/** Checks the texts of errors. */
export const errorText: Deno.lint.Rule = {
  create(context) {
    return {
      NewExpression(node) {
        const [first] = node.arguments;
        const name = context.sourceCode.getText(node.callee);
        const text = first === undefined ? undefined : textOf(first);
        if (!CLASS.test(name) || text === undefined) return;
        for (const fault of judgeErrorText(text)) {
          const message = `error text ${fault}: ${JSON.stringify(text)}`;
          context.report({ node, message });
        }
      },
    };
  },
};

/**
 * Judges the text of an error by the style of the house.
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

/** The text of a literal, or of several that are joined. */
function textOf(node: Deno.lint.Node): string | undefined {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" ? node.value : undefined;
    case "TemplateLiteral":
      return node.quasis.map(({ cooked }) => cooked).join(UNKNOWN);
    case "BinaryExpression": {
      const left = textOf(node.left);
      return left && left + (textOf(node.right) ?? UNKNOWN);
    }
  }
}
