// Goal: every output of the old tools, as a file that can be read. Method: tests/support/golden.ts
// plays each file and compares. `GOLDEN_UPDATE=1` writes what came instead: read the diff before
// committing it.
import { assertEquals } from "@std/assert";
import { isForSystem, replay } from "../support/golden.ts";

const FOLDER = new URL("./", import.meta.url);

/** Paths of the cases in `folder` and below it, from here: `httpcfg/iplisten/set.txt`. */
function casesIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, FOLDER))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return casesIn(`${folder}${name}/`);
    return name.endsWith(".txt") ? [`${folder}${name}`] : [];
  });
}

for (const path of casesIn("").sort()) {
  const file = new URL(path, FOLDER);
  const wanted = Deno.readTextFileSync(file);
  Deno.test(`golden ${path}`, { ignore: !isForSystem(wanted) }, async () => {
    const came = await replay(wanted);
    if (Deno.env.get("GOLDEN_UPDATE") === "1") await Deno.writeTextFile(file, came);
    else assertEquals(came, wanted);
  });
}
