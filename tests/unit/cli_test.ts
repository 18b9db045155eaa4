/** The command line: what needs no Windows. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { runCommandLine } from "../../src/cli/mod.ts";
import { LazyInput, readInput } from "../../src/cli/conversation.ts";
import { DataOutput } from "../../src/cli/data_output.ts";
import { endpointText, parseEndpoint } from "../../src/cli/endpoint.ts";
import { ArgumentError } from "../../src/cli/exit_code.ts";
import { hexDump } from "../../src/cli/hex_dump.ts";
import { LineSplitter } from "../../src/cli/line_splitter.ts";
import { link, type LinkEnd } from "../../src/cli/link.ts";
import { listed } from "../../src/cli/list.ts";
import { tryProbe } from "../../src/cli/probe.ts";
import { jsonData, styleOf, tableOf } from "../../src/cli/style.ts";
import { summary } from "../../src/cli/trace.ts";
import { versionText } from "../../src/cli/version.ts";
import { bytes, text } from "./_bytes.ts";
import { FakeTerminal } from "./_terminal.ts";

const COMMANDS = [
  "list",
  "connect",
  "listen",
  "forward",
  "bench",
  "trace",
  "doctor",
];

async function run(...args: string[]): Promise<[number, FakeTerminal]> {
  const terminal = new FakeTerminal();
  return [await runCommandLine(args, terminal), terminal];
}

Deno.test("--help names every command, and each command has its own", async () => {
  const [code, { text: help }] = await run("--help");
  assertEquals(code, 0);
  for (const command of COMMANDS) {
    assert(new RegExp(`^  ${command} `, "m").test(help), command);
    const [code, terminal] = await run(command, "--help");
    assertEquals(code, 0, command);
    assert(terminal.text.startsWith(`Usage: proactor ${command}`));
  }
  assert(help.includes("Exit codes: 0"));
});

Deno.test("--version tells the version of the package", async () => {
  const [code, terminal] = await run("--version");
  assertEquals(code, 0);
  assertEquals(terminal.text, `${versionText()}\n`);
  const url = "https://jsr.io/@iocp/proactor/1.2.3/dist/cli.js";
  assert(versionText(url).startsWith("@iocp/proactor 1.2.3, Deno "));
});

Deno.test("wrong arguments end with 2, and say what is wrong", async () => {
  for (
    const [args, told] of [
      [[], "Usage: proactor"],
      [["lst"], "unknown command 'lst'"],
      [["connect"], "missing required argument 'pipe'"],
      [["connect", "a", "b"], "too many arguments"],
      [["connect", "a", "--hexx"], "unknown option '--hexx'"],
      [["connect", "a", "--timeout", "soon"], "not a whole number"],
      [["connect", "a", "--direction", "up"], "Allowed choices are"],
      [["connect", ""], "Cannot use pipe name"],
      [["listen", "a\0b"], "it holds a NUL"],
      [["listen", "a", "--instances", "0"], "not above zero"],
      [["listen", "a", "--linger", "5"], "it needs --once"],
      [["listen", "a", "--echo", "--direction", "in"], "has one direction"],
      [["listen", "a", "--security", "everyone", "--sddl", "D:"], "cannot be"],
      [["forward", "1", "70000"], "Cannot use port 70000"],
      [["forward", "tcp:x", "1"], "it is not HOST:PORT"],
      [["bench", "--seconds", "0"], "not above zero"],
      [["trace"], "missing required argument"],
    ] as const
  ) {
    const [code, { notes, written }] = await run(...args);
    assertEquals(code, 2, args.join(" "));
    assert(notes.join("\n").includes(told), `${args}: ${notes}`);
    assertEquals(written.length, 0, "nothing is a result");
  }
});

Deno.test("what fails ends with 1, and says why", async () => {
  const [code, { notes }] = await run("connect", crypto.randomUUID());
  assertEquals(code, 1);
  assert(/^error: Cannot (connect to|load)/.test(notes.join()), notes.join());
});

Deno.test("parseEndpoint() reads what endpointText() writes", () => {
  for (
    const [name, told] of [
      ["echo", "\\\\.\\pipe\\echo"],
      ["pipe:8080", "\\\\.\\pipe\\8080"],
      ["\\\\.\\pipe\\a:80", "\\\\.\\pipe\\a:80"],
      ["//./pipe/docker_engine", "\\\\.\\pipe\\docker_engine"],
      ["\\\\server\\pipe\\x", "\\\\server\\pipe\\x"],
      ["8080", "tcp:127.0.0.1:8080"],
      [":8080", "tcp:127.0.0.1:8080"],
      ["localhost:80", "tcp:localhost:80"],
      ["tcp:10.0.0.1:5", "tcp:10.0.0.1:5"],
      ["[::1]:80", "tcp:[::1]:80"],
      ["unix:C:\\a.sock", "unix:C:\\a.sock"],
    ] as const
  ) {
    const endpoint = parseEndpoint(name);
    assertEquals(endpointText(endpoint), told);
    assertEquals(parseEndpoint(told), endpoint);
  }
  for (const name of ["unix:", "tcp:80x", "65536"]) {
    assertThrows(() => parseEndpoint(name), ArgumentError);
  }
});

Deno.test("hexDump() shows offsets, numbers and ASCII", () => {
  assertEquals(hexDump(new Uint8Array()), "");
  const data = bytes("hello\0world, 0123456789");
  assertEquals(
    hexDump(data, 16),
    "00000010  68 65 6c 6c 6f 00 77 6f  72 6c 64 2c 20 30 31 32" +
      "  |hello.world, 012|\n" +
      "00000020  33 34 35 36 37 38 39                            " +
      "  |3456789|\n",
  );
});

Deno.test("LineSplitter cuts lines, wherever their bytes are cut", () => {
  const input = bytes("one\r\n\ntwo\u00e4\nthree");
  for (let first = 0; first <= input.length; first++) {
    for (let second = first; second <= input.length; second++) {
      const splitter = new LineSplitter();
      const lines = [
        ...splitter.push(input.subarray(0, first)),
        ...splitter.push(input.subarray(first, second)),
        ...splitter.push(input.subarray(second)),
        ...splitter.flush(),
      ].map((line) => new TextDecoder().decode(line));
      assertEquals(lines, ["one", "", "two\u00e4", "three"]);
    }
  }
});

Deno.test("tableOf() aligns what is seen, not the marks", () => {
  const style = styleOf(true);
  const columns = [
    { head: "A", mark: style.green },
    { head: "COUNT", right: true },
    { head: "Z" },
  ];
  const table = tableOf(columns, [["long", "1", "z"], ["b", "22", "y"]], style);
  // deno-lint-ignore no-control-regex
  const plain = table.replace(/\x1b\[\d+m/g, "");
  assertEquals(
    plain,
    "A     COUNT  Z\nlong      1  z\nb        22  y\n",
  );
  assert(table.includes("\x1b[32mlong\x1b[39m"));
  assertEquals(styleOf(false).red("x"), "x");
});

Deno.test("a terminal with colors gets them, another one none", async () => {
  for (const colors of [true, false]) {
    const terminal = new FakeTerminal([], colors);
    await runCommandLine(["connect", ""], terminal);
    await runCommandLine(["--help"], terminal);
    const shown = terminal.text + terminal.notes.join();
    assertEquals(shown.includes("\x1b["), colors);
  }
});

Deno.test("jsonData() keeps text as it is, and other bytes in base64", () => {
  assertEquals(jsonData(bytes("\ufeffa\u00e4")), { text: "\ufeffa\u00e4" });
  assertEquals(jsonData(new Uint8Array([0xff, 0])), { base64: "/wA=" });
});

Deno.test("DataOutput writes bytes as they are, in their order", async () => {
  const terminal = new FakeTerminal();
  const output = new DataOutput(terminal, {});
  const data = new Uint8Array([0, 255, 10, 13]);
  await Promise.all([output.data(data, 1), output.data(data, 2)]);
  await output.event({ event: "x" }, "for people");
  assertEquals(terminal.written, [data, data]);
  assertEquals(terminal.notes, ["for people"]);
});

Deno.test("DataOutput shows messages apart, numbers, and JSON", async () => {
  for (
    const [flags, shown] of [
      [{ message: true }, "ab\nc\n"],
      [
        { hex: true, quiet: true },
        `${hexDump(bytes("ab"))}${hexDump(bytes("c"), 2)}`,
      ],
      [
        { hex: true, message: true, quiet: true },
        `${hexDump(bytes("ab"))}${hexDump(bytes("c"))}`,
      ],
      [
        { json: true },
        '{"event":"data","connection":1,"text":"ab"}\n' +
        '{"event":"data","connection":1,"text":"c"}\n' +
        '{"event":"closed"}\n',
      ],
    ] as const
  ) {
    const terminal = new FakeTerminal();
    const output = new DataOutput(terminal, flags);
    await output.data(bytes("ab"), 1);
    await output.data(bytes("c"), 1);
    await output.event({ event: "closed" }, "left");
    assertEquals(terminal.text, shown);
    assertEquals(
      terminal.notes,
      "message" in flags && !("hex" in flags) ? ["left"] : [],
    );
  }
});

Deno.test("readInput() gives bytes, lines or the whole", async () => {
  const input = [bytes("a\nb"), bytes("c\n\nd")];
  for (
    const [flags, expected] of [
      [{}, ["a\nb", "c\n\nd"]],
      [{ message: true }, ["a", "bc", "d"]],
      [{ message: true, whole: true }, ["a\nbc\n\nd"]],
    ] as const
  ) {
    const sent: string[] = [];
    using opened = new LazyInput(new FakeTerminal(input));
    await readInput(opened, flags, (data) => {
      sent.push(text(data.slice()));
      return Promise.resolve();
    });
    assertEquals(sent, [...expected]);
  }
});

/** An end that gives bytes, and remembers. */
class FakeEnd implements LinkEnd {
  readonly canCloseWrite: boolean;
  readonly log: string[] = [];
  readonly #input: (Uint8Array | Error)[];
  readonly #stays: boolean;
  readonly #closed = Promise.withResolvers<void>();

