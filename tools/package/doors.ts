/** The doors of a package: `exports` of its `deno.json`. */
export type Doors = Record<string, string>;

/** The name of a door's chunk: that of the door itself is `mod`. */
export function chunkOfDoor(door: string): string {
  return door === "." ? "mod" : door.slice("./".length);
}

/** The bundled file of a door. */
export function fileOfDoor(door: string): string {
  return `${chunkOfDoor(door)}.js`;
}
