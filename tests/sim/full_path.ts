/**
 * `GetFullPathNameW` of Windows 10, which finds devices in more names than
 * Windows 11.
 *
 * @module
 */

const FOLDER = "\\folder\\";

/** What a name ends with where a device is meant: `nul .txt`, `com1:`. */
const DEVICE =
  /(?:^|[\\/:])(con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³]) *(?:[.:][^\\/]*)?$/i;

/**
 * Makes a path full.
 *
 * @param path The path.
 * @returns From its root on.
 */
export function getFullPathName(path: string): string {
  const text = path.replaceAll("/", "\\");
  const root = /^\\\\[.?]\\|^\\\\[^\\]+\\[^\\]+|^[a-z]:(?=\\)/i.exec(text)?.[0];
  const device = root?.startsWith("\\\\") ? null : DEVICE.exec(text);
  if (device) return `\\\\.\\${device[1]}`;
  if (root !== undefined) return join(root, text.slice(root.length));
  return join("C:", text.startsWith("\\") ? text : FOLDER + text);
}

function join(root: string, rest: string): string {
  const parts: string[] = [];
  for (const part of rest.split("\\")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const path = parts.join("\\").replace(/[ .]+$/, "");
  return root.endsWith("\\") ? root + path : `${root}\\${path}`;
}
