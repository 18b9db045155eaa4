/**
 * Who is at the other end of an example.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { createMessageConnection } from "npm:vscode-jsonrpc@10.0.0/node";
import {
  connectPipe,
  PipeServer,
  type StreamConnection,
  type StreamServer,
  toNodeDuplex,
} from "../../mod.ts";
import { serveHttp } from "../../src/http/mod.ts";
import {
  connectTcp,
  connectUnix,
  startTls,
  type TcpConnection,
  TcpListener,
  UdpSocket,
  UnixListener,
} from "../../src/net/mod.ts";
import { encode, readText } from "../windows/_bytes.ts";
import { turn } from "../windows/_turns.ts";
import { CLIENT, SERVER } from "../windows/net/_tls.ts";
import { unixEverywhere } from "../windows/net/_unix.ts";
import type { Stage } from "./_stage.ts";

/** The pipe of the examples. */
export const ECHO_PIPE = "\\\\.\\pipe\\echo";

const LOCAL = "127.0.0.1";

/** Sends back what each client sends, until the stage is cleared. */
async function echo(
  stage: Stage,
  server: StreamServer<StreamConnection>,
): Promise<void> {
  stage.undo.defer(() => server.close());
  for await (const connection of server) {
    connection.readable.pipeTo(connection.writable).catch(() => {});
  }
}

/**
 * Serves the pipe of the examples.
 *
 * @param stage The stage.
 */
export function echoPipe(stage: Stage): void {
  const { proactor } = stage;
  echo(stage, PipeServer.listen(ECHO_PIPE, { type: "byte", proactor }));
}

/**
 * Lets an example use sockets with a path, also under Wine.
 *
 * @param stage The stage.
 */
export function allowUnix(stage: Stage): void {
  stage.undo.use(unixEverywhere());
}

/**
 * Serves a unix socket.
 *
 * @param stage The stage.
 */
export function echoUnix(stage: Stage): void {
  const { proactor } = stage;
  allowUnix(stage);
  echo(stage, UnixListener.listen({ path: "echo.sock", proactor }));
}

/**
 * Makes a server of TCP.
 *
 * @param named The port in the text of the example.
 * @returns What serves it.
 */
export function echoTcp(named: number): (stage: Stage) => void {
  return (stage) => {
    const { proactor } = stage;
    const port = stage.port(named);
    echo(stage, TcpListener.listen({ hostname: LOCAL, port, proactor }));
  };
}

/**
 * Serves IPv6.
 *
 * @param stage The stage.
 */
export function echoTcp6(stage: Stage): void {
  const { proactor } = stage;
  const port = stage.port(7);
  echo(stage, TcpListener.listen({ hostname: "::1", port, proactor }));
}

/** Those who connect while the stage lasts. */
function clients(stage: Stage, named: number): AsyncIterable<TcpConnection> {
  const { proactor } = stage;
  const port = stage.port(named);
  const server = TcpListener.listen({ hostname: LOCAL, port, proactor });
  stage.undo.defer(() => server.close());
  return server;
}

/**
 * Serves TLS.
 *
 * @param stage The stage.
 */
export async function echoTls(stage: Stage): Promise<void> {
  for await (const connection of clients(stage, 8443)) {
    const tls = await startTls(connection, SERVER);
    tls.readable.pipeTo(tls.writable).catch(() => {});
  }
}

/**
 * Answers HTTP.
 *
 * @param stage The stage.
 */
export async function answerHttp(stage: Stage): Promise<void> {
  for await (const connection of clients(stage, 8000)) {
    await connection.read(new Uint8Array(4096));
    const head = "HTTP/1.1 200 OK\r\nconnection: close\r\n";
    await connection.write(encode(`${head}content-length: 5\r\n\r\nhello`));
    connection.close();
  }
}

/**
 * Serves what the examples ask Docker for.
 *
 * @param stage The stage.
 */
export function serveDocker(stage: Stage): void {
  const { proactor } = stage;
  const path = "\\\\.\\pipe\\docker_engine";
  const listener = PipeServer.listen(path, { type: "byte", proactor });
  const server = serveHttp(listener, ({ url }) => {
    const { pathname } = new URL(url);
    return Response.json(pathname === "/version" ? { Version: "28.0" } : []);
  });
  stage.undo.defer(() => server.shutdown());
}

/**
 * Is the editor of a language server: asks it, and lets it end.
 *
 * @param stage The stage.
 */
export async function edit({ proactor, undo }: Stage): Promise<void> {
  const path = "\\\\.\\pipe\\editor";
  const listener = PipeServer.listen(path, { type: "byte", proactor });
  undo.defer(() => listener.close());
  const duplex = await toNodeDuplex(await listener.accept());
  duplex.on("error", () => {}); // the stage is cleared
  const server = createMessageConnection(duplex, duplex);
  server.listen();
  const params = { processId: null, rootUri: null, capabilities: {} };
  await server.sendRequest("initialize", params);
  const position = { line: 0, character: 0 };
  const place = { textDocument: { uri: "file:///a" }, position };
  const hover = await server.sendRequest("textDocument/hover", place);
  assertEquals(hover, { contents: "Line 1" });
  await server.sendRequest("shutdown");
  await server.sendNotification("exit");
}

