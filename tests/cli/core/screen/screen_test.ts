// Goal: one decision for every terminal, flag and variable. Method: a table.
import { assertEquals } from "@std/assert";
import { type ColorChoice, type Screen, screenOf } from "../../../../mod/cli/core/screen/screen.ts";

const TERM = { TERM: "xterm", LANG: "en_US.UTF-8" };

/** Decides for streams that are terminals (`out`, `err`) of 100 columns. */
function decide(
  terminals: string,
  env: Readonly<Record<string, string>>,
  choice: ColorChoice = "auto",
  { os = "linux", columns = 100 }: { readonly os?: string; readonly columns?: number | null } = {},
): Screen {
  const facts = {
    isOut: terminals.includes("out"),
    isNote: terminals.includes("err"),
    columns: () => columns,
  };
  return screenOf(facts, { os, env: (name) => env[name] }, choice);
}

Deno.test("screenOf() gives color to terminals, and to pipes only if it is forced", () => {
  const cases: [
    terminals: string,
    env: Readonly<Record<string, string>>,
    choice: ColorChoice,
    color: [out: boolean, note: boolean],
  ][] = [
    ["out err", {}, "auto", [true, true]],
    ["err", {}, "auto", [false, true]],
    ["out", {}, "auto", [true, false]],
    ["", {}, "auto", [false, false]],
    ["out err", { NO_COLOR: "1" }, "auto", [false, false]],
    ["out err", { NO_COLOR: "" }, "auto", [true, true]],
    ["out err", { TERM: "dumb" }, "auto", [false, false]],
    ["out err", { TERM: "" }, "auto", [false, false]],
    ["", { FORCE_COLOR: "1" }, "auto", [true, true]],
    ["", { FORCE_COLOR: "true", TERM: "dumb" }, "auto", [true, true]],
    ["out err", { FORCE_COLOR: "0" }, "auto", [false, false]],
    ["", { FORCE_COLOR: "" }, "auto", [false, false]],
    ["out err", { FORCE_COLOR: "1", NO_COLOR: "1" }, "auto", [false, false]],
    ["", { NO_COLOR: "1", TERM: "dumb" }, "always", [true, true]],
    ["out err", { FORCE_COLOR: "1" }, "never", [false, false]],
  ];
  for (const [terminals, env, choice, color] of cases) {
    const { hasColor, hasNoteColor } = decide(terminals, { ...TERM, ...env }, choice);
    assertEquals([hasColor, hasNoteColor], color, JSON.stringify([terminals, env, choice]));
  }
  assertEquals(decide("out", {}, "auto", { os: "windows" }).hasColor, true);
});

Deno.test("screenOf() has columns for terminals alone, and COLUMNS before the system's", () => {
  const widths = (terminals: string, COLUMNS: string, columns: number | null = 100): unknown => {
    const found = decide(terminals, { COLUMNS }, "always", { columns });
    return [found.columns, found.noteColumns];
  };
  assertEquals(widths("out err", ""), [100, 100]);
  assertEquals(widths("err", ""), [null, 100]);
  assertEquals(widths("out", "64"), [64, null]);
  assertEquals(widths("", "64"), [null, null]);
  assertEquals(widths("out", "wide"), [100, null]);
  assertEquals(widths("out", "", null), [80, null]);
  assertEquals(widths("out", "", 0), [80, null]);
  assertEquals(widths("out", "3"), [20, null]);
});

Deno.test("screenOf() knows ASCII terminals by the locale", () => {
  const cases: [env: Readonly<Record<string, string>>, isUnicode: boolean][] = [
    [{ LANG: "C" }, false],
    [{ LANG: "POSIX" }, false],
    [{ LANG: "C.UTF-8" }, true],
    [{ LANG: "de_DE.utf8" }, true],
    [{ LANG: "de_DE.ISO-8859-1" }, false],
    [{ LANG: "en_US.UTF-8", LC_ALL: "C" }, false],
    [{ LANG: "en_US.UTF-8", LC_CTYPE: "C" }, false],
    [{ LANG: "C", LC_CTYPE: "en_US.UTF-8" }, true],
    [{ LANG: "en_US.UTF-8", LC_ALL: "" }, true],
    [{}, false],
  ];
  for (const [env, isUnicode] of cases) {
    assertEquals(decide("out", env).isUnicode, isUnicode, JSON.stringify(env));
  }
  assertEquals(decide("out", {}, "auto", { os: "darwin" }).isUnicode, true);
});
