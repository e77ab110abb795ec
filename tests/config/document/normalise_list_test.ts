// Goal: a list is read as its entries are parsed, whatever is seen at a glance. Method: every part of
// an address, and texts that look like one.
import { assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { parseEntry } from "../../../mod/config/document/list_entry.ts";
import { normaliseList } from "../../../mod/config/document/normalise_list.ts";

Deno.test("normaliseList() agrees with parseEntry() on every text", () => {
  const parts = [...Array.from({ length: 270 }, (_, i) => String(i)), "00", "01", "1e1", "", "-1"];
  const texts = [
    ...parts.flatMap((part) => [`${part}.0.0.1`, `10.${part}.0.1`, `10.0.0.${part}`]),
    ...Array.from({ length: 40 }, (_, bits) => `10.16.0.0/${bits}`),
    ...["10.0.0.0/08", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0/8", "1.2.3.4/24", "10.0.0.0/1e1"],
    ...["223.255.255.255", "224.0.0.1", "255.255.255.255", "224.0.0.0/8", "223.0.0.0/8"],
    ...["0.0.0.0/8", "0.0.0.1", "1.0.0.0", "1...", "....", ".1.2.3", "10.0.0.1/-8", "1000.1.1.1"],
    "0.0.0.0",
    "10.0.0",
    "10.0.0.1.",
    "10.0.0.1.2",
    "10.0.0.1\n",
    " 10.0.0.1",
    "!10.0.0.1",
    "10.0.0.1/32",
    "10.0.0.0/8",
    "2001:DB8::0:1",
    "eth0",
  ];
  for (const text of texts) {
    const entry = parseEntry(text);
    const { entries, problems } = normaliseList([text]);
    assertEquals(entries, isProblem(entry) ? [] : [entry.text], text);
    assertEquals(problems.map(({ value }) => value), isProblem(entry) ? [text] : []);
  }
});

Deno.test("normaliseList() gives every order and spelling of a list one form", () => {
  const sorted = [
    ..."0.0.0.0 10.0.0.0/8 10.0.0.0/24 10.0.0.5 10.0.0.50 192.0.2.1 240.0.0.1".split(" "),
    ..."::0/1 :: ::1 fd00::/8 fe80::1 fe80::1%eth0 br-* eth0 eth0/stable".split(" "),
    ..."!0.0.0.0 !10.0.0.0/24 !10.0.0.5 !::1 !eth0".split(" "),
  ];
  sorted.splice(7, 2, "::", "::/1");
  assertEquals(normaliseList(sorted).entries, sorted);
  assertEquals(normaliseList(sorted.toReversed()).entries, sorted);
  assertEquals(normaliseList([...sorted.toSorted(), "10.0.0.5/32", "::0:1"]).entries, sorted);
});

Deno.test("normaliseList() keeps what is known, and inserts or sorts the rest", () => {
  const addresses = Array.from({ length: 400 }, (_, i) => `10.${i % 7}.${i % 11}.${i % 250}`);
  const all = normaliseList([...addresses, "fd00::/8", "!10.0.0.0/24"]).entries;
  for (const count of [0, 1, 2, 50, 300]) {
    const added = all.filter((_, i) => i * count % all.length < count);
    const known = all.filter((text) => !added.includes(text));
    assertEquals(normaliseList([...added, ...known], known).entries, all, `${count} of them`);
    assertEquals(normaliseList(known, all).entries, known, "removed again");
    const respelled = all.map((text) => text.includes("/") ? text : `${text}/32`);
    assertEquals(normaliseList(respelled, known).entries, all, "in another spelling");
    assertEquals(normaliseList(respelled, all).entries, all, "in another spelling, all known");
  }
});