  constructor(
    input: readonly (string | Error)[],
    { canCloseWrite = true, stays = false } = {},
  ) {
    this.canCloseWrite = canCloseWrite;
    this.#stays = stays;
    this.#input = input.map((part) =>
      typeof part === "string" ? bytes(part) : part
    );
  }

  get finished(): Promise<void> {
    return this.#closed.promise;
  }

  async read(target: Uint8Array): Promise<number | null> {
    const part = this.#input.shift();
    if (part === undefined) return await this.#end();
    if (part instanceof Error) throw part;
    target.set(part);
    return part.length;
  }

  async #end(): Promise<null> {
    if (!this.#stays) return null;
    await this.finished;
    throw new Deno.errors.Interrupted("closed");
  }

  write(data: Uint8Array): Promise<unknown> {
    this.log.push(text(data.slice()));
    return Promise.resolve();
  }

  closeWrite(): Promise<void> {
    this.log.push("end");
    return Promise.resolve();
  }

  close(): void {
    this.log.push("close");
    this.#closed.resolve();
  }

  abort(): void {
    this.log.push("abort");
    this.#closed.resolve();
  }
}

Deno.test("link() passes bytes and ends on, both ways", async () => {
  const [first, second] = [new FakeEnd(["ab", "c"]), new FakeEnd(["d"])];
  const moved = await link(first, second, { linger: Infinity });
  assertEquals(moved, { sent: 3, received: 1 });
  assertEquals(second.log, ["ab", "c", "end", "close"]);
  assertEquals(first.log, ["d", "end", "close"]);
});

