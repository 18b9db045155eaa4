/** Every function that takes a path against every name that no file has. */

import { assertEquals } from "@std/assert";
import { copyFile } from "../../src/file/copy_file.ts";
import { openFile } from "../../src/file/open_file.ts";
import { watchDirectory } from "../../src/file/watch_directory.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import type { Transport } from "../../src/stream/protocol.ts";
import type { StreamConnection } from "../../src/stream/stream_connection.ts";
import { sendFileOver } from "../../src/stream/transport_sink.ts";
import { badPaths, RESERVED } from "../sim/bad_paths.ts";
import { getFullPathName } from "../sim/full_path.ts";
import type { SimulatedFiles } from "../sim/simulated_files.ts";
import { withDisk } from "./_files.ts";
import { outcome, PATH, type World } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns } from "./_turns.ts";
import { connectedSockets, connections } from "./_sockets.ts";

const FILE = "C:\\secret.txt";
const FOLDER = "C:\\pub";

type Use = (path: string | URL) => Promise<unknown>;

async function pipes(world: World): Promise<StreamConnection[]> {
  const { proactor } = world;
  const options = { proactor, type: "byte", instances: 1 } as const;
  const server = PipeServer.listen(PATH, options);
  const accepted = server.accept();
  const client = await connectPipe(PATH, { proactor });
  const served = await accepted;
  server.close();
  return [client, served];
}

/** A transport that is no channel; nothing gets as far as to be written. */
function otherTransport(): Transport {
  const transport: Partial<Transport> = {
    isClosing: () => false,
    getProtocol: () => ({}),
    setProtocol: () => {},
  };
  return transport as Transport;
}

/** Each takes a path, and nothing else of it is wrong. */
async function uses(world: World, disk: SimulatedFiles) {
  const { proactor, port } = world;
  const place = { proactor, files: disk.files };
  const files = disk.sendFile;
  const sockets = await connectedSockets(world);
  const streams = [...await connections(world), ...await pipes(world)];
  const table: Record<string, Use> = {
    openFile: (path) => openFile(path, place),
    createFile: (path) =>
      openFile(path, { ...place, write: true, create: true }),
    copyFileFrom: (path) => copyFile(path, "C:\\to", place),
    copyFileTo: (path) => copyFile(FILE, path, place),
    watchDirectory: (path) => watchDirectory(path, place),
    sendfile: (path) => proactor.sendfile(sockets[0], path),
    tcpSendFile: (path) => streams[0]!.sendFile(path, { files }),
    pipeSendFile: (path) => streams[2]!.sendFile(path, { files }),
    transportSendFile: (path) =>
      sendFileOver(port, otherTransport(), {
        source: path as string,
        options: { files },
      }),
  };
  const close = () => {
    for (const stream of streams) stream.abort();
    for (const socket of sockets) proactor.closeHandle(socket);
  };
  return { table, close };
}

function namesTest(
  name: string,
  paths: () => Iterable<readonly [path: string | URL, error: string]>,
): void {
  Deno.test(name, () =>
    withDisk({}, async ({ world, disk }) => {
      disk.put(FILE, bytes("secret"));
      disk.makeDirectory(FOLDER);
      const { table, close } = await uses(world, disk);
      for (const [path, error] of paths()) {
        for (const [use, call] of Object.entries(table)) {
          const opened = disk.begun.filter((call) => call === "createFile");
          // The source of a copy is opened before the copy.
          const allowed = use === "copyFileTo" ? 1 : 0;
          const text = `${use} ${String(path).slice(0, 100)}`;
          assertEquals(await outcome(call(path)), error, text);
          const now = disk.begun.filter((call) => call === "createFile");
          assertEquals(now.length, opened.length + allowed, text);
        }
      }
      close();
      await turns();
      assertEquals(world.sim.openHandles, 1, "the port");
    }));
}

namesTest(
  "no function that takes a path opens pipes, devices and malformed names",
  () => badPaths("x"),
);

namesTest(
  "no function that takes a path opens reserved names of Windows 10",
  () => RESERVED.map((path) => [path, "NotSupported"]),
);

