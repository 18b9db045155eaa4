/**
 * What most tests on the real Windows API need.
 *
 * @module
 */

export * from "@std/assert";
export { deadline } from "@std/async/deadline";
export { delay } from "@std/async/delay";
export * from "../../mod.ts";
export * from "./_setup.ts";
