// Goal: a change of what is stored is followed by what applies it, once. Method: a table.
import { assertEquals } from "@std/assert";
import { hintOf, withStep } from "../../../mod/base/hints/hints.ts";

Deno.test("withStep() follows each change of what is stored", () => {
  const set = "httpcfg set iplisten -i 10.0.0.5";
  const start = "httpcfg net start w3svc";
  const cases: [line: string, step: string, result: string][] = [
    [set, "httpcfg reload", `${set}; httpcfg reload`],
    [`${set}; httpcfg reload`, "httpcfg reload", `${set}; httpcfg reload`],
    ["httpcfg reload", "httpcfg reload", "httpcfg reload"],
    ["httpcfg reload", start, `httpcfg reload; ${start}`],
    ["httpcfg reload", `httpcfg reload; ${start}`, `httpcfg reload; ${start}`],
    ["kill 7", start, "kill 7"],
    ["httpcfg status", start, "httpcfg status"],
  ];
  for (const [line, step, result] of cases) assertEquals(withStep([line], step), [result]);
});

Deno.test("hintOf() joins lines, and has none for none", () => {
  assertEquals([hintOf([]), hintOf(["a"]), hintOf(["a", "b"])], [undefined, "a", "a\nb"]);
});
