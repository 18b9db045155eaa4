import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeEnvironment } from "../../src/ffi/process/structs.ts";
import {
  assertEnvironment,
  mergeEnvironment,
  variable,
} from "../../src/process/environment.ts";
import { wrong } from "./_helpers.ts";

const PARENT = ["=C:=C:\\work", "=D:=D:\\", "Path=C:\\bin", "b=2", "A=1"];

Deno.test("mergeEnvironment() sorts without regard to case", () => {
  const merged = mergeEnvironment(PARENT, {
    env: { aa: "3" },
    clearEnv: false,
  });
  assertEquals(merged, [
    "=C:=C:\\work",
    "=D:=D:\\",
    "A=1",
    "aa=3",
    "b=2",
    "Path=C:\\bin",
  ]);
});

Deno.test("mergeEnvironment() replaces a variable in any case, once", () => {
  const env = { PATH: "C:\\x", B: "" };
  const merged = mergeEnvironment(PARENT, { env, clearEnv: false });
  assertEquals(merged.slice(2), ["A=1", "B=", "PATH=C:\\x"]);
});

Deno.test("mergeEnvironment() takes the last of several spellings", () => {
  const env = { x: "1", X: "2" };
  assertEquals(mergeEnvironment([], { env, clearEnv: false }), ["X=2"]);
});

Deno.test("mergeEnvironment() with clearEnv takes nothing of the parent", () => {
  const env = { x: "1" };
  assertEquals(mergeEnvironment(PARENT, { env, clearEnv: true }), ["x=1"]);
  assertEquals(mergeEnvironment(PARENT, { env: {}, clearEnv: true }), []);
});

Deno.test("mergeEnvironment() folds case as Windows does, unit by unit", () => {
  const env = {
    "ÄÖ": "2",
    "ß": "1",
    "ſ": "long",
    "s": "short",
    "ı": "dotless",
  };
  const merged = mergeEnvironment(["äö=1", "I=x"], { env, clearEnv: false });
  assertEquals(
    merged.toSorted(),
    [
      "I=x",
      "s=short",
      "ÄÖ=2",
      "ß=1",
      "ı=dotless",
      "ſ=long",
    ].toSorted(),
  );
});

Deno.test("variable() finds a value in any case", () => {
  assertEquals(variable(PARENT, "PATH"), "C:\\bin");
  assertEquals(variable(PARENT, "=c:"), "C:\\work");
  assertEquals(variable(PARENT, "Pat"), undefined);
});

Deno.test("assertEnvironment() refuses what no environment can hold", () => {
  const cases: [Record<string, string>, string][] = [
    [{ "": "x" }, "the name is empty"],
    [{ "a=b": "x" }, "the name holds an equals sign or NUL"],
    [{ "a\0": "x" }, "the name holds an equals sign or NUL"],
    [{ a: "x\0" }, "the value holds a NUL"],
    [wrong({ a: 1 }), "the value is not a string"],
  ];
  for (const [env, fault] of cases) {
    assertThrows(() => assertEnvironment(env), TypeError, fault);
  }
  assertEnvironment({ a: "=", b: "" });
});

Deno.test("assertEnvironment() refuses what programs would see a part of", () => {
  const value = "v".repeat(32_764);
  assertEnvironment({ N: value, [value]: "N" });
  for (
    const env of [{ N: `${value}v` }, { [`${value}v`]: "N" }, { NN: value }]
  ) {
    assertThrows(
      () => assertEnvironment(env),
      RangeError,
      "it takes 32768 characters, more than 32767",
    );
  }
  const long = "n".repeat(70_000);
  const { message } = assertThrows(
    () => assertEnvironment({ [long]: "" }),
    RangeError,
  );
  assert(message.length < 300, message);
  // The sum of all has no limit.
  assertEnvironment({ A: value, B: value, C: value });
});

Deno.test("encodeEnvironment() ends every string and the block with a zero", () => {
  const units = new Uint16Array(encodeEnvironment(["a=1", "b="]).buffer);
  assertEquals(String.fromCharCode(...units), "a=1\0b=\0\0");
  assertEquals(encodeEnvironment([]), new Uint8Array(4));
});
