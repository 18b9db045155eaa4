/**
 * What is tried of sockets, files and processes.
 *
 * @module
 */

import { systemFolder } from "../ffi/system_folder.ts";
import type { TcpConnection } from "../net/tcp/tcp_connection.ts";
import { readBytes } from "./pipe_probes.ts";
import type { Probe } from "./probe.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 } as const;

/** Sockets, files and processes. */
export const OTHER_PROBES: readonly Probe[] = [{
  name: "TCP",
  expected: "a byte there and back",
  run: () => withTcp(tcp),
}, {
  name: "UDP",
  expected: "a datagram of 5 bytes",
  run: udp,
}, {
  name: "unix sockets",
  expected: "opened",
  run: unix,
}, {
  name: "readiness of sockets",
  expected: "readable with data, not before",
  run: () => withTcp(readiness),
}, {
  name: "overlapped files",
  expected: "MZ",
  run: file,
}, {
  name: "processes",
  expected: "exit code 3",
  run: process,
}, {
  name: "anonymous pipes",
  expected: "a byte",
  run: anonymous,
}];

/** Both ends of a TCP connection. */
interface TcpPair {
  server: TcpConnection;
  client: TcpConnection;
}

async function withTcp(
  body: (pair: TcpPair) => Promise<string>,
): Promise<string> {
  const { connectTcp, TcpListener } = await import("../net/mod.ts");
  using listener = TcpListener.listen(LOCAL);
  const accepted = listener.accept();
  using client = await connectTcp(listener.addr);
  using server = await accepted;
  return await body({ server, client });
}

async function tcp({ server, client }: TcpPair): Promise<string> {
  await client.write(new Uint8Array(1));
  await server.write(new Uint8Array(await readBytes(server, 1)));
  return await readBytes(client, 1) === 1 ? "a byte there and back" : "nothing";
}

async function udp(): Promise<string> {
  const { UdpSocket } = await import("../net/mod.ts");
  using receiver = UdpSocket.listen(LOCAL);
  using sender = UdpSocket.listen(LOCAL);
  await sender.send(new Uint8Array(5), receiver.addr);
  const [data] = await receiver.receive();
  return `a datagram of ${data.length} bytes`;
}

async function unix(): Promise<string> {
  const { createSocket } = await import("../net/mod.ts");
  using _socket = createSocket({ family: "Unix" });
  return "opened";
}

async function readiness({ server, client }: TcpPair): Promise<string> {
  const { waitReadable } = await import("../net/mod.ts");
  const readable = waitReadable(server).then(() => true);
  const early = await Promise.race([readable, pause(20)]);
  await client.write(new Uint8Array(1));
  await readable;
  return early === true ? "readable at once" : "readable with data, not before";
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Every program begins with these letters. */
async function file(): Promise<string> {
  const { openFile } = await import("../file/mod.ts");
  await using opened = await openFile(`${systemFolder()}\\kernel32.dll`);
  const target = new Uint8Array(2);
  await opened.read(target, { at: 0 });
  return new TextDecoder().decode(target);
}

async function process(): Promise<string> {
  const { subprocessExec } = await import("../process/mod.ts");
  const shell = `${systemFolder()}\\cmd.exe`;
  await using child = await subprocessExec(shell, {
    args: ["/d", "/c", "exit 3"],
  });
  return `exit code ${(await child.status).code}`;
}

async function anonymous(): Promise<string> {
  const { pipe } = await import("../pipe/mod.ts");
  const { defaultProactor } = await import("../proactor/default_proactor.ts");
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  const proactor = defaultProactor();
  await proactor.send(writer, new Uint8Array(1));
  const { length } = await proactor.recv(reader, 10);
  return length === 1 ? "a byte" : `${length} bytes`;
}
