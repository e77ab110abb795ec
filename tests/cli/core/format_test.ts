// Goal: one listing in five formats that other programs parse. Method: exact texts.
import { assertEquals } from "@std/assert";
import { ForeignText } from "../../../mod/base/printable.ts";
import { type Listing, render } from "../../../mod/cli/core/format.ts";

const LISTING: Listing = {
  name: "sites",
  columns: ["id", "name", "bindings", "reason"],
  rows: [
    { id: 1, name: "plain", bindings: [":80:", ":81:"], reason: null, more: "in JSON only" },
    { id: 22, name: 'a,"b"\tc\nd', bindings: [], reason: "no; space " },
  ],
};
const EMPTY: Listing = { name: "sites", columns: ["id", "name"], rows: [] };

Deno.test("render() writes json with a version, the name and complete records", async () => {
  assertEquals(JSON.parse(await render(LISTING, "json")), { version: 1, sites: LISTING.rows });
  assertEquals(JSON.parse(await render(EMPTY, "json")), { version: 1, sites: [] });
});

Deno.test("render() writes ndjson with one record per line, and no line for none", async () => {
  const lines = (await render(LISTING, "ndjson")).split("\n");
  assertEquals(lines.map((line) => JSON.parse(line) as unknown), [...LISTING.rows]);
  assertEquals(await render(EMPTY, "ndjson"), "");
});

Deno.test("render() keeps each record of csv and tsv on a line that ends with LF", async () => {
  assertEquals(
    await render(LISTING, "csv"),
    'id,name,bindings,reason\n1,plain,:80: :81:,\n22,"a,""b""?c?d",,no; space \n',
  );
  assertEquals(
    await render(LISTING, "tsv"),
    'id\tname\tbindings\treason\n1\tplain\t:80: :81:\t\n22\ta,"b"\\tc\\nd\t\tno; space ',
  );
  assertEquals(await render(EMPTY, "csv"), "id,name\n");
});

Deno.test("render() lets no character out that a terminal obeys, and loses none in json and tsv", async () => {
  const name = "\u001b]0;x\u0007\r\n\t\\\u007f\u009b2J\u202eb\u0000";
  const listing = {
    name: "holders",
    columns: ["plain", "foreign", "list"],
    rows: [{ plain: name, foreign: new ForeignText(name), list: [name] }],
  };
  for (const form of ["json", "ndjson", "csv", "tsv"]) {
    const text = await render(listing, form);
    assertEquals(/[^\P{Cc}\n\t]|[\u202e]/u.test(text), false, form);
  }
  assertEquals(JSON.parse(await render(listing, "ndjson")), {
    plain: name,
    foreign: name,
    list: [name],
  });
  const cell = "\\u001b]0;x\\u0007\\r\\n\\t\\\\\\u007f\\u009b2J\\u202eb\\u0000";
  assertEquals((await render(listing, "tsv")).split("\n")[1], [cell, cell, cell].join("\t"));
  assertEquals(
    (await render(listing, "csv")).split("\n")[1],
    Array(3).fill("?]0;x????\\??2J?b?").join(","),
  );
});
