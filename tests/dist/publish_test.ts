// Goal: what is published on JSR is the program, whole, and nothing else. Method: the dry run, whose
// checks need no network; then the files that it lists, alone in a new directory, as a program.
import { assertEquals } from "@std/assert";
import { ROOT, run } from "./support.ts";

const ROOT_URL = new URL("../../", import.meta.url).href;

Deno.test("deno publish --dry-run finds no problem, and lists a program that runs", async () => {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  try {
    const env = { ...Deno.env.toObject(), NO_COLOR: "1" };
    const command = [Deno.execPath(), "publish", "--dry-run", "--allow-dirty"];
    const result = await run(["env", "-C", ROOT, ...command], env);
    assertEquals(result.code, 0, result.stderr);
    assertEquals(result.stderr.match(/^(?:warning|error).*$/gm), null, result.stderr);
    const listed = [...result.stderr.matchAll(/^ +(file:\S+) \(/gm)]
      .map(([, url = ""]) => decodeURIComponent(url.slice(ROOT_URL.length)));
    const isModule = /^mod\/.*\.ts$|^mod\/site\/dashboard\/browser\/[a-z_]+\.(?:js|css)$/;
    const others = listed.filter((path) => !isModule.test(path));
    assertEquals(others.sort(), [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "deno.json",
      "dist/httpcfg.schema.json",
      "main.ts",
    ]);

    // With the lock, the packages are those that the tests have already.
    for (const path of [...listed, "deno.lock"]) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.copyFile(`${ROOT}/${path}`, `${folder}/${path}`);
    }
    const httpcfg = (...words: string[]) =>
      run([Deno.execPath(), "run", "-A", "--cached-only", `${folder}/main.ts`, ...words], {
        ...env,
        HTTPCFG_HOME: `${folder}/home`,
      });
    assertEquals((await httpcfg("set", "iplisten", "-i", "127.0.0.2")).code, 0);
    assertEquals((await httpcfg("query", "iplisten")).stdout, "IP :127.0.0.2\n");
    assertEquals((await httpcfg("config", "schema")).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
