// Goal: a typing error finds the name that was meant, another word finds none. Method: a table.
import { assertEquals } from "@std/assert";
import { nearestName } from "../../../mod/base/hints/nearest.ts";

Deno.test("nearestName() finds abbreviations, errors and exchanged characters", () => {
  const names = ["strict", "default", "format", "10.0.0.5", "lo"];
  const cases: [text: string, name: string | null][] = [
    ["strct", "strict"],
    ["STRICT", "strict"],
    ["def", "default"],
    ["fromat", "format"],
    ["10.0.0.55", "10.0.0.5"],
    ["ol", "lo"],
    ["frobnicate", null],
    ["", null],
    ["x".repeat(100_000), null],
  ];
  for (const [text, name] of cases) assertEquals(nearestName(text, names), name, text.slice(0, 9));
  assertEquals(nearestName("x", []), null);
});
