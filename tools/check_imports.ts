// Checks the arrows between the rooms, that nothing imports in a circle, and
// that the picture of both is of today.
//
// deno run -A tools/check_imports.ts
import { drawHouse, HOUSE } from "./draw_house.ts";
import { readText, typescriptFiles } from "./files.ts";
import { exitWith, type Finding } from "./finding.ts";
import { type Import, readImports } from "./import_graph.ts";
import { checkArrows, checkCircles } from "./import_rules.ts";

const FOLDERS = ["src", "tools", "bench"];

async function checkPicture(imports: readonly Import[]): Promise<Finding[]> {
  if (readText(HOUSE) === await drawHouse(imports)) return [];
  const message = "is out of date: deno run -A tools/draw_house.ts";
  return [{ file: HOUSE, line: 1, symbol: "picture", message }];
}

if (import.meta.main) {
  const files = ["mod.ts", ...FOLDERS.flatMap(typescriptFiles)];
  const imports = await readImports(files);
  exitWith([
    ...checkArrows(imports),
    ...checkCircles(imports),
    ...await checkPicture(imports),
  ]);
}
