/**
 * What stands in for Redis: its protocol (RESP 2), and a few commands.
 *
 * @module
 */

import {
  createServer,
  type PipeSocket,
  type PipeSocketServer,
} from "../../src/node/mod.ts";

const INFO = "redis_version:7.4.0\r\nloading:0\r\n";

/** Takes commands apart, which come in any pieces: arrays of texts. */
class CommandReader {
  #rest = "";

  *read(data: Uint8Array): Generator<string[]> {
    this.#rest += new TextDecoder().decode(data);
    for (;;) {
      const [head, count = "0"] = /^\*(\d+)\r\n/.exec(this.#rest) ?? [""];
      const words = takeTexts(this.#rest.slice(head.length), Number(count));
      if (head === "" || words === undefined) return;
      this.#rest = this.#rest.slice(head.length + words.length);
      yield words.texts;
    }
  }
}

function takeTexts(
  text: string,
  count: number,
): { texts: string[]; length: number } | undefined {
  const texts: string[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const [head, size] = /^\$(\d+)\r\n/.exec(text.slice(at)) ?? [];
    if (head === undefined) return undefined;
    const end = at + head.length + Number(size);
    if (text.length < end + 2) return undefined;
    texts.push(text.slice(at + head.length, end));
    at = end + 2;
  }
  return { texts, length: at };
}

const bulk = (text: string | undefined) =>
  text === undefined ? "$-1\r\n" : `$${text.length}\r\n${text}\r\n`;

/**
 * Serves the protocol.
 *
 * @param path The pipe.
 * @param onConnection Told of each connection.
 * @returns The server.
 */
export function serveRedis(
  path: string,
  onConnection: (socket: PipeSocket) => void = () => {},
): PipeSocketServer {
  const values = new Map<string, string>();
  const answer = ([name = "", key = "", value = ""]: string[]) => {
    switch (name.toLowerCase()) {
      case "info":
        return bulk(INFO);
      case "get":
        return bulk(values.get(key));
      case "incr":
        values.set(key, `${Number(values.get(key) ?? 0) + 1}`);
        return `:${values.get(key)}\r\n`;
      case "set":
        values.set(key, value);
        return "+OK\r\n";
      case "client":
      case "quit":
        return "+OK\r\n";
      default:
        return `-ERR unknown command '${name}'\r\n`;
    }
  };
  return createServer((socket) => {
    onConnection(socket);
    const reader = new CommandReader();
    socket.on("error", () => {}); // the client has gone
    socket.on("data", (data) => {
      for (const command of reader.read(data)) socket.write(answer(command));
    });
  }).listen(path);
}
