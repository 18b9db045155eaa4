/**
 * Copies files into a folder whenever they appear in another: a watch that
 * loses nothing, and copies with many blocks in flight. Ctrl+C ends it.
 *
 *     deno run --allow-ffi examples/copy_file.ts C:\inbox C:\archive
 *
 * @module
 */

import {
  copyFile,
  type DirectoryEvent,
  type DirectoryWatcher,
  watchDirectory,
} from "@iocp/proactor/file";

const [inbox, archive] = Deno.args;
if (inbox === undefined || archive === undefined) {
  console.error("Usage: copy_file.ts INBOX ARCHIVE");
  Deno.exit(2);
}

const watcher = await watchDirectory(inbox, { recursive: false });
Deno.addSignalListener("SIGINT", () => watcher.close());
console.log(`Copying from ${watcher.path} to ${archive}`);
await copyNewFiles(watcher, archive);

/** A file is copied when nobody has changed it for a second. */
async function copyNewFiles(
  watcher: DirectoryWatcher,
  archive: string,
): Promise<void> {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  for await (const event of watcher) {
    if (event.kind === "overflow") console.warn("Some files were missed");
    clearTimeout(timers.get(event.path));
    if (!isFresh(event)) continue;
    const timer = setTimeout(() => copy(event.path, archive), 1000);
    timers.set(event.path, timer);
  }
  for (const timer of timers.values()) clearTimeout(timer);
}

function isFresh({ kind }: DirectoryEvent): boolean {
  return kind === "create" || kind === "modify" || kind === "rename";
}

async function copy(path: string, archive: string): Promise<void> {
  const name = path.slice(path.lastIndexOf("\\") + 1);
  try {
    const bytes = await copyFile(path, `${archive}\\${name}`);
    console.log(`${name}: ${bytes} bytes`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
}
