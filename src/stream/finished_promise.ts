/**
 * A promise that most never ask for.
 *
 * @module
 */

/** Made when somebody asks for it: thousands of connections have one each. */
export class FinishedPromise {
  #resolvers: PromiseWithResolvers<void> | undefined;
  #finished = false;

  /** Resolves when it is finished; the same each time. */
  get promise(): Promise<void> {
    this.#resolvers ??= Promise.withResolvers();
    if (this.#finished) this.#resolvers.resolve();
    return this.#resolvers.promise;
  }

  /** Finishes. */
  resolve(): void {
    this.#finished = true;
    this.#resolvers?.resolve();
  }
}
