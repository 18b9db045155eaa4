import { assertEquals, assertRejects } from "@std/assert";
import type { ProgramSearch } from "../../src/ffi/process/api.ts";
import {
  findProgram,
  type SearchApis,
  splitPath,
} from "../../src/process/find_program.ts";

/** Windows with programs at some paths. */
function windowsWith(...programs: string[]) {
  const searches: ProgramSearch[] = [];
  const apis: SearchApis = {
    win32: { formatMessage: () => "" },
    processes: {
      fullPath: (path) =>
        path.replaceAll("/", "\\").replace(/^\.\\/, "C:\\current\\"),
      programPath: () => "C:\\app\\deno.exe",
      systemDirectory: () => "C:\\Windows\\System32",
      windowsDirectory: () => "C:\\Windows",
      shortPath: () => Promise.resolve(""),
      searchPath: (search) => {
        searches.push(search);
        const { directories, name, extension } = search;
        const file = name.includes(".") ? name : name + extension;
        const paths = directories.map((directory) => `${directory}\\${file}`);
        const found = paths.find((path) => programs.includes(path));
        return Promise.resolve(found ?? "");
      },
    },
  };
  return { apis, searches };
}

const ENVIRONMENT = ["PATH=D:\\own;.;relative;\\\\server\\share"];
const PLACE = { childPath: undefined, environment: ENVIRONMENT };

Deno.test("findProgram() searches in the documented order", async () => {
  const { apis, searches } = windowsWith("D:\\own\\x.exe");
  const place = { childPath: "E:\\child", environment: ENVIRONMENT };
  assertEquals(await findProgram(apis, "x", place), "D:\\own\\x.exe");
  assertEquals(searches[0]!.directories, [
    "E:\\child",
    "C:\\app",
    "C:\\Windows\\System32",
    "C:\\Windows",
    "D:\\own",
    "\\\\server\\share",
  ]);
});

Deno.test("findProgram() prefers the system's program to that of PATH", async () => {
  const system = "C:\\Windows\\System32\\sort.exe";
  const { apis } = windowsWith("D:\\own\\sort.exe", system);
  assertEquals(await findProgram(apis, "sort", PLACE), system);
});

Deno.test("findProgram() appends .exe to a name without a period only", async () => {
  const { apis } = windowsWith("D:\\own\\x.cmd", "D:\\own\\y");
  assertEquals(await findProgram(apis, "x.cmd", PLACE), "D:\\own\\x.cmd");
  await assertRejects(() => findProgram(apis, "x", PLACE));
});

Deno.test("findProgram() does not search for a name with a directory", async () => {
  const { apis, searches } = windowsWith();
  const paths: [string, string][] = [
    [".\\x", "C:\\current\\x.exe"],
    ["C:\\dir\\x.bat", "C:\\dir\\x.bat"],
    ["C:/dir/x", "C:\\dir\\x.exe"],
    ["C:\\dir.d\\x", "C:\\dir.d\\x.exe"],
    ["C:\\dir\\x.", "C:\\dir\\x."],
  ];
  for (const [command, path] of paths) {
    assertEquals(await findProgram(apis, command, PLACE), path);
  }
  assertEquals(searches, []);
});

Deno.test("findProgram() says what is missing", async () => {
  const { apis } = windowsWith();
  await assertRejects(
    () => findProgram(apis, "x", PLACE),
    Deno.errors.NotFound,
    'Cannot start process "x": no such program',
  );
});

Deno.test("splitPath() takes absolute directories, without their quotes", () => {
  const path = 'C:\\a;;"C:\\b c";.;x\\y;C:x; D:/d ;"C:\\e;f";"C:\\g"\\h;\\i';
  assertEquals(splitPath(path), [
    "C:\\a",
    "C:\\b c",
    "D:/d",
    "C:\\g\\h",
  ]);
  assertEquals(splitPath(""), []);
});

Deno.test("findProgram() refuses pipes, devices and what is too long", async () => {
  const { apis } = windowsWith();
  const refused = [
    "\\\\.\\pipe\\x",
    "\\\\?\\GLOBALROOT\\Device\\NamedPipe\\x",
    "\\\\server\\pipe\\x",
    "\\\\.\\COM1",
  ];
  for (const command of refused) {
    await assertRejects(
      () => findProgram(apis, command, PLACE),
      Deno.errors.NotSupported,
      "Cannot start process",
    );
  }
  await assertRejects(
    () => findProgram(apis, `C:\\${"x".repeat(2000)}`, PLACE),
    Deno.errors.NotFound,
  );
  apis.processes.shortPath = () => Promise.resolve("C:\\XXXXXX~1.EXE");
  assertEquals(
    await findProgram(apis, `C:\\${"x".repeat(2000)}`, PLACE),
    "C:\\XXXXXX~1.EXE",
  );
  apis.processes.fullPath = () => "";
  await assertRejects(
    () => findProgram(apis, `C:\\${"x".repeat(40_000)}`, PLACE),
    RangeError,
  );
});
