/**
 * Names of pipes.
 *
 * @module
 */

/** Windows refuses longer names. */
const MAX_LENGTH = 256;

const LOCAL_PREFIX = /^\\\\[.?]\\pipe\\/i;
const PREFIX = /^\\\\[^\\/]+\\pipe\\/i;

/**
 * Refuses what is not the name of a pipe.
 *
 * @param path `\\.\pipe\name`, or `\\server\pipe\name` for a client.
 * @param options Whether the pipe may be on another computer.
 * @throws {TypeError} when `path` is not such a string.
 * @throws {RangeError} when it has more than 256 characters.
 */
export function assertPipeName(
  path: string,
  options: { remote?: boolean } = {},
): void {
  if (typeof path !== "string") {
    throw new TypeError(`Cannot use pipe name: it is a ${typeof path}`);
  }
  const prefix = (options.remote ? PREFIX : LOCAL_PREFIX).exec(path)?.[0];
  const shown = JSON.stringify(path).replaceAll("\\\\", "\\");
  if (prefix === undefined) {
    throw new TypeError(
      `Cannot use pipe name ${shown}: it does not begin with "\\\\.\\pipe\\"`,
    );
  }
  // "LOCAL\" is the part of the name space that an app container may use.
  const name = path.slice(prefix.length).replace(/^LOCAL\\/i, "");
  if (name === "") {
    throw new TypeError(`Cannot use pipe name ${shown}: the name is empty`);
  }
  if (/[\0/\\]/.test(name)) {
    throw new TypeError(
      `Cannot use pipe name ${shown}: it holds a slash, backslash or NUL`,
    );
  }
  if (path.length > MAX_LENGTH) {
    throw new RangeError(
      `Cannot use pipe name ${shown}: it has ${path.length} characters, ` +
        `more than ${MAX_LENGTH}`,
    );
  }
}

/**
 * Splits a pipe name.
 *
 * @param path A name that `assertPipeName` accepts.
 * @returns The root (`\\.\pipe\`) and the name below it.
 */
export function splitPipeName(path: string): { root: string; name: string } {
  const root = PREFIX.exec(path)?.[0] ?? "";
  return { root, name: path.slice(root.length) };
}

/**
 * A name that nobody can guess, so nobody can squat it.
 *
 * @returns `\\.\pipe\` and 128 random bits.
 */
export function privatePipeName(): string {
  return `\\\\.\\pipe\\iocp-proactor-${crypto.randomUUID()}`;
}
