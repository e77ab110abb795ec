// Goal: flags become a content, or a reason why not. Method: flags as typed, also with kinds made
// up to share a flag.
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import type { FlagInput } from "../../../mod/base/flag_spec.ts";
import { readInput } from "../../../mod/cli/core/args.ts";
import { siteAdd } from "../../../mod/cli/commands/site/site.ts";
import type { SiteContent } from "../../../mod/config/document/site_content.ts";
import type { ContentKind } from "../../../mod/site/kinds/content_kind.ts";
import {
  contentFlags,
  hasContentFlag,
  kindFlagList,
  readContent,
} from "../../../mod/site/kinds/kind_flags.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const WORDS = ["site", "add", "a", "--bind", ":81:"];
const LINE = `httpcfg ${WORDS.join(" ")}`;

function input(flags: readonly string[], known = contentFlags()): FlagInput {
  return readInput({ ...siteAdd, flags: known }, ["a", ...flags], [...WORDS, ...flags]);
}

Deno.test("readContent() returns the content that the flags describe", async () => {
  await using folder = await tempFolder();
  const cases: [flags: string[], content: SiteContent][] = [
    [["--root", folder.path], { kind: "root", path: folder.path }],
    [["--root", `${folder.path}/.`, "--listing"], {
      kind: "root",
      path: folder.path,
      listing: true,
    }],
    [["--respond", "-x"], { kind: "respond", text: "-x" }],
    [["--respond", "x", "--status", "200"], { kind: "respond", text: "x", status: 200 }],
    [["--echo"], { kind: "echo" }],
    [["--welcome"], { kind: "welcome" }],
  ];
  for (const [flags, content] of cases) {
    assertEquals(await readContent(input(flags)), content, flags.join(" "));
    assertEquals(hasContentFlag(input(flags)), true);
  }
  assertEquals(hasContentFlag(input([])), false);
  assertEquals(hasContentFlag(input(["--status", "404"])), true);
});

Deno.test("readContent() rejects no kind, two kinds, and an invalid status", async () => {
  const cases: [flags: string[], hint: string][] = [
    [[], `${LINE} --respond hello`],
    [["--status", "404"], `${LINE} --status 404 --respond hello`],
    [["--listing"], `${LINE} --listing --root /srv/intranet`],
    [["--echo", "--welcome"], `${LINE} --echo`],
  ];
  for (const [flags, hint] of cases) {
    await assertRejected(
      flags,
      `Cannot choose the site content: exactly one of ${kindFlagList()} is required`,
      hint,
    );
  }
  for (const status of ["199", "600", "+200", "200.0", ""]) {
    await assertRejected(
      ["--respond", "x", "--status", status],
      `Cannot respond with status "${status}": must be between 200 and 599`,
      `${LINE} --respond x --status 503`,
    );
  }
});

Deno.test("readContent() rejects a flag that would have no effect", async () => {
  await assertRejected(
    ["--echo", "--listing"],
    'Cannot use "--listing" with --echo: only valid with --root',
    `${LINE} --echo`,
  );
});

Deno.test("two kinds may share a flag and accept different values", async () => {
  const kinds = [
    fakeKind("one", { code: { kind: "string", value: "N", summary: "any" } }),
    fakeKind("two", {
      code: { kind: "string", value: "N", summary: "a few", choices: ["1", "2"] },
      fast: { kind: "boolean", summary: "hurry" },
    }),
    fakeKind("six", { code: { kind: "string", value: "N", summary: "one", choices: ["2", "6"] } }),
    fakeKind("nil", {}),
  ];
  assertEquals(kindFlagList(kinds), "--one, --two, --six, --nil");
  assertEquals(contentFlags(kinds), {
    one: { kind: "boolean", summary: "be one" },
    two: { kind: "boolean", summary: "be two" },
    six: { kind: "boolean", summary: "be six" },
    nil: { kind: "boolean", summary: "be nil" },
    code: {
      kind: "string",
      value: "N",
      summary: "with --one: any; with --two: a few: 1, 2; with --six: one: 2, 6",
      suggests: ["1", "2", "6"],
    },
    fast: { kind: "boolean", summary: "with --two: hurry" },
  });
  for (const flags of [["--one", "--code", "9"], ["--two", "--code", "1"], ["--two", "--fast"]]) {
    const content = { kind: flags[0]!.slice(2) };
    assertEquals(await readContent(input(flags, contentFlags(kinds)), kinds), content);
  }
  await assertRejected(
    ["--six", "--code", "1"],
    'Cannot use "1" for "--code" with --six: must be one of 2, 6',
    `${LINE} --six --code 2`,
    kinds,
  );
  await assertRejected(
    ["--nil", "--code", "1"],
    'Cannot use "--code" with --nil: only valid with --one or --two or --six',
    `${LINE} --nil`,
    kinds,
  );
});

async function assertRejected(
  flags: readonly string[],
  message: string,
  hint: string,
  kinds?: readonly ContentKind[],
): Promise<void> {
  const given = input(flags, contentFlags(kinds));
  const fault = await assertRejects(() => readContent(given, kinds), Fault);
  assertEquals([fault.message, fault.hint, fault.exit], [message, hint, 2]);
}

function fakeKind(kind: string, details: ContentKind["details"]): ContentKind {
  return {
    kind,
    fields: {},
    flag: { kind: "boolean", summary: `be ${kind}` },
    details,
    examples: [{ words: `--${kind}`, shows: kind }],
    read: () => ({ kind }),
    label: () => kind,
    description: () => kind,
    load: () => ({ handler: () => () => ({ refuse: "NotFound" }) }),
  };
}
