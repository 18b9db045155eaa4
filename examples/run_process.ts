/**
 * Runs programs: once for their output, once line by line, and once with the
 * whole tree of their children.
 *
 *     deno run --allow-ffi examples/run_process.ts
 *
 * @module
 */

import { subprocessExec, subprocessShell } from "@iocp/proactor/process";

// All at once: input in, output out.
await using sort = await subprocessExec("sort.exe", {
  stdin: "piped",
  stdout: "piped",
});
const { code, stdout } = await sort.output({
  input: new TextEncoder().encode("pear\r\napple\r\nfig\r\n"),
});
console.log(`Exit code ${code}:\n${new TextDecoder().decode(stdout)}`);

// As a stream, while the program runs.
await using listing = await subprocessExec("cmd.exe", {
  args: ["/d", "/c", "dir", "/b", "C:\\Windows\\System32\\*.nls"],
  stdout: "piped",
});
let names = 0;
for await (const text of listing.stdout.pipeThrough(new TextDecoderStream())) {
  names += text.split("\n").length - 1;
}
console.log(`${names} names`);

// A shell with a child of its own: both end with `kill`.
await using shell = await subprocessShell("cmd.exe /d /c pause", {
  stdin: "piped",
  stdout: "null",
  killTree: true,
});
setTimeout(() => shell.kill(), 200);
console.log("Killed:", await shell.status);
