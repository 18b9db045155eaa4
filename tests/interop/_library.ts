/**
 * All doors of the library at once, and the way to the port behind them: what
 * programs of tests call `lib`.
 *
 * @module
 */

export * from "../../mod.ts";
export * from "../../src/file/mod.ts";
export * from "../../src/loop/mod.ts";
export * from "../../src/net/mod.ts";
export * from "../../src/pipe/mod.ts";
export * from "../../src/proactor/mod.ts";
export * from "../../src/process/mod.ts";
export { portOf } from "../../src/proactor/default_port.ts";
