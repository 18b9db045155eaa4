import { exists } from "./files.ts";
import {
  copySources,
  executable,
  type NativeProgram,
  type RunStep,
  type Toolchain,
} from "./native_program.ts";
import { ask } from "./process.ts";

/** A program in Rust, with what it depends on. */
export interface RustProgram {
  /** Its name, in `Cargo.toml` too. */
  name: string;
  /** Its sources, `Cargo.toml` among them. */
  sources: readonly string[];
  /** The crate that must be there. */
  crate: string;
  /** The declarations of `windows-sys` for Debian's packages. */
  windowsSys: string;
}

/** Cargo and the compiler. */
interface Rust {
  cargo: string;
  rustc: string;
}

const ON_PATH: Rust = { cargo: "cargo", rustc: "rustc" };
const OF_DEBIAN: Rust = { cargo: "/usr/bin/cargo", rustc: "/usr/bin/rustc" };
const DEBIAN_CRATES = "/usr/share/cargo/registry";

const WINDOWS = Deno.build.os === "windows";
const TARGET = "x86_64-pc-windows-gnu";
const LINKER = "x86_64-w64-mingw32-gcc";

/** Elsewhere than on Windows, the linker is named, and the target. */
const CROSS_ENV: Record<string, string> = WINDOWS
  ? {}
  : { CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER: LINKER };
const CROSS_FLAGS = WINDOWS ? [] : ["--target", TARGET];

/** A program by cargo, whose crates come from Debian's packages or as usual. */
export function rustProgram(program: RustProgram): NativeProgram {
  return {
    name: program.name,
    sources: [...program.sources, program.windowsSys],
    async findToolchain() {
      if (await canBuild(ON_PATH)) return usual(program);
      if (WINDOWS || !await canBuild(OF_DEBIAN)) return undefined;
      return hasCrate(program.crate) ? debian(program) : undefined;
    },
  };
}

/** The libraries of a target are installed apart from the compiler. */
async function canBuild({ cargo, rustc }: Rust): Promise<boolean> {
  if (await ask([cargo, "--version"]) === undefined) return false;
  if (WINDOWS) return await ask([rustc, "--version"]) !== undefined;
  if (await ask([LINKER, "--version"]) === undefined) return false;
  const where = ["--print", "target-libdir", "--target", TARGET];
  const folder = await ask([rustc, ...where]);
  return folder !== undefined && exists(folder.trim());
}

function hasCrate(name: string): boolean {
  if (!exists(DEBIAN_CRATES)) return false;
  return [...Deno.readDirSync(DEBIAN_CRATES)].some((one) =>
    one.name.startsWith(`${name}-`)
  );
}

function usual(program: RustProgram): Toolchain {
  return {
    label: "cargo",
    version: "cargo",
    async build(folder, runStep) {
      const argv = [ON_PATH.cargo, "build", "--release", ...CROSS_FLAGS];
      await copySources(program.sources, `${folder}/build`);
      await runStep(argv, { cwd: `${folder}/build`, env: CROSS_ENV });
      await keepProgram(program, folder);
    },
  };
}

function debian(program: RustProgram): Toolchain {
  return {
    label: "Debian's cargo",
    version: "Debian's cargo",
    async build(folder, runStep) {
      await copySources(program.sources, `${folder}/build`);
      await buildOffline(program, folder, runStep);
      await keepProgram(program, folder);
    },
  };
}

/** `windows_sys` is handed to each crate, since none of them asks for it. */
async function buildOffline(
  { windowsSys }: RustProgram,
  folder: string,
  runStep: RunStep,
): Promise<void> {
  const { cargo, rustc } = OF_DEBIAN;
  const library = `${folder}/build/libwindows_sys.rlib`;
  const kind = ["--crate-type", "rlib", "--edition", "2021", "-O"];
  const target = ["--target", TARGET];
  await runStep([rustc, ...kind, ...target, "-o", library, windowsSys]);
  const argv = [cargo, "build", "--release", "--offline", ...target];
  const env = {
    ...CROSS_ENV,
    RUSTC: rustc,
    RUSTFLAGS: `--extern windows_sys=${library} -L ${folder}/build`,
    WINAPI_NO_BUNDLED_LIBRARIES: "1",
  };
  await runStep([...argv, ...debianSources()], { cwd: `${folder}/build`, env });
}

function debianSources(): string[] {
  return [
    `source.crates-io.replace-with="debian"`,
    `source.debian.directory="${DEBIAN_CRATES}"`,
  ].flatMap((setting) => ["--config", setting]);
}

async function keepProgram(
  program: RustProgram,
  folder: string,
): Promise<void> {
  const made = WINDOWS ? "release" : `${TARGET}/release`;
  const file = executable(program);
  await Deno.rename(
    `${folder}/build/target/${made}/${file}`,
    `${folder}/${file}`,
  );
  await Deno.remove(`${folder}/build`, { recursive: true });
}
