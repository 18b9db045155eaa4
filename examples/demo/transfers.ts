/**
 * The clients' side of the demo, in the style of `Deno.Conn`: files through
 * the pipe, in each direction.
 *
 * @module
 */

import { connectPipe, type PipeConnection } from "@iocp/proactor";
import { CHUNK_SIZE, type DemoFile, startDigest } from "./demo_file.ts";
import type { FileRequest } from "./file_protocol.ts";

/** What is told of progress. */
export interface ProgressListener {
  /**
   * @param bytes How many have arrived.
   */
  add(bytes: number): void;
}

/**
 * Sends a file one way or both.
 *
 * @param path The pipe.
 * @param file The file.
 * @param progress Told of what has arrived.
 * @returns SHA-256 of what has arrived, in hexadecimal digits.
 */
export type Transfer = (
  path: string,
  file: DemoFile,
  progress: ProgressListener,
) => Promise<string>;

/**
 * Sends a file to the server.
 *
 * @param path The pipe.
 * @param file The file.
 * @param progress Told of what was written.
 * @returns The digest that the server has made.
 */
export async function upload(
  path: string,
  file: DemoFile,
  progress: ProgressListener,
): Promise<string> {
  await using connection = await request(path, { job: "upload" });
  await send(connection, file, progress);
  let answer = "";
  const decoder = new TextDecoder();
  await receive(connection, (data) => answer += decoder.decode(data));
  return answer;
}

/**
 * Gets a file from the server.
 *
 * @param path The pipe.
 * @param file The file.
 * @param progress Told of what was read.
 * @returns The digest of what has arrived.
 */
export async function download(
  path: string,
  file: DemoFile,
  progress: ProgressListener,
): Promise<string> {
  const job = { job: "download", file: file.name } as const;
  await using connection = await request(path, job);
  return await digestOf(connection, progress);
}

/**
 * Sends a file to the server, which sends it back meanwhile.
 *
 * @param path The pipe.
 * @param file The file.
 * @param progress Told of what was read.
 * @returns The digest of what came back.
 */
export async function exchange(
  path: string,
  file: DemoFile,
  progress: ProgressListener,
): Promise<string> {
  await using connection = await request(path, { job: "echo" });
  const [digest] = await Promise.all([
    digestOf(connection, progress),
    send(connection, file),
  ]);
  return digest;
}

/**
 * Says what is wanted.
 *
 * @param connection The connection.
 * @param request The first message.
 */
export async function sendRequest(
  connection: PipeConnection,
  request: FileRequest,
): Promise<void> {
  const message = JSON.stringify(request);
  await connection.write(new TextEncoder().encode(message));
}

async function request(
  path: string,
  request: FileRequest,
): Promise<PipeConnection> {
  const connection = await connectPipe(path);
  await sendRequest(connection, request);
  return connection;
}

async function send(
  connection: PipeConnection,
  file: DemoFile,
  progress?: ProgressListener,
): Promise<void> {
  for (const chunk of file.chunks()) {
    await connection.write(chunk);
    progress?.add(chunk.length);
  }
  await connection.closeWrite();
}

async function digestOf(
  connection: PipeConnection,
  progress: ProgressListener,
): Promise<string> {
  const hash = startDigest();
  await receive(connection, (data) => {
    hash.update(data);
    progress.add(data.length);
  });
  return hash.digest("hex");
}

async function receive(
  connection: PipeConnection,
  consume: (data: Uint8Array) => void,
): Promise<void> {
  const buffer = new Uint8Array(CHUNK_SIZE);
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) return;
    consume(buffer.subarray(0, count));
  }
}
