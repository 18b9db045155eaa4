/** Names of pipes. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  normalizePipeName,
  privatePipeName,
  splitPipeName,
} from "../../src/ffi/pipe_name.ts";
import { wrong } from "./_helpers.ts";

Deno.test("normalizePipeName() gives a pipe one name, however it is spelled", () => {
  const names: [string, string][] = [
    ["\\\\.\\pipe\\x", "x"],
    ["\\\\?\\pipe\\x", "x"],
    ["\\\\.\\PIPE\\x", "x"],
    ["//./pipe/docker_engine", "docker_engine"],
    ["//?/pipe/x", "x"],
    ["/\\.\\pipe/x", "x"],
    ["\\\\.\\\\pipe\\\\x", "x"],
    ["echo", "echo"],
    ["Ümläut ~!@#.$:*", "Ümläut ~!@#.$:*"],
    ["\\\\.\\pipe\\a\\b", "a\\b"],
    ["\\\\.\\pipe\\a/b", "a\\b"],
    ["//./pipe/a/b\\c", "a\\b\\c"],
    ["\\\\.\\pipe\\a\\\\/b\\", "a\\b"],
    ["\\\\.\\pipe\\MSSQL$X\\sql\\query", "MSSQL$X\\sql\\query"],
    ["\\\\.\\pipe\\LOCAL\\x", "LOCAL\\x"],
    ["\\\\.\\pipe\\x. .", "x"],
    ["\\\\.\\pipe\\a.\\b", "a\\b"],
    ["\\\\.\\pipe\\a..b\\.c\\...d", "a..b\\.c\\...d"],
    [".x", ".x"],
    ["\\\\.\\pipe\\" + "x".repeat(247), "x".repeat(247)],
  ];
  for (const [spelled, name] of names) {
    const normal = normalizePipeName(spelled);
    assertEquals(normal, "\\\\.\\pipe\\" + name);
    assertEquals(normalizePipeName(normal), normal);
    assertEquals(normalizePipeName(spelled, { remote: true }), normal);
  }
  for (
    const remote of ["\\\\srv\\pipe\\x", "//srv/PIPE/x", "\\\\srv/pipe\\\\x"]
  ) {
    const options = { remote: true };
    assertEquals(normalizePipeName(remote, options), "\\\\srv\\pipe\\x");
  }
});

Deno.test("normalizePipeName() refuses what is no name, quoting it", () => {
  const bad: [string, string][] = [
    ["", "it is empty"],
    ["\\\\.\\pip\\x", "does not begin"],
    ["\\\\server\\pipe\\x", "does not begin"],
    ["//server/pipe/x", "does not begin"],
    ["\\\\.\\C:\\x", "does not begin"],
    ["\\\\.\\pipex\\x", "does not begin"],
    ["\\\\.\\UNC\\srv\\pipe\\x", "does not begin"],
    ["\\\\?\\GLOBALROOT\\Device\\NamedPipe\\x", "does not begin"],
    ["\\??\\pipe\\x", "does not begin"],
    ["pipe\\x", "does not begin"],
    ["/tmp/x.sock", "does not begin"],
    ["C:\\x", "does not begin"],
    ["\\\\.\\pipe", "it is empty"],
    ["\\\\.\\pipe\\", "it is empty"],
    ["\\\\.\\pipe\\\\/", "it is empty"],
    ["\\\\.\\pipe\\LOCAL\\", "it is empty"],
    ["\\\\.\\pipe\\. .", "it is empty"],
    ["\\\\.\\pipe\\a\0b", "it holds a NUL"],
    ["a\0", "it holds a NUL"],
    ["\\\\.\\pipe\\..\\PhysicalDrive0", '".."'],
    ["//./pipe/a/../b", '".."'],
    ["\\\\.\\pipe\\a\\.\\b", '".."'],
    ["\\\\?\\pipe\\..\\x", '".."'],
  ];
  for (const [name, state] of bad) {
    assertThrows(() => normalizePipeName(name), TypeError, state);
  }
  assertThrows(() => normalizePipeName("\\\\.\\pipe\\"), TypeError, '"\\\\.\\');
  assertThrows(() => normalizePipeName("\\\\srv\\pipe\\", { remote: true }));
  assertThrows(() => normalizePipeName("\\\\.\\pip\\x", { remote: true }));
  for (const value of [5, null, undefined, {}, 5n]) {
    assertThrows(() => normalizePipeName(wrong(value)), TypeError);
  }
  const long = "\\\\.\\pipe\\" + "x".repeat(248);
  assertThrows(() => normalizePipeName(long), RangeError, "257 characters");
  const bare = "x".repeat(248);
  assertThrows(() => normalizePipeName(bare), RangeError, "257 characters");
});

Deno.test("splitPipeName() keeps the root's backslash", () => {
  assertEquals(splitPipeName("\\\\.\\pipe\\LOCAL\\x"), {
    root: "\\\\.\\pipe\\",
    name: "LOCAL\\x",
  });
  assertEquals(splitPipeName("\\\\srv\\pipe\\x").root, "\\\\srv\\pipe\\");
});

Deno.test("privatePipeName() is valid and never the same", () => {
  const names = new Set(Array.from({ length: 50 }, privatePipeName));
  assertEquals(names.size, 50);
  for (const name of names) assertEquals(normalizePipeName(name), name);
  assert([...names][0]!.startsWith("\\\\.\\pipe\\"));
});
