/**
 * TLS over a connection, by `node:tls`: the handshake, decrypted bytes that
 * wait to be taken, bytes to be encrypted, and the end of each.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import type {
  CipherNameAndProtocol,
  PeerCertificate,
  TLSSocket,
} from "node:tls";
import { byteLengthOf, setBytes, viewOf } from "../../ffi/bytes.ts";
import { releaseFrames } from "../../proactor/future/failures.ts";
import { Fifo } from "../../proactor/port/fifo.ts";
import type { DuplexConnection } from "../../stream/duplex_connection.ts";
import type { ReadSource } from "../../stream/read_queue.ts";
import { TlsDuplex, type TlsDuplexEvents } from "./tls_duplex.ts";
import { interrupted, tlsError } from "./tls_errors.ts";

/** What a handshake has agreed on. */
export interface TlsHandshakeInfo {
  /** The protocol that was negotiated by ALPN, or `null`. */
  alpnProtocol: string | null;
}

/** How a session is made. */
export interface TlsSessionOptions {
  /** What messages call the peer: `TCP peer 127.0.0.1:80`. */
  name: string;
  /** True for the end that shows a certificate. */
  serverSide: boolean;
  /**
   * Makes the stream of `node:tls`.
   *
   * @param duplex The encrypted side.
   * @returns The decrypted side.
   */
  open(duplex: Duplex): TLSSocket;
}

/** A TLS session; it fails as a whole, and only once. */
export class TlsSession implements TlsDuplexEvents, ReadSource {
  /** Called when `arm` has become true. */
  onReadable = (): void => {};
  /** Parts of messages are not known here. */
  readonly more = false;
  readonly #connection: DuplexConnection;
  readonly #options: TlsSessionOptions;
  readonly #duplex: TlsDuplex;
  readonly #socket: TLSSocket;
  readonly #secured = Promise.withResolvers<TlsHandshakeInfo>();
  readonly #calls = new Set<(error: Error) => void>();
  readonly #chunks = new Fifo<Uint8Array>();
  #available = 0;
  #writing = 0;
  #established = false;
  #ended = false;
  #ending: Promise<void> | undefined;
  #discarding = false;
  #failure: Error | undefined;
  #dropped = 0;

