import { assertEquals, assertRejects } from "@std/assert";
import {
  type DirectoryApis,
  workingDirectory,
} from "../../src/process/working_directory.ts";

/** Windows, with short names for some paths. */
function windowsWith(short: Record<string, string> = {}) {
  const asked: string[] = [];
  const apis: DirectoryApis = {
    win32: { formatMessage: () => "" },
    processes: {
      fullPath: (path) =>
        /^(?:[a-z]:\\|\\\\)/i.test(path) ? path : `C:\\current\\${path}`,
      shortPath: (path) => {
        asked.push(path);
        return Promise.resolve(short[path] ?? "");
      },
    },
  };
  return { apis, asked };
}

function pathOf(length: number, root = "C:\\"): string {
  return root + "d".repeat(length - root.length);
}

Deno.test("workingDirectory() leaves 258 characters as they are", async () => {
  const { apis, asked } = windowsWith();
  const cases = [
    ["C:\\x", "C:\\x"],
    ["x", "C:\\current\\x"],
    [pathOf(258), pathOf(258)],
    [`${pathOf(258)}\\`, `${pathOf(258)}\\`],
    ["\\\\server\\share", "\\\\server\\share"],
  ];
  for (const [path, full] of cases) {
    assertEquals(await workingDirectory(apis, path!), full);
  }
  assertEquals(asked, []);
});

Deno.test("workingDirectory() takes the short name of a long path", async () => {
  const long = pathOf(259);
  const share = pathOf(300, "\\\\server\\share\\");
  const { apis } = windowsWith({
    [`\\\\?\\${long}`]: "\\\\?\\C:\\DDDDDD~1",
    [`\\\\?\\C:\\current\\${"d".repeat(250)}`]: "\\\\?\\C:\\CURREN~1\\DDDDDD~1",
    [`\\\\?\\UNC\\${share.slice(2)}`]: "\\\\?\\UNC\\server\\share\\DDDDDD~1",
  });
  assertEquals(await workingDirectory(apis, long), "C:\\DDDDDD~1");
  assertEquals(
    await workingDirectory(apis, "d".repeat(250)),
    "C:\\CURREN~1\\DDDDDD~1",
  );
  assertEquals(
    await workingDirectory(apis, share),
    "\\\\server\\share\\DDDDDD~1",
  );
});

Deno.test("workingDirectory() refuses a long path without a short name", async () => {
  const long = pathOf(300);
  const { apis } = windowsWith({ [`\\\\?\\${long}`]: `\\\\?\\${long}` });
  await assertRejects(
    () => workingDirectory(apis, long),
    RangeError,
    "Cannot start process in: the path has 300 code units, which is too long",
  );
  await assertRejects(
    () => workingDirectory(apis, pathOf(301)),
    Deno.errors.NotADirectory,
  );
  apis.processes.fullPath = () => "";
  await assertRejects(() => workingDirectory(apis, "x"), RangeError);
});

Deno.test("workingDirectory() refuses pipes and devices", async () => {
  const { apis } = windowsWith();
  for (
    const path of ["\\\\.\\pipe\\x", "\\\\server\\pipe\\x", "\\\\.\\NUL"]
  ) {
    await assertRejects(
      () => workingDirectory(apis, path),
      Deno.errors.NotSupported,
    );
  }
});
