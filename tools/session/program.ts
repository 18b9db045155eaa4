/**
 * Types a session with the command line, and prints what it has printed as
 * JSON: run on Windows or Wine by `tools/draw_session.ts`.
 *
 * @module
 */

import { runCommandLine, type Terminal } from "../../src/cli/mod.ts";

/** A command and what it has printed. */
export interface Exchange {
  /** What was typed. */
  typed: string;
  /** What was printed, with the marks of colors. */
  printed: string;
  /** The exit code; none of what goes on behind. */
  code: number | null;
}

/** A terminal with colors, whose text is kept. */
class KeptTerminal implements Terminal {
  readonly colors = { out: true, err: true };
  readonly columns = 80;
  readonly #controller = new AbortController();
  readonly #decoder = new TextDecoder();
  printed = "";

  get interrupted(): AbortSignal {
    return this.#controller.signal;
  }

  interrupt(): void {
    this.#controller.abort(new Error("the session is over"));
  }

  openInput(): ReturnType<Terminal["openInput"]> {
    return Promise.resolve({ read: () => Promise.resolve(null), close() {} });
  }

  write(data: Uint8Array | string): Promise<void> {
    this.printed += typeof data === "string"
      ? data
      : this.#decoder.decode(data, { stream: true });
    return Promise.resolve();
  }

  note(line: string): void {
    this.printed += `${line}\n`;
  }
}

async function run(line: string): Promise<Exchange> {
  const terminal = new KeptTerminal();
  const code = await runCommandLine(words(line), terminal);
  return { typed: line, printed: terminal.printed, code };
}

function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|\S+/g)].map(([all, quoted]) =>
    quoted ?? all
  );
}

async function main(): Promise<Exchange[]> {
  const server = new KeptTerminal();
  const behind = runCommandLine(["listen", "demo", "--echo"], server);
  while (!server.printed.includes("\n")) await pause();
  const exchanges: Exchange[] = [
    { typed: "listen demo --echo &", printed: server.printed, code: null },
    await run('connect demo --send "hello, pipe"'),
    await run('connect demo --hex --quiet --send "hello, pipe"'),
    await run("bench demo --seconds 1"),
    await run("connect nobody"),
    await run("doctor"),
  ];
  server.interrupt();
  await behind;
  return exchanges;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

if (import.meta.main) {
  console.log(JSON.stringify(await main()));
  Deno.exit();
}
