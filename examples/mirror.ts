/**
 * Keeps a folder as another is: copies it, then what changes in it, and removes
 * what is removed. When Windows has lost changes, which it tells, all is
 * compared again. Ctrl+C ends it.
 *
 *     deno run --allow-ffi --allow-read --allow-write examples/mirror.ts FROM TO
 *
 * @module
 */

import {
  copyFile,
  type DirectoryEvent,
  watchDirectory,
} from "@iocp/proactor/file";

const [from, to] = Deno.args;
if (from === undefined || to === undefined) {
  console.error("Usage: mirror.ts FROM TO");
  Deno.exit(2);
}

// What changes from here on is told, also while all is being compared
const watcher = await watchDirectory(from);
Deno.addSignalListener("SIGINT", () => watcher.close());
const root = watcher.path;
await mirror("");
console.log(`Mirroring ${root} to ${to}`);
for await (const event of watcher) {
  try {
    await follow(event);
  } catch (error) {
    // It may be gone already, or its writer is not done: both are told
    console.error(error instanceof Error ? error.message : error);
  }
}

async function follow(event: DirectoryEvent): Promise<void> {
  if (event.kind === "overflow") return await mirror("");
  if (event.kind === "rename") await remove(event.oldPath);
  if (event.kind === "remove") return await remove(event.path);
  await mirror(event.path.slice(root.length + 1));
}

async function remove(path: string): Promise<void> {
  const name = path.slice(root.length + 1);
  await Deno.remove(`${to}\\${name}`, { recursive: true });
  console.log(`removed ${name}`);
}

/** Makes a file or a folder, with all that is in it, as it is. */
async function mirror(name: string): Promise<void> {
  const path = name === "" ? root : `${root}\\${name}`;
  const target = name === "" ? to! : `${to}\\${name}`;
  const info = await Deno.stat(path);
  if (!info.isDirectory) return await copy(name, info);
  await Deno.mkdir(target, { recursive: true });
  const names = new Set([...Deno.readDirSync(path)].map(({ name }) => name));
  for (const { name } of Deno.readDirSync(target)) {
    if (names.has(name)) continue;
    await Deno.remove(`${target}\\${name}`, { recursive: true });
  }
  for (const inside of names) {
    await mirror(name === "" ? inside : `${name}\\${inside}`);
  }
}

async function copy(name: string, info: Deno.FileInfo): Promise<void> {
  const target = `${to}\\${name}`;
  const there = await Deno.stat(target).catch(() => undefined);
  const same = there?.size === info.size &&
    there?.mtime?.getTime() === info.mtime?.getTime();
  if (same) return;
  const bytes = await copyFile(`${root}\\${name}`, target);
  await Deno.utime(target, info.atime ?? new Date(), info.mtime ?? new Date());
  console.log(`copied ${name}: ${bytes} bytes`);
}
