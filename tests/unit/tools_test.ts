import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import lock from "../../.ci/deno/package-lock.json" with { type: "json" };
import { parseArguments, partWords } from "../../tools/arguments.ts";
import {
  cacheFolder,
  isStampValid,
  mountsInside,
  stampText,
} from "../../tools/cache.ts";
import { bootstrapCommand } from "../../tools/debootstrap.ts";
import {
  assertIntegrity,
  WINDOWS_BUN,
  WINDOWS_DENO,
  WINDOWS_NODE,
} from "../../tools/packages.ts";
import { InterruptedError, SetupError } from "../../tools/setup_process.ts";
import {
  LIMIT,
  narrowStages,
  scopedPermission,
  testStages,
} from "../../tools/stages.ts";
import {
  chooseWine,
  isWineUsable,
  missingWineMessage,
  parseWineVersion,
  wineEnvironment,
  winePath,
} from "../../tools/wine.ts";

const WINE = { windows: false, label: "Wine 10.0", systemRoot: "C:\\Windows" };

Deno.test("parseArguments() parts the subcommand from its words", () => {
  assertEquals(parseArguments(["exec", "run", "x.ts", "--", "-v"]), {
    subcommand: "exec",
    words: ["run", "x.ts", "--", "-v"],
  });
});

Deno.test("parseArguments() drops one leading double dash", () => {
  assertEquals(parseArguments(["exec", "--", "--", "x"])?.words, ["--", "x"]);
  assertEquals(parseArguments(["test", "--"])?.words, []);
});

Deno.test("parseArguments() knows no other subcommand", () => {
  assertEquals(parseArguments([]), undefined);
  assertEquals(parseArguments(["--help"]), undefined);
});

Deno.test("partWords() takes words for paths only where they are no values", () => {
  const words = ["--filter", "tests", "./tests/unit/", "--fail-fast", "none"];
  const parted = partWords(words, (word) => word.includes("tests"));
  assertEquals(parted.paths, ["tests/unit"]);
  assertEquals(parted.flags, ["--filter", "tests", "--fail-fast", "none"]);
});

Deno.test("partWords() gives Windows paths forward slashes", () => {
  const { paths } = partWords([".\\tests\\unit\\x_test.ts"], () => true);
  assertEquals(paths, ["tests/unit/x_test.ts"]);
});

Deno.test("testStages() starts with the running Deno off Windows only", () => {
  // Linux emulates processors besides
  const stages = testStages(WINE);
  assertEquals(stages.map(({ deno }) => deno), [
    "own",
    "own",
    "windows",
    "windows",
    "windows",
    "windows",
    "windows",
    "windows",
    "windows",
    "windows",
    "windows",
  ]);
  const windows = {
    windows: true,
    label: "Windows",
    systemRoot: "C:\\Windows",
  };
  assertEquals(
    testStages(windows).map(({ paths }) => paths),
    stages.slice(2, -1).map(({ paths }) => paths).with(0, [
      ...stages[0]!.paths,
      "tests/windows",
      "tests/rules",
      "tests/conformance/real_test.ts",
    ]),
  );
});

Deno.test("testStages() replays traces where no DLL is loaded, and on the real API", () => {
  const [own, , all] = testStages(WINE);
  assert(own!.paths.includes("tests/conformance/simulated_test.ts"));
  assert(all!.paths.includes("tests/conformance/real_test.ts"));
});

Deno.test("testStages() explores the models in a stage of its own", () => {
  const [, models] = testStages(WINE);
  assertEquals(models?.paths, ["tests/model"]);
  const paths = testStages({ ...WINE, windows: true, label: "Windows" })
    .flatMap((stage) => stage.paths);
  assertFalse(paths.includes("tests/model"));
});

Deno.test("testStages() puts the rules of Windows over Wine, in a stage of its own", () => {
  const ruled = testStages(WINE).at(-1)!;
  assertEquals(ruled.permissions, [
    "--allow-ffi",
    "--preload=tests/rules/install.ts",
  ]);
  assert(ruled.paths.includes("tests/rules"));
  const stages = testStages({ ...WINE, windows: true, label: "Windows" });
  const flags = stages.flatMap(({ permissions }) => permissions);
  assertFalse(flags.some((flag) => flag.startsWith("--preload")));
});

