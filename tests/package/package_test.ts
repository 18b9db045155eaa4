import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Importer, specifier } from "./_importer.ts";
import { CONFIG, PACKAGE, Registry } from "./_registry.ts";
import repository from "../../deno.json" with { type: "json" };

const PIPE_LIBRARIES = ["kernel32", "ntdll", "advapi32"];

/** Registers a test with a registry and a place for programs. */
function test(
  name: string,
  body: (importer: Importer) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await using registry = await Registry.open();
    await using importer = new Importer(registry);
    await body(importer);
  });
}

function sourceUrl(file: string): string {
  return new URL(file, new URL("../../", import.meta.url)).href;
}

function scoped(): string {
  const folder = `${Deno.env.get("SystemRoot")}\\System32`;
  const paths = PIPE_LIBRARIES.map((name) => `${folder}\\${name}.dll`);
  return `--allow-ffi=${paths.join(",")}`;
}

/** A server and a client in one program. */
const ECHO = `
import { connectPipe, PipeServer } from "${specifier("./pipe")}";

const path = \`\\\\\\\\.\\\\pipe\\\\\${crypto.randomUUID()}\`;
await using server = PipeServer.listen(path, { type: "byte" });
const accepted = server.accept();
await using client = await connectPipe(path);
await using peer = await accepted;
await client.write(new TextEncoder().encode("from the registry"));
const buffer = new Uint8Array(100);
const count = await peer.read(buffer);
console.log(new TextDecoder().decode(buffer.subarray(0, count ?? 0)));
`;

test("the package opens pipes with a permission for its libraries alone", async (importer) => {
  const { code, stdout, stderr } = await importer.deno(
    ["run", scoped()],
    ECHO,
  );
  assertEquals([code, stdout], [0, "from the registry"], stderr);
});

test("pipes need two files of the package, the root door four at most", async (importer) => {
  assertEquals(await importer.countModules(specifier("./pipe")), 2);
  assert(await importer.countModules(specifier(".")) <= 4);
});

test("only who asks for diagnostics loads node:diagnostics_channel", async (importer) => {
  const channel = "node:diagnostics_channel";
  for (const door of [".", "./pipe", "./diagnostics"]) {
    const modules = await importer.modules(specifier(door));
    assertEquals(modules.includes(channel), door === "./diagnostics", door);
  }
});

test("the command line of the package runs with --allow-ffi alone", async (importer) => {
  const { code, stdout, stderr } = await importer.command(
    ["run", "--no-prompt", "--allow-ffi", specifier("./cli")],
    ["doctor", "--json"],
  );
  assertEquals([code, stderr.replaceAll(/^Download.*$/gm, "").trim()], [0, ""]);
  assertEquals(JSON.parse(stdout).usable, true);
});

test("each door hands out what its source does", async (importer) => {
  const doors = Object.keys(CONFIG.exports);
  const lines = doors.map((door) => `await print("${specifier(door)}");`);
  const { code, stdout, stderr } = await importer.deno(
    ["run", "--no-check", "--allow-import"],
    `async function print(door) {
      console.log(Object.keys(await import(door)).join());
    }
    ${lines.join("\n")}`,
  );
  assertEquals(code, 0, stderr);
  const modules = await Promise.all(
    Object.values(repository.exports).map((file) => import(sourceUrl(file))),
  );
  const names = modules.map((module) => Object.keys(module).join());
  assertEquals(stdout.split("\n"), names);
});

test("all doors share their classes", async (importer) => {
  const { code, stdout, stderr } = await importer.deno(
    ["run", "--no-check"],
    `
import * as root from "${specifier(".")}";
import * as net from "${specifier("./net")}";
import * as pipe from "${specifier("./pipe")}";
import * as proactor from "${specifier("./proactor")}";

console.log(
  root.PipeServer === pipe.PipeServer,
  root.IocpProactor === proactor.IocpProactor,
  root.WindowsError === net.WindowsError,
);
`,
  );
  assertEquals([code, stdout], [0, "true true true"], stderr);
});

test("types come with the package, and strict programs pass with them", async (importer) => {
  const { code, stderr } = await importer.deno(
    ["check"],
    `
import { connectPipe, type PipeConnection } from "${specifier("./pipe")}";
import { ProactorEventLoop } from "${specifier(".")}";

export async function open(): Promise<PipeConnection> {
  const right: PipeConnection = await connectPipe("\\\\\\\\.\\\\pipe\\\\x");
  const wrong: number = await connectPipe("\\\\\\\\.\\\\pipe\\\\x");
  new ProactorEventLoop().noSuchMember();
  return right ?? wrong;
}
`,
  );
  assertEquals(code, 1);
  assertStringIncludes(stderr, "'PipeConnection' is not assignable to type");
  assertStringIncludes(stderr, "'noSuchMember' does not exist on type");
  assert(stderr.includes("Found 2 errors"), stderr);
});

test("its version is the repository's, and every door leads to a file", () => {
  assertEquals(CONFIG.version, repository.version);
  assertEquals(Object.keys(CONFIG.exports), Object.keys(repository.exports));
  for (const file of Object.values(CONFIG.exports)) {
    assert(Deno.statSync(new URL(file, PACKAGE)).isFile, file);
  }
  return Promise.resolve();
});
