/** The standard streams that a parent gives a child, as the child opens them. */

import { assertEquals, assertMatch } from "@std/assert";
import { pipe } from "../../src/pipe/mod.ts";
import {
  subprocessExec,
  type SubprocessExecOptions,
} from "../../src/process/mod.ts";
import { defaultProactor } from "../../src/proactor/default_proactor.ts";
import { decode, encode, readText } from "../windows/_bytes.ts";
import { soon } from "../windows/_turns.ts";
import "../windows/process/_process.ts";
import { test } from "./_script.ts";

const LIBRARY = new URL("../../src/process/mod.ts", import.meta.url).href;

/** Tells what standard input is, then copies it to standard output. */
const COPY = `
  const input = await openStdin();
  const output = await openStdout();
  const encoder = new TextEncoder();
  await output.write(encoder.encode(input.kind + " " + input.driver + "\\n"));
  for await (const chunk of input.readable) await output.write(chunk);
  await output.shutdown();
`;

function childOptions(
  source: string,
  options: SubprocessExecOptions = {},
): SubprocessExecOptions {
  const names = "adoptHandle, openStderr, openStdin, openStdout";
  const head = `import { ${names} } from "${LIBRARY}";`;
  return {
    args: ["eval", "--no-check", "--no-config", "--no-lock", head + source],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    ...options,
  };
}

async function runChild(
  source: string,
  options: SubprocessExecOptions = {},
  input?: string,
): Promise<string> {
  const all = childOptions(source, options);
  await using child = await subprocessExec(Deno.execPath(), all);
  const output = child.output(input ? { input: encode(input) } : {});
  return decode((await soon(output)).stdout);
}

/** Demands what a child says, whose standard input stays open, and its end. */
async function assertChild(source: string, stdout: string): Promise<void> {
  const options = childOptions(source);
  await using child = await subprocessExec(Deno.execPath(), options);
  assertEquals(await readText(child.pipes.stdout!), stdout);
  assertEquals((await soon(child.status)).code, 0);
}

test.process("openStdin() reads what a parent pipes", async () => {
  const text = "0123456789".repeat(20_000);
  assertEquals(await runChild(COPY, {}, text), `pipe thread\n${text}`);
});

test.process("openStdin() lets the port drive an overlapped end", async () => {
  const [reader, writer] = pipe({ overlapped: [true, true] });
  using _writer = writer;
  const options = childOptions(COPY, { stdin: reader });
  await using child = await subprocessExec(Deno.execPath(), options);
  reader.close();
  const { stdout } = child.pipes;
  assertEquals(await readText(stdout!, 10), "pipe port\n");
  await defaultProactor().send(writer, encode("hello"));
  assertEquals(await readText(stdout!, 5), "hello");
  writer.close();
  assertEquals(await readText(stdout!), "");
  assertEquals((await soon(child.status)).code, 0);
});

test.process("openStdin() reads from the null device", async () => {
  assertEquals(await runChild(COPY, { stdin: "null" }), "device thread\n");
});

test.process("openStderr() writes to what the parent gave", async () => {
  const source = `
    const errors = await openStderr();
    await errors.write(new TextEncoder().encode(errors.kind));
    await errors.shutdown();
  `;
  const options = childOptions(source, { stderr: "piped", stdin: "null" });
  await using child = await subprocessExec(Deno.execPath(), options);
  assertEquals(decode((await soon(child.output())).stderr), "pipe");
});

test.process("an open standard input keeps no process alive when it is unreferenced", async () => {
  const source = `
    const input = await openStdin();
    input.read(new Uint8Array(1));
    input.unref();
    console.log("done");
  `;
  await assertChild(source, "done\n");
});

test.process("a closed standard input with a read pending keeps no process alive", async () => {
  const source = `
    const input = await openStdin();
    const read = input.read(new Uint8Array(1)).catch(({ name }) => name);
    input.close();
    console.log(await read);
  `;
  await assertChild(source, "Interrupted\n");
});

test.process("a console is refused, never hung", async () => {
  // Hidden children have a console that nobody sees.
  const source = `
    const kernel32 = Deno.dlopen("kernel32.dll", {
      CreateFileW: {
        parameters: ["buffer", "u32", "u32", "buffer", "u32", "u32", "usize"],
        result: "usize",
      },
    }).symbols;
    const name = Uint16Array.from([..."CONIN$\\0"].map((c) => c.charCodeAt(0)));
    const access = 0xc0000000;
    const handle = kernel32.CreateFileW(name, access, 3, null, 3, 0, 0n);
    try {
      await adoptHandle(handle, { direction: "in" });
    } catch (error) {
      console.log(String(error));
    }
  `;
  const text = await runChild(source, { stdin: "null" });
  assertMatch(text, /^NotSupported: Cannot adopt handle \d+: it is a console/);
});
