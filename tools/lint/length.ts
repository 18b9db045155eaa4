/** The most lines of a file. */
const MAX_FILE_LINES = 400;

/** The most lines of a function. */
const MAX_FUNCTION_LINES = 60;

/** Pages of one-line methods with their documentation: they may be longer. */
const PAGES = [
  "src/loop/proactor_event_loop.ts",
  "src/proactor/iocp_proactor.ts",
];

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression;

/** Refuses files of more than 400 lines. */
export const fileLength: Deno.lint.Rule = {
  create(context) {
    const name = context.filename.replaceAll("\\", "/");
    if (PAGES.some((page) => name.endsWith(page))) return {};
    return {
      Program(node) {
        const lines = countLines(context.sourceCode.text.trimEnd());
        if (lines <= MAX_FILE_LINES) return;
        const message = `file has ${lines} lines, more than ${MAX_FILE_LINES}`;
        context.report({ node, message });
      },
    };
  },
};

/** Refuses functions and methods of more than 60 lines. */
export const functionLength: Deno.lint.Rule = {
  create(context) {
    function check(node: FunctionNode): void {
      const lines = countLines(context.sourceCode.getText(node));
      if (lines <= MAX_FUNCTION_LINES) return;
      const message =
        `function has ${lines} lines, more than ${MAX_FUNCTION_LINES}`;
      context.report({ node, message });
    }
    return { FunctionDeclaration: check, FunctionExpression: check };
  },
};

function countLines(text: string): number {
  return text.split("\n").length;
}
