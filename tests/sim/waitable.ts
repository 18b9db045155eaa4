/**
 * Objects of the simulated kernel that can be waited for.
 *
 * @module
 */

/** What `NtQueryObject` calls an object that can be waited for. */
export type WaitableType = "Event" | "Semaphore" | "Mutant" | "Thread";

/** A thread of the simulated process, as far as a mutex knows it. */
export type MutexOwner = "main" | "pool";

/** An event, a semaphore or a thread. */
export class WaitableObject {
  /** How many waits it would end now; `Infinity` for all. */
  signals: number;
  /** False when a wait that ends takes the signal away. */
  readonly manualReset: boolean;
  /** Its kind. */
  readonly type: WaitableType;

  /**
   * @param signals How many waits it would end now.
   * @param manualReset False when a wait takes the signal away.
   * @param type Its kind.
   */
  constructor(
    signals: number,
    manualReset: boolean,
    type: WaitableType = "Event",
  ) {
    this.signals = signals;
    this.manualReset = manualReset;
    this.type = type;
  }

  /**
   * Tells whether a wait of a thread would end now.
   *
   * @param _thread Who waits.
   * @returns True when it would.
   */
  isSignalledFor(_thread: MutexOwner): boolean {
    return this.signals > 0;
  }

  /**
   * Takes the signal that ends a wait.
   *
   * @param _thread Who has waited.
   */
  take(_thread: MutexOwner): void {
    if (!this.manualReset) this.signals--;
  }
}

/**
 * A mutex: the thread whose wait has ended owns it, and it alone can release
 * it. The thread that waits for registered waits is one of Windows' pool, in
 * which nobody can release anything: J. Duffy, Concurrent Programming on
 * Windows, Registered Waits; MS, RegisterWaitForSingleObject ("using a mutex").
 */
export class Mutex extends WaitableObject {
  #owner: MutexOwner | null = null;
  #depth = 0;

  /** @param owner Who owns it from the beginning. */
  constructor(owner: MutexOwner | null) {
    super(1, false, "Mutant");
    if (owner !== null) this.take(owner);
  }

  /** Who owns it. */
  get owner(): MutexOwner | null {
    return this.#owner;
  }

  /** A thread takes what it owns again, without waiting. */
  override isSignalledFor(thread: MutexOwner): boolean {
    return this.#owner === null || this.#owner === thread;
  }

  override take(thread: MutexOwner): void {
    this.#owner = thread;
    this.#depth += 1;
    this.signals = 0;
  }

  /**
   * `ReleaseMutex`.
   *
   * @param thread Who releases it.
   * @returns False when somebody else owns it, or nobody.
   */
  release(thread: MutexOwner): boolean {
    if (this.#owner !== thread) return false;
    this.#depth -= 1;
    if (this.#depth > 0) return true;
    this.#owner = null;
    this.signals = 1;
    return true;
  }
}
