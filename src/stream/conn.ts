/**
 * `Conn`: what connections of this library and those of Deno have in common.
 *
 * @module
 */

/**
 * A connection of bytes: `Deno.Conn` without the list of addresses that Deno
 * knows. `Deno.TcpConn`, `Deno.UnixConn` and `Deno.TlsConn` are such, and so are
 * {@linkcode TcpConnection}, {@linkcode UnixConnection},
 * {@linkcode TlsConnection} and {@linkcode PipeConnection}. Those of TCP, unix
 * sockets and TLS can also be given to what wants a `Deno.Conn`; a pipe has an
 * address that is none of Deno's.
 *
 * @typeParam A The addresses of its ends.
 *
 * @example A function for all of them
 * ```ts
 * import { type Conn, connectPipe } from "@iocp/proactor";
 *
 * async function ask(connection: Conn, question: string): Promise<string> {
 *   await connection.write(new TextEncoder().encode(question));
 *   const buffer = new Uint8Array(1024);
 *   const count = await connection.read(buffer);
 *   return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
 * }
 *
 * using pipe = await connectPipe("\\\\.\\pipe\\echo");
 * console.log(await ask(pipe, "hello")); // hello
 * ```
 */
export interface Conn<A extends object = object> extends Disposable {
  /** The address of this end. */
  readonly localAddr: A;
  /** The address of the other end. */
  readonly remoteAddr: A;
  /** The bytes as a stream. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Writing as a stream. */
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  /**
   * Reads what is there, or waits for it.
   *
   * @param p Where the bytes go.
   * @returns The number of bytes, or `null` at the end of the stream.
   */
  read(p: Uint8Array): Promise<number | null>;
  /**
   * Writes bytes. Connections of this library write all of them.
   *
   * @param p The bytes.
   * @returns The number of bytes that were written.
   */
  write(p: Uint8Array): Promise<number>;
  /** Tells the peer that nothing more will be written. */
  closeWrite(): Promise<void>;
  /** Closes the connection. */
  close(): void;
  /** Lets pending reads and writes keep the process alive (the default). */
  ref(): void;
  /** Lets the process end while reads or writes are pending. */
  unref(): void;
}
