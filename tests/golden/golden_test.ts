// Goal: every output of the old tools, as a file that can be read. Method: tests/support/golden.ts
// plays each file and compares. `GOLDEN_UPDATE=1` writes what came instead: read the diff before
// committing it.
import { assertEquals } from "@std/assert";
import { replay } from "../support/golden.ts";

const FOLDER = new URL("./", import.meta.url);

for (const { name } of [...Deno.readDirSync(FOLDER)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  if (!name.endsWith(".txt")) continue;
  Deno.test(`golden ${name}`, async () => {
    const file = new URL(name, FOLDER);
    const wanted = await Deno.readTextFile(file);
    const came = await replay(wanted);
    if (Deno.env.get("GOLDEN_UPDATE") === "1") await Deno.writeTextFile(file, came);
    else assertEquals(came, wanted);
  });
}
