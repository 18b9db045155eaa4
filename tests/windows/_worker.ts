/**
 * Workers that use the library under `--allow-ffi` alone.
 *
 * @module
 */

import { stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path/posix";
import * as sources from "./_sources.ts";

const IMPORT = /(?<=\bfrom\s*|\bimport\s*\(?\s*)"(\.[^"]+|src\/[^"]+)"/g;

/** TypeScript by path. */
const SOURCES: Readonly<Record<string, string>> = sources;

const urls = new Map<string, string>();

/** A worker that posts one message for each one it gets, or more. */
export class TestWorker implements Disposable {
  readonly #worker: Worker;
  readonly #messages: unknown[] = [];
  readonly #waiting: PromiseWithResolvers<unknown>[] = [];

  /**
   * Starts a worker.
   *
   * @param body JavaScript. It may import from `src/...`.
   */
  constructor(body: string) {
    const url = blobUrl(linked(body, "."));
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#take(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      for (const { reject } of this.#waiting.splice(0)) {
        reject(new Error(`Worker failed: ${event.message}`));
      }
    };
  }

  /**
   * Sends a message.
   *
   * @param message The message.
   */
  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /**
   * Waits for the next message of the worker.
   *
   * @returns The message.
   */
  next(): Promise<unknown> {
    if (this.#messages.length > 0) {
      return Promise.resolve(this.#messages.shift());
    }
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  /** Ends the worker. */
  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #take(message: unknown): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve(message);
    else this.#messages.push(message);
  }
}

/** The URL of a module of the library, made of its text. */
function moduleUrl(path: string): string {
  const known = urls.get(path);
  if (known !== undefined) return known;
  const source = SOURCES[path];
  if (source === undefined) {
    throw new Error(
      `Cannot link "${path}": run tests/windows/_write_sources.ts`,
    );
  }
  const url = blobUrl(linked(stripTypeScriptTypes(source), dirname(path)));
  urls.set(path, url);
  return url;
}

function linked(code: string, folder: string): string {
  return code.replace(
    IMPORT,
    (_, specifier: string) => `"${moduleUrl(join(folder, specifier))}"`,
  );
}

function blobUrl(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
}
