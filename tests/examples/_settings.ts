/**
 * What the examples need around them. Who is not named here needs nothing but
 * the files of the stage, and ends by itself.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { ProactorEventLoop } from "../../mod.ts";
import { until } from "../windows/_turns.ts";
import type { Oddity } from "../windows/_wine.ts";
import { readExamples } from "./_examples.ts";
import * as peers from "./_peers.ts";
import type { Stage } from "./_stage.ts";

/** What an example needs. */
export interface Setting {
  /** Starts who is at the other end. */
  before?: (stage: Stage) => void | Promise<void>;
  /** What happens while the example runs. */
  during?: (stage: Stage) => void | Promise<void>;
  /** True when it ends with its proactor only. */
  endless?: boolean;
  /** What Wine lacks for it: there it ends with `Deno.errors.NotSupported`. */
  lacking?: Oddity;
  /** The standard input of an example that must be a program of its own. */
  program?: { input: string; output: string; flags?: string[] };
}

const client = (before: Setting["before"]): Setting => ({ before: before! });
const server = (during: Setting["during"]): Setting => ({
  during: during!,
  endless: true,
});

const echoClient = client(peers.echoPipe);
const tcpClient = client(peers.echoTcp(7));
const tlsClient = client(peers.echoTls);
const unixClient = client(peers.echoUnix);
const datagrams: Setting = { before: peers.sendDatagrams };

