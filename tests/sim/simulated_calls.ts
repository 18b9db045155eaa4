/**
 * The calls of the simulated kernel that are for no file: memory, descriptors,
 * texts of errors.
 *
 * @module
 */

import type { Account, Address } from "../../src/ffi/win32_api.ts";
import { findAccount } from "./caller.ts";
import { SimulationControls } from "./controls.ts";
import type { CallName } from "./faults.ts";
import { hex } from "./memory.ts";
import { DEFAULT_DESCRIPTOR, type Descriptor, isSddl } from "./security.ts";
import * as codes from "./status.ts";

/** What is called without a file, and how calls answer. */
export abstract class SimulatedCalls extends SimulationControls {
  /** The code of the last call that failed. */
  protected lastErrorCode = 0;

  get lastError(): number {
    return this.lastErrorCode;
  }

  currentUserSid(): string {
    if (this.faulty("currentUserSid")) return "";
    return this.kernel.caller.user;
  }

  lookupAccount(name: string): Account | null {
    if (this.faulty("lookupAccount")) return null;
    return findAccount(name) ?? this.error(codes.ERROR_NONE_MAPPED, null);
  }

  convertStringSecurityDescriptor(sddl: string): Address {
    if (this.faulty("convertStringSecurityDescriptor")) return 0n;
    if (!isSddl(sddl)) {
      return this.error(codes.ERROR_INVALID_SECURITY_DESCR, 0n);
    }
    return this.descriptors.add(sddl);
  }

  localFree(memory: Address): void {
    this.faults.enter("localFree");
    if (memory === 0n || this.descriptors.delete(memory)) return;
    this.kernel.guard.violation(
      `LocalFree of ${hex(memory)}, which is not allocated`,
    );
  }

  virtualAlloc(address: Address, size: number, type: number): Address {
    if (this.faulty("virtualAlloc")) return 0n;
    const result = this.kernel.guard.memory.allocate(address, size, type);
    return result.error === 0 ? result.address : this.error(result.error, 0n);
  }

  virtualFree(address: Address, size: number, type: number): number {
    if (this.faulty("virtualFree")) return this.lastErrorCode;
    const { memory, claims } = this.kernel.guard;
    const region = memory.regionFreedBy(address, size, type);
    if (typeof region === "number") return this.code(region);
    const owned = claims.collision(region.start, region.end, true);
    if (owned !== undefined) {
      this.kernel.guard.violation(
        `memory freed with the ${owned.label}, in use`,
      );
    }
    return memory.free(address, size, type);
  }

  /** Memory that cannot be mapped: every access is checked. */
  mapMemory(): null {
    return null;
  }

  copyIn(target: Address, source: Uint8Array): void {
    this.faults.enter("copyIn");
    const { memory, claims } = this.kernel.guard;
    const end = target + BigInt(source.length);
    const owned = claims.collision(target, end, true);
    if (owned !== undefined) {
      this.kernel.guard.violation(
        `bytes copied over the ${owned.label}, in use`,
      );
    }
    memory.write(target, source);
  }

  copyOut(target: Uint8Array, source: Address): void {
    this.faults.enter("copyOut");
    this.kernel.guard.memory.read(target, source);
  }

  ntStatusToDosError(status: number): number {
    this.faults.enter("ntStatusToDosError");
    return codes.toDosError(status);
  }

  formatMessage(code: number): string {
    if (this.faulty("formatMessage")) return "";
    return codes.messageOf(code);
  }

  /**
   * Counts a call.
   *
   * @param name The call.
   * @returns True when it shall fail.
   */
  protected faulty(name: CallName): boolean {
    const code = this.faults.enter(name);
    return this.code(code) !== 0;
  }

  /**
   * What a call answers with a code.
   *
   * @param code 0 or a Win32 code, which is the last error then.
   * @returns The code.
   */
  protected code(code: number): number {
    if (code !== 0) this.lastErrorCode = code;
    return code;
  }

  /**
   * What a call answers that fails.
   *
   * @typeParam T What it answers.
   * @param code The last error.
   * @param result The answer.
   * @returns The answer.
   */
  protected error<T>(code: number, result: T): T {
    this.lastErrorCode = code;
    return result;
  }

  /**
   * What a security descriptor says.
   *
   * @param address Its address.
   * @returns The descriptor.
   */
  protected descriptorAt(address: Address): Descriptor {
    const descriptor = this.descriptors.descriptor(address);
    if (descriptor !== null) return descriptor;
    const problem = `no security descriptor at ${hex(address)}`;
    this.kernel.guard.violation(problem);
    return DEFAULT_DESCRIPTOR;
  }
}
