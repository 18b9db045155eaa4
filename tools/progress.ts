const FRAMES = ["|", "/", "-", "\\"];
const INTERVAL_MS = 120;

/**
 * Says on the error output what a step does and how long it takes: a live line
 * in a terminal, otherwise one line at its start and one at its end.
 */
export class Step implements Disposable {
  readonly #title: string;
  readonly #live: boolean;
  readonly #started: number = performance.now();
  #detail = "";
  #frame = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ended = false;

  /** Starts a step. */
  constructor(title: string, note = "") {
    this.#title = title;
    this.#live = Deno.stderr.isTerminal();
    if (this.#live) this.#timer = setInterval(() => this.#draw(), INTERVAL_MS);
    else print(`${title}${note === "" ? "" : ` (${note})`} ...\n`);
  }

  /** Says what the step is at. */
  detail(text: string): void {
    this.#detail = text;
  }

  /** Ends the step well. */
  done(): void {
    this.#end("done");
  }

  /** Ends the step as failed. */
  fail(): void {
    this.#end("failed");
  }

  /** Ends the step as failed unless it has ended. */
  [Symbol.dispose](): void {
    this.#end("failed");
  }

  #end(word: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    const clear = this.#live ? "\r\x1b[2K" : "";
    print(`${clear}${this.#title}: ${word} in ${this.#seconds(1)} s\n`);
  }

  #draw(): void {
    const frame = FRAMES[this.#frame++ % FRAMES.length];
    const line = `${frame} ${this.#title}  ${this.#seconds(0)} s  ` +
      this.#detail;
    print(`\r\x1b[2K${line.slice(0, terminalWidth() - 1)}`);
  }

  #seconds(digits: number): string {
    return ((performance.now() - this.#started) / 1_000).toFixed(digits);
  }
}

/** Writes a text to the error output. */
export function print(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80; // Not every terminal tells
  }
}
