import { delay } from "./delay.ts";

/** The error of {@linkcode retry} after its last attempt. */
export class RetryError extends Error {
  /**
   * Creates the error.
   *
   * @param cause What the last attempt threw.
   * @param attempts How many attempts were made.
   */
  constructor(cause: unknown, attempts: number) {
    super(`Retrying exceeded the maxAttempts (${attempts}).`, { cause });
    this.name = "RetryError";
  }
}

/** Options for {@linkcode retry}. */
export interface RetryOptions {
  /** How much the time between attempts grows. @default {2} */
  multiplier?: number;
  /** The longest time between attempts in milliseconds. @default {60000} */
  maxTimeout?: number;
  /** How many attempts are made. @default {5} */
  maxAttempts?: number;
  /** The first time between attempts in milliseconds. @default {1000} */
  minTimeout?: number;
  /** The part of the time that is random, from 0 to 1. @default {1} */
  jitter?: number;
  /** Whether another attempt makes sense after what was thrown. */
  isRetriable?: (err: unknown) => boolean;
}

/**
 * Calls a function until it succeeds.
 *
 * @param fn The function.
 * @param options Attempts, and times between them.
 * @returns What the first call to succeed returned.
 * @throws {RetryError} when the last attempt fails.
 */
export async function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options: RetryOptions = {},
): Promise<T> {
  const settings = settingsOf(options);
  for (let attempt = 1;; attempt++) {
    try {
      return await fn();
    } catch (error) {
      if (!settings.isRetriable(error)) throw error;
      if (attempt >= settings.maxAttempts) throw new RetryError(error, attempt);
      await delay(timeBefore(attempt, settings));
    }
  }
}

function settingsOf(options: RetryOptions): Required<RetryOptions> {
  const settings = {
    multiplier: 2,
    maxTimeout: 60_000,
    maxAttempts: 5,
    minTimeout: 1_000,
    jitter: 1,
    isRetriable: () => true,
    ...options,
  };
  checkSettings(settings);
  return settings;
}

function checkSettings(settings: Required<RetryOptions>): void {
  const { multiplier, maxTimeout, maxAttempts, minTimeout, jitter } = settings;
  check(
    Number.isInteger(maxAttempts) && maxAttempts > 0,
    "maxAttempts",
    maxAttempts,
  );
  check(
    Number.isFinite(multiplier) && multiplier >= 1,
    "multiplier",
    multiplier,
  );
  check(maxTimeout > 0, "maxTimeout", maxTimeout);
  check(
    minTimeout >= 0 && minTimeout <= maxTimeout,
    "minTimeout",
    minTimeout,
  );
  check(jitter >= 0 && jitter <= 1, "jitter", jitter);
}

function check(ok: boolean, name: string, value: number): void {
  if (!ok) throw new RangeError(`Cannot retry with "${name}": ${value}`);
}

function timeBefore(
  attempt: number,
  settings: Required<RetryOptions>,
): number {
  const { minTimeout, maxTimeout, multiplier, jitter } = settings;
  const full = Math.min(maxTimeout, minTimeout * multiplier ** (attempt - 1));
  return (1 - jitter * Math.random()) * full;
}
