import { type OutputOptions, rolldown } from "../dependencies/bundler.ts";
import { chunkOfDoor, type Doors } from "./doors.ts";
import { StaticImports } from "./static_imports.ts";

/** Where a bundle comes from and goes to. */
export interface BundlePlaces {
  /** The folder of the sources. */
  repository: string;
  /** The folder of the bundle. */
  folder: string;
}

/**
 * Doors whose modules become one file each, smallest first: what a door needs
 * at once and no door before it.
 */
const WHOLE: [door: string, chunk: string][] = [
  ["./pipe", "pipes"],
  [".", "loops"],
];

/**
 * Bundles the doors. What they load later stays in files of its own.
 *
 * @param doors The doors, with their modules relative to the repository.
 * @param places The folders.
 */
export async function bundleDoors(
  doors: Doors,
  places: BundlePlaces,
): Promise<void> {
  const imports = new StaticImports();
  await using bundle = await rolldown({
    cwd: await Deno.realPath(places.repository),
    input: Object.fromEntries(
      Object.entries(doors).map(([door, file]) => [chunkOfDoor(door), file]),
    ),
    platform: "neutral",
    external: /^(?:node|npm):/,
    preserveEntrySignatures: "strict",
    plugins: [imports.plugin],
  });
  const { output } = await bundle.generate(outputOptions(doors, imports));
  await Deno.mkdir(places.folder, { recursive: true });
  for (const file of output) {
    if (file.type !== "chunk") continue;
    const types = file.isEntry ? selfTypes(doors, file.name) : "";
    const path = `${places.folder}/${file.fileName}`;
    await Deno.writeTextFile(path, types + file.code);
  }
}

function outputOptions(doors: Doors, imports: StaticImports): OutputOptions {
  const chunks = WHOLE.map(([door, name]) => ({
    name,
    test: (id: string) => imports.has(doors[door] ?? "", id),
  }));
  return {
    format: "esm",
    comments: false,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    codeSplitting: { groups: chunks },
  };
}

/** Tells Deno and JSR where a door's types and docs are. */
function selfTypes(doors: Doors, chunk: string): string {
  const door = Object.keys(doors).find((door) => chunkOfDoor(door) === chunk);
  const source = doors[door ?? ""]?.slice("./".length);
  return `/* @ts-self-types="../${source}" */\n`;
}
