/**
 * The calls on files that traces make. Ends are compared by `done`.
 *
 * @module
 */

import { FILE_SHARE_READ, FILE_SHARE_WRITE } from "../../src/ffi/constants.ts";
import {
  DELETE,
  FILE_CREATE,
  FILE_DELETE_ON_CLOSE,
  FILE_END_OF_FILE_INFORMATION,
  FILE_GENERIC_READ,
  FILE_GENERIC_WRITE,
  FILE_NON_DIRECTORY_FILE,
  FILE_OPEN,
} from "../../src/ffi/file/constants.ts";
import { answer, type Bench } from "./bench.ts";

const DISPOSITIONS = { create: FILE_CREATE, open: FILE_OPEN };

/** Calls on files. */
export class FileCalls {
  readonly #bench: Bench;

  /** @param bench Where handles and operations are. */
  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** `NtCreateFile` of the trace's file, which is removed with its handle. */
  async file(name: string, how: keyof typeof DISPOSITIONS): Promise<string> {
    const { files, folder, win32 } = this.#bench.system;
    const { code, handle } = await files.createFile({
      path: `${folder}conformance-${this.#bench.id}`,
      access: FILE_GENERIC_READ | FILE_GENERIC_WRITE | DELETE,
      shareMode: FILE_SHARE_READ | FILE_SHARE_WRITE | 4,
      disposition: DISPOSITIONS[how],
      options: FILE_NON_DIRECTORY_FILE |
        (how === "create" ? FILE_DELETE_ON_CLOSE : 0),
    });
    if (code !== 0) return `error ${code}`;
    this.#bench.own(name, handle, () => win32.closeHandle(handle));
    this.#bench.associate(handle);
    return "ok";
  }

  /** `ReadFile` at an offset. */
  readAt(file: string, name: string, at: number, length: number): string {
    const { win32 } = this.#bench.system;
    const operation = this.#bench.operation(name, { receives: true, at });
    const { buffer, overlapped } = operation;
    const handle = this.#bench.handle(file);
    const code = win32.readFile(handle, buffer, length, overlapped);
    return this.#bench.outcome(code, operation, win32.transferred);
  }

  /** `WriteFile` at an offset. */
  writeAt(file: string, name: string, at: number, text: string): string {
    const { win32 } = this.#bench.system;
    const operation = this.#bench.operation(name, { text, at });
    const { buffer, overlapped } = operation;
    const handle = this.#bench.handle(file);
    const code = win32.writeFile(handle, buffer, text.length, overlapped);
    return this.#bench.outcome(code, operation, win32.transferred);
  }

  /** The length, by `NtQueryInformationFile`. */
  async size(file: string): Promise<string> {
    const { files } = this.#bench.system;
    const handle = this.#bench.handle(file);
    const { code, information } = await files.queryInformation(handle);
    return code === 0 ? `ok ${information.endOfFile}` : `error ${code}`;
  }

  /** Sets the length, by `NtSetInformationFile`. */
  async resize(file: string, length: number): Promise<string> {
    const { files } = this.#bench.system;
    const data = new Uint8Array(BigInt64Array.of(BigInt(length)).buffer);
    const informationClass = FILE_END_OF_FILE_INFORMATION;
    const handle = this.#bench.handle(file);
    const setting = { informationClass, data };
    return answer(await files.setInformation(handle, setting));
  }

  /** `NtFlushBuffersFile`. */
  async flush(file: string): Promise<string> {
    const { files } = this.#bench.system;
    return answer(await files.flushFileBuffers(this.#bench.handle(file)));
  }

  /** `GetFileType`. */
  type(handle: string): string {
    const { files } = this.#bench.system;
    return `${files.getFileType(this.#bench.handle(handle))}`;
  }
}
