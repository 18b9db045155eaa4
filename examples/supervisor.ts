/**
 * Keeps programs running, and shows what they print while they run: a line each
 * with the program's name before it. What ends with an error is started again,
 * later each time; what ends well is done. Ctrl+C ends all, with the programs
 * that they have started.
 *
 *     deno run --allow-ffi examples/supervisor.ts "ping -t localhost" "cmd /c dir"
 *
 * @module
 */

import { type Subprocess, subprocessExec } from "@iocp/proactor/process";

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

/** Milliseconds after which a program has started well. */
const LONG_RUN = 5000;

if (Deno.args.length === 0) {
  console.error('Usage: supervisor.ts "COMMAND ARGUMENTS"...');
  Deno.exit(2);
}

const stopping = new AbortController();
Deno.addSignalListener("SIGINT", () => stopping.abort());
const commands = Deno.args.map((line) => line.split(" ") as [string, string]);
await Promise.all(commands.map(([command, ...args]) => keep(command, args)));
Deno.exit(); // the signal listener would keep us alive

/** Starts a program again and again, until it ends well. */
async function keep(command: string, args: string[]): Promise<void> {
  let pause = FIRST_PAUSE;
  while (!stopping.signal.aborted) {
    const started = performance.now();
    const code = await runOnce(command, args);
    if (code === 0 || stopping.signal.aborted) return;
    if (performance.now() - started > LONG_RUN) pause = FIRST_PAUSE;
    log(command, `ended with code ${code}, starts again in ${pause} ms`);
    await wait(pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
}

async function runOnce(command: string, args: string[]): Promise<number> {
  try {
    await using child = await subprocessExec(command, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "stdout",
      killTree: true,
      signal: stopping.signal,
    });
    log(command, `runs as process ${child.pid}`);
    await showLines(command, child);
    return (await child.status).code;
  } catch (error) {
    if (stopping.signal.aborted) return 0;
    log(command, String(error));
    return -1;
  }
}

async function showLines(name: string, child: Subprocess): Promise<void> {
  let rest = "";
  const text = child.stdout.pipeThrough(new TextDecoderStream());
  for await (const part of text) {
    const lines = (rest + part).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) log(name, line);
  }
  if (rest !== "") log(name, rest);
}

function log(name: string, text: string): void {
  console.log(`${new Date().toISOString()} ${name}: ${text}`);
}

/** Ends early when all is to end. */
function wait(milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  stopping.signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
}
