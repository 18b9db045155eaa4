/**
 * Executes an example in this process, or as a program of its own.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { pipe } from "../../src/pipe/mod.ts";
import { subprocessExec } from "../../src/process/mod.ts";
import { defaultProactor } from "../../src/proactor/default_proactor.ts";
import { decode, encode } from "../windows/_bytes.ts";
import { onWine } from "../windows/_wine.ts";
import { type Example, expectedOutput, matchesOutput } from "./_examples.ts";
import { type Setting, SETTINGS } from "./_settings.ts";
import { inTime, Stage } from "./_stage.ts";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/**
 * Executes an example, and compares what it prints with what it says.
 *
 * @param example The example.
 */
export async function runExample(example: Example): Promise<void> {
  await using stage = new Stage();
  const setting = SETTINGS[example.id] ?? {};
  const before = setting.before?.(stage);
  before?.catch((error) => stage.complaints.push(String(error)));
  const path = stage.write(example, "example.ts");
  if (setting.program !== undefined) {
    return await runProgram(path, setting.program);
  }
  const { lacking } = setting;
  if (lacking !== undefined && onWine(lacking)) {
    const run = () => inTime(import(pathToFileURL(path).href));
    return void await assertRejects(run, Deno.errors.NotSupported);
  }
  await runModule(stage, path, setting);
  assertPrinted(stage.output, expectedOutput(example.source));
  assertEquals(stage.complaints, []);
}

async function runModule(
  stage: Stage,
  path: string,
  { during, endless = false }: Setting,
): Promise<void> {
  const run: Promise<void> = import(pathToFileURL(path).href);
  const failed = new Promise<never>((_, reject) => run.catch(reject));
  await inTime(Promise.race([during?.(stage), failed]));
  if (!endless) return void await inTime(run);
  assertEquals(stage.complaints, []);
  await inTime(defaultProactor().close());
  await inTime(run.catch(assertClosed));
  stage.complaints.length = 0; // of connections that were cut
}

/** The end of what has no other end. */
function assertClosed(error: unknown): void {
  const { BadResource, Interrupted } = Deno.errors;
  const closed = error instanceof BadResource || error instanceof Interrupted;
  assert(closed, String(error));
}

/** What was announced must come in this order; other lines may stand between. */
function assertPrinted(output: string[], expected: string[]): void {
  const rest = output.values();
  for (const text of expected) {
    const found = rest.some((line) => matchesOutput(line, text));
    assert(found, `"${text}" was not printed: ${JSON.stringify(output)}`);
  }
}

/** A program has one standard input, and maybe a handle of its parent. */
async function runProgram(
  path: string,
  { input, output, flags = [] }: NonNullable<Setting["program"]>,
): Promise<void> {
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  await defaultProactor().send(writer, encode(input));
  // What is downloaded for the first time is told, too, without --quiet.
  const config = ["--quiet", "--config", CONFIG, "--no-lock", "--no-check"];
  const fd = String(reader.fileno());
  await using child = await subprocessExec(Deno.execPath(), {
    args: ["run", ...config, ...flags, "--allow-ffi", path, fd],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    inheritHandles: [reader.fileno()],
  });
  const result = await inTime(child.output({ input: encode(input) }));
  const text = decode(result.stdout) + decode(result.stderr);
  assertEquals(text.replaceAll("\r\n", "\n"), output);
}
