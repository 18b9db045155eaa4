/**
 * What the unit tests of files share: a world with a disk.
 *
 * @module
 */

import { openFile } from "../../src/file/open_file.ts";
import type { OpenFileOptions } from "../../src/file/open_options.ts";
import type { OverlappedFile } from "../../src/file/overlapped_file.ts";
import { SimulatedFiles } from "../sim/simulated_files.ts";
import { inWorld, type World, type WorldOptions } from "./_helpers.ts";

/** A file of the simulated disk. */
export const FILE = "C:\\data.bin";

/** What a test of files works with. */
export interface DiskFixture {
  /** The world. */
  world: World;
  /** Its disk. */
  disk: SimulatedFiles;
}

/** A test with a disk. */
export type DiskBody = (fixture: DiskFixture) => void | Promise<void>;

/**
 * Runs a test in a world with a disk; see `inWorld`.
 *
 * @param options The world.
 * @param body The test.
 */
export function withDisk(options: WorldOptions, body: DiskBody): Promise<void> {
  const { skip, ...settings } = options;
  const sim = new SimulatedFiles(settings);
  const mode = skip === undefined ? {} : { skip };
  return inWorld({ ...mode, sim }, (world) => body({ world, disk: sim }));
}

/**
 * Registers a test twice: in skip mode, and with a packet for each operation.
 *
 * @param name The name of the tests.
 * @param body The test.
 */
function diskTest(name: string, body: DiskBody): void {
  Deno.test(name, () => withDisk({}, body));
  Deno.test(
    `${name} (a packet for every operation)`,
    () => withDisk({ skip: false }, body),
  );
}

/** Registers tests that get a disk. */
export const test = { disk: diskTest };

/**
 * Opens the file, for reading and writing by default.
 *
 * @param world The world.
 * @param options How.
 * @returns The file.
 */
export function open(
  world: World,
  options: OpenFileOptions = { read: true, write: true, create: true },
): Promise<OverlappedFile> {
  return openFile(FILE, {
    ...options,
    proactor: world.proactor,
    files: (world.sim as SimulatedFiles).files,
  });
}
