/**
 * Names that no file has, for every function that takes a path.
 *
 * @module
 */

/** A path, and the class of the error. */
export type BadPath = readonly [path: string | URL, error: string];

const NOT_SUPPORTED = "NotSupported";
const TYPE_ERROR = "TypeError";
const RANGE_ERROR = "RangeError";

/**
 * Ways to spell a pipe of this computer.
 *
 * @param name The pipe, without `\\.\pipe\`.
 * @returns Paths.
 */
export function pipePaths(name: string): (string | URL)[] {
  return [
    `\\\\.\\pipe\\${name}`,
    `//./pipe/${name}`,
    `\\/.\\PIPE/${name}`,
    `\\\\?\\pipe\\${name}`,
    `//?/pipe/${name}`,
    `\\\\.\\.\\pipe\\${name}`,
    `\\\\.\\C:\\..\\pipe\\${name}`,
    `\\\\.\\pipe\\..\\pipe\\${name}`,
    `\\\\?\\GLOBALROOT\\Device\\NamedPipe\\${name}`,
    `\\\\.\\GlobalRoot\\Device\\NamedPipe\\${name}`,
    `\\\\?\\GLOBALROOT\\??\\pipe\\${name}`,
    `\\\\?\\GLOBALROOT\\GLOBAL??\\pipe\\${name}`,
    `\\\\?\\GLOBALROOT\\DosDevices\\pipe\\${name}`,
    `\\\\?\\Global\\pipe\\${name}`,
    `\\\\.\\Global\\pipe\\${name}`,
    `\\\\localhost\\pipe\\${name}`,
    `//127.0.0.1/Pipe/${name}`,
    `\\\\localhost\\IPC$\\${name}`,
    `\\\\localhost\\pipe \\${name}`,
    `\\\\?\\UNC\\localhost\\pipe\\${name}`,
    `\\\\.\\UNC\\localhost\\pipe\\${name}`,
    `\\\\;LanmanRedirector\\localhost\\pipe\\${name}`,
    new URL(`file://./pipe/${name}`),
    new URL(`file://127.0.0.1/pipe/${name}`),
  ];
}

const DEVICES = [
  "\\\\.\\NUL",
  "\\\\?\\NUL",
  "\\\\.\\CON",
  "\\\\.\\COM1",
  "\\\\?\\COM10",
  "\\\\.\\PhysicalDrive0",
  "\\\\?\\PhysicalDrive0",
  "\\\\.\\C:",
  "\\\\?\\C:",
  "\\\\?\\Volume{26a21bda-a627-11d7-9931-806e6f6e6963}",
  "\\\\.\\mailslot\\x",
  "\\\\localhost\\mailslot\\x",
  "\\\\?\\GLOBALROOT\\Device\\Harddisk0\\DR0",
  "\\\\?\\GLOBALROOT\\Device\\Null",
  "\\\\?\\UNC\\.\\pipe\\x",
  "\\\\?\\UNC\\localhost",
  "\\\\.\\",
  "\\\\?\\",
];

/** Names that older versions of Windows take for devices in any directory. */
export const RESERVED: readonly string[] = [
  "NUL",
  "nul",
  "NUL:",
  "NUL.",
  "NUL ",
  "nul.txt",
  "nul .txt",
  "nul:stream",
  "CON",
  "CONIN$",
  "CONOUT$",
  "PRN",
  "AUX",
  "aux.png",
  "COM1",
  "com1:",
  "COM9.txt",
  "LPT1",
  "C:\\NUL",
  "C:\\windows\\NUL",
  "C:/windows/nul.png",
  "C:\\windows\\com1 .txt",
];

const LONG = "x".repeat(40_000);

const MALFORMED: readonly BadPath[] = [
  ["", TYPE_ERROR],
  ["\0", TYPE_ERROR],
  ["C:\\secret.txt\0.png", TYPE_ERROR],
  ["\\\\.\\pipe\\x\0", TYPE_ERROR],
  [new URL("file:///C:/secret.txt%00.png"), TYPE_ERROR],
  [new URL("file:///C:/pub/..%5Csecret.txt"), TYPE_ERROR],
  [new URL("file:///C:/pub/..%2fsecret.txt"), TYPE_ERROR],
  [new URL("file:///C:/%ff.txt"), TYPE_ERROR],
  [new URL("https://example.com/x"), TYPE_ERROR],
  [LONG, RANGE_ERROR],
  [`C:\\${LONG}`, RANGE_ERROR],
  [`\\\\?\\C:\\${LONG}`, RANGE_ERROR],
  // It fits, but not behind the current directory.
  ["x".repeat(32_766), RANGE_ERROR],
];

/**
 * Names that no file has, whatever the version of Windows.
 *
 * @param pipe The name of a pipe that nobody may connect to.
 * @returns Each with its error.
 */
export function badPaths(pipe: string): BadPath[] {
  const refused = [...pipePaths(pipe), ...DEVICES];
  return [
    ...refused.map((path): BadPath => [path, NOT_SUPPORTED]),
    ...MALFORMED,
  ];
}
