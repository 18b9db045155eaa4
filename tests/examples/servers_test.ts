/** The servers of `examples/`, each with a client that is not ours. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { createMessageConnection } from "npm:vscode-jsonrpc@10.0.0/node";
import { createServer, type PipeSocket } from "../../src/node/mod.ts";
import { UdpSocket } from "../../src/net/mod.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { Program, programTest } from "./_program.ts";
import { inTime } from "./_stage.ts";

programTest("lsp_server.ts serves an editor", async () => {
  const path = uniquePipeName();
  const { promise: connected, resolve } = Promise.withResolvers<PipeSocket>();
  await using server = createServer((socket) => resolve(socket)).listen(path);
  await using program = await Program.start("lsp_server.ts", `--pipe=${path}`);
  const socket = await inTime(connected);
  server.close();
  const editor = createMessageConnection(socket, socket);
  const warned = new Promise<{ diagnostics: unknown[] }>((resolve) =>
    editor.onNotification("textDocument/publishDiagnostics", resolve)
  );
  editor.listen();
  const params = { processId: null, rootUri: null, capabilities: {} };
  await inTime(editor.sendRequest("initialize", params));
  await editor.sendNotification("initialized", {});
  const uri = "file:///a.txt";
  const text = "TODO: pears and figs";
  await editor.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "text", version: 1, text },
  });
  const { diagnostics } = await inTime(warned);
  assertEquals(diagnostics, [{
    message: "Something is left to do",
    severity: 2,
    range: {
      start: { line: 0, character: 0 },
      end: { line: 0, character: 4 },
    },
  }]);
  const position = { line: 0, character: 0 };
  const place = { textDocument: { uri }, position };
  const request = editor.sendRequest<{ label: string }[]>(
    "textDocument/completion",
    place,
  );
  const labels = (await inTime(request)).map(({ label }) => label);
  assertEquals(labels, ["TODO", "and", "figs", "pears"]);
  await inTime(editor.sendRequest("shutdown"));
  await editor.sendNotification("exit");
  assertEquals(await program.lines(), [""]);
  socket.destroy();
});

programTest("chat.ts lets two members talk", async () => {
  const path = uniquePipeName();
  await using server = await Program.start("chat.ts", "serve", "-", path);
  await server.wrote("Serving");
  const join = (name: string) =>
    Program.startToType("chat.ts", "join", name, path);
  await using ada = await join("ada");
  await ada.wrote("ada is here");
  await using bob = await join("bob");
  await ada.wrote("bob is here");
  await bob.type("hello\n");
  await ada.wrote("bob: hello");
  await ada.type("good day");
  await ada.endInput(); // says what was typed, and leaves
  await bob.wrote("ada: good day");
  await bob.wrote("ada has left");
});

programTest("file_server.ts sends files, and none outside", async () => {
  const folder = Deno.makeTempDirSync();
  const data = crypto.getRandomValues(new Uint8Array(60_000));
  Deno.mkdirSync(`${folder}\\www`);
  Deno.writeFileSync(`${folder}\\www\\a b.bin`, data);
  Deno.writeFileSync(`${folder}\\secret.bin`, data);
  const args = [`${folder}\\www`, "0"];
  await using program = await Program.start("file_server.ts", ...args);
  await program.wrote("/\r\n".trim());
  const url = /http:\S+/.exec(program.text)![0];
  for (let i = 0; i < 3; i++) { // over one connection
    const answer = await inTime(fetch(`${url}a%20b.bin`));
    assertEquals(await answer.bytes(), data);
  }
  for (const name of ["none", "..%5Csecret.bin", "%2e%2e/secret.bin", ""]) {
    const answer = await inTime(fetch(url + name));
    assertEquals(answer.status, 404, name);
    await answer.body?.cancel();
  }
});

programTest(
  "supervisor.ts starts again what fails, and shows it live",
  async () => {
    const args = ["cmd.exe /d /c echo once", "cmd.exe /d /c exit 3"];
    await using program = await Program.start("supervisor.ts", ...args);
    await program.wrote("once");
    await program.wrote("ended with code 3, starts again in 100 ms");
    await program.wrote("ended with code 3, starts again in 200 ms");
    const starts = program.text.match(/cmd\.exe: runs as process \d+/g) ?? [];
    assert(starts.length >= 3, program.text);
  },
);

programTest("supervisor.ts ends when all have ended well", async () => {
  const args = ["cmd.exe /d /c echo one", "cmd.exe /d /c echo two"];
  await using program = await Program.start("supervisor.ts", ...args);
  const lines = await program.lines();
  const texts = lines.map((line) => line.split("cmd.exe: ")[1] ?? "");
  const printed = texts.filter((text) => !text.startsWith("runs as")).sort();
  assertEquals(printed, ["one", "two"]);
});

programTest("mirror.ts keeps a folder as another is", async () => {
  const [from, to] = [Deno.makeTempDirSync(), Deno.makeTempDirSync()];
  Deno.mkdirSync(`${from}\\deep\\er`, { recursive: true });
  Deno.writeTextFileSync(`${from}\\deep\\er\\old.txt`, "old");
  Deno.writeTextFileSync(`${to}\\stray.txt`, "stray");
  await using program = await Program.start("mirror.ts", from, to);
  await program.wrote("Mirroring");
  assertEquals(names(to), ["deep", "deep\\er", "deep\\er\\old.txt"]);
  Deno.writeTextFileSync(`${from}\\deep\\new.txt`, "new");
  await program.wrote("copied deep\\new.txt: 3 bytes");
  Deno.renameSync(`${from}\\deep\\new.txt`, `${from}\\deep\\newer.txt`);
  await program.wrote("copied deep\\newer.txt");
  Deno.removeSync(`${from}\\deep\\er`, { recursive: true });
  await program.wrote("removed deep\\er\n");
  assertEquals(names(to), ["deep", "deep\\newer.txt"]);
  assertEquals(Deno.readTextFileSync(`${to}\\deep\\newer.txt`), "new");
});

/** The names of all that is in a folder. */
function names(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const below = isDirectory
      ? names(`${folder}\\${name}`, `${prefix}${name}\\`)
      : [];
    return [prefix + name, ...below];
  }).sort();
}

programTest("time_server.ts tells the time by SNTP", async () => {
  await using program = await Program.start("time_server.ts", "0");
  await program.wrote("port");
  const port = Number(/port (\d+)/.exec(program.text)![1]);
  using socket = UdpSocket.listen({ hostname: "127.0.0.1", port: 0 });
  const request = new Uint8Array(48);
  request[0] = 0b00_100_011; // version 4, client
  request.set([1, 2, 3, 4, 5, 6, 7, 8], 40);
  const to = { transport: "udp", hostname: "127.0.0.1", port } as const;
  await socket.send(new Uint8Array(10), to); // gets no answer
  await socket.send(request, to);
  const [answer] = await inTime(socket.receive());
  const view = new DataView(answer.buffer);
  assertEquals([answer.length, answer[0], answer[1]], [48, 0b00_100_100, 1]);
  assertEquals(answer.slice(24, 32), request.slice(40));
  const seconds = view.getUint32(40) - 2_208_988_800;
  assert(Math.abs(seconds - Date.now() / 1000) < 5, `${seconds}`);
  assertMatch(String.fromCharCode(...answer.slice(12, 16)), /LOCL/);
});
