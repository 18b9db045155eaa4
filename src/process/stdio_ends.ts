/**
 * The standard streams of a child, before it exists: its ends and ours.
 *
 * @module
 */

import { FILE_SHARE_READ, FILE_SHARE_WRITE } from "../ffi/constants.ts";
import { GENERIC_READ, GENERIC_WRITE } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import type { ProcessApi } from "../ffi/process/api.ts";
import {
  STD_ERROR_HANDLE,
  STD_INPUT_HANDLE,
  STD_OUTPUT_HANDLE,
} from "../ffi/process/structs.ts";
import {
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { createPipePair } from "../pipe/anonymous_pipe.ts";
import {
  handleOf,
  type StdioList,
  type SubprocessStdio,
} from "./subprocess_options.ts";

/** The seams that make processes. */
export interface ProcessApis {
  /** Handles and pipes. */
  win32: Win32Api;
  /** Processes. */
  processes: ProcessApi;
}

/** Our end of a pipe to a child. */
export interface ParentEnd {
  /** The end, on the port. */
  handle: PortHandle;
  /** The name of the pipe. */
  path: string;
}

/** Our ends of standard input, output and error; `null` for what is no pipe. */
export type ParentEnds = readonly (ParentEnd | null)[];

interface RawEnd {
  handle: Handle;
  path: string;
}

const STANDARD_HANDLES = [
  STD_INPUT_HANDLE,
  STD_OUTPUT_HANDLE,
  STD_ERROR_HANDLE,
] as const;

/**
 * Makes the ends of a child's standard streams. The child's are inheritable
 * and are closed as soon as the child has them, so that our ends see the end
 * of the stream when the child closes it; ours are not inheritable.
 */
export class StdioEnds {
  readonly #apis: ProcessApis;
  readonly #child: [Handle, Handle, Handle] = [0n, 0n, 0n];
  readonly #parent: (RawEnd | null)[] = [null, null, null];
  #null: Handle = 0n;

  /**
   * @param apis Windows.
   * @param stdio What each stream is.
   * @throws {WindowsError} when Windows refuses a handle or a pipe.
   */
  constructor(apis: ProcessApis, stdio: StdioList) {
    this.#apis = apis;
    try {
      stdio.forEach((one, fd) => this.#child[fd] = this.#make(fd, one));
    } catch (error) {
      this.closeAll();
      throw error;
    }
  }

  /** The child's ends; `0n` for a stream that it does not have. */
  get child(): readonly [Handle, Handle, Handle] {
    return this.#child;
  }

  /**
   * Puts our ends on a port.
   *
   * @param port The completion port.
   * @returns Our ends, which are the receiver's from now on.
   * @throws {Deno.errors.BadResource} when the port is closed.
   */
  attach(port: CompletionPort): ParentEnds {
    return this.#parent.map((end) => {
      if (end === null) return null;
      const handle = port.associate(end.handle, { warnings: false });
      return { handle, path: end.path };
    });
  }

  /** Closes the child's ends: it has them by now, or never will. */
  closeChild(): void {
    for (const handle of new Set(this.#child)) {
      if (handle !== 0n) this.#apis.win32.closeHandle(handle);
    }
    this.#child.fill(0n);
  }

  /** Closes all ends: there is no child. */
  closeAll(): void {
    this.closeChild();
    for (const end of this.#parent) {
      if (end !== null) this.#apis.win32.closeHandle(end.handle);
    }
    this.#parent.fill(null);
  }

  #make(fd: number, stdio: SubprocessStdio | "stdout"): Handle {
    switch (stdio) {
      case "piped":
        return this.#makePipe(fd);
      case "inherit":
        return this.#inherit(fd);
      case "null":
        return this.#openNull();
      case "stdout":
        return this.#child[1];
      default:
        return this.#duplicate(handleOf("inherit handle", stdio));
    }
  }

  /**
   * We write to the client's end, and read from the server's. Standard input
   * is duplex, so that reading tells us when the child has closed it.
   */
  #makePipe(fd: number): Handle {
    const input = fd === 0;
    const pair = createPipePair(this.#apis.win32, {
      duplex: input,
      overlapped: [!input, input],
    });
    const { path, server, client } = pair;
    const [child, parent] = input ? [server, client] : [client, server];
    this.#parent[fd] = { handle: parent, path };
    return this.#inheritable(child);
  }

  /** A program without a console may have no valid standard handles. */
  #inherit(fd: number): Handle {
    const { processes } = this.#apis;
    const handle = processes.standardHandle(STANDARD_HANDLES[fd]!);
    return handle === 0n ? 0n : processes.duplicateHandle(handle, true);
  }

  #openNull(): Handle {
    if (this.#null !== 0n) return this.#null;
    const { win32 } = this.#apis;
    const handle = win32.createFile({
      name: "\\\\.\\NUL",
      access: (GENERIC_READ | GENERIC_WRITE) >>> 0,
      shareMode: FILE_SHARE_READ | FILE_SHARE_WRITE,
      flags: 0,
    });
    if (handle === INVALID_HANDLE_VALUE) {
      throw this.#error(win32.lastError, "CreateFileW");
    }
    return this.#null = this.#inheritable(handle);
  }

  #duplicate(handle: Handle): Handle {
    const { processes } = this.#apis;
    const duplicate = processes.duplicateHandle(handle, true);
    if (duplicate !== 0n) return duplicate;
    throw this.#error(processes.lastError, "DuplicateHandle");
  }

  #inheritable(handle: Handle): Handle {
    const { win32, processes } = this.#apis;
    const code = processes.setInheritable(handle, true);
    if (code === 0) return handle;
    win32.closeHandle(handle);
    throw this.#error(code, "SetHandleInformation");
  }

  #error(code: number, syscall: string): Error {
    return windowsError(this.#apis.win32, code, {
      syscall,
      action: "Cannot make standard stream of process",
    });
  }
}
