/**
 * Who must not outlive a port.
 *
 * @module
 */

/** Has handles on a port. */
export interface PortDependent {
  /** Closes its handles now. Called once, when the port closes. */
  destroy(): void;
}

/** The channels and listeners of a port. */
export class Dependents {
  readonly #set = new Set<PortDependent>();

  /** @param dependent Destroyed when the port closes. */
  add(dependent: PortDependent): void {
    this.#set.add(dependent);
  }

  /** @param dependent Has closed by itself. */
  delete(dependent: PortDependent): void {
    this.#set.delete(dependent);
  }

  /**
   * Closes them all.
   *
   * @param onError Told of what they throw.
   */
  destroy(onError: (error: unknown) => void): void {
    for (const dependent of [...this.#set]) {
      try {
        dependent.destroy();
      } catch (error) {
        onError(error);
      }
    }
  }
}
