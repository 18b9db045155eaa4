/**
 * Names of pipes.
 *
 * @module
 */

/** Windows refuses longer names. */
const MAX_LENGTH = 256;

/** The directory of all pipes. */
const ROOT = "\\\\.\\pipe\\";

const LOCAL_PREFIX = /^\\\\[.?]\\+pipe(?:\\+|$)/i;
const REMOTE_PREFIX = /^\\\\([^\\.?][^\\]*)\\+pipe(?:\\+|$)/i;

/**
 * Writes a pipe's name as Windows takes it, so that the same pipe has the same
 * name wherever it is used: `\\.\pipe\name`. That is also the meaning of
 * `//./pipe/name`, of any mixture of the slashes, of `\\?\pipe\name` and of
 * `name` alone. A name may have backslashes of its own, and as in any path of
 * Windows slashes are backslashes, several are one, and dots and spaces at the
 * end count for nothing.
 *
 * @param path The name.
 * @param options Whether the pipe may be on another computer:
 * `\\server\pipe\name`.
 * @returns The name as Windows takes it.
 * @throws {TypeError} when `path` is not such a string.
 * @throws {RangeError} when it has more than 256 characters.
 */
export function normalizePipeName(
  path: string,
  options: { remote?: boolean } = {},
): string {
  if (typeof path !== "string") {
    throw new TypeError(`Cannot use pipe name: it is a ${typeof path}`);
  }
  const { root, rest } = split(path, options.remote ?? false);
  const name = trim(rest);
  if (/^(?:LOCAL\\?)?$/i.test(name)) throw malformed(path, "it is empty");
  if (name.includes("\0")) throw malformed(path, "it holds a NUL");
  // Windows would leave the directory of pipes by them.
  if (/(?:^|\\)\.\.?(?:\\|$)/.test(rest)) {
    throw malformed(path, 'it has a part "." or ".."');
  }
  const normal = root + name;
  if (normal.length <= MAX_LENGTH) return normal;
  throw new RangeError(
    `Cannot use pipe name ${
      shown(path)
    }: it has ${normal.length} characters, ` +
      `more than ${MAX_LENGTH}`,
  );
}

function split(path: string, remote: boolean): { root: string; rest: string } {
  if (path !== "" && !/[\\/]/.test(path)) return { root: ROOT, rest: path };
  const back = path.replaceAll("/", "\\");
  const local = LOCAL_PREFIX.exec(back);
  if (local !== null) return { root: ROOT, rest: back.slice(local[0].length) };
  const server = remote ? REMOTE_PREFIX.exec(back) : null;
  if (server === null) {
    const state = path === ""
      ? "it is empty"
      : 'it does not begin with "\\\\.\\pipe\\"';
    throw malformed(path, state);
  }
  const root = `\\\\${server[1]}\\pipe\\`;
  return { root, rest: back.slice(server[0].length) };
}

/** As Windows does when it makes a full path. */
function trim(name: string): string {
  return name
    .replace(/\\+/g, "\\")
    .replace(/([^.])\.(?=\\)/g, "$1")
    .replace(/[. \\]+$/, "");
}

function malformed(path: string, state: string): TypeError {
  return new TypeError(`Cannot use pipe name ${shown(path)}: ${state}`);
}

function shown(path: string): string {
  return JSON.stringify(path).replaceAll("\\\\", "\\");
}

/**
 * Splits a pipe name.
 *
 * @param path What `normalizePipeName` has returned.
 * @returns The root (`\\.\pipe\`) and the name below it.
 */
export function splitPipeName(path: string): { root: string; name: string } {
  const end = path.indexOf("\\", path.indexOf("\\", 2) + 1) + 1;
  return { root: path.slice(0, end), name: path.slice(end) };
}

/**
 * A name that nobody can guess, so nobody can squat it.
 *
 * @returns `\\.\pipe\` and 128 random bits.
 */
export function privatePipeName(): string {
  return `${ROOT}iocp-proactor-${crypto.randomUUID()}`;
}
