/**
 * Stand-in for `@std/async` where its registry cannot be reached: the same
 * names and signatures as far as the tests use them.
 *
 * @module
 */

export * from "./abortable.ts";
export * from "./deadline.ts";
export * from "./delay.ts";
export * from "./pool.ts";
export * from "./retry.ts";