Deno.test("what a link leads to besides files is closed, and refused", () =>
  withDisk({}, async ({ world, disk }) => {
    disk.put("C:\\link", bytes("")).type = 3; // FILE_TYPE_PIPE
    const { table, close } = await uses(world, disk);
    disk.put(FILE, bytes("secret"));
    const before = world.sim.openHandles;
    for (const [use, call] of Object.entries(table)) {
      if (use === "watchDirectory") continue; // the kernel wants a directory
      assertEquals(await outcome(call("C:\\link")), "NotSupported", use);
      await turns();
      assertEquals(world.sim.openHandles, before, use);
    }
    close();
  }));

Deno.test("every function that takes a path opens a file by its path", () =>
  withDisk({}, async ({ world, disk }) => {
    disk.put(FILE, bytes("secret"));
    disk.makeDirectory(FOLDER);
    const { table, close } = await uses(world, disk);
    for (const use of ["sendfile", "tcpSendFile", "pipeSendFile"]) {
      for (const path of [FILE, "C:/pub/../secret.txt", `\\\\?\\${FILE}`]) {
        assertEquals(
          await outcome(table[use]!(path)),
          "ok 6",
          `${use} ${path}`,
        );
      }
      const url = new URL("file:///C:/secret.txt");
      assertEquals(await outcome(table[use]!(url)), "ok 6", use);
      assertEquals(await outcome(table[use]!("C:\\none")), "NotFound", use);
      assertEquals(await outcome(table[use]!(FOLDER)), "IsADirectory", use);
    }
    close();
    await turns();
    assertEquals(world.sim.openHandles, 1, "the port");
  }));

Deno.test("sendFile() opens on another thread, in its turn", () =>
  withDisk({}, async ({ world, disk }) => {
    disk.put(FILE, bytes("secret"));
    const [client, served] = await connections(world);
    disk.holdCalls = true;
    const files = disk.sendFile;
    const sent = client.sendFile(FILE, { files });
    const after = client.write(bytes(" after"));
    await turns();
    assertEquals(disk.heldCalls.map(({ name }) => name), ["createFile"]);
    disk.finishCalls();
    assertEquals([await sent, await after], [6, 6]);
    const target = new Uint8Array(20);
    let got = 0;
    while (got < 12) got += (await served.read(target.subarray(got)))!;
    assertEquals(target.subarray(0, 12), bytes("secret after"));
    for (const end of [client, served]) end.abort();
  }));

Deno.test("sendFile() that is given up while it opens leaves no handle", () =>
  withDisk({}, async ({ world, disk }) => {
    disk.put(FILE, bytes("secret"));
    const files = disk.sendFile;
    for (const how of ["signal", "connection"]) {
      const [client, served] = await connections(world);
      disk.holdCalls = true;
      const controller = new AbortController();
      const { signal } = controller;
      const sent = outcome(client.sendFile(FILE, { files, signal }));
      await turns();
      if (how === "signal") controller.abort("enough");
      else client.abort();
      disk.holdCalls = false;
      const end = how === "signal" ? "enough" : "Interrupted";
      assertEquals(await sent, end);
      if (how === "connection") await client.finished;
      disk.finishCalls();
      for (const end of [client, served]) end.abort();
      await turns();
      assertEquals(world.sim.openHandles, 1, `the port, ${how}`);
    }
  }));

Deno.test("getFullPathName() of the simulation is that of Windows 10", () => {
  const cases = [
    ["a", "C:\\folder\\a"],
    ["..\\a\\.\\b", "C:\\a\\b"],
    ["\\a", "C:\\a"],
    ["C:/a/../b. ", "C:\\b"],
    ["//server/share/../x", "\\\\server\\share\\x"],
    ["//./pipe/x", "\\\\.\\pipe\\x"],
    ["\\\\.\\C:\\..\\pipe\\x", "\\\\.\\pipe\\x"],
    ["C:\\dir\\nul .txt", "\\\\.\\nul"],
    ["C:\\nul\\x", "C:\\nul\\x"],
    ["null", "C:\\folder\\null"],
  ];
  for (const [path, full] of cases) {
    assertEquals(getFullPathName(path!), full, path);
  }
});
