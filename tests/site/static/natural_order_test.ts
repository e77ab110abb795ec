import { assertEquals } from "@std/assert";
import { foldCase, naturalKey } from "../../../mod/site/static/natural_order.ts";

Deno.test("naturalKey() sorts names as people read them", () => {
  const want = [
    "1.txt",
    "2.txt",
    "10.txt",
    "0100.txt",
    "Apfel",
    "Ärger",
    "arm",
    "file",
    "file2",
    "file10",
    "file10a",
    "file10b",
    "file18446744073709551616",
    "file18446744073709551617",
    "filet",
    "v1.2.10",
    "v1.10.2",
    "zebra",
    "日本",
  ];
  const keyed = want.toReversed().map((name) => ({ name, key: naturalKey(name) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  assertEquals(keyed.map(({ name }) => name), want);
});

Deno.test("foldCase() sees neither case nor accents", () => {
  for (const name of ["CAFÉ", "café", "cafe\u0301"]) assertEquals(foldCase(name), "cafe");
});
