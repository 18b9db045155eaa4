/** Paths of files. */

import { assertEquals, assertThrows } from "@std/assert";
import {
  assertFilePath,
  isLiteralPath,
  pathText,
  toNtPath,
} from "../../src/ffi/file/file_path.ts";
import { wrong } from "./_helpers.ts";

const ACTION = "open file";

Deno.test("pathText() takes text and file URLs as Deno does", () => {
  const cases: [path: string | URL, text: string][] = [
    ["a.txt", "a.txt"],
    ["C:\\x", "C:\\x"],
    [new URL("file:///C:/a%20b/c.txt"), "C:\\a b\\c.txt"],
    [new URL("file:///C:/"), "C:\\"],
    [new URL("file:///c:/100%.txt"), "c:\\100%.txt"],
    [new URL("file://server/share/x"), "\\\\server\\share\\x"],
  ];
  for (const [path, text] of cases) assertEquals(pathText(path, ACTION), text);
});

Deno.test("pathText() refuses what is no path", () => {
  const cases: [path: unknown, message: string][] = [
    ["", "Cannot open file: the path is empty"],
    ["a\0b", 'Cannot open file "a\\u0000b": the path holds a NUL'],
    [5, "Cannot open file: the path is a number"],
    [
      new URL("file:///C:/a/..%5Cb"),
      'Cannot open file "file:///C:/a/..%5Cb": a name holds a slash or backslash',
    ],
    [
      new URL("file:///C:/%80"),
      'Cannot open file "file:///C:/%80": it is not UTF-8',
    ],
    [new URL("file:///C:/a%00"), "the path holds a NUL"],
    [
      new URL("https://deno.com/x"),
      'Cannot open file "https://deno.com/x": it is not a file URL',
    ],
  ];
  for (const [path, message] of cases) {
    assertThrows(() => pathText(wrong(path), ACTION), TypeError, message);
  }
});

Deno.test("toNtPath() names what the kernel knows, of any length", () => {
  const long = `C:\\${"x".repeat(500)}`;
  const cases = [
    ["C:\\x", "\\??\\C:\\x"],
    ["\\\\server\\share\\x", "\\??\\UNC\\server\\share\\x"],
    ["\\\\?\\C:\\x", "\\??\\C:\\x"],
    ["\\\\.\\C:\\x", "\\??\\C:\\x"],
    ["\\\\?\\UNC\\server\\share\\x", "\\??\\UNC\\server\\share\\x"],
    [long, `\\??\\${long}`],
  ];
  for (const [path, name] of cases) assertEquals(toNtPath(path!), name);
});

Deno.test("isLiteralPath() tells the one prefix that nothing interprets", () => {
  assertEquals(isLiteralPath("\\\\?\\C:\\a\\..\\b"), true);
  for (const path of ["C:\\x", "\\\\.\\C:\\x", "\\\\server\\x", "?"]) {
    assertEquals(isLiteralPath(path), false, path);
  }
});

Deno.test("assertFilePath() refuses pipes and devices", () => {
  const refused: [path: string, state: string][] = [
    ["\\\\.\\pipe\\x", "it is a pipe"],
    ["\\\\?\\PIPE\\x", "it is a pipe"],
    ["\\\\server\\pipe\\x", "it is a pipe"],
    ["\\\\.\\UNC\\server\\pipe\\x", "it is a pipe"],
    ["\\\\.\\NUL", "it is a device"],
    ["\\\\.\\PhysicalDrive0", "it is a device"],
    ["\\\\.\\COM1", "it is a device"],
    ["\\\\?\\C:", "it is a device"],
    ["\\\\.\\Global\\x", "it is a device"],
    ["\\\\?\\GLOBALROOT\\Device\\NamedPipe\\x", "it is a pipe"],
    ["\\\\?\\Global\\pipe\\x", "it is a pipe"],
    ["\\\\server\\IPC$\\x", "it is a pipe"],
    ["\\\\;LanmanRedirector\\server\\pipe\\x", "it is a pipe"],
    ["\\\\?\\GLOBALROOT\\Device\\Harddisk0\\DR0", "it is a device"],
    ["\\\\?\\GLOBALROOT\\Device\\HarddiskVolume1", "it is a device"],
    ["\\\\?\\Volume{26a21bda}", "it is a device"],
    ["\\\\server", "it is a device"],
    ["relative", "it is a device"],
  ];
  for (const [path, state] of refused) {
    assertThrows(
      () => assertFilePath(path, ACTION),
      Deno.errors.NotSupported,
      `Cannot open file "${path}": ${state}`,
    );
  }
});

Deno.test("assertFilePath() takes files wherever they are", () => {
  const taken = [
    "C:\\x",
    "C:\\pipe\\x",
    "C:\\file.txt:stream",
    "\\\\server\\share\\pipe\\x",
    "\\\\?\\C:\\x",
    "\\\\.\\C:\\x",
    "\\\\?\\UNC\\server\\share\\x",
    "\\\\?\\Volume{26a21bda-a627-11d7-9931-806e6f6e6963}\\x",
    "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy12\\x",
    "\\\\server\\c$",
    "\\\\server\\pipes\\x",
    "\\\\server@SSL@8443\\DavWWWRoot\\x",
    "C:\\dir\\NamedPipe\\x",
  ];
  for (const path of taken) assertFilePath(path, ACTION);
});

Deno.test("assertFilePath() refuses what no UNICODE_STRING holds", () => {
  assertFilePath(`C:\\${"x".repeat(32_700)}`, ACTION);
  assertThrows(
    () => assertFilePath(`C:\\${"x".repeat(32_800)}`, ACTION),
    RangeError,
    "the path has 32803 code units, which is too long",
  );
});
