/** Every function that takes a path, against names that no file has. */

import { assertEquals } from "@std/assert";
import { PipeServer, type ProactorEventLoop } from "../../../mod.ts";
import { copyFile, openFile, watchDirectory } from "../../../src/file/mod.ts";
import { subprocessExec } from "../../../src/process/mod.ts";
import { badPaths, RESERVED } from "../../sim/bad_paths.ts";
import { test } from "../_setup.ts";
import { encode } from "../_bytes.ts";
import { connectedPair, uniquePipeName } from "../_pipes.ts";
import { soon, turn } from "../_turns.ts";
import { socketPair } from "../net/_sockets.ts";
import { tcpPair } from "../net/_tcp.ts";
import "../process/_process.ts";
import { Folder, writeFile } from "./_files.ts";

type Use = (path: string | URL) => Promise<unknown>;

/** Each takes a path, and nothing else of it is wrong. */
async function uses(
  loop: ProactorEventLoop,
  folder: Folder,
  stack: AsyncDisposableStack,
): Promise<Record<string, Use>> {
  const { proactor } = loop;
  const place = { proactor };
  const from = folder.file("from.txt");
  await writeFile(proactor, from, encode("secret"));
  const sockets = stack.use(await socketPair(proactor));
  const tcp = stack.use(await tcpPair(proactor));
  const pipe = stack.use(await connectedPair(proactor, { type: "byte" }));
  const program = "cmd.exe";
  return {
    openFile: (path) => openFile(path, place),
    createFile: (path) =>
      openFile(path, { ...place, write: true, create: true }),
    copyFileFrom: (path) => copyFile(path, folder.file("to"), place),
    copyFileTo: (path) => copyFile(from, path, place),
    watchDirectory: (path) => watchDirectory(path, place),
    sendfile: (path) => proactor.sendfile(sockets.client, path),
    sockSendfile: (path) => loop.sockSendfile(sockets.client, path),
    tcpSendFile: (path) => tcp.client.sendFile(path),
    pipeSendFile: (path) => pipe.client.sendFile(path),
    subprocessExec: (path) => subprocessExec(path, place),
    subprocessCwd: (cwd) => subprocessExec(program, { ...place, cwd }),
  };
}

/** Other names are searched for, or refused for another reason. */
function isProgram(path: string | URL): boolean {
  return /[\\/][^\\/]+$/.test(String(path));
}

async function classOf(promise: Promise<unknown>): Promise<string> {
  try {
    return `ok ${await soon(promise)}`;
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

test.loop("no function that takes a path opens pipes, devices and malformed names", async (loop) => {
  using folder = new Folder();
  await using stack = new AsyncDisposableStack();
  const table = await uses(loop, folder, stack);
  const { proactor } = loop;
  const path = uniquePipeName();
  const server = PipeServer.listen(path, { proactor, instances: 4 });
  let clients = 0;
  const accepted = server.accept().then(() => clients++, () => {});
  const name = path.slice("\\\\.\\pipe\\".length);
  for (const [path, error] of badPaths(name)) {
    for (const [use, call] of Object.entries(table)) {
      if (use === "subprocessExec" && !isProgram(path)) continue;
      const text = `${use} ${String(path).slice(0, 100)}`;
      assertEquals(await classOf(call(path)), error, text);
    }
  }
  await turn();
  assertEquals(clients, 0, "nobody has connected");
  server.close();
  await accepted;
});

test.loop("no function that takes a path opens reserved names (Windows 11 knows fewer)", async (loop) => {
  using folder = new Folder();
  await using stack = new AsyncDisposableStack();
  const { createFile: _, copyFileTo: __, ...table } = await uses(
    loop,
    folder,
    stack,
  );
  for (const path of RESERVED) {
    for (const [use, call] of Object.entries(table)) {
      const error = await classOf(call(path));
      const refused = ["NotSupported", "NotFound", "WindowsError"];
      assertEquals(refused.includes(error), true, `${use} ${path}: ${error}`);
    }
  }
});
