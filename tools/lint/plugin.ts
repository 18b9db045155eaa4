/**
 * The rules of the house that look at one source file at a time, for
 * `deno lint`. Each looks at `src/` only.
 *
 * @module
 */
import { bytes } from "./bytes.ts";
import { errorText } from "./error_text.ts";
import { fileLength, functionLength } from "./length.ts";
import { optional } from "./optional.ts";

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "bytes": inSource(bytes),
    "error-text": inSource(errorText),
    "file-length": inSource(fileLength),
    "function-length": inSource(functionLength),
    "optional": inSource(optional),
  },
};

function inSource(rule: Deno.lint.Rule): Deno.lint.Rule {
  const isSource = (file: string) =>
    file.replaceAll("\\", "/").includes("/src/");
  return {
    create: (context) =>
      isSource(`/${context.filename}`) ? rule.create(context) : {},
  };
}

export default plugin;
