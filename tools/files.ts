const TEST_FILE = /(^|[._])test\.(ts|js|mjs|tsx)$/;

/**
 * Whether a file or folder can be seen.
 *
 * @param path Its path.
 * @returns `true` if it is there.
 */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false; // What cannot be seen is not there for us
  }
}

/**
 * Whether `deno test` finds something to run.
 *
 * @param path A file or folder; it need not exist.
 * @returns `true` if it is a test file or holds one.
 */
export function hasTests(path: string): boolean {
  if (!exists(path)) return false;
  if (!Deno.statSync(path).isDirectory) return TEST_FILE.test(path);
  return [...Deno.readDirSync(path)].some(({ name, isDirectory }) =>
    isDirectory ? hasTests(`${path}/${name}`) : TEST_FILE.test(name)
  );
}
