/**
 * The native memory of one call of `CreateProcessW`, which runs on another
 * thread and may outlive its caller.
 *
 * @module
 */

import { MEM_RELEASE } from "../constants.ts";
import { WindowsError } from "../windows_error.ts";
import type { Loaded } from "../load.ts";
import type { kernel32Process } from "./kernel32.ts";
import { allocate } from "../memory.ts";
import type { CreatedProcess, ProcessParameters } from "./api.ts";
import {
  ATTRIBUTE_LIST_SIZE,
  CREATE_UNICODE_ENVIRONMENT,
  decodeProcessInformation,
  encodeEnvironment,
  encodeHandles,
  encodeStartupInfo,
  EXTENDED_STARTUPINFO_PRESENT,
  PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
  PROC_THREAD_ATTRIBUTE_JOB_LIST,
  PROCESS_INFORMATION_SIZE,
  STARTUPINFOEX_SIZE,
} from "./structs.ts";
import { encodeWideString } from "../structs.ts";
import type { Address, Win32Api } from "../win32_api.ts";

type Kernel32 = Loaded<typeof kernel32Process>;

/** The arguments of `CreateProcessW`, as the FFI takes them. */
export type CreateProcessArguments = Parameters<Kernel32["CreateProcessW"]>;

/** Where things stand; the strings and handles follow one another. */
const INFORMATION = 0;
const STARTUP_INFO = INFORMATION + PROCESS_INFORMATION_SIZE;
const ATTRIBUTES = STARTUP_INFO + STARTUPINFOEX_SIZE;
const FIRST_PART = ATTRIBUTES + ATTRIBUTE_LIST_SIZE;

/** Bytes of a pointer: every part begins at a multiple of them. */
const ALIGNMENT = 8;

interface Parts {
  inherited: Uint8Array<ArrayBuffer>;
  jobs: Uint8Array<ArrayBuffer>;
  application: Uint8Array<ArrayBuffer>;
  commandLine: Uint8Array<ArrayBuffer>;
  directory: Uint8Array<ArrayBuffer>;
  environment: Uint8Array<ArrayBuffer>;
}

/** The memory of one `CreateProcessW`. */
export class SpawnMemory {
  readonly #win32: Win32Api;
  readonly #kernel32: Kernel32;
  readonly #parameters: ProcessParameters;
  readonly #address: Address;
  readonly #parts: Parts;

  /**
   * Lays everything out.
   *
   * @param win32 Allocates and copies native memory.
   * @param kernel32 Fills the attribute list.
   * @param parameters What `CreateProcessW` is asked for.
   * @throws {WindowsError} when Windows has no memory left.
   * @throws {WindowsError} when it refuses the lists of handles and jobs.
   */
  constructor(
    win32: Win32Api,
    kernel32: Kernel32,
    parameters: ProcessParameters,
  ) {
    this.#win32 = win32;
    this.#kernel32 = kernel32;
    this.#parameters = parameters;
    this.#parts = encodeParts(parameters);
    this.#address = allocate(win32, sizeOf(this.#parts));
    for (const part of Object.values(this.#parts)) {
      if (part.byteLength > 0) win32.copyIn(this.#at(part), part);
    }
    this.#writeStartupInfo();
    if (this.#writeAttributes()) return;
    this.free(); // without the list, the child would inherit everything
    throw new WindowsError(
      "Cannot start process: Windows refuses its attributes",
    );
  }

  /**
   * The arguments of the call.
   *
   * @returns Addresses in this memory, which must not be freed before the call
   * has returned.
   */
  arguments(): CreateProcessArguments {
    const { inherited, environment, directory, flags } = this.#parameters;
    return [
      this.#at(this.#parts.application),
      this.#at(this.#parts.commandLine),
      0n,
      0n,
      inherited.length > 0 ? 1 : 0,
      flags | EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT,
      environment === null ? 0n : this.#at(this.#parts.environment),
      directory === null ? 0n : this.#at(this.#parts.directory),
      this.#offset(STARTUP_INFO),
      this.#offset(INFORMATION),
    ];
  }

  /**
   * Reads what the call has made.
   *
   * @returns The process and its thread.
   */
  result(): CreatedProcess {
    const bytes = new Uint8Array(PROCESS_INFORMATION_SIZE);
    this.#win32.copyOut(bytes, this.#offset(INFORMATION));
    return { code: 0, ...decodeProcessInformation(bytes) };
  }

  /** Frees the memory. The call must have returned. */
  free(): void {
    this.#kernel32.DeleteProcThreadAttributeList(this.#offset(ATTRIBUTES));
    this.#win32.virtualFree(this.#address, 0, MEM_RELEASE);
  }

  #writeStartupInfo(): void {
    const { hidden, standard } = this.#parameters;
    const attributes = this.#offset(ATTRIBUTES);
    const info = encodeStartupInfo({ hidden, standard, attributes });
    this.#win32.copyIn(this.#offset(STARTUP_INFO), info);
  }

  #writeAttributes(): boolean {
    const { inherited, jobs } = this.#parts;
    const list = this.#offset(ATTRIBUTES);
    const size = encodeHandles([BigInt(ATTRIBUTE_LIST_SIZE)]);
    const ok = this.#kernel32.InitializeProcThreadAttributeList(
      list,
      2,
      0,
      size,
    );
    return ok !== 0 &&
      this.#addAttribute(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited) &&
      this.#addAttribute(PROC_THREAD_ATTRIBUTE_JOB_LIST, jobs);
  }

  /** The list keeps the address, so the value stands in this memory. */
  #addAttribute(attribute: bigint, handles: Uint8Array<ArrayBuffer>): boolean {
    if (handles.byteLength === 0) return true;
    const list = this.#offset(ATTRIBUTES);
    const size = BigInt(handles.byteLength);
    const value = this.#at(handles);
    const ok = this.#kernel32.UpdateProcThreadAttribute(
      list,
      0,
      attribute,
      value,
      size,
      0n,
      0n,
    );
    return ok !== 0;
  }

  #at(wanted: Uint8Array<ArrayBuffer>): Address {
    let offset = FIRST_PART;
    for (const part of Object.values(this.#parts)) {
      if (part === wanted) break;
      offset += aligned(part.byteLength);
    }
    return this.#offset(offset);
  }

  #offset(offset: number): Address {
    return this.#address + BigInt(offset);
  }
}

function encodeParts(parameters: ProcessParameters): Parts {
  const { application, commandLine, environment, directory } = parameters;
  return {
    inherited: encodeHandles(parameters.inherited),
    jobs: encodeHandles(parameters.jobs),
    application: encodeWideString(application),
    commandLine: encodeWideString(commandLine),
    directory: encodeWideString(directory ?? ""),
    environment: encodeEnvironment(environment ?? []),
  };
}

function sizeOf(parts: Parts): number {
  return Object.values(parts).reduce(
    (sum, part) => sum + aligned(part.byteLength),
    FIRST_PART,
  );
}

function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