Deno.test("testStages() gives the library no more than --allow-ffi", () => {
  const stages = testStages(WINE);
  const [own, , all, , , , , , scoped, pipes] = stages;
  const libraries = ["kernel32", "ntdll", "advapi32"];
  assertEquals(own?.permissions, ["--allow-ffi", `--preload=${LIMIT}`]);
  assertEquals(all?.permissions, ["--allow-ffi"]);
  assertEquals(scoped?.permissions, [
    scopedPermission("C:\\Windows", [...libraries, "ws2_32"]),
  ]);
  assertEquals(pipes?.permissions, [
    scopedPermission("C:\\Windows", libraries),
  ]);
});

Deno.test("scopedPermission() names libraries by absolute paths", () => {
  assertEquals(
    scopedPermission("C:\\Windows", ["kernel32", "ntdll"]),
    "--allow-ffi=C:\\Windows\\System32\\kernel32.dll," +
      "C:\\Windows\\System32\\ntdll.dll",
  );
});

Deno.test("narrowStages() keeps the stages that hold a file", () => {
  const file = "tests/windows/scoped/pipe_test.ts";
  const stages = narrowStages(testStages(WINE), [file]);
  assertEquals(stages.map(({ paths }) => paths), [[file], [file]]);
});

Deno.test("narrowStages() takes a folder apart into the stages' own", () => {
  const stages = narrowStages(testStages(WINE), ["tests"]);
  assertEquals(stages, testStages(WINE));
  assertEquals(narrowStages(stages, ["src"]), []);
});

Deno.test("cacheFolder() follows the environment", () => {
  const home = { HOME: "/home/a" };
  assertEquals(cacheFolder(home), "/home/a/.cache/iocp-proactor");
  const both = { ...home, XDG_CACHE_HOME: "/tmp/c" };
  assertEquals(cacheFolder(both), "/tmp/c/iocp-proactor");
  const relative = { ...home, XDG_CACHE_HOME: "c" };
  assertEquals(cacheFolder(relative), cacheFolder(home));
  assertThrows(() => cacheFolder({}), SetupError, "XDG_CACHE_HOME");
});

Deno.test("isStampValid() accepts the very piece only", () => {
  const piece = { name: "deno-2.9.5", version: "2.9.5" };
  assert(isStampValid(stampText(piece), piece));
  assertFalse(isStampValid(undefined, piece));
  assertFalse(isStampValid("", piece));
  assertFalse(isStampValid(stampText(piece).slice(0, -3), piece));
  assertFalse(isStampValid(stampText({ ...piece, version: "2" }), piece));
});

Deno.test("mountsInside() finds mount points at and below a folder", () => {
  const mounts = "a / ext4 rw 0 0\nproc /c/x/proc proc rw 0 0\n" +
    "b /c/x\\040y tmpfs rw 0 0\nd /c/xy tmpfs rw 0 0\n";
  assertEquals(mountsInside(mounts, "/c/x"), ["/c/x/proc"]);
  assertEquals(mountsInside(mounts, "/c/x y"), ["/c/x y"]);
  assertEquals(mountsInside(mounts, "/c/z"), []);
});

Deno.test("InterruptedError tells the signal by its exit code", () => {
  assertEquals(new InterruptedError("SIGINT").exitCode, 130);
  assertEquals(new InterruptedError("SIGTERM").exitCode, 143);
});

Deno.test("parseWineVersion() reads every kind of Wine", () => {
  const cases: [string, string | undefined][] = [
    ["wine-10.0 (Debian 10.0~repack-6)\n", "10.0"],
    ["wine-8.0.2", "8.0.2"],
    ["it looks like wine32 is missing\nwine-11.3 (Staging)", "11.3"],
    ["wine: command not found", undefined],
    ["", undefined],
  ];
  for (const [text, version] of cases) {
    assertEquals(parseWineVersion(text), version, text);
  }
});

