// These tests run twice: with --allow-ffi, and with a grant that names the
// libraries by absolute paths.
import { assert, assertEquals, assertMatch } from "@std/assert";
// Another instance of the module: those of the other tests are loaded already.
import * as fresh from "../../../src/ffi/load.ts?libraries";
import { hasFullGrant, systemFolder } from "../../../src/ffi/system_folder.ts";

/** Loads every library; returns the paths that were opened. */
function openAll(): string[] {
  const paths: string[] = [];
  const { dlopen } = Deno;
  Deno.dlopen = (path, symbols) => {
    paths.push(String(path));
    return dlopen(path, symbols);
  };
  try {
    for (const [name, load] of Object.entries(fresh)) {
      if (name.startsWith("load")) load();
    }
  } finally {
    Deno.dlopen = dlopen;
  }
  return paths;
}

const folder = systemFolder();
// Outside of any test, so that none is blamed for keeping them open.
const paths = openAll();

Deno.test("scoped: every library is opened in the system folder", () => {
  assertMatch(folder, /^[A-Z]:\\.*\\system32$/i);
  for (const path of paths) assert(path.startsWith(`${folder}\\`), path);
  const names = paths.map((path) => path.slice(folder.length + 1));
  const expected = ["advapi32", "kernel32", "mswsock", "ntdll", "ws2_32"];
  const sorted = [...new Set(names)].sort();
  assertEquals(sorted, expected.map((name) => `${name}.dll`));
});

Deno.test("scoped: the grant is told apart", () => {
  const { state } = Deno.permissions.querySync({ name: "ffi" });
  assertEquals(hasFullGrant(), state === "granted");
});
