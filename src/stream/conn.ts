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
 * @example Serve both
 * ```ts
 * import { type Conn, PipeServer } from "@iocp/proactor";
 *
 * async function echo(connection: Conn) {
 *   await connection.readable.pipeTo(connection.writable);
 * }
 *
 * const pipes = PipeServer.listen("\\\\.\\pipe\\echo");
 * const sockets = Deno.listen({ hostname: "127.0.0.1", port: 7 });
 * await Promise.all([echo(await pipes.accept()), echo(await sockets.accept())]);
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
