/**
 * Objects of the simulated kernel that can be waited for.
 *
 * @module
 */

/** An event or a semaphore. */
export class WaitableObject {
  /** How many waits it would end now; `Infinity` for all. */
  signals: number;
  /** False when a wait that ends takes the signal away. */
  readonly manualReset: boolean;

  /**
   * @param signals How many waits it would end now.
   * @param manualReset False when a wait takes the signal away.
   */
  constructor(signals: number, manualReset: boolean) {
    this.signals = signals;
    this.manualReset = manualReset;
  }

  /** Takes the signal that ends a wait. */
  take(): void {
    if (!this.manualReset) this.signals--;
  }
}