/** The settings by example. */
export const SETTINGS: Record<string, Setting | undefined> = {
  "README.md: @iocp/proactor 2": server(peers.callPipe),
  "README.md: @iocp/proactor 3": echoClient,
  "README.md: @iocp/proactor 4": {
    async during(stage) {
      await peers.callPipe(stage);
      await stage.interrupt();
    },
  },
  "README.md: Docker": client(peers.serveDocker),
  "README.md: A language server": {
    before: peers.edit,
    program: { input: "", output: "", flags: ["--allow-env"] },
  },
  "README.md: Readiness": datagrams,
  "README.md: Files": server(awaitCopy),
  "docs/security.md: Which pipes there are": { lacking: "pipe-directory" },
  "docs/workers.md: A server in a worker 2": {
    before: (stage) =>
      writeWorker(stage, "docs/workers.md: A server in a worker"),
  },
  "mod.ts: module": server(peers.callPipe),
  "src/file/directory_watcher.ts: DirectoryWatcher": server(touchInbox),
  "src/file/watch_directory.ts: watchDirectory": server(touchInbox),
  "src/loop/call_soon_threadsafe.ts: callSoonThreadsafe": {
    during: postFromWorker,
  },
  "src/loop/proactor_event_loop.ts: ProactorEventLoop.addReader": datagrams,
  "src/loop/proactor_event_loop.ts: ProactorEventLoop.addSignalHandler": {
    during: (stage) => stage.interrupt(),
  },
  "src/loop/proactor_event_loop.ts: ProactorEventLoop.sockConnect": tcpClient,
  "src/loop/remote_callback.ts: RemoteCallback": {
    before: (stage) =>
      writeWorker(
        stage,
        "src/loop/call_soon_threadsafe.ts: callSoonThreadsafe",
      ),
  },
  "src/loop/server.ts: Server": { during: peers.expectEnd(peers.toTcp) },
  "src/loop/task.ts: Task": echoClient,
  "src/net/tcp/connect_tcp.ts: connectTcp": client(peers.echoTcp(8000)),
  "src/net/unix/connect_unix.ts: connectUnix": unixClient,
  "src/net/readiness/readiness.ts: addReader": {
    before: peers.sendDatagrams,
    during: (stage) => stage.printed("ready"),
  },
  "src/net/readiness/readiness.ts: addWriter": {
    during: (stage) => stage.printed("room for more"),
  },
  "src/net/readiness/readiness.ts: waitReadable": datagrams,
  "src/net/socket/socket.ts: Socket": { during: peers.greetTcp },
  "src/net/socket/socket.ts: createSocket": client(peers.echoTcp6),
  "src/loop/proactor_event_loop.ts: ProactorEventLoop.startTls": tlsClient,
  "src/loop/timeouts.ts: timeout": echoClient,
  "src/net/tls/start_tls.ts: startTls": tlsClient,
  "src/net/tls/start_tls.ts: startTls 2": server(peers.callTls),
  "src/net/tcp/tcp_connection.ts: TcpConnection": tcpClient,
  "src/net/tcp/tcp_listener.ts: TcpListener": server(peers.callTcp(7)),
  "src/net/tls/tls_connection.ts: TlsConnection": tlsClient,
  "src/net/udp/udp_socket.ts: UdpSocket": server(peers.callUdp),
  "src/net/udp/udp_socket.ts: UdpSocket.connect": client(peers.echoUdp),
  "src/net/unix/unix_connection.ts: UnixConnection": unixClient,
  "src/net/unix/unix_listener.ts: UnixListener": {
    ...server(peers.callUnix),
    before: peers.allowUnix,
  },
  "src/node/pipe_socket.ts: PipeSocket": echoClient,
  "src/node/pipe_socket.ts: connect": echoClient,
  "src/node/pipe_socket_server.ts: PipeSocketServer": server(peers.callPipe),
  "src/node/pipe_socket_server.ts: createServer": server(peers.callPipe),
  "src/pipe/connect_pipe.ts: connectPipe": echoClient,
  "src/pipe/pipe_connection.ts: PipeConnection": echoClient,
  "src/pipe/pipe_server.ts: PipeServer": server(peers.callPipe),
  "src/pipe/pipe_directory.ts: listPipes": { lacking: "pipe-directory" },
  "src/pipe/pipe_directory.ts: pipeExists": { lacking: "pipe-directory" },
  "src/pipe/pipe_directory.ts: pipeInfo": { lacking: "pipe-directory" },
  "src/proactor/iocp_proactor.ts: IocpProactor": echoClient,
  "src/proactor/iocp_proactor.ts: IocpProactor 2": tcpClient,
  "src/proactor/iocp_proactor.ts: IocpProactor 4": echoClient,
  "src/process/handle_stream.ts: HandleStream": {
    program: { input: "hello", output: "pipe thread\n5\n" },
  },
  "src/process/adopt_handle.ts: adoptHandle": {
    program: { input: "hello", output: "5\n" },
  },
  "src/process/standard_streams.ts: openStdin": {
    program: { input: "hello", output: "5\n" },
  },
  "src/process/standard_streams.ts: openStdout": {
    program: { input: "", output: "hello" },
  },
  "src/process/standard_streams.ts: openStderr": {
    program: { input: "", output: "hello" },
  },
  "src/stream/conn.ts: Conn": echoClient,
  "src/stream/node_duplex.ts: NodeDuplex": tcpClient,
  "src/stream/stream_connection.ts: StreamConnection": echoClient,
  "src/stream/stream_server.ts: StreamServer": server(
    peers.expectEnd(peers.toPipe),
  ),
  "src/http/fetch_over.ts: fetchOver": client(peers.serveDocker),
  "src/http/http_agent.ts: createHttpAgent": client(peers.serveDocker),
  "src/http/undici_connector.ts: undiciConnector": client(peers.serveDocker),
  "src/stream/to_node_duplex.ts: toNodeDuplex": {
    before: peers.answerHttp,
    during: (stage) => stage.printed("hello"),
  },
};

/** What comes after the copy has no end. */
async function awaitCopy(): Promise<void> {
  await until(() => sizeOf("copy.bin") === sizeOf("data.bin"));
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return -1; // it comes later
  }
}

/** Makes files until one is seen: the watch begins at some time. */
async function touchInbox(stage: Stage): Promise<void> {
  let count = 0;
  const make = () => Deno.writeTextFileSync(`inbox/${count++}.txt`, "hello");
  const timer = setInterval(make, 50);
  stage.undo.defer(() => clearInterval(timer));
  await stage.printed(".txt");
  assertStringIncludes(stage.output[0]!, `create ${stage.folder}\\inbox\\`);
}

/** The worker of one example is another example. */
function writeWorker(stage: Stage, id: string): void {
  const worker = readExamples().find((example) => example.id === id)!;
  stage.write(worker, "worker.ts");
}

/** Sends the token as `postMessage` does in a worker. */
async function postFromWorker(): Promise<void> {
  await using loop = new ProactorEventLoop();
  const values: number[] = [];
  using callback = loop.exportCallback((value) => {
    values.push(value);
    loop.stop();
  });
  const send = () => {
    self.dispatchEvent(new MessageEvent("message", { data: callback.token }));
  };
  const timer = setInterval(send, 20);
  await loop.runForever();
  clearInterval(timer);
  assertEquals(values[0], 100);
}
