// Goal: one listing in five formats that other programs parse. Method: exact texts.
import { assertEquals } from "@std/assert";
import { type Listing, render } from "../../../mod/cli/core/format.ts";
import { table } from "../../../mod/cli/core/table.ts";

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

Deno.test("render() quotes csv and escapes tsv where needed, and ends lines with LF", async () => {
  assertEquals(
    await render(LISTING, "csv"),
    'id,name,bindings,reason\n1,plain,:80: :81:,\n22,"a,""b""\tc\nd",,no; space \n',
  );
  assertEquals(
    await render(LISTING, "tsv"),
    'id\tname\tbindings\treason\n1\tplain\t:80: :81:\t\n22\ta,"b"\\tc\\nd\t\tno; space ',
  );
  assertEquals(await render(EMPTY, "csv"), "id,name\n");
});

Deno.test("table() aligns columns under their names, without trailing spaces", () => {
  const listing: Listing = {
    name: "sites",
    columns: ["id", "name", "reason"],
    rows: [{ id: 1, name: "a", reason: null }, { id: 100, name: "longer", reason: "why" }],
  };
  assertEquals(table(listing), "ID   NAME    REASON\n1    a\n100  longer  why");
  assertEquals(table(EMPTY), "ID  NAME");
});

Deno.test("table() measures columns as a terminal does, and keeps a record on one line", () => {
  const rows = [{ id: 1, name: "日本", reason: "x" }, { id: 2, name: "é", reason: "a\nb\tc" }];
  const listing = { name: "rows", columns: ["id", "name", "reason"], rows };
  assertEquals(table(listing), "ID  NAME  REASON\n1   日本  x\n2   é     a b c");
});
