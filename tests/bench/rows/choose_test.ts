import { assert, assertEquals } from "@std/assert";
import { chooseRows } from "./choose.ts";
import { ROWS } from "./rows.ts";

function chosen(...names: string[]): string[] | string {
  const rows = chooseRows(ROWS, names);
  return typeof rows === "string" ? rows : rows.map(({ name }) => name);
}

Deno.test("a name stands for its row, or for all that begin with it", () => {
  assertEquals(chosen("set", "keep-alive"), ["keep-alive", "set"]);
  assertEquals(chosen("idle"), ["idle-http", "idle-https"]);
  assertEquals(chosen().length, ROWS.length);
  assertEquals(chosen("http"), 'no row is named "http"; see --list');
});

Deno.test("every row has a name of its own, one line about it, and goals for what it measures", () => {
  assertEquals(new Set(ROWS.map(({ name }) => name)).size, ROWS.length);
  for (const { name, title, goals = [] } of ROWS) {
    assert(/^[a-z0-9-]+$/.test(name), name);
    assert(title !== "" && !title.includes("\n"), title);
    for (const { work } of goals) assert(work !== "");
  }
});
