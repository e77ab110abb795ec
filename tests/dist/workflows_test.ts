// Goal: the workflows name only what exists. Method: parse them, compare with deno.json and
// .ci/run.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml/parse";
import { releaseName, TARGETS } from "../../dist/targets.ts";
import { ROOT } from "./support.ts";

const FOLDER = `${ROOT}/.github/workflows`;
const TEXTS = new Map(
  [...Deno.readDirSync(FOLDER)].map((
    { name },
  ) => [name, Deno.readTextFileSync(`${FOLDER}/${name}`)]),
);

Deno.test("every workflow parses and runs existing tasks, on the Deno of .ci/run", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const version = /deno@([0-9.]+)/.exec(await Deno.readTextFile(`${ROOT}/.ci/run`))?.[1];
  assertEquals([...TEXTS.keys()].sort(), ["release.yml", "test.yml"]);
  for (const [name, text] of TEXTS) {
    const workflow = parse(text) as { jobs: Record<string, { steps: unknown[] }> };
    for (const [job, { steps }] of Object.entries(workflow.jobs)) {
      assert(steps.length > 0, `${name} ${job}`);
    }
    for (const [, task = ""] of text.matchAll(/deno task (\w+)/g)) assert(task in tasks, task);
    for (const [, found] of text.matchAll(/deno-version: ([0-9.]+)/g)) assertEquals(found, version);
  }
});

Deno.test("the release tries every file that it builds", () => {
  for (const target of TARGETS) {
    assertStringIncludes(TEXTS.get("release.yml")!, `name: ${releaseName(target)} }`);
  }
});
