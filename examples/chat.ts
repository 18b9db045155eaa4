/**
 * A chat: WebSockets over HTTP over a named pipe. The first window serves, the
 * others join, and say what is typed. Only processes of the same user get in.
 *
 *     deno run --allow-ffi --allow-env examples/chat.ts serve
 *     deno run --allow-ffi --allow-env examples/chat.ts join NAME
 *
 * @module
 */

import { PipeServer } from "@iocp/proactor";
import { serveHttp, undiciConnector } from "@iocp/proactor/http";
import { openStdin } from "@iocp/proactor/process";
import { Agent, WebSocket as PipeWebSocket } from "npm:undici@8.12.4";

const [command, name = "somebody", path = "\\\\.\\pipe\\chat"] = Deno.args;
if (command === "serve") await serve();
else if (command === "join") await join();
else {
  console.error("Usage: chat.ts serve | chat.ts join NAME");
  Deno.exit(2);
}

/** Sends what one says to all. */
async function serve(): Promise<void> {
  const members = new Map<WebSocket, string>();
  const tell = (text: string) => {
    console.log(text);
    for (const socket of members.keys()) socket.send(text);
  };
  const listener = PipeServer.listen(path, { type: "byte" });
  const server = serveHttp(listener, ({ url }, info) => {
    const { response, socket } = info.upgradeWebSocket();
    const name = new URL(url).searchParams.get("name") ?? "somebody";
    socket.then((socket) => {
      members.set(socket, name);
      tell(`${name} is here`);
      socket.onmessage = ({ data }) => tell(`${name}: ${data}`);
      socket.onclose = () => {
        members.delete(socket);
        tell(`${name} has left`);
      };
    }).catch(console.error);
    return response;
  });
  console.log(`Serving ${path}`);
  Deno.addSignalListener("SIGINT", () => {
    for (const socket of members.keys()) socket.close();
    server.shutdown().then(() => Deno.exit(0));
  });
  await server.finished;
}

/** Prints what is said, and says what is typed until the end of the input. */
async function join(): Promise<void> {
  const dispatcher = new Agent({ connect: undiciConnector(path) });
  const url = `ws://chat/?name=${encodeURIComponent(name)}`;
  const socket = new PipeWebSocket(url, { dispatcher });
  const closed = new Promise((resolve) => socket.onclose = resolve);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("Cannot join: nobody serves"));
  });
  socket.onmessage = ({ data }) => console.log(data);
  using input = await openStdin();
  let rest = "";
  const text = input.readable.pipeThrough(new TextDecoderStream());
  for await (const part of text) {
    const lines = (rest + part).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) socket.send(line);
  }
  if (rest !== "") socket.send(rest);
  socket.close();
  await closed;
  await dispatcher.close();
}
