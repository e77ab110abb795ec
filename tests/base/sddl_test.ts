// Goal: who may register a URL under a reservation. Method: tables; no user is looked up.
import { isProblem } from "../../mod/base/problem.ts";
import { assertEquals } from "@std/assert";
import { formatSddl, isGranted, parseSddl, RIGHT } from "../../mod/base/sddl.ts";

Deno.test("parseSddl() parses access lists, and returns 1336 or 1338 for anything else", () => {
  const cases: [text: string, want: number | string][] = [
    ["D:(A;;GX;;;WD)", "+1 S-1-1-0"],
    ["d:(a;;gx;;;wd)", "+1 S-1-1-0"],
    ["D:(A;;GXGW;;;BA)(D;;GX;;;S-1-22-1-1000)", "+3 S-1-5-32-544, -1 S-1-22-1-1000"],
    ["O:NSG:NSD:PAI(A;CI;GA;;;S-1-22-2-0)", "+7 S-1-22-2-0"],
    ["D:(A;;0x20000000;;;NS)", "+1 S-1-5-20"],
    ["D:(A;;0x80000000;;;NS)", "+4 S-1-5-20"],
    ["D:(A;;RC;;;WD)", "+0 S-1-1-0"],
    ["D:", ""],
    ["", 1338],
    ["(A;;GX;;;WD)", 1338],
    ["everyone", 1338],
    ["D:A;;GX;;;WD", 1338],
    ["D:(A;;GX;;;WD", 1338],
    ["D:(A;;GX;;WD)", 1336],
    ["D:(A;;GX;;;XX)", 1336],
    ["D:(A;;QQ;;;WD)", 1336],
    ["D:(A;;;;;WD)", 1336],
    ["D:(X;;GX;;;WD)", 1336],
    ["D:(A;ZZ;GX;;;WD)", 1336],
    ["D:Q(A;;GX;;;WD)", 1336],
    ["D:(A;;GX;;;S-1-22-1-01000)", 1336],
    ["D:(A;;GX;;;WD)(", 1338],
  ];
  for (const [text, want] of cases) {
    const parsed = parseSddl(text);
    const shown = isProblem(parsed)
      ? parsed.code
      : parsed.map((ace) => `${ace.allow ? "+" : "-"}${ace.rights} ${ace.sid}`).join(", ");
    assertEquals(shown, want, text);
  }
});

Deno.test("isGranted() follows the first entry that applies", () => {
  const root = { uid: 0, gids: [0] };
  const user = { uid: 1000, gids: [1000, 27] };
  const cases: [text: string, caller: typeof user, want: boolean][] = [
    ["D:(A;;GX;;;WD)", user, true],
    ["D:(A;;GX;;;AU)", user, true],
    ["D:(A;;GX;;;BA)", user, false],
    ["D:(A;;GX;;;BA)", root, true],
    ["D:(A;;GX;;;SY)", root, true],
    ["D:(A;;GX;;;S-1-22-1-1000)", user, true],
    ["D:(A;;GX;;;S-1-22-1-1000)", root, false], // the list decides, even for root
    ["D:(A;;GX;;;S-1-22-1-100)", user, false],
    ["D:(A;;GX;;;S-1-22-2-27)", user, true],
    ["D:(A;;GX;;;S-1-22-2-28)", user, false],
    ["D:(D;;GX;;;S-1-22-1-1000)(A;;GX;;;WD)", user, false],
    ["D:(A;;GX;;;WD)(D;;GX;;;S-1-22-1-1000)", user, true],
    ["D:(A;;GW;;;WD)", user, false],
    ["D:(A;;GA;;;WD)", user, true],
    ["D:(A;;GX;;;NS)", user, false],
    ["D:", root, false],
  ];
  for (const [text, caller, want] of cases) {
    const aces = parseSddl(text);
    assertEquals(!isProblem(aces) && isGranted(aces, RIGHT.register, caller), want, text);
  }
});

Deno.test("formatSddl() writes the same text as netsh", () => {
  assertEquals(formatSddl("S-1-1-0", RIGHT.register), "D:(A;;GX;;;WD)");
  assertEquals(formatSddl("S-1-5-20", RIGHT.register | RIGHT.delegate), "D:(A;;GA;;;NS)");
  assertEquals(formatSddl("S-1-22-1-1000", RIGHT.delegate), "D:(A;;GW;;;S-1-22-1-1000)");
});
