// Goal: a list is taken as it is only if parsing it would change nothing. Method: each pair of texts
// of many, against the list that parsing makes of it.
import { assertEquals } from "@std/assert";
import { isPlainList, plainPlace } from "../../../mod/config/document/plain_list.ts";
import { normaliseList } from "../../../mod/config/document/normalise_list.ts";

const TEXTS: readonly string[] = [
  ...["10.0.0.1", "10.0.0.2", "10.0.0.9", "10.0.0.10", "10.0.0.255", "10.0.0.256", "10.0.0.01"],
  ...["10.0.0.0", "10.0.0.", "10.0.0", "10.0.0.1.", "10.0.0.1/32", "10.0.0.1/31", "10.0.0.0/24"],
  ...["10.0.0.0/8", "10.0.0.-1", "10.0.0.1e1", "10.0.0. 1", "10.0.0.0001", "9.255.255.255"],
  ...[
    "10.0.1.0",
    "100.0.0.1",
    "224.0.0.1",
    "223.255.255.255",
    "0.0.0.0",
    "",
    "::1",
    "/7",
    "7",
    "eth0",
    "!1.2.3.4",
  ],
];

Deno.test("isPlainList() is true of no list that parsing changes", () => {
  for (const first of TEXTS) {
    for (const second of TEXTS) {
      const list = [first, second];
      if (!isPlainList(list)) continue;
      // An interface in front of them, so that the list is not in order.
      const { entries, problems } = normaliseList(["eth9", ...list]);
      assertEquals([entries, problems], [[...list, "eth9"], []], list.join(" "));
    }
  }
});

Deno.test("isPlainList() is false of a text alone that is no plain entry", () => {
  for (const text of TEXTS) assertEquals(isPlainList([text]), plainPlace(text) !== null, text);
});

Deno.test("isPlainList() is true of addresses and blocks in order", () => {
  const plain = [
    "10.0.0.0/8",
    "10.0.0.0/24",
    "10.0.0.0",
    "10.0.0.1",
    "10.0.0.10",
    "10.0.1.1",
    "11.0.0.0",
  ];
  assertEquals(isPlainList(plain), true);
  assertEquals(isPlainList([]), true);
  for (const [i, text] of plain.entries()) {
    assertEquals(isPlainList(plain.toSpliced(i, 0, text)), false, `${text} twice`);
    if (i > 0) assertEquals(isPlainList([...plain].reverse()), false);
  }
});
