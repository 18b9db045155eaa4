import { bundleDoors } from "./bundle_doors.ts";
import { type Doors, fileOfDoor } from "./doors.ts";

/** What `deno.json` says of the package. */
interface Config {
  name: string;
  version: string;
  license: string;
  exports: Doors;
  publish: { include: string[] };
}

/**
 * Makes the package as it is published.
 *
 * @param repository The repository's folder.
 * @param folder Where the package goes; what is there is removed.
 */
export async function makePackage(
  repository: string,
  folder: string,
): Promise<void> {
  await emptyFolder(folder);
  const config = JSON.parse(await Deno.readTextFile(`${repository}/deno.json`));
  for (const path of config.publish.include) {
    await copy(`${repository}/${path}`, `${folder}/${path}`);
  }
  await bundleDoors(config.exports, { repository, folder: `${folder}/dist` });
  const text = JSON.stringify(packageConfig(config), undefined, 2);
  await Deno.writeTextFile(`${folder}/deno.json`, `${text}\n`);
}

/** Its doors lead to the bundle; tasks and tests stay in the repository. */
function packageConfig({ name, version, license, exports, publish }: Config) {
  const doors = Object.keys(exports)
    .map((door) => [door, `./dist/${fileOfDoor(door)}`]);
  const include = [...publish.include, "dist/"];
  return {
    name,
    version,
    license,
    exports: Object.fromEntries(doors),
    // The folder may be one that git ignores
    publish: { include, exclude: ["!dist/", "!src/"] },
  };
}

async function emptyFolder(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
}

async function copy(from: string, to: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) {
    await copy(`${from}/${name}`, `${to}/${name}`);
  }
}
