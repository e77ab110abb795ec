// Goal: the command line of iisreset.exe. Method: tables.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readIisreset } from "../../../../mod/cli/tools/iisreset/args.ts";

Deno.test("readIisreset() reads one operation, in any case and with - or /", () => {
  const cases: [line: string, verb: string, notes: number][] = [
    ["", "restart", 0],
    ["/restart", "restart", 0],
    ["-STOP", "stop", 0],
    ["/Start WEB1", "start", 0],
    ["\\\\web1 /status", "status", 0],
    ["localhost /stop /noforce", "stop", 0],
    ["/stop /stop", "stop", 0],
    ["/stop /timeout:60", "stop", 1],
    ["/?", "help", 0],
    ["-help", "help", 0],
  ];
  for (const [line, verb, notes] of cases) {
    const call = readIisreset(line.split(" ").filter(Boolean), "web1");
    assert("verb" in call, JSON.stringify(call));
    assertEquals([call.verb, call.notes.length], [verb, notes], line);
  }
});

Deno.test("readIisreset() refuses what it cannot do, and names it", () => {
  const cases: [line: string, word: string, reason: string][] = [
    ["/stop /start", "/start", "one operation"],
    ["/reboot", "/reboot", "no machine"],
    ["/stop /RebootOnError", "/RebootOnError", "no machine"],
    ["/enable", "/enable", "system"],
    ["other", "other", "another machine"],
    ["/timeout", "/timeout", "seconds"],
    ["/timeout:x", "/timeout:x", "seconds"],
    ["/stop:now", "/stop:now", "no such option"],
    ["/stopp", "/stopp", "no such option"],
    ["-", "-", "no such option"],
  ];
  for (const [line, word, reason] of cases) {
    const call = readIisreset(line.split(" "), "web1");
    assert("reason" in call, line);
    assertEquals(call.word, word, line);
    assertStringIncludes(call.reason, reason, line);
  }
});
