/**
 * Programs that are not ours at the other end.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { removeUsed } from "../windows/_remove.ts";
import { runHalfCloseClient } from "./peers/half_close_client.mjs";
import { runClients } from "./peers/net_client.mjs";
import { serveConnections } from "./peers/net_server.mjs";
import { DONE } from "./peers/report.mjs";

/** What speaks `node:net` at the other end. */
export interface Peer {
  /** Its name. */
  readonly name: string;
  /** Why it cannot be had here, or an empty text. */
  readonly missing: string;
  /** True when it is a process that can be killed. */
  readonly killable: boolean;
  /**
   * Starts clients; each sends the payload and demands it back.
   *
   * @param target The pipe, or `tcp:` and the port.
   * @param clients How many.
   * @param size Bytes of the payload.
   * @returns The peer's work.
   */
  startClients(target: string, clients: number, size: number): PeerWork;
  /**
   * Starts an echo server. On TCP it takes any port, and tells it.
   *
   * @param target The pipe, or `tcp:` and the port where somebody listens for
   * the server's port as text.
   * @param connections How many it serves before it closes.
   * @returns The peer's work.
   */
  startServer(target: string, connections: number): PeerWork;
  /**
   * Starts a client that writes an empty array and "hello ", and reads to the
   * end.
   *
   * @param target The pipe.
   * @param size Bytes that must come before the end.
   * @param answer What it says after the end.
   * @returns The peer's work.
   */
  startHalfCloseClient(target: string, size: number, answer: string): PeerWork;
}

/** What a peer is doing. Disposing ends it. */
export interface PeerWork extends AsyncDisposable {
  /** Resolves when it has ended well; rejects with what the peer reports. */
  readonly done: Promise<void>;
  /** Ends a process at once; else does nothing. */
  kill(): void;
}

/** Node, Bun, and Deno's own `node:net` in this process. */
export const PEERS: readonly Peer[] = [
  processPeer("Node", "PROACTOR_NODE"),
  processPeer("Bun", "PROACTOR_BUN"),
  ownPeer(),
];

function processPeer(name: string, variable: string): Peer {
  const missing = missingFor(variable);
  const program = missing === "" ? Deno.env.get(variable)! : "";
  const start = (script: string, ...args: (string | number)[]) =>
    new PeerProcess(program, [scriptPath(script), ...args.map(String)]);
  return {
    name,
    missing,
    killable: true,
    startClients: (...args) => start("net_client.mjs", ...args),
    startServer: (...args) => start("net_server.mjs", ...args),
    startHalfCloseClient: (...args) => start("half_close_client.mjs", ...args),
  };
}

function ownPeer(): Peer {
  const work = (done: Promise<void>): PeerWork => ({
    done,
    kill() {},
    async [Symbol.asyncDispose]() {
      await done.catch(() => {}); // whoever waits for it is told
    },
  });
  return {
    name: "Deno",
    missing: Deno.build.os === "windows" ? missingPermission() : "Windows",
    killable: false,
    startClients: (...args) => work(runClients(...args)),
    startServer: (...args) => work(serveConnections(...args)),
    startHalfCloseClient: (...args) => work(runHalfCloseClient(...args)),
  };
}

function missingFor(variable: string): string {
  if (Deno.build.os !== "windows") return "Windows";
  const missing = missingPermission();
  if (missing !== "") return missing;
  return Deno.env.has(variable) ? "" : `${variable}, the path of a program`;
}

/** `node:net` asks for all permissions when it opens a pipe. */
function missingPermission(): string {
  const names = ["run", "env", "read", "write", "net", "sys", "ffi"] as const;
  const granted = names.every((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
  return granted ? "" : "--allow-all";
}

function scriptPath(name: string): string {
  return fileURLToPath(new URL(`peers/${name}`, import.meta.url));
}

/** A peer in a process of its own. */
class PeerProcess implements PeerWork {
  readonly #child: Deno.ChildProcess;
  readonly #report = Deno.makeTempFileSync();
  readonly #ended: Promise<string>;

  constructor(program: string, args: string[]) {
    this.#child = new Deno.Command(program, {
      args: [...args, this.#report],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#ended = this.#end();
  }

  get done(): Promise<void> {
    return this.#ended.then((problem) => {
      if (problem !== "") throw new Error(`The peer has failed: ${problem}`);
    });
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.#ended;
  }

  /** Returns what went wrong. */
  async #end(): Promise<string> {
    const { code } = await this.#child.status;
    const report = await Deno.readTextFile(this.#report);
    await removeUsed(this.#report);
    return report === DONE ? "" : `exit code ${code}. ${report}`;
  }
}
