// Goal: the switch rules of the SDK sample, word by word. Method: a table.
import { assertEquals } from "@std/assert";
import { readSwitches } from "../../../../mod/cli/tools/httpcfg/switches.ts";

Deno.test("readSwitches() reads pairs as Httpcfg.exe does", () => {
  const cases: [words: string[], values: [string, string][], unknown: string | null][] = [
    [[], [], null],
    [["-i", "10.0.0.1"], [["i", "10.0.0.1"]], null],
    [["/i", "10.0.0.1"], [["i", "10.0.0.1"]], null],
    [["/I", "10.0.0.1"], [["i", "10.0.0.1"]], null],
    [["-ipaddr", "10.0.0.1"], [["i", "10.0.0.1"]], null], // only the first letter counts
    [["-i", "a", "-i", "b"], [["i", "a"], ["i", "b"]], null],
    [["-i", "a", "-h", "b"], [["i", "a"], ["h", "b"]], null],
    [["-i"], [], null], // an odd last word is ignored
    [["-i", "a", "-h"], [["i", "a"]], null],
    [["x", "-i", "a"], [], null], // a word without a prefix ends the parsing
    [["-i", "a", "x", "-h", "b"], [["i", "a"]], null],
    [["-i", "-h"], [["i", "-h"]], null], // a value may look like a switch
    [["-z", "a"], [], "-z"],
    [["/Z", "a"], [], "/Z"],
    [["-", "a"], [], "-"],
    [["-i", "a", "-q", "b"], [["i", "a"]], "-q"],
  ];
  for (const [words, values, unknown] of cases) {
    const switches = readSwitches(words, "ih");
    assertEquals(switches.pairs, values, words.join(" "));
    assertEquals(switches.values, new Map(values), "the last one wins");
    assertEquals(switches.unknown, unknown, words.join(" "));
  }
});

Deno.test("readSwitches() returns the words that it did not read", () => {
  const cases: [words: string[], rest: string[]][] = [
    [["-i", "a"], []],
    [["-i", "a", "b"], ["b"]],
    [["-i", "a", "x", "-i", "b"], ["x", "-i", "b"]],
    [["x"], ["x"]],
  ];
  for (const [words, rest] of cases) assertEquals(readSwitches(words, "i").rest, rest);
});
