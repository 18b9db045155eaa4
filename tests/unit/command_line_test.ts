import { assertEquals, assertThrows } from "@std/assert";
import {
  batchCommandLine,
  isBatchFile,
  quoteBatchArgument,
} from "../../src/process/batch_command.ts";
import { commandLine, quoteArgument } from "../../src/process/command_line.ts";
import { HARD_ARGUMENTS, randomArguments } from "./_arguments.ts";

/** Lists of random arguments. */
const LISTS = 300;

/**
 * The rules of the C run-time of Microsoft, written from its documentation:
 * what a program makes of its command line behind the first argument.
 */
function parseArguments(line: string): string[] {
  const args: string[] = [];
  let rest = line.replace(/^"[^"]*"|^\S+/, "").trimStart();
  while (rest !== "") {
    const { argument, length } = parseArgument(rest);
    args.push(argument);
    rest = rest.slice(length).replace(/^[ \t]+/, "");
  }
  return args;
}

function parseArgument(text: string): { argument: string; length: number } {
  let [argument, quoted, at] = ["", false, 0];
  while (at < text.length && (quoted || !/[ \t]/.test(text[at]!))) {
    const backslashes = /^\\*/.exec(text.slice(at))![0].length;
    at += backslashes;
    if (text[at] !== '"') argument += "\\".repeat(backslashes);
    else {
      argument += "\\".repeat(backslashes >> 1);
      if (backslashes % 2 === 1) argument += text[at++];
      else {
        quoted = !quoted;
        at++;
      }
      continue;
    }
    if (at < text.length && (quoted || !/[ \t]/.test(text[at]!))) {
      argument += text[at++];
    }
  }
  return { argument, length: at };
}

Deno.test("parseArguments() knows Microsoft's own examples", () => {
  const examples: [string, string[]][] = [
    ['x "a b c" d e', ["a b c", "d", "e"]],
    ['x "ab\\"c" "\\\\" d', ['ab"c', "\\", "d"]],
    ['x a\\\\\\b d"e f"g h', ["a\\\\\\b", "de fg", "h"]],
    ['x a\\\\\\"b c d', ['a\\"b', "c", "d"]],
    ['x a\\\\\\\\"b c" d e', ["a\\\\b c", "d", "e"]],
  ];
  for (const [line, args] of examples) assertEquals(parseArguments(line), args);
});

Deno.test("quoteArgument() leaves harmless arguments as they are", () => {
  for (const plain of ["a", "a\\b", "C:\\x\\", "--a=b", "ä", "a'b", "%a%"]) {
    assertEquals(quoteArgument(plain), plain);
  }
});

Deno.test("quoteArgument() escapes quotation marks and what is before them", () => {
  assertEquals(quoteArgument(""), '""');
  assertEquals(quoteArgument("a b"), '"a b"');
  assertEquals(quoteArgument('a"b'), '"a\\"b"');
  assertEquals(quoteArgument('a\\"b'), '"a\\\\\\"b"');
  assertEquals(quoteArgument("a b\\"), '"a b\\\\"');
});

Deno.test("commandLine() is taken apart into the same arguments", () => {
  const line = commandLine("C:\\a b\\x.exe", HARD_ARGUMENTS, { raw: false });
  assertEquals(parseArguments(line), [...HARD_ARGUMENTS]);
  for (let seed = 1; seed <= LISTS; seed++) {
    const args = randomArguments(seed, 20);
    const line = commandLine("x.exe", args, { raw: false });
    assertEquals(parseArguments(line), args, `seed ${seed}`);
  }
});

Deno.test("commandLine() with raw arguments quotes none of them", () => {
  const line = commandLine("x", ["/c", 'echo "a" & b'], { raw: true });
  assertEquals(line, '"x" /c echo "a" & b');
});

Deno.test("commandLine() refuses more than Windows takes", () => {
  const most = 32766 - '"x" '.length;
  const options = { raw: false };
  assertEquals(
    commandLine("x", ["a".repeat(most)], options).length,
    32766,
  );
  assertThrows(
    () => commandLine("x", ["a".repeat(most + 1)], options),
    RangeError,
    "Cannot start process: the command line has 32767 characters",
  );
});

Deno.test("isBatchFile() sees through case and what Windows ignores", () => {
  for (const path of ["a.bat", "A.BAT", "c:\\x.cmd", "a.bat.", "a.cmd . "]) {
    assertEquals(isBatchFile(path), true, path);
  }
  for (const path of ["a.exe", "a.bat.exe", "a.battle", "bat", "a.com"]) {
    assertEquals(isBatchFile(path), false, path);
  }
});

Deno.test("quoteBatchArgument() quotes whatever is not known to be harmless", () => {
  const expected: [string, string][] = [
    ["", '""'],
    ["a-b_c.d", "a-b_c.d"],
    ["C:\\x\\y", "C:\\x\\y"],
    ["a b", '"a b"'],
    ["a&calc", '"a&calc"'],
    ["a\\", '"a\\\\"'],
    ["a;b", '"a;b"'],
    ["\u00a0", '"\u00a0"'],
    ['a"&calc', '"a""&calc"'],
    ['a\\"b', '"a\\\\""b"'],
    ["%PATH%", '"%%cd:~,%PATH%%cd:~,%"'],
  ];
  for (const [argument, quoted] of expected) {
    assertEquals(quoteBatchArgument(argument), quoted);
  }
});

Deno.test("quoteBatchArgument() lets no operator of cmd.exe out of the quotes", () => {
  for (let seed = 1; seed <= LISTS; seed++) {
    for (const argument of randomArguments(seed, 20)) {
      const quoted = quoteBatchArgument(argument);
      // Each mark switches; what is outside of a pair would be an operator.
      const outside = quoted.split('"').filter((_, index) => index % 2 === 0);
      assertEquals(/[\s&|<>()^!=;,'`]/.test(outside.join("")), false, quoted);
      assertEquals(quoted.split('"').length % 2, 1, quoted);
    }
  }
});

Deno.test("quoteBatchArgument() refuses what ends a command", () => {
  for (const argument of ["a\nb", "a\r", "\r\n"]) {
    assertThrows(
      () => quoteBatchArgument(argument),
      TypeError,
      "Cannot start batch file: an argument holds a line break",
    );
  }
});

Deno.test("batchCommandLine() is one command of cmd.exe", () => {
  assertEquals(
    batchCommandLine("C:\\a b\\x.bat", ["1", "2 3"], { raw: false }),
    'cmd.exe /e:ON /v:OFF /d /c ""C:\\a b\\x.bat" 1 "2 3""',
  );
});

Deno.test("batchCommandLine() refuses names that no file has", () => {
  for (const script of ['a".bat', "a\n.bat", "a.bat\\"]) {
    assertThrows(() => batchCommandLine(script, [], { raw: false }), TypeError);
  }
});
