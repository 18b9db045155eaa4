/**
 * Where an example runs: a folder with files, ports of its own, a console that
 * is listened to, and Ctrl+C.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { IocpProactor } from "../../mod.ts";
import { TcpListener } from "../../src/net/mod.ts";
import {
  EventLoopPolicy,
  getRunningLoop,
  setEventLoopPolicy,
} from "../../src/loop/mod.ts";
import { defaultProactor } from "../../src/proactor/default_proactor.ts";
import { removeUsed } from "../windows/_remove.ts";
import { until } from "../windows/_turns.ts";
import { CA_CERT, CERT, KEY } from "../windows/net/fixtures/tls.ts";
import type { Example } from "./_examples.ts";

const FIXED_PORT = /(port: |host, |^ {2})(7|\d{4})(?=[ ,})])/gm;
const DATA_SIZE = 2_000_000;

/** Milliseconds after which an example that should end has not. */
const PATIENCE = 60_000;

/**
 * Fails instead of hanging.
 *
 * @param promise What should end.
 * @returns What the promise resolves to.
 */
export function inTime<T>(promise: PromiseLike<T>): Promise<T> {
  return deadline(Promise.resolve(promise), PATIENCE);
}

/** Where one example runs. */
export class Stage implements AsyncDisposable {
  /** The proactor of whoever is at the other end. */
  readonly proactor: IocpProactor = new IocpProactor();
  /** The lines that the example has printed. */
  readonly output: string[] = [];
  /** What it has complained about. */
  readonly complaints: string[] = [];
  /** A temporary folder, the current one. */
  readonly folder: string = Deno.makeTempDirSync({ prefix: "example" });
  /** What is undone at the end, the last first. */
  readonly undo: AsyncDisposableStack = new AsyncDisposableStack();
  readonly #ports = new Map<number, number>();
  readonly #interrupts: (() => void)[] = [];

  /** Sets the stage. */
  constructor() {
    const home = Deno.cwd();
    Deno.chdir(this.folder);
    this.undo.defer(() => removeUsed(this.folder));
    this.undo.defer(() => Deno.chdir(home));
    this.undo.use(this.proactor);
    this.#writeFiles();
    this.#listenToConsole();
    this.#listenToSignals();
  }

  /**
   * The port that an example gets for one that it names.
   *
   * @param named The port in its text.
   * @returns A free one, always the same.
   */
  port(named: number): number {
    const known = this.#ports.get(named);
    if (known !== undefined) return known;
    const { proactor } = this;
    const local = { hostname: "127.0.0.1", port: 0, proactor };
    using listener = TcpListener.listen(local);
    this.#ports.set(named, listener.addr.port);
    return listener.addr.port;
  }

  /**
   * Writes an example into the folder.
   *
   * @param example The example.
   * @param name The name of the file.
   * @returns Its path.
   */
  write({ source }: Example, name: string): string {
    const text = source.replaceAll(
      FIXED_PORT,
      (_, before: string, port: string) =>
        `${before}${this.port(Number(port))}`,
    );
    const path = `${this.folder}\\${name}`;
    Deno.writeTextFileSync(path, text);
    return path;
  }

  /** Presses Ctrl+C as soon as somebody listens. */
  async interrupt(): Promise<void> {
    await until(() => this.#interrupts.length > 0);
    for (const listener of this.#interrupts) listener();
  }

  /**
   * Waits until a line was printed.
   *
   * @param text What is in the line.
   */
  async printed(text: string): Promise<void> {
    await until(() => this.output.some((line) => line.includes(text)));
  }

  #writeFiles(): void {
    Deno.writeFileSync("data.bin", new Uint8Array(DATA_SIZE));
    Deno.writeTextFileSync("ca.pem", CA_CERT);
    Deno.writeTextFileSync("cert.pem", CERT);
    Deno.writeTextFileSync("key.pem", KEY);
    Deno.mkdirSync("inbox");
  }

  #listenToConsole(): void {
    const { log, warn, error } = console;
    const line = (parts: unknown[]) =>
      parts.map((part) => typeof part === "string" ? part : Deno.inspect(part))
        .join(" ");
    console.log = (...parts) => void this.output.push(line(parts));
    console.warn = console.error = (...parts) => {
      const text = line(parts);
      // An earlier example has left something open, and it was collected now.
      if (!text.includes("ResourceWarning")) this.complaints.push(text);
    };
    this.undo.defer(() => void Object.assign(console, { log, warn, error }));
  }

  #listenToSignals(): void {
    const { addSignalListener, removeSignalListener } = Deno;
    Deno.addSignalListener = (_signal, listener) =>
      void this.#interrupts.push(listener);
    Deno.removeSignalListener = () => {};
    const original = { addSignalListener, removeSignalListener };
    this.undo.defer(() => void Object.assign(Deno, original));
  }

  /** Closes everything that the example has left open. */
  async [Symbol.asyncDispose](): Promise<void> {
    setEventLoopPolicy(new EventLoopPolicy());
    await until(isNoLoopRunning);
    await defaultProactor().close();
    await this.undo.disposeAsync();
  }
}

/** Stops what an example that has failed has left running. */
function isNoLoopRunning(): boolean {
  try {
    getRunningLoop().stop();
    return false;
  } catch {
    return true;
  }
}
