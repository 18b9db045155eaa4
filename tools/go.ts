import { exists } from "./files.ts";
import {
  copySources,
  executable,
  type NativeProgram,
  type StepOptions,
  type Toolchain,
} from "./native_program.ts";
import { ask } from "./process.ts";

/** A program in Go. */
export interface GoProgram {
  /** Its name. */
  name: string;
  /** Its sources, `go.mod` among them. */
  sources: readonly string[];
  /** The module that it needs, and the build tag that says it is there. */
  module?: { path: string; tag: string } | undefined;
}

/** Go's folder of sources in Debian's packages. */
const DEBIAN_GOPATH = "/usr/share/gocode";
const GO = ["go", "/usr/bin/go"];
const TARGET = { GOOS: "windows", GOARCH: "amd64", CGO_ENABLED: "0" };
const NO_MODULES = { GO111MODULE: "off" };

/**
 * A program by Go, which compiles for Windows everywhere. The module that it
 * needs is taken from a GOPATH that has it, or as Go takes modules.
 */
export function goProgram(program: GoProgram): NativeProgram {
  return {
    name: program.name,
    sources: program.sources,
    async findToolchain() {
      const go = await findGo();
      return go === undefined ? undefined : makeToolchain(go, program);
    },
  };
}

async function findGo(): Promise<string | undefined> {
  for (const name of GO) {
    if (await ask([name, "version"]) !== undefined) return name;
  }
  return undefined;
}

async function makeToolchain(
  go: string,
  program: GoProgram,
): Promise<Toolchain> {
  const how = await chooseWay(go, program);
  const env = { ...TARGET, ...how.env };
  return {
    label: "go",
    version: `${how.flags.join(" ")} ${JSON.stringify(env)}`,
    async build(folder, runStep) {
      const cwd = `${folder}/build`;
      await copySources(program.sources, cwd);
      const output = `${folder}/${executable(program)}`;
      const argv = [go, "build", ...how.flags, "-o", output, "."];
      await runStep(argv, { cwd, env });
      await Deno.remove(cwd, { recursive: true });
    },
  };
}

interface Way extends StepOptions {
  flags: string[];
  env: Record<string, string>;
}

async function chooseWay(go: string, { module }: GoProgram): Promise<Way> {
  if (module === undefined) return { flags: [], env: NO_MODULES };
  const flags = ["-tags", module.tag];
  const own = (await ask([go, "env", "GOPATH"]))?.trim() ?? "";
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const paths = [...own.split(separator), DEBIAN_GOPATH];
  const found = paths.some((path) => exists(`${path}/src/${module.path}`));
  if (!found) return { flags: [...flags, "-mod=mod"], env: {} };
  const GOPATH = paths.join(separator);
  return { flags, env: { ...NO_MODULES, GOPATH } };
}
