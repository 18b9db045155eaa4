// These tests run twice: with --allow-ffi, and with a grant that names the
// libraries by absolute paths.
import { assert, assertEquals, assertMatch } from "@std/assert";
// Other instances of the modules: those of the other tests are loaded already.
import { loadFileSymbols } from "../../../src/ffi/file/native.ts?libraries";
import { loadIdentitySymbols } from "../../../src/ffi/identity/native.ts?libraries";
import { loadProcessSymbols } from "../../../src/ffi/process/native.ts?libraries";
import { loadSendFileSymbols } from "../../../src/ffi/sendfile/native.ts?libraries";
import { loadSocketSymbols } from "../../../src/ffi/socket/winsock.ts?libraries";
import { loadSocketFileSymbols } from "../../../src/ffi/socket_file/native.ts?libraries";
import { loadSymbols } from "../../../src/ffi/symbols.ts?libraries";
import { loadThreadSymbols } from "../../../src/ffi/thread/native.ts?libraries";
import { loadThreadIoSymbols } from "../../../src/ffi/thread_io/native.ts?libraries";
import { loadWaitSymbols } from "../../../src/ffi/wait/native.ts?libraries";
import { hasFullGrant, systemFolder } from "../../../src/ffi/system_folder.ts";

const LOADERS = [
  loadFileSymbols,
  loadIdentitySymbols,
  loadProcessSymbols,
  loadSendFileSymbols,
  loadSocketFileSymbols,
  loadSocketSymbols,
  loadSymbols,
  loadThreadIoSymbols,
  loadThreadSymbols,
  loadWaitSymbols,
];

/** Loads every library; returns the paths that were opened. */
function openAll(): string[] {
  const paths: string[] = [];
  const { dlopen } = Deno;
  Deno.dlopen = (path, symbols) => {
    paths.push(String(path));
    return dlopen(path, symbols);
  };
  try {
    for (const load of LOADERS) load();
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
  const expected = ["advapi32", "kernel32", "ntdll", "ws2_32"];
  const sorted = [...new Set(names)].sort();
  assertEquals(sorted, expected.map((name) => `${name}.dll`));
});

Deno.test("scoped: the grant is told apart", () => {
  const { state } = Deno.permissions.querySync({ name: "ffi" });
  assertEquals(hasFullGrant(), state === "granted");
});
