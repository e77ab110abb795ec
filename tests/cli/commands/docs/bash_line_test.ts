import { assertEquals } from "@std/assert";
import { bashReply, parseBashLine } from "../../../../mod/cli/commands/docs/bash_line.ts";

Deno.test("parseBashLine() splits words as bash does, the last one unfinished", () => {
  const cases: [line: string, words: string[], quote: string][] = [
    ["httpcfg ", [""], ""],
    ["httpcfg s", ["s"], ""],
    ["/opt/a\\ b/httpcfg  site   show ", ["site", "show", ""], ""],
    ["httpcfg site show Default\\ W", ["site", "show", "Default W"], ""],
    ['httpcfg site show "Default W', ["site", "show", "Default W"], '"'],
    ['httpcfg a \'b"c\' d"e\\"f"', ["a", 'b"c', 'de"f'], ""],
    ["httpcfg ''", [""], ""],
    ["httpcfg set iplisten -i fe80::1:", ["set", "iplisten", "-i", "fe80::1:"], ""],
  ];
  for (const [line, words, quote] of cases) {
    assertEquals(parseBashLine(line), { words, quote: quote as "" | "'" | '"' }, line);
  }
});

Deno.test("bashReply() omits what precedes the last break, and escapes the rest", () => {
  const cases: [value: string, line: string, want: string][] = [
    ["Default Web Site", "httpcfg site show D", "Default\\ Web\\ Site"],
    ["Default Web Site", 'httpcfg site show "D', "Default Web Site"],
    ["fe80::1", "httpcfg set iplisten -i fe80:", ":1"],
    ["fe80::1", "httpcfg set iplisten -i f", "fe80::1"],
    ["fe80::1%eth0", "httpcfg set iplisten -i fe80::", "1%eth0"],
    ["a$(b)`c`;d", "httpcfg site show a", "a\\$\\(b\\)\\`c\\`\\;d"],
  ];
  for (const [value, line, want] of cases) {
    assertEquals(bashReply(value, parseBashLine(line)), want, `${line} -> ${value}`);
  }
});
