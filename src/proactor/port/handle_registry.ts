/**
 * Which handles are on the port already.
 *
 * @module
 */

import type { Handle } from "../../ffi/win32_api.ts";
import { assertHandle } from "../arguments.ts";
import { identify } from "./association.ts";
import type { CompletionPort } from "./completion_port.ts";
import type { PortHandle } from "./port_handle.ts";
import type { HandleLike } from "../proactor_options.ts";
import {
  type SocketDetector,
  type SocketInfo,
  socketOptions,
} from "../call/socket_association.ts";

/** Puts each handle on the port once, on first use. */
export class HandleRegistry {
  readonly #port: CompletionPort;
  readonly #detector: SocketDetector;
  readonly #sockets = new WeakMap<PortHandle, SocketInfo>();
  readonly #byValue = new Map<Handle, PortHandle>();
  readonly #byOwner = new WeakMap<object, PortHandle>();

  /**
   * @param port The completion port.
   * @param detector Tells sockets from other handles.
   */
  constructor(port: CompletionPort, detector: SocketDetector) {
    this.#port = port;
    this.#detector = detector;
  }

  /**
   * The port's view of a handle.
   *
   * @param handle The handle, or its owner.
   * @param action The beginning of an error's message.
   * @returns What the port knows of it.
   * @throws {TypeError} when it is neither a bigint nor an owner of a handle.
   * @throws {Deno.errors.BadResource} when it, or the proactor, is closed.
   */
  get(handle: HandleLike, action: string): PortHandle {
    this.#port.assertOpen(action);
    if (typeof handle === "bigint") return this.#ofValue(handle, action);
    if (typeof handle !== "object" || handle === null) {
      assertHandle(action, handle);
    }
    return this.#ofOwner(handle, action);
  }

  /**
   * Forgets a raw handle.
   *
   * @param handle The handle.
   * @returns What the port knew of it; nothing when it is another object's now.
   */
  forget(handle: Handle): PortHandle | undefined {
    const known = this.#byValue.get(handle);
    if (known === undefined) return undefined;
    this.#byValue.delete(handle);
    if (this.#port.closed || this.#identify(known) === "same") return known;
    return undefined;
  }

  /**
   * What is known of a handle as a socket.
   *
   * @param handle A handle of this registry.
   * @returns Nothing for a pipe or a file.
   */
  socketOf(handle: PortHandle): SocketInfo | undefined {
    return this.#sockets.get(handle);
  }

  /** Anybody may have closed a bare handle, and its value been reused. */
  #ofValue(handle: Handle, action: string): PortHandle {
    const known = this.#byValue.get(handle);
    const found = known === undefined ? "closed" : this.#identify(known);
    if (found === "same") return known!;
    this.#byValue.delete(handle);
    const key = found === "another" ? known!.key : undefined;
    const added = this.#associate(handle, { action, key });
    this.#byValue.set(handle, added);
    return added;
  }

  #identify(known: PortHandle): "same" | "another" | "closed" {
    const found = identify(this.#port.api, known, this.#port.handle);
    if (found !== "same") known.closed = true;
    return found;
  }

  #ofOwner(owner: Exclude<HandleLike, Handle>, action: string): PortHandle {
    let known = this.#byOwner.get(owner);
    if (known === undefined || owner.handle !== known.handle) {
      known = this.#associate(owner.handle, { action });
      known.owner = new WeakRef(owner);
      this.#byOwner.set(owner, known);
    }
    return known;
  }

  #associate(
    handle: Handle | null,
    { action, key }: { action: string; key?: number | undefined },
  ): PortHandle {
    const value = handle === null ? 0n : handle;
    assertHandle(action, value);
    const socket = this.#detector.detect(value);
    const options = socket === null
      ? { warnings: true }
      : socketOptions(socket.sockets, value);
    const known = this.#port.associate(value, {
      ...options,
      key,
      owned: false,
    });
    if (socket !== null) this.#sockets.set(known, socket);
    return known;
  }
}
