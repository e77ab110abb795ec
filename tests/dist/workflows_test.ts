// Goal: the workflows name only what exists. Method: parse them, compare with deno.json and
// .ci/run.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
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

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly steps: readonly { readonly uses?: string; readonly with?: Record<string, unknown> }[];
}

function jobs(): [name: string, job: Job][] {
  return [...TEXTS].flatMap(([file, text]) => {
    const { jobs } = parse(text) as { jobs: Record<string, Job> };
    return Object.entries(jobs).map(([name, job]): [string, Job] => [`${file} ${name}`, job]);
  });
}

Deno.test("every action is pinned by its commit, with the version in a comment", () => {
  const pins = new Map<string, Set<string>>();
  for (const [name, text] of TEXTS) {
    for (const [line, action = "", rest = ""] of text.matchAll(/uses: *([^@\s]+)(.*)$/gm)) {
      assertMatch(rest, /^@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$/, `${name}: ${line}`);
      pins.set(action, (pins.get(action) ?? new Set()).add(rest));
    }
  }
  for (const [action, found] of pins) assertEquals(found.size, 1, action);
});

Deno.test("every job has the permissions that it needs, and no others", () => {
  for (const [name, text] of TEXTS) {
    assertEquals((parse(text) as { permissions: unknown }).permissions, {}, name);
  }
  const needed: Record<string, Record<string, string>> = {
    "release.yml build": { contents: "read" },
    "release.yml try": {},
    "release.yml sign": { contents: "read" },
    "release.yml attest": { "id-token": "write", attestations: "write" },
    "release.yml publish": { contents: "write" },
    "test.yml linux": { contents: "read" },
    "test.yml others": { contents: "read" },
  };
  assertEquals(Object.fromEntries(jobs().map(([name, job]) => [name, job.permissions])), needed);
  for (const [name, { steps }] of jobs()) {
    for (const { uses = "", with: options } of steps) {
      if (uses.startsWith("actions/checkout@")) {
        assertEquals(options?.["persist-credentials"], false, name);
      }
    }
  }
});

Deno.test("only one job can read the key, and nothing is published without it", () => {
  const release = TEXTS.get("release.yml")!;
  assertEquals([...release.matchAll(/secrets\./g)].length, 1);
  const sign = jobs().find(([name]) => name === "release.yml sign")![1];
  assertEquals(sign.environment, "release");
  assertMatch(release, /publish:\n +needs: attest\n/);
  assertMatch(release, /attest:\n +needs: sign\n/);
  assertStringIncludes(release, "run: deno task release files\n");
});

Deno.test("the release tries every file that it builds", () => {
  for (const target of TARGETS) {
    assertStringIncludes(TEXTS.get("release.yml")!, `name: ${releaseName(target)} }`);
  }
});
