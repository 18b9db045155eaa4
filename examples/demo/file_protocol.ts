/**
 * The server's side of the demo, in protocol style.
 *
 * A client's first message is its request in JSON. Then it uploads a file and
 * gets back the digest of what arrived, downloads one, or is sent back
 * whatever it sends.
 *
 * @module
 */

import type { Protocol, Transport } from "@iocp/proactor";
import { type DemoFile, startDigest } from "./demo_file.ts";

/** What a client may ask for. */
export interface FileRequest {
  /** What to do. */
  job: "upload" | "download" | "echo";
  /** The name of the file; for a download. */
  file?: string;
}

/** Reads the request, then hands the connection to the protocol for it. */
export class FileProtocol implements Protocol {
  readonly #files: readonly DemoFile[];
  #transport: Transport | undefined;

  /** @param files What can be downloaded. */
  constructor(files: readonly DemoFile[]) {
    this.#files = files;
  }

  /** @param transport The connection. */
  connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  /** @param data The request. */
  dataReceived(data: Uint8Array): void {
    const transport = this.#transport!;
    const request = JSON.parse(new TextDecoder().decode(data)) as FileRequest;
    transport.setProtocol(this.#protocolFor(request, transport));
  }

  #protocolFor({ job, file }: FileRequest, transport: Transport): Protocol {
    if (job === "echo") return new EchoProtocol(transport);
    if (job === "upload") return new UploadProtocol(transport);
    const found = this.#files.find(({ name }) => name === file);
    if (found) return new DownloadProtocol(transport, found);
    throw new Deno.errors.NotFound(`Cannot send "${file}": no such file`);
  }
}

/** Sends back what it gets, as fast as the client takes it. */
class EchoProtocol implements Protocol {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    this.#transport.write(data);
  }

  pauseWriting(): void {
    this.#transport.pauseReading();
  }

  resumeWriting(): void {
    this.#transport.resumeReading();
  }
}

/** Answers with the digest of what has arrived. */
class UploadProtocol implements Protocol {
  readonly #transport: Transport;
  readonly #hash = startDigest();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    this.#hash.update(data);
  }

  /** The client has closed its write side. The transport closes itself. */
  eofReceived(): void {
    this.#transport.write(new TextEncoder().encode(this.#hash.digest("hex")));
  }
}

/** Sends a file, as fast as the client takes it, and closes. */
class DownloadProtocol implements Protocol {
  readonly #transport: Transport;
  readonly #chunks: Iterator<Uint8Array<ArrayBuffer>>;
  #paused = false;

  constructor(transport: Transport, file: DemoFile) {
    this.#transport = transport;
    this.#chunks = file.chunks()[Symbol.iterator]();
    this.#send();
  }

  pauseWriting(): void {
    this.#paused = true;
  }

  resumeWriting(): void {
    this.#paused = false;
    this.#send();
  }

  #send(): void {
    while (!this.#paused) {
      const { done, value } = this.#chunks.next();
      if (done) return this.#transport.close();
      this.#transport.write(value);
    }
  }
}
