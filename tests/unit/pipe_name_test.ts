/** Names of pipes. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertPipeName,
  privatePipeName,
  splitPipeName,
} from "../../src/ffi/pipe_name.ts";
import { wrong } from "./_helpers.ts";

Deno.test("assertPipeName() takes what Windows takes", () => {
  const names = [
    "\\\\.\\pipe\\x",
    "\\\\?\\pipe\\x",
    "\\\\.\\PIPE\\Ümläut ~!@#.$",
    "\\\\.\\pipe\\LOCAL\\x",
    "\\\\.\\pipe\\" + "x".repeat(247),
  ];
  for (const name of names) assertPipeName(name);
  assertPipeName("\\\\server\\pipe\\x", { remote: true });
  assertEquals(names.at(-1)!.length, 256);
});

Deno.test("assertPipeName() refuses what is no name, quoting it", () => {
  const bad: [string, string][] = [
    ["", "does not begin"],
    ["x", "does not begin"],
    ["\\\\.\\pip\\x", "does not begin"],
    ["//./pipe/x", "does not begin"],
    ["\\\\server\\pipe\\x", "does not begin"],
    ["\\\\.\\pipe\\", "the name is empty"],
    ["\\\\.\\pipe\\a\\b", "slash, backslash or NUL"],
    ["\\\\.\\pipe\\a/b", "slash, backslash or NUL"],
    ["\\\\.\\pipe\\a\0b", "slash, backslash or NUL"],
  ];
  for (const [name, state] of bad) {
    assertThrows(() => assertPipeName(name), TypeError, state);
  }
  assertThrows(() => assertPipeName("\\\\.\\pipe\\a/b"), TypeError, '"\\\\.\\');
  for (const value of [5, null, undefined, {}, 5n]) {
    assertThrows(() => assertPipeName(wrong(value)), TypeError);
  }
  const long = "\\\\.\\pipe\\" + "x".repeat(248);
  assertThrows(() => assertPipeName(long), RangeError, "257 characters");
});

Deno.test("assertPipeName() refuses LOCAL with nothing behind it", () => {
  assertThrows(() => assertPipeName("\\\\.\\pipe\\LOCAL\\"), TypeError);
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
  for (const name of names) assertPipeName(name);
  assert([...names][0]!.startsWith("\\\\.\\pipe\\"));
});
