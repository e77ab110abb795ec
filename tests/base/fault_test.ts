// Goal: errors that users can act on, each on one line whatever the value. Method: tables.
import { EXIT } from "../../mod/base/exit_status.ts";
import { assert, assertEquals } from "@std/assert";
import { Fault, messageOf, quote, shellWord, stackOf, usageFault } from "../../mod/base/fault.ts";

Deno.test("Fault has a message, a hint, an exit status and a cause", () => {
  const cause = new Error("below");
  const full = new Fault("Cannot do it", { hint: "try this", exit: 7, cause });
  assertEquals([full.message, full.hint, full.exit], ["Cannot do it", "try this", 7]);
  assert(full.cause === cause && full instanceof Error && full.name === "Fault");
  const bare = new Fault("Cannot do it");
  assertEquals([bare.hint, bare.exit], [undefined, EXIT.failed]);
});

Deno.test("usageFault() has the exit status for usage, with and without a hint", () => {
  const hinted = usageFault("Cannot understand it", "httpcfg --help");
  assertEquals([hinted.exit, hinted.hint], [EXIT.usage, "httpcfg --help"]);
  assertEquals(usageFault("Cannot understand it").hint, undefined);
});

Deno.test("quote() turns any text into one harmless line", () => {
  const cases: [value: string, quoted: string][] = [
    ["", '""'],
    ["127.0.0.2", '"127.0.0.2"'],
    ['say "hi"', '"say \\"hi\\""'],
    ["a\r\nb\tc", '"a\\r\\nb\\tc"'],
    ["\u001b[31mred", '"\\u001b[31mred"'],
    ["\u007f\u0085\u009b", '"\\u007f\\u0085\\u009b"'], // C1 controls move the cursor too
    ["a\u2028b\u2029c", '"a\\u2028b\\u2029c"'],
    ["\u202e10.0.0.1\u2066", '"\\u202e10.0.0.1\\u2066"'], // a terminal shows it reversed
    ["grüße 地址", '"grüße 地址"'],
    ["\ud800", '"\\ud800"'],
  ];
  for (const [value, quoted] of cases) assertEquals(quote(value), quoted);
});

Deno.test("quote() truncates a long value and shows its length", () => {
  const edge = "x".repeat(98);
  assertEquals(quote(edge), `"${edge}"`);
  const long = quote("y".repeat(10_240));
  assert(long.length < 150, `${long.length} characters`);
  assert(long.endsWith('…" (10240 characters)'), long);
  // Neither an escape sequence nor a character is split.
  const escapes = quote("\u0001".repeat(200));
  assertEquals(escapes.replace(/(?:\\u0001)*…" \(200 characters\)$/, ""), '"');
  const pairs = quote(`x${"😀".repeat(200)}`);
  assert(pairs.isWellFormed() && pairs.length < 150, pairs);
});

Deno.test("shellWord() quotes only the words that a shell would interpret", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["shop", "shop"],
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["Default Web Site", "'Default Web Site'"],
    ["!10.0.0.5", "'!10.0.0.5'"],
    ["it's", "'it'\\''s'"],
    ["$(id)", "'$(id)'"],
    ["", "''"],
    ["a\nb", "$'a\\u000ab'"],
    ["it's\x1b\\", "$'it\\'s\\u001b\\\\'"],
    ["\u202e\u{e0001}", "$'\\u202e\\U000e0001'"],
  ];
  for (const [word, want] of cases) assertEquals(shellWord(word), want);
});

Deno.test("messageOf() and stackOf() describe whatever was thrown", () => {
  const error = new TypeError("no such thing");
  assertEquals([messageOf(error), messageOf("text"), messageOf(null)], [
    "no such thing",
    "text",
    "null",
  ]);
  assertEquals([stackOf(error), stackOf(7)], [error.stack, "7"]);
});
