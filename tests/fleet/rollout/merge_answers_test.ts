// Goal: what many members answer becomes one listing in which nothing is lost.
import { assertEquals } from "@std/assert";
import { mergeAnswers } from "../../../mod/fleet/rollout/merge_answers.ts";
import type { Answer } from "../../../mod/fleet/shared/records.ts";

const GOOD: Answer = { isGood: true, lines: [], more: 0, risks: [], problem: null };
const KEEP = { what: "keep", about: "0.0.0.0:80", why: "every address" };
const OPEN = { what: "open", about: "10.0.3.7:443", why: "included by 10.0.0.0/8" };

Deno.test("answers: lines that many members give are one, and changes come first", () => {
  const merged = mergeAnswers(
    new Map([
      ["web7", { ...GOOD, lines: [KEEP, OPEN] }],
      ["web1", { ...GOOD, lines: [KEEP], more: 3 }],
    ]),
  );
  assertEquals(merged.lines, [
    { ...OPEN, members: ["web7"] },
    { ...KEEP, members: ["web1", "web7"] },
  ]);
  assertEquals([merged.more, merged.bad, merged.silent], [3, [], []]);
});

Deno.test("answers: who refuses, risks something or is silent is named", () => {
  const merged = mergeAnswers(
    new Map<string, Answer | null>([
      ["web9", { ...GOOD, isGood: false, problem: "held by nginx" }],
      ["web3", null],
      ["web2", { ...GOOD, risks: ["no address is left"] }],
      ["web1", null],
    ]),
  );
  assertEquals(merged.problems, [{ member: "web9", text: "held by nginx" }]);
  assertEquals(merged.risks, [{ member: "web2", text: "no address is left" }]);
  assertEquals([merged.bad, merged.silent], [["web9"], ["web1", "web3"]]);
});
