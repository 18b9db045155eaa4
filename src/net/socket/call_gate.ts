/**
 * From the codes of Winsock's functions to errors.
 *
 * @module
 */

import { type FailedCall, windowsError } from "../../ffi/errors.ts";
import type { Socket, SocketApi } from "../../ffi/socket/api.ts";
import { INVALID_HANDLE_VALUE, type Win32Api } from "../../ffi/win32_api.ts";

/** Codes that mean something else than usual, and what. */
export type KnownErrors = Readonly<
  Record<number, Pick<FailedCall, "state" | "errorClass">>
>;

/** Throws what a call returns, in the name of what was tried. */
export class CallGate {
  readonly #api: Pick<Win32Api, "formatMessage">;
  readonly #action: string;
  readonly #known: KnownErrors;

  /**
   * @param api Gives the text of errors.
   * @param action What is tried: `Cannot listen on 127.0.0.1:80`.
   * @param known Codes that mean something else than usual.
   */
  constructor(
    api: Pick<Win32Api, "formatMessage">,
    action: string,
    known: KnownErrors = {},
  ) {
    this.#api = api;
    this.#action = action;
    this.#known = known;
  }

  /**
   * Throws for a code.
   *
   * @param syscall The function.
   * @param code What it returned.
   * @throws {WindowsError} or a class of `Deno.errors`, unless it is 0.
   */
  check(syscall: string, code: number): void {
    if (code !== 0) throw this.error(syscall, code);
  }

  /**
   * Throws for a handle that is none.
   *
   * @param syscall The function.
   * @param sockets Has the code.
   * @param socket What it returned.
   * @returns The socket.
   */
  socket(syscall: string, sockets: SocketApi, socket: Socket): Socket {
    if (socket !== INVALID_HANDLE_VALUE) return socket;
    throw this.error(syscall, sockets.lastError);
  }

  /**
   * Makes the error for a code.
   *
   * @param syscall The function.
   * @param code The code.
   * @returns The error.
   */
  error(syscall: string, code: number): Error {
    return windowsError(this.#api, code, {
      syscall,
      action: this.#action,
      ...this.#known[code],
    });
  }
}
