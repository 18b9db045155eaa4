/**
 * What must not outlive a port.
 *
 * @module
 */

/** Owns handles on a port. */
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

  /** @param dependent One that has closed before the port. */
  delete(dependent: PortDependent): void {
    this.#set.delete(dependent);
  }

  /**
   * Closes them all.
   *
   * @param onError Called with what they throw.
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
