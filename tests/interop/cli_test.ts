/** The command line as a program: each command, its streams, its end. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { connectPipe, PipeServer } from "../../mod.ts";
import { defaultSockets } from "../../src/ffi/socket/default.ts";
import { connectTcp, TcpListener } from "../../src/net/mod.ts";
import { soon } from "../windows/_turns.ts";
import { withProactor } from "../windows/_setup.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { decode, encode } from "../windows/_bytes.ts";
import { removeUsed } from "../windows/_remove.ts";
import { onWine } from "../windows/_wine.ts";
import { Cli, runCli } from "./_cli.ts";
import { test } from "./_script.ts";

if (Deno.build.os === "windows") defaultSockets();

/** Parses lines of JSON. */
function events(text: string): Record<string, unknown>[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

async function digest(data: BufferSource): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", data);
  return new Uint8Array(hash).toHex();
}

/** Bytes of every kind, not the same twice. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) {
    crypto.getRandomValues(data.subarray(at, at + 65536));
  }
  return data;
}

test.process("cli: --help ends with 0, wrong arguments with 2", async () => {
  const help = await runCli(["--help"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  assertStringIncludes(help.text, "Usage: proactor [options] [command]");
  const wrong = await runCli(["connect"]);
  assertEquals([wrong.code, wrong.text], [2, ""]);
  assertStringIncludes(wrong.stderr, "missing required argument 'pipe'");
});

test.process("cli: connect says why it cannot, and ends with 1", async () => {
  const { code, text, stderr } = await runCli(["connect", uniquePipeName()]);
  assertEquals([code, text], [1, ""]);
  assertStringIncludes(stderr, "error: Cannot connect to pipe");
  assertStringIncludes(stderr, "no server has this name");
});

test.process("cli: connect --expect refuses the pipe of somebody else", () =>
  withProactor(async (proactor) => {
    const path = uniquePipeName();
    await using server = PipeServer.listen(path, { proactor });
    const stranger = "S-1-5-21-1-2-3-1001";
    const args = ["connect", path, "--send", "secret", "--expect"];
    const { code, stderr } = await runCli([...args, stranger]);
    assertEquals(code, 1, stderr);
    const wrong = await runCli([...args, "anybody"]);
    assertEquals(wrong.code, 2, wrong.stderr);
    server.close();
  }));

test.process("cli: a malformed descriptor is a wrong argument", async () => {
  const args = ["listen", uniquePipeName(), "--sddl", "nonsense"];
  const { code, stderr } = await runCli(args);
  assertEquals(code, 2, stderr);
  assertStringIncludes(stderr, "SDDL");
});

test.process("cli: connect and listen --echo talk to each other", async () => {
  const path = uniquePipeName();
  const sddl = "D:P(A;;FA;;;WD)";
  await using server = new Cli(["listen", path, "--echo", "--sddl", sddl]);
  await server.wrote("listening");
  const client = await runCli(["connect", path], { input: "hello\n" });
  assertEquals([client.code, client.text], [0, "hello\n"], client.stderr);
  assertStringIncludes(client.stderr, `connected to ${path}`);
  await server.wrote("client 1 left");
  assertEquals(server.text, "hello\n");
});

for (const how of ["a pipe", "a file"]) {
  test.process(`cli: bytes from ${how} arrive as they are`, async () => {
    const path = uniquePipeName();
    const data = noise(3_000_000);
    await using server = new Cli(["listen", path, "--once", "-q"]);
    const wait = ["--wait", "--linger", "0"];
    const file = Deno.makeTempFileSync();
    Deno.writeFileSync(file, data);
    const options = how === "a file" ? { inputFile: file } : { input: data };
    const client = await runCli(["connect", path, ...wait], options);
    assertEquals([client.code, client.text], [0, ""], client.stderr);
    const { code, stdout, stderr } = await server.result();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout.length, data.length);
    assertEquals(await digest(stdout), await digest(data));
    await removeUsed(file);
  });
}

test.process("cli: listen --once gives its input to its client", async () => {
  const path = uniquePipeName();
  const data = noise(500_000);
  const flags = ["--once", "--linger", "0"];
  await using server = new Cli(["listen", path, ...flags], { input: data });
  await server.wrote("listening");
  await using client = new Cli(["connect", path]); // its input stays open
  const { code, stdout } = await client.result();
  assertEquals([code, await digest(stdout)], [0, await digest(data)]);
  assertEquals((await server.result()).code, 0);
});

test.process("cli: messages are lines, and JSON tells them", async () => {
  const path = uniquePipeName();
  const flags = ["--message", "--once", "--json"];
  await using server = new Cli(["listen", path, ...flags]);
  await server.wrote("listening");
  await server.endInput();
  const client = await runCli(["connect", path, "--message"], {
    input: encode("one\r\ntwo\n\nthree"),
  });
  assertEquals(client.code, 0, client.stderr);
  const { code, text } = await server.result();
  assertEquals(code, 0);
  const told = events(text);
  assertEquals(told.map(({ event }) => event), [
    "listening",
    "connected",
    "message",
    "message",
    "message",
    "closed",
  ]);
  assertEquals(
    told.filter(({ event }) => event === "message").map(({ text }) => text),
    ["one", "two", "three"],
  );
});

test.process("cli: the echo of messages keeps their boundaries", async () => {
  const path = uniquePipeName();
  await using server = new Cli(["listen", path, "--message", "--echo", "-q"]);
  const flags = ["--message", "--wait", "--json"];
  const { code, text, stderr } = await runCli(["connect", path, ...flags], {
    input: "a\nbc\n",
  });
  assertEquals(code, 0, stderr);
  const messages = events(text).filter(({ event }) => event === "message");
  assertEquals(messages.map(({ text }) => text), ["a", "bc"]);
  await server.wrote("bc");
});

test.process("cli: --hex shows numbers, --send sends a text", async () => {
  const path = uniquePipeName();
  await using _server = new Cli(["listen", path, "--echo", "-q"]);
  const flags = ["--hex", "--wait", "-q", "--send", "hello"];
  const { code, text, stderr } = await runCli(["connect", path, ...flags]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    text,
    "00000000  68 65 6c 6c 6f                                    |hello|\n",
  );
});

test.process("cli: listen sends its input to all clients", () =>
  withProactor(async (proactor) => {
    const path = uniquePipeName();
    await using server = new Cli(["listen", path, "-q"]);
    const options = { proactor, waitForServer: true };
    using first = await connectPipe(path, options);
    using second = await connectPipe(path, options);
    await first.write(encode("1"));
    await second.write(encode("2"));
    await server.wrote("1");
    await server.wrote("2");
    await server.type("hello");
    for (const client of [first, second]) {
      const buffer = new Uint8Array(10);
      const count = await soon(client.read(buffer));
      assertEquals(decode(buffer.subarray(0, count ?? 0)), "hello");
    }
  }));

test.process("cli: list shows pipes and their instances, and takes none (Wine cannot list pipes)", () =>
  withProactor(async (proactor) => {
    const path = uniquePipeName();
    const own = { instances: 2, maxInstances: 5, proactor };
    await using server = PipeServer.listen(path, own);
    const name = path.slice("\\\\.\\pipe\\".length).toUpperCase();
    const { code, text, stderr } = await runCli(["list", name, "--json"]);
    if (onWine("pipe-directory")) {
      assertEquals([code, text], [1, ""]);
      assertStringIncludes(stderr, "error: Cannot list pipes");
    } else {
      assertEquals([code, stderr], [0, ""]);
      const [pipes] = events(text) as unknown as [
        { path: string; instances: number }[],
      ];
      assertEquals(pipes.map(({ path }) => path), [path]);
      assert(pipes[0]!.instances >= 2);
    }
    assertEquals(server.connections.size, 0);
    server.close();
  }));

test.process("cli: forward leads TCP to a pipe, and bytes both ways", () =>
  withProactor(async (proactor) => {
    const path = uniquePipeName();
    await using server = PipeServer.listen(path, { proactor });
    await using cli = new Cli(["forward", "127.0.0.1:0", path, "--json"]);
    await cli.wrote("\n");
    const from = String(events(cli.text)[0]!.from);
    const port = Number(/:(\d+)$/.exec(from)?.[1]);
    const accepted = server.accept();
    using client = await connectTcp({ port, proactor });
    using peer = await soon(accepted);
    await client.write(encode("question"));
    const buffer = new Uint8Array(20);
    const asked = await soon(peer.read(buffer));
    assertEquals(decode(buffer.subarray(0, asked ?? 0)), "question");
    await peer.write(encode("answer"));
    const count = await soon(client.read(buffer));
    assertEquals(decode(buffer.subarray(0, count ?? 0)), "answer");
    peer.close();
    assertEquals(await soon(client.read(buffer)), null);
    client.close();
    await cli.wrote('"closed"');
    const closed = events(cli.text).at(-1)!;
    assertEquals([closed.sent, closed.received], [8, 6]);
    server.close();
  }));

test.process("cli: forward leads a pipe to TCP, and ends with --once", () =>
  withProactor(async (proactor) => {
    const path = uniquePipeName();
    const local = { hostname: "127.0.0.1", port: 0, proactor };
    await using listener = TcpListener.listen(local);
    const { port } = listener.addr;
    await using cli = new Cli(["forward", path, `${port}`, "--once"]);
    const accepted = listener.accept();
    using client = await connectPipe(path, { proactor, waitForServer: true });
    using peer = await soon(accepted);
    await peer.write(encode("hello"));
    peer.close();
    const buffer = new Uint8Array(20);
    const count = await soon(client.read(buffer));
    assertEquals(decode(buffer.subarray(0, count ?? 0)), "hello");
    assertEquals(await soon(client.read(buffer)), null);
    client.close();
    const { code, stderr } = await cli.result();
    assertEquals(code, 0);
    assertStringIncludes(stderr, "closed, 0 bytes there, 5 back");
    listener.close();
  }));

test.process("cli: forward goes on when its target is not there", async () => {
  const path = uniquePipeName();
  await using cli = new Cli(["forward", "127.0.0.1:0", path, "--json"]);
  await cli.wrote("\n");
  const [, port] = /:(\d+)"/.exec(cli.text)!;
  await withProactor(async (proactor) => {
    for (let number = 1; number <= 2; number++) {
      using client = await connectTcp({ port: Number(port), proactor });
      await cli.wrote(`"failed","connection":${number}`);
      await client.read(new Uint8Array(1)).catch(() => null); // reset, or the end
    }
  });
  assertStringIncludes(cli.text, "no server has this name");
});

test.process("cli: bench measures, and its JSON can be read", async () => {
  const args = ["bench", "--seconds", "1", "--json"];
  const { code, text, stderr } = await runCli(args);
  assertEquals([code, stderr], [0, ""]);
  const [measured] = events(text);
  assert(Number(measured!.roundTripsPerSecond) > 10);
  assert(Number(measured!.medianUs) <= Number(measured!.p99Us));
  assert(Number(measured!.megabytesPerSecond) > 0.1);
});

test.process("cli: bench measures the echo server of another process", async () => {
  const path = uniquePipeName();
  await using _server = new Cli(["listen", path, "--echo", "-q", "--hex"]);
  const flags = ["--seconds", "1", "--bytes", "10", "--clients", "2"];
  const { code, text, stderr } = await runCli([
    "connect",
    path,
    "--wait",
    "--send",
    "x",
  ]);
  assertEquals([code, text], [0, "x"], stderr);
  const bench = await runCli(["bench", path, ...flags]);
  assertEquals([bench.code, bench.stderr], [0, ""]);
  assertStringIncludes(bench.text, "round trips");
  assert(!bench.text.includes("one way"), "another server is only asked");
});

test.process("cli: trace writes a trace, with the permission to write", async () => {
  const folder = Deno.makeTempDirSync();
  const file = `${folder}/trace.json`;
  const args = ["trace", "--output", file, "bench", "--seconds", "1"];
  const refused = await runCli(args);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "Cannot write trace");
  const permissions = ["--allow-ffi", `--allow-write=${folder}`];
  const { code, text, stderr } = await runCli(args, { permissions });
  assertEquals(code, 0, stderr);
  assertStringIncludes(text, "round trips");
  assertStringIncludes(stderr, "batch");
  const { traceEvents } = JSON.parse(Deno.readTextFileSync(file));
  assert(traceEvents.length > 100);
  await removeUsed(folder);
});

test.process("cli: doctor finds this machine usable", async () => {
  const { code, text, stderr } = await runCli(["doctor", "--json"]);
  assertEquals([code, stderr], [0, ""], text);
  const [{ facts, findings, usable }] = events(text) as unknown as [{
    facts: Record<string, string>;
    findings: { name: string; status: string; answer: string }[];
    usable: boolean;
  }];
  assert(usable);
  assertStringIncludes(facts.Deno!, Deno.version.deno);
  assertEquals(findings.filter(({ status }) => status === "failed"), []);
  assert(findings.length > 15);
});

test.process("cli: without a terminal there are no colors", async () => {
  for (const env of [{}, { NO_COLOR: "1" }] as Record<string, string>[]) {
    const missing = ["connect", uniquePipeName()];
    const { stderr } = await runCli(missing, { env });
    assertStringIncludes(stderr, "error: Cannot");
    assert(!stderr.includes("\x1b["));
  }
});

/** A console of its own, in which Ctrl+C is pressed when somebody listens. */
const PRESS = "data:text/javascript," + encodeURIComponent(`
  const { symbols } = Deno.dlopen("kernel32.dll", {
    AllocConsole: { parameters: [], result: "i32" },
    FreeConsole: { parameters: [], result: "i32" },
    SetConsoleCtrlHandler: { parameters: ["usize", "i32"], result: "i32" },
    GenerateConsoleCtrlEvent: { parameters: ["u32", "u32"], result: "i32" },
  });
  symbols.FreeConsole();
  symbols.AllocConsole();
  symbols.SetConsoleCtrlHandler(0n, 0); // Ctrl+C is not ignored
  const { addSignalListener } = Deno;
  Deno.addSignalListener = (...args) => {
    addSignalListener(...args);
    setTimeout(() => symbols.GenerateConsoleCtrlEvent(0, 0), 1000);
  };
`);

for (const command of ["listen", "connect", "forward"]) {
  test.process(`cli: Ctrl+C ends ${command} with 0`, () =>
    withProactor(async (proactor) => {
      const path = uniquePipeName();
      const serves = command === "connect";
      using _server = serves
        ? PipeServer.listen(path, { proactor })
        : undefined;
      const places = command === "forward" ? [path, "1"] : [path];
      await using cli = new Cli([command, ...places], { preload: PRESS });
      const { code, stderr } = await cli.result();
      assertEquals(code, 0, stderr);
      assert(!stderr.includes("error"), stderr);
    }));
}
