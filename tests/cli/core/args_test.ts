// Goal: every argument is parsed or rejected, none is dropped. Method: tables over two records.
import { EXIT } from "../../../mod/base/exit_status.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { ArgsFault, readInput } from "../../../mod/cli/core/args.ts";
import { argsHint } from "../../../mod/cli/core/args_hints.ts";
import type { CommandInput, CommandSpec } from "../../../mod/cli/core/command.ts";

const MODERN: CommandSpec = {
  name: "site add",
  usage: "NAME",
  summary: "x",
  flags: {
    root: { kind: "string", value: "DIR", summary: "x" },
    bind: { kind: "list", value: "BINDING", summary: "x" },
    echo: { kind: "boolean", summary: "x" },
    format: { kind: "string", value: "FORM", summary: "x", choices: ["text", "json"] },
  },
  words: { min: 1, max: 2 },
  run: () => Promise.resolve(0),
};
const NAMED: CommandSpec = { ...MODERN, words: { min: 1, max: 1 }, completes: ["site"] };
const LEGACY: CommandSpec = { ...MODERN, legacy: true, words: { min: 0, max: Infinity } };

function read(spec: CommandSpec, args: string[]): CommandInput {
  return readInput(spec, args, ["program", ...args]);
}

Deno.test("readInput() returns words, flags and the line as typed", () => {
  const input = read(MODERN, ["8080", "--bind", ":80:", "--echo", "--bind=:81:", "--root=a=b"]);
  assertEquals(input.words, ["8080"], "a number stays text");
  assertEquals(input.texts("bind"), [":80:", ":81:"]);
  assertEquals([input.text("root"), input.flag("echo")], ["a=b", true]);
  assertEquals([input.text("format"), input.texts("format")], [null, []]);
  assertEquals(input.commandLine[0], "program");
  assertEquals(read(MODERN, ["a"]).flag("echo"), false);
});

Deno.test("readInput() keeps words as they were typed", () => {
  for (const word of ["1e3", "0x10", "007", "", "true", "-", "a b", "/y"]) {
    assertEquals(read(MODERN, [word]).words, [word]);
  }
  assertEquals(read(MODERN, ["--root", "0010", "x"]).text("root"), "0010");
});

Deno.test("readInput() accepts any text as a value, in both forms", () => {
  for (const value of ["", "-5", "--", "-", "--echo", "=", "a=b", "true", "0", "a\nb", " "]) {
    for (const args of [["--root", value], [`--root=${value}`]]) {
      const input = read(MODERN, ["a", ...args, "b"]);
      assertEquals([input.text("root"), input.words], [value, ["a", "b"]], args.join(" "));
      assertEquals(input.flag("echo"), false);
    }
  }
  assertEquals(read(MODERN, ["a", "--bind", "", "--bind", "-1"]).texts("bind"), ["", "-1"]);
});

Deno.test("readInput() leaves the word after a boolean flag alone", () => {
  const input = read(MODERN, ["--echo", "true", "false"]);
  assertEquals([input.flag("echo"), input.words], [true, ["true", "false"]]);
});

Deno.test("readInput() keeps words after -- as they are", () => {
  const input = read(MODERN, ["--", "--echo"]);
  assertEquals([input.words, input.flag("echo")], [["--echo"], false]);
});

Deno.test("readInput() rejects with the usage status, the value and a hint", () => {
  const cases: [args: string[], message: string][] = [
    [["a", "--ehco"], 'Cannot use "--ehco"'],
    [["a", "-x"], 'Cannot use "-x"'],
    [["a", "-echo"], 'Cannot use "-echo"'],
    [["a", "--no-echo"], 'Cannot use "--no-echo"'],
    [["a", "--toString"], 'Cannot use "--toString"'],
    [["a", "--__proto__", "x"], 'Cannot use "--__proto__"'],
    [["a", "--"], ""],
    [["a", "--echo=false"], "the flag takes no value"],
    [["a", "--root"], "the value is missing"],
    [["a", "--root", "x", "--root", "y"], 'Cannot use "--root" twice'],
    [["a", "--format", "xml"], "must be one of text, json"],
    [["a", "--format", ""], "must be one of text, json"],
    [[], "an argument is missing"],
    [["a", "b", "c"], 'Cannot use "c"'],
  ];
  for (const [args, message] of cases) {
    if (message === "") {
      assertEquals(read(MODERN, args).words, ["a"]);
      continue;
    }
    const fault = assertThrows(() => read(MODERN, args), ArgsFault);
    assertStringIncludes(fault.message, message, args.join(" "));
    assertEquals(fault.exit, EXIT.usage);
  }
});

Deno.test("argsHint() returns the line that was meant, and it is accepted", () => {
  const line = "httpcfg site add";
  const cases: [spec: CommandSpec, args: string[], hint: string][] = [
    [MODERN, ["a", "--ehco"], `${line} a --echo`],
    [MODERN, ["-format", "json", "a"], `${line} --format json a`],
    [MODERN, ["a", "--Root=x y"], `${line} a '--root=x y'`],
    [MODERN, ["a", "--frob"], `${line} --help`],
    [MODERN, ["a", "--echo=true"], `${line} a --echo`],
    [MODERN, ["a", "--echo=false"], `${line} a`],
    [MODERN, ["a", "--format"], `${line} a --format json`],
    [MODERN, ["a", "--root", "x", "--root=y"], `${line} a --root=y`],
    [MODERN, ["a", "--format", "jsn"], `${line} a --format json`],
    [MODERN, ["a", "--format=xml"], `${line} a --format text`],
    [MODERN, ["a", "b", "c", "--echo"], `${line} --echo a b`],
    [NAMED, ["my", "old", "site"], `${line} 'my old site'`],
    [NAMED, [], "httpcfg site list"],
    [MODERN, [], "httpcfg site add NAME"],
  ];
  for (const [spec, args, hint] of cases) {
    const { slip } = assertThrows(() => read(spec, args), ArgsFault);
    assertEquals(argsHint(spec, ["site", "add", ...args], slip), hint);
  }
});

Deno.test("readInput() leaves an old tool's words in place, and removes our long flags", () => {
  const input = read(LEGACY, ["/i", "::1", "--format", "json", "-h", "--", "-5", "x"]);
  assertEquals(input.words, ["/i", "::1", "-h", "--", "-5", "x"]);
  assertEquals(input.text("format"), "json");
  assertThrows(() => read(LEGACY, ["-i", "x", "--forman", "json"]), Fault, "--forman");
  assertThrows(() => read(LEGACY, ["-i", "x", "--format"]), Fault, "value is missing");
});
