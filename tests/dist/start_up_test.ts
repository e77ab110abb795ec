// Goal: commands that scripts call in loops start as fast as the runtime. Method: not a clock, but
// the files that such a call loads: none may be large or import `node:`, which costs as much as the
// start.
import { assert, assertEquals, assertLess } from "@std/assert";
import { loadedWith } from "../../dist/bundle.ts";
import { bundle, INFO, run } from "./support.ts";

/** Measured: 0.1 ms for 4 KB of source that is loaded but not run. */
const LOADED_BYTES_MAX = 70_000;
/** Measured: 0.1 ms for each file. */
const QUERY_FILES_MAX = 3;
const CHANGE_FILES_MAX = 20;

/** Runs `args` in `folder`, with a home there, and returns the files of the bundle that it opens. */
async function loadedIn(folder: string, args: readonly string[]): Promise<ReadonlySet<string>> {
  const flags = ["--no-config", "--no-lock", "--unstable-lazy-dynamic-imports", "-A"];
  const command = [Deno.execPath(), "run", "--log-level=debug", ...flags, `${folder}/main.js`];
  const env = { HTTPCFG_HOME: `${folder}/home`, DENO_DIR: `${folder}/deno` };
  const { code, stderr } = await run([...command, ...args], env);
  assertEquals(code, 0, stderr);
  const pattern = new RegExp(`file://${RegExp.escape(folder)}/([\\w.-]+\\.js)`, "g");
  return new Set([...stderr.matchAll(pattern)].map(([, name = ""]) => name));
}

Deno.test("query iplisten loads little, in few files, and no node: module", async () => {
  const { folder } = await bundle("main.ts");
  try {
    const first = await loadedWith(folder, ["main.js"]);
    assertEquals([...first.keys()].filter((name) => !name.endsWith(".js")), []);
    const bytes = [...first.values()].reduce((sum, source) => sum + source.length, 0);
    assertLess(bytes, LOADED_BYTES_MAX);
    await loadedIn(folder, ["set", "iplisten", "-i", "192.0.2.1"]);
    const loaded = await loadedIn(folder, ["query", "iplisten"]);
    assertEquals(loaded, new Set(first.keys()), "nothing more while it runs");
    assert(loaded.size <= QUERY_FILES_MAX, [...loaded].join(" "));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("set and delete iplisten load few files", async () => {
  const { folder } = await bundle("main.ts");
  try {
    for (const verb of ["set", "delete"]) {
      const loaded = await loadedIn(folder, [verb, "iplisten", "-i", "192.0.2.1"]);
      assert(loaded.size <= CHANGE_FILES_MAX, [...loaded].join(" "));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("no file of the bundle is empty, which is how a damaged one is recognized", async () => {
  const { folder, files } = await bundle("main.ts");
  try {
    const empty = files.filter((name) => Deno.statSync(`${folder}/${name}`).size === 0);
    assertEquals(empty, []);
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
