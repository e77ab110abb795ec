// Goal: README names only what exists, and stays one that is read. The commands of its sections are
// typed by the stories beside this file.
import { assert, assertEquals } from "@std/assert";

const ROOT = `${import.meta.dirname}/../../../`;
const README = Deno.readTextFileSync(`${ROOT}README.md`);

Deno.test("README is read in a few minutes", () => {
  const lines = README.trimEnd().split("\n").length;
  assert(lines < 195, `${lines} lines`);
});

Deno.test("every task that README names exists", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)) as {
    tasks: Record<string, string>;
  };
  const named = [...README.matchAll(/\btask (\w+)/g)].map((match) => match[1]!);
  assert(named.length >= 3, README);
  assertEquals(named.filter((name) => tasks[name] === undefined), []);
});

Deno.test("every file that README names exists", async () => {
  const links = [...README.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1]!);
  const files = [...README.matchAll(/\bdist\/[\w.]+/g)].map(([path]) => path)
    .filter((path) => !path.startsWith("dist/bin"));
  assert(links.length + files.length > 4, README);
  for (const path of [...links, ...files]) assert((await Deno.stat(`${ROOT}${path}`)).isFile, path);
});
