/**
 * Progress in a terminal, or on paper.
 *
 * @module
 */

const TITLE_WIDTH = 24;
const BAR_WIDTH = 16;
const INTERVAL_MS = 100;
const LINES = 2;

/** A bar that fills; without a terminal, a line for each half. */
export class ProgressBar {
  readonly #title: string;
  readonly #total: number;
  readonly #live: boolean;
  readonly #started: number = performance.now();
  #done = 0;
  #drawn = 0;
  #line = 0;

  /**
   * @param title What is going on.
   * @param total Bytes that make it whole.
   */
  constructor(title: string, total: number) {
    this.#title = title;
    this.#total = total;
    this.#live = Deno.stdout.isTerminal();
  }

  /**
   * Moves on.
   *
   * @param bytes How far.
   */
  add(bytes: number): void {
    this.#done += bytes;
    if (this.#live) this.#draw();
    else this.#print();
  }

  /**
   * Ends the line.
   *
   * @param result What to write behind the bar.
   */
  end(result: string): void {
    const text = `${this.#picture()}  ${this.#speed()}  ${result}`;
    write(this.#live ? `\r\x1b[2K${text}\n` : `${text}\n`);
  }

  #draw(): void {
    const now = performance.now();
    if (now - this.#drawn < INTERVAL_MS) return;
    this.#drawn = now;
    write(`\r\x1b[2K${this.#picture()}`);
  }

  #print(): void {
    const line = Math.floor(this.#done / this.#total * LINES);
    if (line === this.#line || line >= LINES) return;
    this.#line = line;
    write(`${this.#picture()}\n`);
  }

  #picture(): string {
    const part = Math.min(1, this.#done / this.#total);
    const bar = "#".repeat(Math.round(part * BAR_WIDTH)).padEnd(BAR_WIDTH, ".");
    const percent = `${Math.floor(part * 100)}`.padStart(3);
    return `${this.#title.padEnd(TITLE_WIDTH)} [${bar}] ${percent} %`;
  }

  #speed(): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const speed = this.#done / seconds / 2 ** 20;
    return `${speed.toFixed(1).padStart(6)} MiB/s`;
  }
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
