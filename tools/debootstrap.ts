import type { Piece } from "./cache.ts";
import { exists } from "./files.ts";
import { ask } from "./process.ts";
import type { Step } from "./progress.ts";
import {
  type Interruption,
  runProgram,
  sealed,
  SetupError,
} from "./setup_process.ts";
import { isWineUsable, parseWineVersion } from "./wine.ts";

/** The Debian that is put in the cache where Wine is missing or too old. */
export const DEBIAN = "trixie";

const PACKAGES = "wine64,wine,ca-certificates";

/**
 * Signs the archive. Its versions cannot be pinned, since Debian drops the old
 * ones; the signature covers the hashes of what there is.
 */
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const HOSTS = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";

/** A Debian with Wine, at a path in it, as a piece of the cache. */
export function debianPiece(interruption: Interruption, wine: string): Piece {
  return {
    name: `debian-${DEBIAN}`,
    title: `Debian ${DEBIAN} with Wine`,
    note: "about a minute, 1.1 GB",
    version: DEBIAN,
    async build(folder, step) {
      await ensureDebootstrap(step, interruption);
      await bootstrap(folder, step, interruption);
      await finishDebian(folder);
      await checkWine(folder, wine, interruption);
    },
  };
}

async function bootstrap(
  folder: string,
  step: Step,
  interruption: Interruption,
): Promise<void> {
  await runProgram(sealed(bootstrapCommand(folder)), {
    interruption,
    onLine: (line) => step.detail(line.replace(/^I: /, "")),
  });
}

/** What installs Debian. Without a keyring, debootstrap would only warn. */
export function bootstrapCommand(folder: string): string[] {
  const signed = ["--force-check-gpg", `--keyring=${KEYRING}`];
  const options = ["--variant=minbase", `--include=${PACKAGES}`, ...signed];
  return ["debootstrap", ...options, DEBIAN, folder];
}

/** Installs what may be missing, through the system's apt. */
async function ensureDebootstrap(
  step: Step,
  interruption: Interruption,
): Promise<void> {
  if (await isOnPath("debootstrap") && exists(KEYRING)) return;
  if (!await isOnPath("apt-get")) {
    throw new SetupError(
      "Cannot install Wine in the cache: there is no debootstrap on PATH, or no keyring of Debian",
    );
  }
  await aptGet(["update"], step, interruption);
  const packages = ["debootstrap", "debian-archive-keyring", "gpgv"];
  await aptGet(["install", "-y", ...packages], step, interruption);
}

async function aptGet(
  words: readonly string[],
  step: Step,
  interruption: Interruption,
): Promise<void> {
  step.detail(`apt-get ${words.join(" ")}`);
  const env = { ...Deno.env.toObject(), DEBIAN_FRONTEND: "noninteractive" };
  // Killed outright, it could leave the system's packages half installed
  const options = { interruption, end: "SIGINT", env } as const;
  await runProgram(["apt-get", ...words], options);
}

async function isOnPath(program: string): Promise<boolean> {
  const script = ["-c", 'command -v "$1"', "sh", program];
  return await ask(["sh", ...script]) !== undefined;
}

async function finishDebian(folder: string): Promise<void> {
  for (const used of ["cache/apt/archives", "lib/apt/lists"]) {
    await Deno.remove(`${folder}/var/${used}`, { recursive: true });
  }
  await Deno.writeTextFile(`${folder}/etc/hosts`, HOSTS);
  const resolver = `${folder}/etc/resolv.conf`;
  await Deno.remove(resolver).catch(() => {}); // It may be a dangling link
  await Deno.writeTextFile(resolver, "");
}

async function checkWine(
  folder: string,
  wine: string,
  interruption: Interruption,
): Promise<void> {
  const ask = 'mount -t proc proc "$1/proc" && chroot "$1" "$2" --version';
  const argv = sealed(["sh", "-c", ask, "sh", folder, wine]);
  const version = parseWineVersion(await runProgram(argv, { interruption }));
  if (isWineUsable(version)) return;
  throw new SetupError(
    `Cannot use the Wine of Debian ${DEBIAN}: its version is ${version}`,
  );
}
