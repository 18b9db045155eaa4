// Makes the package, and checks that it can be published without a warning.
//
// deno run -A tools/check_package.ts
import { makeOwnPackage, PACKAGE_FOLDER } from "./package.ts";
import { print } from "./progress.ts";

/** Tries to publish what `deno task package` has made. */
async function tryPublish(): Promise<{ success: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: PACKAGE_FOLDER,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

if (import.meta.main) {
  await makeOwnPackage();
  const { success, text } = await tryPublish();
  const passed = success && !/^(warning|error)\b/m.test(text);
  if (!passed) print(text);
  Deno.exit(passed ? 0 : 1);
}
