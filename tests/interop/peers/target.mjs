/**
 * Where peers meet: a pipe, or a TCP port of this computer.
 *
 * @module
 */

/** What stands before a TCP port. */
const TCP = "tcp:";

/** This computer. */
const HOST = "127.0.0.1";

/**
 * Finds out what `node:net` connects to.
 *
 * @param {string} target `\\.\pipe\name` or `tcp:80`.
 * @returns {import("node:net").NetConnectOpts} For `connect`.
 */
export function connectOptions(target) {
  if (!isTcp(target)) return { path: target };
  return { host: HOST, port: Number(target.slice(TCP.length)) };
}

/**
 * Finds out where `node:net` listens: on a pipe, or on any free port.
 *
 * @param {string} target `\\.\pipe\name` or `tcp:80`.
 * @returns {import("node:net").ListenOptions} For `listen`.
 */
export function listenOptions(target) {
  return isTcp(target) ? { host: HOST, port: 0 } : { path: target };
}

/**
 * Tells the two apart.
 *
 * @param {string} target `\\.\pipe\name` or `tcp:80`.
 * @returns {boolean} True for TCP.
 */
export function isTcp(target) {
  return target.startsWith(TCP);
}
