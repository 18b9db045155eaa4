/**
 * What a file may be called, and what the kernel calls it.
 *
 * @module
 */

/** What a UNICODE_STRING can hold, with its zero. */
const MAX_UNITS = 32_766;

/** `\\?\` is taken literally, `\\.\` is not. */
const DEVICE_PREFIX = /^\\\\[.?]\\/;

/** Where files are: drives, also by the names of their volumes. */
const VOLUME =
  /^(?:[a-z]:|Volume\{[\da-f-]+\}|GLOBALROOT\\Device\\HarddiskVolume(?:ShadowCopy)?\d+)\\/i;
const UNC = /^UNC\\/i;

/** `server\share`. A semicolon begins the name of a redirector. */
const SHARE = /^(?![.?;])[^\\]+\\([^\\]+)/;
/** Shares that hold no files. */
const NO_FILES = /^(?:pipe|mailslot|ipc\$)[ .]*$/i;

/** Names of pipes, for messages. */
const PIPE = /\\(?:pipe|NamedPipe|ipc\$)[ .]*(?:\\|$)/i;

/**
 * The text of a path.
 *
 * @param path A path, or a `file:` URL.
 * @param action The beginning of an error's message.
 * @returns The path as the caller has given it, not empty.
 * @throws {TypeError} when it is neither, empty, or holds a NUL.
 * @throws {RangeError} when it is too long.
 */
export function pathText(path: string | URL, action: string): string {
  const text = path instanceof URL ? urlPath(path, action) : path;
  if (typeof text !== "string") {
    throw new TypeError(`Cannot ${action}: the path is a ${typeof text}`);
  }
  if (text === "") throw new TypeError(`Cannot ${action}: the path is empty`);
  // Windows would cut it off, or take another one.
  if (text.length > MAX_UNITS) throw tooLong(text, action);
  if (!text.includes("\0")) return text;
  throw new TypeError(
    `Cannot ${action} ${JSON.stringify(text)}: the path holds a NUL`,
  );
}

/**
 * The path of a URL: `file:///C:/x`, `file://server/share/x`.
 *
 * @param url The URL.
 * @param action The beginning of an error's message.
 * @returns The path.
 * @throws {TypeError} when it is no file URL, or its path is malformed.
 */
export function urlPath(url: URL, action: string): string {
  const fault = urlFault(url);
  if (fault !== "") {
    throw new TypeError(`Cannot ${action} "${url.href}": ${fault}`);
  }
  const path = decodeURIComponent(
    url.pathname
      .replace(/^\/+([a-z]:)(?:\/|$)/i, "$1/")
      .replaceAll("/", "\\")
      .replace(/%(?![0-9a-f]{2})/gi, "%25"),
  );
  return url.hostname === "" ? path : `\\\\${url.hostname}${path}`;
}

function urlFault({ protocol, pathname }: URL): string {
  if (protocol !== "file:") return "it is not a file URL";
  // Decoded, they would divide what the URL holds together.
  if (/%(?:2f|5c)/i.test(pathname)) return "a name holds a slash or backslash";
  try {
    decodeURIComponent(pathname.replace(/%(?![0-9a-f]{2})/gi, "%25"));
    return "";
  } catch {
    return "it is not UTF-8";
  }
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
 * Refuses what no file can be called, before anything is opened: to open a pipe
 * is to connect to its server.
 *
 * @param path A full path.
 * @param action The beginning of the message.
 * @throws {Deno.errors.NotSupported} when it names a pipe or a device.
 * @throws {RangeError} when it is too long.
 */
export function assertFilePath(path: string, action: string): void {
  if (!isFilePath(path)) {
    const state = PIPE.test(path) ? "it is a pipe" : "it is a device";
    throw new Deno.errors.NotSupported(`Cannot ${action} "${path}": ${state}`);
  }
  if (toNtPath(path).length > MAX_UNITS) throw tooLong(path, action);
}

/**
 * The error of a path that no UNICODE_STRING holds.
 *
 * @param path The path.
 * @param action The beginning of the message.
 * @returns The error.
 */
export function tooLong(path: string, action: string): RangeError {
  return new RangeError(
    `Cannot ${action}: the path has ${path.length} code units, which is too long`,
  );
}

/** Known places only: whatever else there is has its own rules. */
function isFilePath(path: string): boolean {
  if (!DEVICE_PREFIX.test(path)) {
    return path.startsWith("\\\\") ? isShare(path.slice(2)) : VOLUME.test(path);
  }
  const name = path.slice(4);
  return UNC.test(name) ? isShare(name.slice(4)) : VOLUME.test(name);
}

function isShare(path: string): boolean {
  const share = SHARE.exec(path)?.[1];
  return share !== undefined && !NO_FILES.test(share);
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
