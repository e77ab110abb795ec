// Goal: a list that is read in steps is the same list, with the entries that are known already.
// Method: lists with entries added, removed and replaced.
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { atOnce } from "../../../mod/base/work/steps.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { listOf } from "../../../mod/config/document/list_steps.ts";

Deno.test("listOf() reads what parseList() reads, and keeps the entries that it knows", () => {
  const texts = Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const known = parseList(texts);
  const variants = [
    texts,
    texts.toSpliced(7, 1),
    texts.toSpliced(7, 0, "192.0.2.1"),
    texts.toReversed(),
    ["eth1", ...texts, "!10.0.0.0/8"],
    [],
  ];
  for (const variant of variants) {
    const entries = atOnce(listOf(variant, known));
    assertEquals(entries, parseList(variant));
    for (const entry of entries) {
      const place = texts.indexOf(entry.text);
      if (place >= 0) assertStrictEquals(entry, known[place]);
    }
  }
  assertThrows(() => atOnce(listOf(["no entry!"], [])), Error, "Unchecked entry");
});
