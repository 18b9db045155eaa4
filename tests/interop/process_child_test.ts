/** Real programs as children: Deno and Node, and what they write. */

import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import { type Subprocess, subprocessExec } from "../../src/process/mod.ts";
import { decode, encode, readBytes, readText } from "../windows/_bytes.ts";
import { soon } from "../windows/_turns.ts";
import { PIPED } from "../windows/process/_process.ts";
import { PEERS } from "./_peers.ts";
import { test } from "./_script.ts";

const MIB = 1 << 20;

/** Upper-cases what it reads, and says so on stderr. */
const UPPER = `
  const { readable } = Deno.stdin;
  for await (const line of readable.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(line.toUpperCase()));
    await Deno.stderr.write(new TextEncoder().encode("stderr"));
  }
`;

/** Writes 64 MiB, each full of its number. */
const FLOOD = `
  const chunk = new Uint8Array(1 << 20);
  for (let i = 0; i < 64; i++) {
    chunk.fill(i);
    for (let at = 0; at < chunk.length;) {
      at += await Deno.stdout.write(chunk.subarray(at));
    }
  }
`;

/** Runs a script in a Deno of its own. */
async function startDeno(source: string): Promise<Subprocess> {
  return await subprocessExec(Deno.execPath(), {
    ...PIPED,
    args: ["eval", "--no-config", "--no-lock", source],
  });
}

test.process("a child answers line by line, on stdout and stderr", async () => {
  await using child = await startDeno(UPPER);
  const { stdin, stdout, stderr } = child.pipes;
  for (const line of ["first\n", "second\n"]) {
    await stdin!.write(encode(line));
    assertEquals(await readText(stdout!, line.length), line.toUpperCase());
    assertEquals(await readText(stderr!, 6), "stderr");
  }
  stdin!.close();
  assertEquals((await soon(child.status)).code, 0);
});

test.process("64 MiB of a child come complete and in order", async () => {
  await using child = await startDeno(FLOOD);
  const { stdout } = child.pipes;
  for (let i = 0; i < 64; i++) {
    const part = await readBytes(stdout!, MIB);
    assertEquals(part.length, MIB);
    assert(part.every((byte) => byte === i), `MiB ${i}`);
  }
  assertEquals(await readBytes(stdout!), new Uint8Array());
  assertEquals((await soon(child.status)).code, 0);
});

test.process("a child killed in the middle of 64 MiB ends the stream", async () => {
  await using child = await startDeno(FLOOD);
  const { stdout } = child.pipes;
  await readBytes(stdout!, 5 * MIB);
  child.kill();
  const rest = await readBytes(stdout!); // to the end, which comes
  assertLess(rest.length, 59 * MIB);
  assertEquals(await soon(child.status), {
    success: false,
    code: 1,
    signal: "SIGTERM",
  });
});

test.process("a child killed while nobody reads has an end too", async () => {
  await using child = await startDeno(FLOOD);
  await readBytes(child.pipes.stdout!, 1);
  child.kill();
  assertEquals((await soon(child.status)).code, 1);
  const rest = await readBytes(child.pipes.stdout!);
  assertGreater(rest.length, 0);
});

test.process("closing stdout makes the child's next write fail", async () => {
  await using child = await startDeno(`
    const chunk = new Uint8Array(65536);
    try {
      for (;;) await Deno.stdout.write(chunk);
    } catch (error) {
      await Deno.stderr.write(new TextEncoder().encode(error.name));
    }
  `);
  await readBytes(child.pipes.stdout!, 1);
  child.pipes.stdout!.abort();
  assertStringIncludes(await readText(child.pipes.stderr!), "BrokenPipe");
  assertEquals((await soon(child.status)).code, 0);
});

test.process("an uncaught exception of a child is its exit code", async () => {
  await using child = await startDeno('throw new Error("on purpose")');
  const { code, stderr } = await soon(child.output());
  assertEquals(code, 1);
  assertStringIncludes(decode(stderr), "on purpose");
});

const node = PEERS.find(({ name }) => name === "Node")!;

Deno.test({
  name: "Node is a child like any other" +
    (node.missing === "" ? "" : ` (needs ${node.missing})`),
  ignore: node.missing !== "",
  async fn() {
    const source = `
      process.stdin.setEncoding("utf8");
      process.stdin.on("data", (text) => process.stdout.write(text.toUpperCase()));
      process.stdin.on("end", () => { process.exitCode = 9; });
    `;
    await using child = await subprocessExec(Deno.env.get("PROACTOR_NODE")!, {
      ...PIPED,
      args: ["-e", source],
    });
    const { code, stdout, stderr } = await soon(
      child.output({ input: encode("hello ".repeat(10_000)) }),
    );
    assertEquals([code, decode(stderr)], [9, ""]);
    assertEquals(decode(stdout), "HELLO ".repeat(10_000));
  },
});
