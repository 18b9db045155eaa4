import { Cache, cacheFolder, type Piece } from "./cache.ts";
import { aptGet, isOnPath } from "./debootstrap.ts";
import { exists } from "./files.ts";
import type { Step } from "./progress.ts";
import { Interruption, runProgram, SetupError } from "./setup_process.ts";

/** Debian 12 and Ubuntu have it in the first, Debian 13 in the second. */
const PACKAGES = ["qemu-user-static", "qemu-user"];
const ARCHS = ["x86_64", "aarch64"];

/**
 * Gets the emulators of processors from the system's archive, unless they are
 * in the cache. Nothing is installed.
 *
 * @returns The folder of `qemu-x86_64` and `qemu-aarch64`.
 * @throws {SetupError} when this system has no apt.
 * @throws {InterruptedError} when this process was asked to stop.
 */
export async function installQemu(): Promise<string> {
  const cache = new Cache(cacheFolder(Deno.env.toObject()));
  using interruption = new Interruption();
  const piece = qemuPiece(interruption);
  await cache.ensure([piece], interruption);
  return cache.path(piece.name);
}

function qemuPiece(interruption: Interruption): Piece {
  return {
    name: "qemu",
    title: "Emulators of x64 and ARM64",
    note: "60 MB",
    version: "1",
    async build(folder, step) {
      if (!await isOnPath("apt-get")) {
        throw new SetupError("Cannot get QEMU: there is no apt-get on PATH");
      }
      await aptGet(["update"], step, interruption);
      for (const name of PACKAGES) {
        if (await unpack(name, folder, { step, interruption })) return;
      }
      throw new SetupError("Cannot get QEMU: no package has it");
    },
  };
}

/** Gives false when the package is empty, as those that name others are. */
async function unpack(
  name: string,
  folder: string,
  { step, interruption }: { step: Step; interruption: Interruption },
): Promise<boolean> {
  step.detail(name);
  const script =
    'cd "$1" && apt-get download "$2" && dpkg-deb -x "$2"_*.deb . ' +
    '&& rm "$2"_*.deb';
  const argv = ["sh", "-c", script, "sh", folder, name];
  await runProgram(argv, { interruption });
  for (const arch of ARCHS) {
    const program = [`qemu-${arch}-static`, `qemu-${arch}`]
      .map((name) => `${folder}/usr/bin/${name}`)
      .find((path) => exists(path));
    if (program === undefined) return false;
    await Deno.rename(program, `${folder}/qemu-${arch}`);
  }
  return true;
}
