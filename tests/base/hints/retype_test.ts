// Goal: a line is corrected in one place and stays as it was typed elsewhere. Method: a table.
import { assertEquals } from "@std/assert";
import { type Correction, retype } from "../../../mod/base/hints/retype.ts";

const ARGS = ["site", "add", "my site", "--bind", ":80:", "--bind=::1", "--echo"];
const START = "httpcfg site add 'my site'";

Deno.test("retype() corrects flags and words", () => {
  const cases: readonly (readonly [corrections: readonly Correction[], line: string])[] = [
    [[], `${START} --bind :80: --bind=::1 --echo`],
    [
      [{ flag: "bind", from: "::1", to: "[::1]:80:" }],
      `${START} --bind :80: --bind '[::1]:80:' --echo`,
    ],
    [[{ flag: "bind", from: ":80:", to: null }], `${START} --bind=::1 --echo`],
    [[{ flag: "bind", to: ":81:" }], `${START} --bind :81: --bind=::1 --echo`],
    [[{ flag: "name", to: "x" }], `${START} --bind :80: --bind=::1 --echo --name x`],
    [[{ flag: "name", to: null }], `${START} --bind :80: --bind=::1 --echo`],
    [[{ without: "echo" }, { add: ["--welcome"] }], `${START} --bind :80: --bind=::1 --welcome`],
    [
      [{ word: "my site", to: ["mine"] }],
      "httpcfg site add mine --bind :80: --bind=::1 --echo",
    ],
    [[{ word: "none", to: [] }], `${START} --bind :80: --bind=::1 --echo`],
  ];
  for (const [corrections, line] of cases) assertEquals(retype(ARGS, ...corrections), line);
});

Deno.test("retype() takes nothing after -- for a flag", () => {
  const args = ["site", "add", "--echo", "--", "--bind", "x"];
  const cases: readonly (readonly [correction: Correction, line: string])[] = [
    [{ add: ["--bind", ":80:"] }, "site add --echo --bind :80: -- --bind x"],
    [{ flag: "bind", to: ":80:" }, "site add --echo --bind :80: -- --bind x"],
    [{ flag: "bind", from: "x", to: null }, "site add --echo -- --bind x"],
    [{ append: ["y"] }, "site add --echo -- --bind x y"],
  ];
  for (const [correction, line] of cases) assertEquals(retype(args, correction), `httpcfg ${line}`);
});