/**
 * Sends back datagrams.
 *
 * @param stage The stage.
 */
export async function echoUdp(stage: Stage): Promise<void> {
  const { proactor } = stage;
  const port = stage.port(5353);
  const socket = UdpSocket.listen({ hostname: "::1", port, proactor });
  stage.undo.defer(() => socket.close());
  for await (const [data, addr] of socket) await socket.send(data, addr);
}

/** Connects as soon as the example serves. */
async function dial<C>(connect: () => Promise<C>): Promise<C> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      const early = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.ConnectionRefused;
      if (!early) throw error;
      await turn();
    }
  }
}

async function assertEcho(connection: StreamConnection): Promise<void> {
  await connection.write(encode("hello"));
  assertEquals(await readText(connection, 5), "hello");
  connection.close();
}

/**
 * Demands an echo of the example's pipe.
 *
 * @param stage The stage.
 */
export async function callPipe({ proactor }: Stage): Promise<void> {
  await assertEcho(await dial(() => connectPipe(ECHO_PIPE, { proactor })));
}

/**
 * Demands an echo of the example's unix socket.
 *
 * @param stage The stage.
 */
export async function callUnix({ proactor }: Stage): Promise<void> {
  const path = "echo.sock";
  await assertEcho(await dial(() => connectUnix({ path, proactor })));
}

/** Connects to the port of an example. */
function dialTcp(stage: Stage, named: number): Promise<TcpConnection> {
  const { proactor } = stage;
  const to = { hostname: LOCAL, port: stage.port(named), proactor };
  return dial(() => connectTcp(to));
}

/**
 * Demands an echo of a port of the example.
 *
 * @param named The port in its text.
 * @returns The client.
 */
export function callTcp(named: number): (stage: Stage) => Promise<void> {
  return async (stage) => await assertEcho(await dialTcp(stage, named));
}

/**
 * Demands that a server of an example ends each connection.
 *
 * @param connect Makes the connection.
 * @returns The client.
 */
export function expectEnd(
  connect: (stage: Stage) => Promise<StreamConnection>,
): (stage: Stage) => Promise<void> {
  return async (stage) => {
    using connection = await dial(() => connect(stage));
    assertEquals(await readText(connection), "");
  };
}

/**
 * Connects to the pipe of the examples.
 *
 * @param stage The stage.
 * @returns The connection.
 */
export function toPipe({ proactor }: Stage): Promise<StreamConnection> {
  return connectPipe(ECHO_PIPE, { proactor });
}

/**
 * Connects to port 8000 of the examples.
 *
 * @param stage The stage.
 * @returns The connection.
 */
export function toTcp(stage: Stage): Promise<StreamConnection> {
  return dialTcp(stage, 8000);
}

/**
 * Says hello to port 8000, and leaves.
 *
 * @param stage The stage.
 */
export async function greetTcp(stage: Stage): Promise<void> {
  using connection = await dialTcp(stage, 8000);
  await connection.write(encode("hello"));
  await readText(connection);
}

/**
 * Demands an echo through TLS.
 *
 * @param stage The stage.
 */
export async function callTls(stage: Stage): Promise<void> {
  const tcp = await dialTcp(stage, 8443);
  await using tls = await startTls(tcp, CLIENT);
  await tls.write(encode("hello"));
  assertEquals(await readText(tls, 5), "hello");
}

/**
 * Demands an echo of datagrams.
 *
 * @param stage The stage.
 */
export async function callUdp(stage: Stage): Promise<void> {
  const { proactor } = stage;
  const to = { hostname: LOCAL, port: stage.port(5353) };
  // A connected one is told of a peer that is not there yet
  using socket = UdpSocket.listen({ hostname: LOCAL, port: 0, proactor });
  const timer = setInterval(() => socket.send(encode("hello"), to), 20);
  stage.undo.defer(() => clearInterval(timer));
  const [answer] = await socket.receive();
  assertEquals(answer, encode("hello"));
}

/**
 * Sends datagrams to port 5000 until the stage is cleared.
 *
 * @param stage The stage.
 */
export function sendDatagrams(stage: Stage): void {
  const { proactor } = stage;
  const to = { hostname: LOCAL, port: stage.port(5000) };
  const socket = UdpSocket.listen({ hostname: LOCAL, port: 0, proactor });
  const timer = setInterval(() => socket.send(encode("hello"), to), 20);
  stage.undo.defer(() => {
    clearInterval(timer);
    socket.close();
  });
}
