/** One run of `deno test`. */
export interface Stage {
  /** What it tests and where. */
  title: string;
  /** The Deno that runs it: this process's own, or the Windows build. */
  deno: "own" | "windows";
  /** Permission flags. */
  permissions: string[];
  /** Files and folders, relative to the repository. */
  paths: string[];
  /** Whether Node and Bun for Windows are needed. */
  peers?: boolean;
  /** Whether the package is needed as it is published. */
  package?: boolean;
}

/** Where the tests run. */
export interface Place {
  /** Whether this is Windows. */
  windows: boolean;
  /** What runs the Windows build, such as "Windows" or "Wine 10.0". */
  label: string;
  /** The Windows folder, such as `C:\Windows`. */
  systemRoot: string;
}

/** They load no DLL: once, on whatever system this is, is enough. */
const ANY_SYSTEM = [
  "tests/unit",
  "tests/sim",
  "tests/std",
  "tests/conformance/simulated_test.ts",
];
const REAL_TRACES = "tests/conformance/real_test.ts";
const PIPE_LIBRARIES = ["kernel32", "ntdll", "advapi32"];
const SOCKET_LIBRARIES = ["ws2_32"];

/** Peers, handles and memory that fail: `deno task faults` runs more of it. */
export const FAULTS = "tests/faults";

/** Libraries of npm over pipes: `deno task interop` writes their table. */
export const LIBRARIES = "tests/libraries";

/** What tells them how much of it they shall do. */
export const SCALE_VARIABLE = "PROACTOR_FAULTS_SCALE";

/** Makes a test that hangs fail. */
export const LIMIT = "tests/limit.ts";

/** Puts Windows' rules over Wine. */
const RULES = "tests/rules/install.ts";

/** Tests of what those rules change; on Windows they need no other run. */
const RULED = [
  "tests/rules",
  "tests/windows/connect_pipe_test.ts",
  "tests/windows/pipe_access_test.ts",
  "tests/windows/pipe_connection_test.ts",
  "tests/windows/pipe_errors_test.ts",
  "tests/windows/pipe_message_test.ts",
  "tests/windows/pipe_protocol_flow_test.ts",
  "tests/windows/pipe_protocol_test.ts",
  "tests/windows/pipe_security_test.ts",
  "tests/windows/pipe_server_options_test.ts",
  "tests/windows/pipe_server_test.ts",
  "tests/windows/pipe_streams_test.ts",
  "tests/windows/transact_test.ts",
  "tests/windows/net/bind_denied_test.ts",
  "tests/windows/net/server_test.ts",
  "tests/windows/net/tcp_connection_test.ts",
  "tests/windows/net/tcp_listener_test.ts",
];

/** All stages of a test run, whether or not their folders hold tests. */
export function testStages(place: Place): Stage[] {
  const stages: Stage[] = place.windows ? [] : [{
    title: `Unit tests on ${Deno.build.os}`,
    deno: "own",
    permissions: ["--allow-ffi", `--preload=${LIMIT}`],
    paths: ANY_SYSTEM,
  }, {
    title: "Every order of events, on the simulated kernel",
    deno: "own",
    permissions: ["--allow-ffi", "--allow-read"], // its threads are modules
    paths: ["tests/model"],
  }];
  return [...stages, ...windowsStages(place), ...ruledStages(place)];
}

function ruledStages({ windows, label }: Place): Stage[] {
  return windows ? [] : [{
    title: `Windows tests on ${label} with the rules of Windows`,
    deno: "windows",
    permissions: ["--allow-ffi", `--preload=${RULES}`],
    paths: RULED,
  }];
}

function windowsStages(place: Place): Stage[] {
  return [{
    title: `${place.windows ? "All tests" : "Windows tests"} on ${place.label}`,
    deno: "windows",
    permissions: ["--allow-ffi"],
    paths: place.windows
      ? [...ANY_SYSTEM, "tests/windows", "tests/rules", REAL_TRACES]
      : ["tests/windows", REAL_TRACES],
  }, {
    title: `Examples of the documentation on ${place.label}`,
    deno: "windows",
    permissions: ["-A"],
    paths: ["tests/examples"],
  }, {
    title: `Tests with Node and Bun on ${place.label}`,
    deno: "windows",
    permissions: ["-A"],
    paths: ["tests/interop"],
    peers: true,
  }, {
    title: `Libraries of npm over pipes on ${place.label}`,
    deno: "windows",
    permissions: ["-A"],
    paths: [LIBRARIES],
  }, {
    title: `The package as it is published, on ${place.label}`,
    deno: "windows",
    permissions: ["-A"],
    paths: ["tests/package"],
    package: true,
  }, {
    title: `Faults on ${place.label}`,
    deno: "windows",
    // The heap is measured when nothing is left to be collected
    permissions: ["-A", "--v8-flags=--expose-gc"],
    paths: [FAULTS],
  }, {
    title: `Tests with a scoped permission on ${place.label}`,
    deno: "windows",
    permissions: [
      scopedPermission(place.systemRoot, [
        ...PIPE_LIBRARIES,
        ...SOCKET_LIBRARIES,
      ]),
    ],
    paths: ["tests/windows/scoped"],
  }, {
    title: `Pipes without the libraries of sockets on ${place.label}`,
    deno: "windows",
    permissions: [scopedPermission(place.systemRoot, PIPE_LIBRARIES)],
    paths: ["tests/windows/scoped/scoped_test.ts"],
  }];
}

/** The permission flag that names the libraries one by one. */
export function scopedPermission(
  systemRoot: string,
  libraries: readonly string[],
): string {
  const paths = libraries.map((name) => `${systemRoot}\\System32\\${name}.dll`);
  return `--allow-ffi=${paths.join(",")}`;
}

/**
 * Narrows stages to the files and folders that were asked for, relative to the
 * repository; none means all.
 */
export function narrowStages(
  stages: readonly Stage[],
  wanted: readonly string[],
): Stage[] {
  if (wanted.length === 0) return [...stages];
  return stages
    .map((stage) => ({ ...stage, paths: common(stage.paths, wanted) }))
    .filter((stage) => stage.paths.length > 0);
}

function common(folders: string[], wanted: readonly string[]): string[] {
  const inside = wanted.filter((path) => folders.some((f) => holds(f, path)));
  const around = folders.filter((f) => wanted.some((path) => holds(path, f)));
  return [...new Set([...inside, ...around])];
}

function holds(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
