// Goal: commands that scripts call in loops start as fast as the runtime. Method: not a clock, but
// the files that such a call loads: none may be large or import `node:`, which costs as much as the
// start.
import { assert, assertEquals, assertLess } from "@std/assert";
import { bundle, INFO, run } from "./support.ts";

/** Measured: 0.1 ms for 4 KB of source that is loaded but not run. */
const LOADED_BYTES_MAX = 70_000;

/** Returns the files of the bundle that `first` loads before its own code runs. */
function loadedBy(folder: string, first: readonly string[]): Map<string, string> {
  const loaded = new Map<string, string>();
  const queue = [...first];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (loaded.has(name)) continue;
    const source = Deno.readTextFileSync(`${folder}/${name}`);
    loaded.set(name, source);
    for (const match of source.matchAll(/^(?:import|export)\b[^;]*?"(?:\.\/)?([^"]+)";$/gm)) {
      const specifier = match[1] ?? "";
      if (specifier.endsWith(".js")) queue.push(specifier);
      else loaded.set(specifier, "");
    }
  }
  return loaded;
}

Deno.test("query iplisten loads little, and no node: module", async () => {
  const { folder, files } = await bundle("main.ts");
  try {
    const query = files.find((name) => name.startsWith("iplisten_query-"));
    assert(query !== undefined, files.join(" "));
    const loaded = loadedBy(folder, ["main.js", query]);
    assertEquals([...loaded.keys()].filter((name) => !name.endsWith(".js")), []);
    const bytes = [...loaded.values()].reduce((sum, source) => sum + source.length, 0);
    assertLess(bytes, LOADED_BYTES_MAX);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("--version prints the version and the commit of the build", async () => {
  const { folder } = await bundle("main.ts");
  try {
    const command = [Deno.execPath(), "run", "--no-config", "-A", `${folder}/main.js`, "--version"];
    const { stdout } = await run(command);
    assertEquals(stdout, `httpcfg ${INFO.version} (${INFO.commit})\n`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
