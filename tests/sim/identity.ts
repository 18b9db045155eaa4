/**
 * Who is there, on the simulated kernel.
 *
 * Sources: ReactOS, drivers/filesystems/npfs: secursup.c (impersonation),
 * fileobsup.c (the directory), readsup.c (peeking); MS, ImpersonateNamedPipe-
 * Client, Impersonation Levels, GetKernelObjectSecurity, DuplicateHandle.
 *
 * @module
 */

import type {
  AccountName,
  HandleGift,
  IdentityApi,
  PipeContent,
  PipeEndName,
  TokenFacts,
} from "../../src/ffi/identity/api.ts";
import { ERROR_INVALID_HANDLE } from "../../src/ffi/constants.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { type Caller, findName, WELL_KNOWN } from "./caller.ts";
import type { Kernel } from "./kernel.ts";
import { PipeEnd } from "./pipe_end.ts";
import { ERROR_INVALID_PARAMETER, toDosError } from "./status.ts";

const ERROR_NO_MORE_FILES = 18;
const ERROR_CANT_OPEN_ANONYMOUS = 1347;
const ERROR_CANNOT_IMPERSONATE = 1368;
const LEVEL_DELEGATION = 3;
const ENTRY_NAME = 64;

/** The calls that can be made to fail. */
type Call = Exclude<keyof IdentityApi, "lastError">;

/** The simulated system as {@linkcode IdentityApi}. */
export class SimulatedIdentity implements IdentityApi {
  lastError = 0;
  /** The tokens of other processes. */
  readonly processes = new Map<number, Caller>();
  /** What sessions the ends are of; -1 is not told. */
  readonly sessions: Record<PipeEndName, number> = { client: 1, server: 1 };
  /** The computer of clients; `""` is this one. */
  computer = "";
  /** The owner of what this process makes; `null` for its user. */
  defaultOwner: string | null = null;
  /** The handles that were given away. */
  readonly gifts: HandleGift[] = [];
  /** Bytes that an answer about the directory may take. */
  directoryBytes = Infinity;
  readonly #kernel: Kernel;
  readonly #failures = new Map<Call, number>();
  #self: Caller | null = null;
  #level = LEVEL_DELEGATION;
  #listed = 0;

  /** @param kernel The kernel. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** True while the thread acts as a client. */
  get impersonating(): boolean {
    return this.#self !== null;
  }

  /** Who the thread acts as. */
  get caller(): Caller {
    return this.#kernel.caller;
  }

  /**
   * Makes a call fail from now on.
   *
   * @param call The call.
   * @param code The Win32 code; 0 lets it succeed again.
   */
  fail(call: Call, code: number): void {
    this.#failures.set(call, code);
  }

  sessionId(pipe: Handle, end: PipeEndName): number {
    return this.#end(pipe) === null ? -1 : this.sessions[end];
  }

  clientComputer(): string {
    return this.computer;
  }

  ownerSid(pipe: Handle): string {
    if (this.#failed("ownerSid")) return "";
    return this.#end(pipe)?.instance.settings.owner ?? "";
  }

  peek(pipe: Handle, buffer: Uint8Array): PipeContent | null {
    if (this.#failed("peek")) return null;
    const end = this.#end(pipe);
    if (end === null) return null;
    const code = toDosError(end.peek());
    if (code !== 0) return this.lastError = code, null;
    const { incoming, messageReadMode } = end;
    const bytes = incoming.peek(buffer.length, messageReadMode);
    buffer.set(bytes);
    return { copied: bytes.length, available: incoming.available };
  }

  processToken(processId: number): TokenFacts | null {
    if (this.#failed("processToken")) return null;
    const caller = this.processes.get(processId);
    if (caller === undefined) return this.lastError = 5, null;
    return factsOf(caller, LEVEL_DELEGATION);
  }

  defaultOwnerSid(): string {
    return this.defaultOwner ?? this.#kernel.caller.user;
  }

  impersonateClient(pipe: Handle): number {
    if (this.#failed("impersonateClient")) return this.lastError;
    const { isServer, instance } = this.#end(pipe) ?? {};
    const security = isServer ? instance!.security : null;
    const told = security && (!security.dynamic || instance!.wasRead);
    if (!told) return this.lastError = ERROR_CANNOT_IMPERSONATE;
    this.#self ??= this.#kernel.caller;
    this.#kernel.caller = security.caller;
    this.#level = security.level;
    return 0;
  }

  threadToken(): TokenFacts | null {
    if (this.#failed("threadToken")) return null;
    if (this.#level === 0) {
      return this.lastError = ERROR_CANT_OPEN_ANONYMOUS, null;
    }
    return factsOf(this.#kernel.caller, this.#level);
  }

  revertToSelf(): void {
    if (this.#self !== null) this.#kernel.caller = this.#self;
    this.#self = null;
  }

  accountName(sid: string): Promise<AccountName | null> {
    return Promise.resolve(findName(sid));
  }

  duplicateInto(gift: HandleGift): Handle {
    if (this.#failed("duplicateInto")) return 0n;
    if (!this.processes.has(gift.processId)) {
      return this.lastError = ERROR_INVALID_PARAMETER, 0n;
    }
    return 0x1000n + BigInt(4 * this.gifts.push(gift));
  }

  queryDirectory(
    _directory: Handle,
    buffer: Uint8Array,
    restart: boolean,
  ): number {
    if (this.#failed("queryDirectory")) return this.lastError;
    if (restart) this.#listed = 0;
    const pipes = this.#kernel.npfs.list().slice(this.#listed);
    const room = Math.min(buffer.length, this.directoryBytes);
    const count = writeEntries(new DataView(buffer.buffer), room, pipes);
    this.#listed += count;
    return count === 0 ? ERROR_NO_MORE_FILES : 0;
  }

  #failed(call: Call): boolean {
    const code = this.#failures.get(call) ?? 0;
    if (code !== 0) this.lastError = code;
    return code !== 0;
  }

  #end(pipe: Handle): PipeEnd | null {
    const file = this.#kernel.file(pipe);
    if (file instanceof PipeEnd) return file;
    return this.lastError = ERROR_INVALID_HANDLE, null;
  }
}

function factsOf({ user, integrity }: Caller, level: number): TokenFacts {
  const integritySid = integrity ?? WELL_KNOWN.mediumIntegrity;
  return { userSid: user, integritySid, level };
}

/** Each FILE_DIRECTORY_INFORMATION begins at a multiple of 8 bytes. */
function writeEntries(
  view: DataView,
  room: number,
  pipes: { name: string; instances: number; maxInstances: number }[],
): number {
  let [at, last, count] = [0, 0, 0];
  for (const { name, instances, maxInstances } of pipes) {
    const end = at + ENTRY_NAME + name.length * 2;
    if (end > room) break;
    if (count > 0) view.setUint32(last, at - last, true);
    const limit = maxInstances === 255 ? 0xffff_ffff : maxInstances;
    view.setUint32(at, 0, true);
    view.setUint32(at + 40, instances, true);
    view.setUint32(at + 48, limit, true);
    view.setUint32(at + 60, name.length * 2, true);
    for (let i = 0; i < name.length; i++) {
      view.setUint16(at + ENTRY_NAME + i * 2, name.charCodeAt(i), true);
    }
    [last, at, count] = [at, Math.ceil(end / 8) * 8, count + 1];
  }
  return count;
}
