/**
 * Which handles are on the port already.
 *
 * @module
 */

import type { Handle } from "../../ffi/win32_api.ts";
import { assertHandle } from "../arguments.ts";
import { identify } from "./association.ts";
import type { CompletionPort } from "./completion_port.ts";
import type { HandleLike } from "../proactor_options.ts";
import type { PortHandle } from "./port_handle.ts";
import type { HandleOptions } from "./port_options.ts";

/** What a handle is, and how it is put on the port. */
export interface InspectedHandle<Kind> {
  /** What it is, for those who make calls with it. */
  kind: Kind;
  /** How it is put on the port. */
  options: HandleOptions;
}

/**
 * Puts each handle on the port once, on first use.
 *
 * @typeParam Kind What is remembered of each handle.
 */
export class HandleRegistry<Kind> {
  readonly #port: CompletionPort;
  readonly #inspect: (handle: Handle) => InspectedHandle<Kind>;
  readonly #kinds = new WeakMap<PortHandle, Kind>();
  readonly #byValue = new Map<Handle, PortHandle>();
  readonly #byOwner = new WeakMap<object, PortHandle>();

  /**
   * @param port The completion port.
   * @param inspect Called once for each new handle.
   */
  constructor(
    port: CompletionPort,
    inspect: (handle: Handle) => InspectedHandle<Kind>,
  ) {
    this.#port = port;
    this.#inspect = inspect;
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
   * What a handle is.
   *
   * @param handle A handle of this registry.
   * @returns What `inspect` said when the handle was new.
   */
  kindOf(handle: PortHandle): Kind | undefined {
    return this.#kinds.get(handle);
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
    const { kind, options } = this.#inspect(value);
    const known = this.#port.associate(value, {
      ...options,
      key,
      owned: false,
    });
    this.#kinds.set(known, kind);
    return known;
  }
}