Deno.test("isWineUsable() compares versions as numbers", () => {
  for (const version of ["10.0", "10.12", "11.0", "100.0"]) {
    assert(isWineUsable(version), version);
  }
  for (const version of ["9.22", "8.0.2", "1.10", undefined]) {
    assertFalse(isWineUsable(version), version);
  }
});

Deno.test("chooseWine() prefers the machine's own if it is new enough", () => {
  const wine = "wine-10.0";
  const linux = true;
  assertEquals(chooseWine({ wine, linux, root: false }), "system");
  assertEquals(chooseWine({ wine, linux: false, root: true }), "system");
  assertEquals(chooseWine({ wine: "wine-8.0", linux, root: true }), "debian");
  assertEquals(chooseWine({ linux, root: true }), "debian");
});

Deno.test("chooseWine() has none without root or off Linux", () => {
  assertEquals(chooseWine({ linux: true, root: false }), "none");
  assertEquals(chooseWine({ linux: false, root: true }), "none");
});

Deno.test("missingWineMessage() names what was found and what to do", () => {
  const none = missingWineMessage({ linux: true, root: false });
  assertStringIncludes(none, "there is no wine on PATH");
  assertStringIncludes(none, "Install wine 10 or newer");
  assertStringIncludes(none, "root");
  const old = { wine: "wine-8.0", linux: true, root: false };
  assertStringIncludes(missingWineMessage(old), "the wine on PATH is 8.0");
});

Deno.test("missingWineMessage() offers root on Linux only", () => {
  const message = missingWineMessage({ linux: false, root: false });
  assertFalse(message.includes("root"), message);
});

Deno.test("winePath() puts a path on drive Z", () => {
  assertEquals(winePath("/home/a b/x.ts"), "Z:\\home\\a b\\x.ts");
});

Deno.test("wineEnvironment() keeps what the user set but for Wine's own", () => {
  const user = { WINEDEBUG: "+file", CI: "true", TMPDIR: "/t", DISPLAY: ":0" };
  const env = wineEnvironment(user, { WINEPREFIX: "/p" });
  assertEquals(env["WINEDEBUG"], "+file");
  assertEquals(env["CI"], "true");
  assertEquals(env["WINEPREFIX"], "/p");
  assertFalse("TMPDIR" in env);
  assertFalse("DISPLAY" in env);
  assertEquals(wineEnvironment({}, {})["WINEDEBUG"], "-all");
});

Deno.test("the Deno of .ci/run is pinned by version and by hash", () => {
  const { "": root, ...packages } = lock.packages;
  assertMatch(root.dependencies.deno, /^\d+\.\d+\.\d+$/);
  for (const [name, { version, integrity }] of Object.entries(packages)) {
    assertEquals(version, root.dependencies.deno, name);
    assertMatch(integrity, /^sha512-[A-Za-z0-9+/]{86}==$/, name);
  }
});

Deno.test("what comes from npm is pinned by version and by hash", () => {
  for (const program of [WINDOWS_DENO, WINDOWS_NODE, WINDOWS_BUN]) {
    assertMatch(program.version, /^\d+\.\d+\.\d+$/);
    assertMatch(program.integrity, /^sha512-[A-Za-z0-9+/]{86}==$/);
  }
});

Deno.test("assertIntegrity() refuses a package of another hash", async () => {
  const archive = new TextEncoder().encode("package");
  const program = {
    ...WINDOWS_DENO,
    integrity:
      "sha512-baSbv6lplk3RxzbxKOYcpdxTiKsd8MTis+A+sH/42atj0u0v1arIbDTS0oWZfshbD05M2SlToEnxIPGgmtbw2g==",
  };
  await assertRejects(
    () => assertIntegrity(program, archive.slice(1)),
    SetupError,
    'Cannot use "@deno/win32-x64@2.9.5": its hash is sha512-',
  );
  await assertIntegrity(program, archive);
});

Deno.test("Debian is installed only with the signature of its archive", () => {
  const words = bootstrapCommand("/c/debian");
  assert(words.includes("--force-check-gpg"));
  assert(words.some((word) => /^--keyring=.+debian-archive/.test(word)));
  assertEquals(words.slice(-2), ["trixie", "/c/debian"]);
});
