/**
 * Serves the files of a folder over HTTP. Their bytes go from the file to the
 * socket in the kernel (`TransmitFile`), and are never in JavaScript. Ctrl+C
 * ends it.
 *
 *     deno run --allow-ffi examples/file_server.ts FOLDER 8080
 *     curl http://127.0.0.1:8080/NAME
 *
 * @module
 */

import { openFile, type OverlappedFile } from "@iocp/proactor/file";
import { type TcpConnection, TcpListener } from "@iocp/proactor/net";

/** Bytes that the head of a request may have. */
const MOST = 8192;

const [folder, port = "8080"] = Deno.args;
if (folder === undefined) {
  console.error("Usage: file_server.ts FOLDER [PORT]");
  Deno.exit(2);
}

const place = { hostname: "127.0.0.1", port: Number(port) };
const listener = TcpListener.listen(place);
Deno.addSignalListener("SIGINT", () => listener.close());
console.log(`Serving http://127.0.0.1:${listener.addr.port}/`);
for await (const connection of listener) {
  serve(connection).catch(({ message }) => console.error(message));
}

/** Answers requests until the client leaves. */
async function serve(client: TcpConnection): Promise<void> {
  await using connection = client;
  for (;;) {
    const request = await readHead(connection);
    if (request === null) return;
    const [, method, target] = /^(\w+) (\S+) HTTP\/1\.1\r\n/.exec(request) ??
      [];
    const path = method === "GET" ? filePath(target!) : undefined;
    const file = path && await openFile(path, { read: true }).catch(() => {});
    if (!file) await sendHead(connection, "404 Not Found", 0);
    else await sendFile(connection, file);
  }
}

async function sendFile(
  connection: TcpConnection,
  opened: OverlappedFile,
): Promise<void> {
  await using file = opened;
  const { size } = await file.stat();
  await sendHead(connection, "200 OK", size);
  await connection.sendFile(file);
}

async function sendHead(
  connection: TcpConnection,
  status: string,
  length: number,
): Promise<void> {
  const head = `HTTP/1.1 ${status}\r\ncontent-length: ${length}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
}

/** The path of a file in the folder; nothing else may be asked for. */
function filePath(target: string): string | undefined {
  if (!URL.canParse(target, "http://localhost")) return undefined;
  const { pathname } = new URL(target, "http://localhost");
  const names = pathname.slice(1).split("/").map(decodeURIComponent);
  const plain = names.every((name) => /^(?!\.+$)[\p{L}\d ._-]+$/u.test(name));
  return plain ? `${folder}\\${names.join("\\")}` : undefined;
}

/** Reads a request, which has no body. */
async function readHead(connection: TcpConnection): Promise<string | null> {
  const buffer = new Uint8Array(MOST);
  let text = "";
  while (!text.endsWith("\r\n\r\n")) {
    const count = await connection.read(buffer.subarray(text.length));
    if (count === null || text.length + count === MOST) return null;
    text += new TextDecoder("latin1").decode(
      buffer.subarray(text.length, text.length + count),
    );
  }
  return text;
}
