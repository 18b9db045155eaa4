/**
 * From the records of Windows to events.
 *
 * @module
 */

import {
  FILE_ACTION_ADDED,
  FILE_ACTION_REMOVED,
  FILE_ACTION_RENAMED_NEW_NAME,
  FILE_ACTION_RENAMED_OLD_NAME,
} from "../ffi/file/constants.ts";
import { type ChangeRecord, decodeChangeRecords } from "../ffi/file/structs.ts";

/** What has happened to a file or directory. */
export interface DirectoryChangeEvent {
  /** What has happened: it was made, changed or removed. */
  kind: "create" | "modify" | "remove";
  /** The full path, as the program that did it wrote the name. */
  path: string;
}

/** A file or directory has another name. */
export interface DirectoryRenameEvent {
  /** It was renamed. */
  kind: "rename";
  /** The full path it has now. */
  path: string;
  /** The full path it had before. */
  oldPath: string;
}

/** Windows had no room for all events: some are lost. */
export interface DirectoryOverflowEvent {
  /** Events are lost; whoever mirrors the directory must read it again. */
  kind: "overflow";
  /** The full path of the directory that is watched. */
  path: string;
}

/** What a {@linkcode DirectoryWatcher} tells. */
export type DirectoryEvent =
  | DirectoryChangeEvent
  | DirectoryRenameEvent
  | DirectoryOverflowEvent;

/** Makes events of records. The two of a rename become one. */
export class ChangeEvents {
  readonly #directory: string;
  readonly #prefix: string;
  #oldPath: string | null = null;

  /** @param directory The full path of the directory. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#prefix = directory.endsWith("\\") ? directory : `${directory}\\`;
  }

  /**
   * Translates a buffer.
   *
   * @param bytes What Windows has written.
   * @returns The events; an overflow ends them when the buffer is malformed.
   */
  translate(bytes: Uint8Array<ArrayBuffer>): DirectoryEvent[] {
    const { records, complete } = decodeChangeRecords(bytes);
    const events = records.flatMap((record) => this.#translate(record));
    return complete ? events : [...events, ...this.overflow()];
  }

  /**
   * Takes note that events are lost.
   *
   * @returns The events to tell.
   */
  overflow(): DirectoryEvent[] {
    return [
      ...this.#flush(),
      { kind: "overflow", path: this.#directory },
    ];
  }

  #translate({ action, name }: ChangeRecord): DirectoryEvent[] {
    const path = `${this.#prefix}${name}`;
    if (action === FILE_ACTION_RENAMED_NEW_NAME) return this.#renamed(path);
    const before = this.#flush();
    // Its other half may be the first record of the next buffer.
    if (action === FILE_ACTION_RENAMED_OLD_NAME) {
      this.#oldPath = path;
      return before;
    }
    return [...before, { kind: kindOf(action), path }];
  }

  #renamed(path: string): DirectoryEvent[] {
    const oldPath = this.#oldPath;
    this.#oldPath = null;
    if (oldPath === null) return [{ kind: "create", path }];
    return [{ kind: "rename", path, oldPath }];
  }

  /** A name without its other half has gone. */
  #flush(): DirectoryEvent[] {
    const path = this.#oldPath;
    this.#oldPath = null;
    return path === null ? [] : [{ kind: "remove", path }];
  }
}

function kindOf(action: number): DirectoryChangeEvent["kind"] {
  if (action === FILE_ACTION_ADDED) return "create";
  return action === FILE_ACTION_REMOVED ? "remove" : "modify";
}