  /**
   * Starts the handshake.
   *
   * @param connection The connection below; the session's from now on.
   * @param options Which end, and how it is made.
   */
  constructor(connection: DuplexConnection, options: TlsSessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#duplex = new TlsDuplex(connection, this);
    this.#socket = options.open(this.#duplex);
    this.#listen();
    this.#secured.promise.catch(() => {}); // it need not be asked for
    // Before `node:tls` has started, it must not be given anything.
    setImmediate(() => this.#duplex.demand());
  }

  /** What messages call the peer. */
  get name(): string {
    return this.#options.name;
  }

  /** Resolves when the peers have agreed. */
  get handshake(): Promise<TlsHandshakeInfo> {
    return this.#secured.promise;
  }

  /** True when the peers have agreed. */
  get established(): boolean {
    return this.#established;
  }

  /** What the session has failed with. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The certificate of the peer, as `node:tls` has it, if it has shown one. */
  get peerCertificate(): PeerCertificate | undefined {
    const certificate = this.#socket.getPeerCertificate();
    return certificate?.raw === undefined ? undefined : certificate;
  }

  /** The cipher that was agreed on. */
  get cipher(): CipherNameAndProtocol | undefined {
    return this.#established ? this.#socket.getCipher() : undefined;
  }

  /** The protocol that was negotiated by ALPN, or `null`. */
  get alpnProtocol(): string | null {
    return this.#established ? this.#socket.alpnProtocol || null : null;
  }

  // --- reading -------------------------------------------------------------

  /** Decrypted bytes that can be taken; none of a peer that is not trusted. */
  get available(): number {
    return this.#established ? this.#available : 0;
  }

  /** True when the peer has ended the stream as TLS demands it. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Not 0 when the session has failed. */
  get error(): number {
    return this.#failure === undefined ? 0 : 1;
  }

  /**
   * Makes sure that a read is in flight.
   *
   * @returns True when something is readable now.
   */
  arm(): boolean {
    if (this.available > 0 || this.#ended || this.#failure !== undefined) {
      return true;
    }
    if (this.#established) this.#duplex.demand();
    return false;
  }

  /**
   * Takes decrypted bytes.
   *
   * @param target Where they are copied to.
   * @returns Their number.
   */
  takeInto(target: Uint8Array): number {
    const room = byteLengthOf(target);
    let filled = 0;
    while (filled < room && this.#chunks.length > 0) {
      const chunk = this.#chunks.first!;
      const count = Math.min(chunk.length, room - filled);
      setBytes(target, viewOf(chunk, 0, count), filled);
      filled += count;
      if (count === chunk.length) this.#chunks.shift();
      else this.#chunks.replaceFirst(viewOf(chunk, count));
    }
    this.#available -= filled;
    return filled;
  }

  // --- writing -------------------------------------------------------------

  /** Bytes, written or made of what was, that Windows did not get. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Encrypts and writes.
   *
   * @param data The session's own.
   */
  async write(data: Uint8Array): Promise<void> {
    this.#writing += data.byteLength;
    try {
      await this.handshake;
      await this.#call((done) => this.#socket.write(data, done));
    } finally {
      this.#writing -= data.byteLength;
    }
  }

  /**
   * Tells the peer that nothing more will be written, behind what was.
   *
   * @returns Resolves when that is with the kernel.
   */
  end(): Promise<void> {
    return this.#ending ??= this.#end();
  }

  // --- end -----------------------------------------------------------------

  /**
   * Reads and throws away what comes from now on, such as the tickets of a
   * server: Windows resets a connection that is closed with bytes unread, and
   * the peer loses what it has not read yet.
   */
  discard(): void {
    this.#discarding = true;
    this.#available = 0;
    this.#chunks.clear();
    this.#duplex.demand();
  }

  /**
   * Ends the session for a reason that is not TLS's; what is queued is dropped.
   *
   * @param error What those get who wait.
   */
  fail(error: Error): void {
    this.#connection.abort();
    this.#fail(error);
  }

  /**
   * Ends what is left of the session. The connection closes gracefully.
   *
   * @param deadline Milliseconds that it waits for its peer, by default as long
   * as the connection below does.
   */
  close(deadline?: number): void {
    this.#duplex.deadline = deadline;
    this.#socket.destroy();
  }

  // --- told by the encrypted side ------------------------------------------

  /** What has come was handed to TLS. */
  onReceived(): void {
    if (this.#discarding) this.#duplex.demand();
    else if (this.#established) this.onReadable();
    else if (this.#failure === undefined) this.#duplex.demand();
  }

  /** The peer is gone. Had it said so in TLS, we would know in a turn. */
  onEnded(): void {
    if (this.#discarding) return; // it may still read what we write
    setImmediate(() => {
      if (!this.#ended) this.fail(this.#truncated());
    });
  }

  /** @param error What the connection below has failed with. */
  onFailed(error: unknown): void {
    // Somebody has closed it between two reads: as if in one.
    const closed = error instanceof Deno.errors.BadResource;
    this.fail(closed ? interrupted("use TLS") : error as Error);
  }

  // --- parts ---------------------------------------------------------------

  #listen(): void {
    const socket = this.#socket;
    const secured = this.#options.serverSide ? "secure" : "secureConnect";
    socket.on(secured, () => this.#establish());
    socket.on("data", (chunk: Uint8Array) => this.#decrypted(chunk));
    socket.on("end", () => this.#peerEnded());
    // The server's end tells of errors after the handshake by the second only.
    socket.on("error", (error) => this.#tlsFailed(error));
    socket.on("_tlsError", (error: Error) => this.#tlsFailed(error));
    socket.on("close", () => this.#fail(closedError()));
  }

  #establish(): void {
    if (this.#failure !== undefined) return;
    this.#established = true;
    this.#secured.resolve({ alpnProtocol: this.alpnProtocol });
    this.onReadable();
  }

  #decrypted(chunk: Uint8Array): void {
    if (this.#discarding) return;
    this.#chunks.push(chunk);
    this.#available += chunk.length;
    this.onReadable();
  }

  #peerEnded(): void {
    this.#ended = true;
    this.onReadable();
  }

  async #end(): Promise<void> {
    await this.handshake;
    await this.#call((done) => this.#socket.end(done));
    await this.#duplex.flush();
  }

  /** A call of the stream that must end, whatever happens to the stream. */
  #call(
    start: (done: (error?: Error | null) => void) => void,
  ): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#calls.add(reject);
    start((error) => error ? reject(this.#reason(error)) : resolve());
    return promise.finally(() => this.#calls.delete(reject));
  }

  /** A signal's reason may be `null`. */
  #reason(error: Error): Error {
    return this.#failure === undefined ? error : this.#failure;
  }

  #tlsFailed(error: Error): void {
    const verb = this.#established ? "use" : "start";
    this.#fail(
      tlsError(error, `Cannot ${verb} TLS with ${this.#options.name}`),
    );
  }

  #truncated(): Error {
    const { name } = this.#options;
    return new Deno.errors.UnexpectedEof(
      this.#established
        ? `Cannot read from ${name}: the peer ended the connection, not TLS`
        : `Cannot start TLS with ${name}: the peer ended the connection`,
    );
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    releaseFrames(error); // one of them is the connection that was closed
    this.#failure = error;
    this.#dropped = Math.max(this.#writing, this.#duplex.writableLength);
    this.#secured.reject(error);
    for (const reject of this.#calls) reject(error);
    this.#socket.destroy();
    this.onReadable();
  }
}

function closedError(): Error {
  return new Deno.errors.BadResource(
    "Cannot use TLS: the connection is closed",
  );
}
