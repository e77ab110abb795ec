// Goal: the note names KB 813368's resolution, with the address of the site. Method: documents.
import { assertEquals, assertMatch } from "@std/assert";
import { isWinsock, poolingNotes } from "../../../../mod/cli/tools/adsutil/pooling_note.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../../mod/config/document/document.ts";

Deno.test("poolingNotes() returns notes under IIS 6 only", () => {
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, bindings: [":80:", "10.0.0.7:80:"] };
  const six: ConfigDocument = { ...DEFAULT_DOCUMENT, sites: [site] };
  const five = { ...six, metabase: { "W3SVC/Info": { MajorIIsVersionNumber: 5 } } };
  const [note] = poolingNotes(six, "W3SVC/1");
  assertMatch(note?.text ?? "", /KB 813368/);
  assertMatch(note?.hint ?? "", /^httpcfg set iplisten -i 10\.0\.0\.7;/);
  assertMatch(poolingNotes(DEFAULT_DOCUMENT, "W3SVC")[0]?.hint ?? "", /-i [0-9a-f.:]+;/);
  assertEquals(poolingNotes(five, "W3SVC"), []);
  assertEquals([isWinsock(six), isWinsock(five)], [false, true]);
});
