/**
 * What a file may be called, and what the kernel calls it.
 *
 * @module
 */

/** What a UNICODE_STRING can hold, with its zero. */
const MAX_UNITS = 32_766;

/** `\\?\` is taken literally, `\\.\` is not. */
const DEVICE_PREFIX = /^\\\\[.?]\\/;
const PIPE = /^\\\\(?:[^\\]+\\pipe(?:\\|$)|[.?]\\UNC\\[^\\]+\\pipe(?:\\|$))/i;

/**
 * The text of a path.
 *
 * @param path A path, or a `file:` URL.
 * @param action The beginning of an error's message.
 * @returns The path as the caller has given it, not empty.
 * @throws {TypeError} when it is neither, empty, or holds a NUL.
 */
export function pathText(path: string | URL, action: string): string {
  const text = path instanceof URL ? urlPath(path, action) : path;
  if (typeof text !== "string") {
    throw new TypeError(`Cannot ${action}: the path is a ${typeof text}`);
  }
  if (text === "") throw new TypeError(`Cannot ${action}: the path is empty`);
  if (!text.includes("\0")) return text;
  throw new TypeError(
    `Cannot ${action} ${JSON.stringify(text)}: the path holds a NUL`,
  );
}

/** As `Deno.open` takes them: `file:///C:/x`, `file://server/share/x`. */
function urlPath(url: URL, action: string): string {
  if (url.protocol !== "file:") {
    throw new TypeError(
      `Cannot ${action} "${url.href}": it is not a file URL`,
    );
  }
  const path = decodeURIComponent(
    url.pathname
      .replace(/^\/+([a-z]:)(?:\/|$)/i, "$1/")
      .replaceAll("/", "\\")
      .replace(/%(?![0-9a-f]{2})/gi, "%25"),
  );
  return url.hostname === "" ? path : `\\\\${url.hostname}${path}`;
}

/**
 * Tells whether `GetFullPathNameW` must not touch a path.
 *
 * @param path The path.
 * @returns True for `\\?\`, which says that nothing is to be interpreted.
 */
export function isLiteralPath(path: string): boolean {
  return path.startsWith("\\\\?\\");
}

/**
 * Refuses what no file can be called.
 *
 * @param path A full path.
 * @param action The beginning of the message.
 * @throws {Deno.errors.NotSupported} when it names a pipe or a device.
 * @throws {RangeError} when it is too long.
 */
export function assertFilePath(path: string, action: string): void {
  if (PIPE.test(path)) throw refusal(path, action, "it is a pipe");
  if (isDevice(path)) throw refusal(path, action, "it is a device");
  if (toNtPath(path).length <= MAX_UNITS) return;
  throw new RangeError(
    `Cannot ${action}: the path has ${path.length} code units, which is too long`,
  );
}

function refusal(path: string, action: string, state: string): Error {
  return new Deno.errors.NotSupported(`Cannot ${action} "${path}": ${state}`);
}

/** `\\.\COM1`, `\\?\C:`: a name of one part. */
function isDevice(path: string): boolean {
  if (!DEVICE_PREFIX.test(path)) return false;
  const name = path.slice(4);
  if (path.startsWith("\\\\.\\")) return !/^(?:[a-z]:|UNC)\\/i.test(name);
  return !name.includes("\\");
}

/**
 * The kernel's name of a file. It knows no limit of 260 characters.
 *
 * @param path A full path.
 * @returns A path of the object manager: `\??\C:\x`.
 */
export function toNtPath(path: string): string {
  if (DEVICE_PREFIX.test(path)) return `\\??\\${path.slice(4)}`;
  if (path.startsWith("\\\\")) return `\\??\\UNC\\${path.slice(2)}`;
  return `\\??\\${path}`;
}