Deno.test("link() closes both ends some time after an end that it cannot pass on", async () => {
  const first = new FakeEnd(["question"]);
  const second = new FakeEnd(["answer"], { canCloseWrite: false, stays: true });
  const moved = await link(first, second, { linger: 20 });
  assertEquals(moved, { sent: 8, received: 6 });
  assertEquals(second.log, ["question", "close"]);
  assertEquals(first.log, ["answer", "close"]);
});

Deno.test("link() closes a client whose target without half close has gone", async () => {
  const first = new FakeEnd([], { stays: true });
  const second = new FakeEnd(["bye"], { canCloseWrite: false });
  await link(first, second, { linger: 20 });
  assertEquals(first.log, ["bye", "end", "close"]);
});

Deno.test("link() aborts both ends when one fails", async () => {
  const first = new FakeEnd([new Deno.errors.ConnectionReset("reset")]);
  const second = new FakeEnd([], { stays: true });
  await assertRejects(
    () => link(first, second, { linger: 20 }),
    Deno.errors.ConnectionReset,
  );
  assertEquals([first.log, second.log], [["abort"], ["abort"]]);
});

Deno.test("tryProbe() tells answers, differences, what is missing and what fails", async () => {
  const fail = (error: Error) => () => Promise.reject(error);
  for (
    const [run, status, answer] of [
      [() => Promise.resolve("yes"), "ok", "yes"],
      [() => Promise.resolve("no"), "differs", "no"],
      [fail(new Deno.errors.NotSupported("not here")), "missing", "not here"],
      [fail(new Error("broken")), "failed", "broken"],
    ] as const
  ) {
    const finding = await tryProbe({ name: "it", expected: "yes", run });
    assertEquals(finding, {
      name: "it",
      expected: "yes",
      needed: false,
      status,
      answer,
    });
  }
});

