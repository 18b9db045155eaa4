/** The programs of `examples/` run as their comments say. */

import { assertEquals, assertMatch } from "@std/assert";
import { fetchOver } from "../../src/http/mod.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { Program, programTest } from "./_program.ts";
import { inTime } from "./_stage.ts";

programTest("echo_server.ts answers echo_client.ts", async () => {
  await using server = await Program.start("echo_server.ts");
  await server.wrote("Serving");
  await using client = await Program.start("echo_client.ts", "hello", "world");
  assertEquals(await client.lines(), ["hello world"]);
});

programTest("http_server.ts answers over TCP and over its pipe", async () => {
  const path = uniquePipeName();
  await using server = await Program.start("http_server.ts", "0", path);
  await server.wrote(path);
  const url = /http:\S+/.exec(server.text)![0];
  const answer = await inTime(fetch(`${url}path`));
  const [request, hello] = (await answer.text()).split("\n");
  assertEquals(request, `GET ${url}path`);
  assertMatch(hello ?? "", /^Hello .*"hostname":"127\.0\.0\.1"/);
  const other = await inTime(fetchOver(path, "/pipe"));
  assertMatch(await other.text(), /^GET http:..localhost.pipe\nHello .*"pipe"/);
});

programTest("messages.ts keeps the boundaries of words", async () => {
  await using program = await Program.start("messages.ts");
  assertEquals(await program.lines(), ['["one","two","three"]']);
});

programTest("protocol_style.ts answers in capitals", async () => {
  await using program = await Program.start("protocol_style.ts");
  assertEquals(await program.lines(), ["TO BE", "OR NOT TO BE"]);
});

programTest("readiness.ts selects and reads", async () => {
  await using program = await Program.start("readiness.ts");
  assertEquals((await program.lines()).slice(-3), [
    "first received one",
    "first received two",
    "first received bye",
  ]);
});

programTest("run_process.ts runs three programs", async () => {
  await using program = await Program.start("run_process.ts");
  const lines = await program.lines();
  assertEquals(lines.slice(0, 4), ["Exit code 0:", "apple", "fig", "pear"]);
  assertMatch(lines.at(-2) ?? "", /^\d+ names$/);
  assertMatch(lines.at(-1) ?? "", /^Killed: .*SIGTERM/);
});

programTest("trace.ts writes a trace", async () => {
  const file = `${Deno.makeTempDirSync()}\\trace.json`;
  await using program = await Program.start("trace.ts", file);
  assertMatch((await program.lines())[0] ?? "", /^\d+ events in /);
  const { traceEvents } = JSON.parse(await Deno.readTextFile(file));
  const names = new Set(traceEvents.map(({ name }: { name: string }) => name));
  for (const name of ["accept", "read", "batch"]) {
    assertEquals(names.has(name), true, name);
  }
});

programTest("copy_file.ts copies what appears in a folder", async () => {
  const [inbox, archive] = [Deno.makeTempDirSync(), Deno.makeTempDirSync()];
  await using program = await Program.start("copy_file.ts", inbox, archive);
  await program.wrote("Copying");
  await Deno.writeTextFile(`${inbox}\\new.txt`, "hello");
  await program.wrote("new.txt: 5 bytes");
  assertEquals(await Deno.readTextFile(`${archive}\\new.txt`), "hello");
});

programTest("demo.ts sends files and compares hashes", async () => {
  await using program = await Program.start("demo.ts");
  const lines = await program.lines();
  const results = lines.filter((line) => line.includes("SHA-256"));
  assertEquals(results.length, 6);
  for (const line of results) assertMatch(line, /SHA-256 equal$/);
  const figures = lines.filter((line) => line.startsWith("Round trips"));
  assertEquals(figures.length, 3);
  for (const line of figures) assertMatch(line, /clients? +[\d,]+ +-$/);
  assertEquals(lines.includes("node:net of Deno needs --allow-all."), true);
  assertMatch(lines.at(-1) ?? "", /pending: 0, slots in use: 0$/);
});
