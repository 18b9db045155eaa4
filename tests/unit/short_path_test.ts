import { assertEquals, assertRejects } from "@std/assert";
import {
  shortFullPath,
  type ShortPathApis,
} from "../../src/process/short_path.ts";

const USE = { action: "start process in", missing: 267 };

/** Windows, with short names for some paths. */
function windowsWith(short: Record<string, string> = {}) {
  const asked: string[] = [];
  const apis: ShortPathApis = {
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

Deno.test("shortFullPath() leaves 258 characters as they are", async () => {
  const { apis, asked } = windowsWith();
  const cases = [
    ["C:\\x", "C:\\x"],
    ["x", "C:\\current\\x"],
    [pathOf(258), pathOf(258)],
    [`${pathOf(258)}\\`, `${pathOf(258)}\\`],
    ["\\\\server\\share", "\\\\server\\share"],
  ];
  for (const [path, full] of cases) {
    assertEquals(await shortFullPath(apis, path!, USE), full);
  }
  assertEquals(asked, []);
});

Deno.test("shortFullPath() takes the short name of a long path", async () => {
  const long = pathOf(259);
  const share = pathOf(300, "\\\\server\\share\\");
  const { apis } = windowsWith({
    [`\\\\?\\${long}`]: "\\\\?\\C:\\DDDDDD~1",
    [`\\\\?\\C:\\current\\${"d".repeat(250)}`]: "\\\\?\\C:\\CURREN~1\\DDDDDD~1",
    [`\\\\?\\UNC\\${share.slice(2)}`]: "\\\\?\\UNC\\server\\share\\DDDDDD~1",
  });
  assertEquals(await shortFullPath(apis, long, USE), "C:\\DDDDDD~1");
  assertEquals(
    await shortFullPath(apis, "d".repeat(250), USE),
    "C:\\CURREN~1\\DDDDDD~1",
  );
  assertEquals(
    await shortFullPath(apis, share, USE),
    "\\\\server\\share\\DDDDDD~1",
  );
});

Deno.test("shortFullPath() refuses a long path without a short name", async () => {
  const long = pathOf(300);
  const { apis } = windowsWith({ [`\\\\?\\${long}`]: `\\\\?\\${long}` });
  await assertRejects(
    () => shortFullPath(apis, long, USE),
    RangeError,
    "Cannot start process in: the path has 300 code units, which is too long",
  );
  await assertRejects(
    () => shortFullPath(apis, pathOf(301), USE),
    Deno.errors.NotADirectory,
  );
  apis.processes.fullPath = () => "";
  await assertRejects(() => shortFullPath(apis, "x", USE), RangeError);
});

Deno.test("shortFullPath() refuses pipes and devices", async () => {
  const { apis } = windowsWith();
  for (
    const path of ["\\\\.\\pipe\\x", "\\\\server\\pipe\\x", "\\\\.\\NUL"]
  ) {
    await assertRejects(
      () => shortFullPath(apis, path, USE),
      Deno.errors.NotSupported,
    );
  }
});