Deno.test("tryProbe() compares nothing where no source tells the answer", async () => {
  const run = () => Promise.resolve("so");
  const probe = { name: "it", expected: undefined, run };
  assertEquals((await tryProbe(probe)).status, "open");
});

Deno.test("listed() shows limits and owners where they are known", () => {
  const own = { sid: "S-1-5-21-1", name: "Ada", domain: "HOME" };
  const pipes = [
    { path: "\\\\.\\pipe\\a", instances: 1, maxInstances: 3, owner: own },
    {
      path: "\\\\.\\pipe\\b",
      instances: 12,
      maxInstances: Infinity,
      owner: null,
    },
  ];
  assertEquals(
    listed(pipes, { owner: true }, styleOf(false)),
    "INSTANCES  MOST  OWNER     PIPE\n" +
      "        1     3  HOME\\Ada  \\\\.\\pipe\\a\n" +
      "       12     -  ?         \\\\.\\pipe\\b\n",
  );
  const json = JSON.parse(listed(pipes, { json: true }, styleOf(false)));
  assertEquals(json, [pipes[0], { ...pipes[1], maxInstances: null }]);
});

Deno.test("summary() counts more events than a call takes arguments", () => {
  const event = { name: "batch", cat: "port", ph: "X", ts: 0, pid: 1, tid: 1 };
  const events = Array.from({ length: 200_000 }, (_, index) => ({
    ...event,
    ph: "X" as const,
    dur: index === 7 ? 5000 : 1,
    args: {},
  }));
  assertEquals(
    summary(events, styleOf(false)),
    "WHAT    TIMES      MS  LONGEST\nbatch  200000  205.00     5.00",
  );
});

Deno.test("an input is closed at the end, also while it is read", async () => {
  let closed = false;
  const pending = Promise.withResolvers<null>();
  const terminal = new FakeTerminal();
  terminal.openInput = () =>
    Promise.resolve({
      read: () => pending.promise,
      close: () => {
        closed = true;
        pending.resolve(null);
      },
    });
  const input = new LazyInput(terminal);
  const read = input.read(new Uint8Array(1));
  await Promise.resolve();
  input.close();
  assertEquals(await read, null);
  assert(closed);
});
