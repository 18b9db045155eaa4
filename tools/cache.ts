import { setTimeout as pause } from "node:timers/promises";
import { readText } from "./files.ts";
import { Step } from "./progress.ts";
import { type Interruption, SetupError } from "./setup_process.ts";

/** A part of the cache, which is either there as a whole or not at all. */
export interface Piece {
  /** The name of its folder. */
  name: string;
  /** What is in it, for the progress line. */
  title: string;
  /** How long it takes to make. */
  note: string;
  /** What it holds; a piece of another version does not count. */
  version: string;
  /** Makes it in an empty folder. */
  build(folder: string, step: Step): Promise<void>;
}

const STAMP = "stamp.json";
const FORMAT = 1;
const PARTIAL = ".partial-";
const LOCK_POLL_MS = 200;
const REMOVE_TRIES = 20;

/**
 * The absolute path of the folder of everything that the set-up makes:
 * `XDG_CACHE_HOME`, or else `HOME`, says where.
 */
export function cacheFolder(env: Record<string, string | undefined>): string {
  const { XDG_CACHE_HOME: xdg, HOME: home } = env;
  if (xdg?.startsWith("/")) return `${xdg}/iocp-proactor`;
  if (home?.startsWith("/")) return `${home}/.cache/iocp-proactor`;
  throw new SetupError(
    "Cannot find a folder for the cache: neither XDG_CACHE_HOME nor HOME is set",
  );
}

/** The text of a piece's stamp, which is written last. */
export function stampText(piece: { name: string; version: string }): string {
  const { name, version } = piece;
  return `${JSON.stringify({ format: FORMAT, name, version })}\n`;
}

/** Whether a stamp vouches for a piece. */
export function isStampValid(
  text: string | undefined,
  piece: { name: string; version: string },
): boolean {
  return text === stampText(piece);
}

/**
 * The mount points inside a folder, or at it, by the text of `/proc/mounts`.
 */
export function mountsInside(mounts: string, folder: string): string[] {
  return mounts.split("\n")
    .map((line) => unescapeMount(line.split(" ")[1] ?? ""))
    .filter((point) => point === folder || point.startsWith(`${folder}/`));
}

function unescapeMount(point: string): string {
  return point.replaceAll(
    /\\([0-7]{3})/g,
    (_, octal: string) => String.fromCharCode(parseInt(octal, 8)),
  );
}

/** The cache folder on disk. */
export class Cache {
  /** The absolute path of the folder. */
  readonly folder: string;

  /** Names a cache; nothing is made yet. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** The path of something in the cache. */
  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Whether a piece is there and whole. */
  has(piece: Piece): boolean {
    const stamp = readText(`${this.path(piece.name)}/${STAMP}`);
    return isStampValid(stamp, piece);
  }

  /**
   * Makes the pieces that are missing, each after those that it needs. Other
   * processes that want the same wait meanwhile.
   */
  async ensure(
    pieces: readonly Piece[],
    interruption: Interruption,
  ): Promise<void> {
    if (pieces.every((piece) => this.has(piece))) return;
    await Deno.mkdir(this.folder, { recursive: true });
    using _lock = await this.#lock(interruption);
    await this.#removeLeftovers();
    for (const piece of pieces) {
      interruption.check();
      if (!this.has(piece)) await this.#make(piece, interruption);
    }
  }

  async #make(piece: Piece, interruption: Interruption): Promise<void> {
    using step = new Step(piece.title, piece.note);
    const partial = this.path(`${piece.name}${PARTIAL}${Deno.pid}`);
    try {
      await Deno.mkdir(partial);
      await piece.build(partial, step);
      interruption.check();
      await Deno.writeTextFile(`${partial}/${STAMP}`, stampText(piece));
      await this.#publish(piece, partial);
    } catch (error) {
      await removeTree(partial);
      throw error;
    }
    step.done();
  }

  /** The disk has all of a piece before its name appears. */
  async #publish(piece: Piece, partial: string): Promise<void> {
    const sync = new Deno.Command("sync", { args: ["-f", partial] });
    await sync.output();
    await removeTree(this.path(piece.name));
    await Deno.rename(partial, this.path(piece.name));
  }

  /** What cannot be removed now is in nobody's way, and goes another time. */
  async #removeLeftovers(): Promise<void> {
    for (const { name } of Deno.readDirSync(this.folder)) {
      if (name.includes(PARTIAL)) {
        await removeTree(this.path(name)).catch(() => {});
      }
    }
  }

  async #lock(interruption: Interruption): Promise<Disposable> {
    const options = { create: true, write: true };
    const file = await Deno.open(this.path("lock"), options);
    try {
      if (!await file.tryLock(true)) await waitForLock(file, interruption);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }
}

async function waitForLock(
  file: Deno.FsFile,
  interruption: Interruption,
): Promise<void> {
  using step = new Step("Waiting for another set-up");
  while (!await file.tryLock(true)) {
    interruption.check();
    await pause(LOCK_POLL_MS);
  }
  step.done();
}

/**
 * Removes a folder, but never what is mounted in it. Processes that are just
 * being killed may still add files, so it is tried again for two seconds.
 */
async function removeTree(folder: string): Promise<void> {
  const inside = mountsInside(readText("/proc/mounts") ?? "", folder);
  if (inside.length > 0) {
    throw new SetupError(
      `Cannot remove "${folder}": "${inside[0]}" is mounted inside`,
    );
  }
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      if (tries === REMOVE_TRIES) throw error;
      await pause(100);
    }
  }
}
