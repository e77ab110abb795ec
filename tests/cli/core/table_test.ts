// Goal: tables that fit a terminal and lose nothing in a pipe. Method: exact texts, and random tables
// in every width.
import { assert, assertEquals } from "@std/assert";
import { widthOf } from "../../../mod/cli/core/screen/fit.ts";
import type { Listing, Row } from "../../../mod/cli/core/format.ts";
import { type ColumnLook, table } from "../../../mod/cli/core/table.ts";
import { screenWith, shownOn } from "./screen/screens.ts";

type Looks = Readonly<Record<string, ColumnLook>>;

function shown(listing: Listing, columns: number | null, looks: Looks = {}): string {
  const screen = screenWith(columns);
  return shownOn(screen, table(listing, screen, { looks }));
}

function listingOf(
  columns: readonly string[],
  ...cells: readonly (string | readonly string[])[][]
): Listing {
  const rows = cells.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i]!, cell])));
  return { name: "rows", columns, rows };
}

Deno.test("table() aligns columns under their names, without trailing spaces", () => {
  const listing = listingOf(["id", "name", "reason"], ["1", "a", ""], ["100", "longer", "why"]);
  const text = "ID   NAME    REASON\n1    a\n100  longer  why";
  assertEquals(shown(listing, null), text);
  assertEquals(shown(listing, 80), text);
  assertEquals(shown({ name: "rows", columns: ["id", "name"], rows: [] }, null), "ID  NAME");
});

Deno.test("table() measures columns as a terminal does, and keeps a record on one line", () => {
  const listing = listingOf(["id", "name", "reason"], ["1", "日本", "x"], ["2", "é", "a\nb\tc"]);
  assertEquals(shown(listing, null), "ID  NAME  REASON\n1   日本  x\n2   é     a b c");
});

Deno.test("table() leaves out an empty column on a terminal, and keeps it in a pipe", () => {
  const listing = listingOf(["id", "note", "name"], ["1", "", "a"]);
  assertEquals(shown(listing, 80), "ID  NAME\n1   a");
  assertEquals(shown(listing, null), "ID  NOTE  NAME\n1         a");
});

Deno.test("table() wraps words, lists values, and shortens the middle of a value", () => {
  const listing = listingOf(
    ["name", "hash", "bindings", "why"],
    [
      "Default Web Site",
      "63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6",
      [":80:www.example.com", ":443:www.example.com"],
      "the port is held by nginx (pid 812, user root) on 0.0.0.0:80, every IPv4 address",
    ],
  );
  const looks: Looks = {
    name: { kind: "key" },
    hash: { kind: "value" },
    bindings: { kind: "values" },
  };
  assertEquals(
    shown(listing, 80, looks),
    `
NAME              HASH                BINDINGS            WHY
Default Web Site  63b5d9dcf…b560dba6  :80:www.e…mple.com  the port is held by
                                      :443:www.…mple.com  nginx (pid 812, user
                                                          root) on 0.0.0.0:80,
                                                          every IPv4 address
`.trim(),
  );
});

Deno.test("table() shortens with ASCII where there is no more", () => {
  const listing = listingOf(["name", "hash"], ["one…", "0123456789".repeat(5)]);
  const screen = screenWith(40, { isUnicode: false });
  const text = shownOn(screen, table(listing, screen, { looks: { hash: { kind: "value" } } }));
  assertEquals(text, "NAME    HASH\none...  012345678901234...67890123456789");
});

Deno.test("table() has a line for each cell where it has no room for columns", () => {
  const columns = ["name", "first", "second", "third", "fourth"];
  const listing = listingOf(columns, ["one", "a", "b", "c", "d d d d d d d d d d d"], ["two"]);
  const looks = Object.fromEntries(columns.map((name) => [name, { kind: "key" as const }]));
  assertEquals(
    shown(listing, 24, looks),
    "NAME    one\nFIRST   a\nSECOND  b\nTHIRD   c\nFOURTH  d d d d …d d d d\n\nNAME    two",
  );
});

/** A repeatable sequence of numbers below `n`. */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(state / 65536) % n;
  };
}

const WORDS = ["a", "the", "port", "日本語", "é", "[fe80::a00:27ff:fe4e:66a1%eth0]:8443"]
  .concat(["63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6", "/srv/www/www.example.com/public/x"])
  .concat(["👍🏽", "한국어한국어한국어한국어한국어한국어", "x".repeat(300), "on", "held", "by"]);

function randomListing(next: (n: number) => number): Listing {
  const columns = ["key", "value", "values", "words", "more"].slice(0, 2 + next(4));
  const cell = (name: string): string => {
    const count = name === "words" ? next(30) : name === "values" || name === "more" ? next(5) : 1;
    return Array.from({ length: count }, () => WORDS[next(WORDS.length)]!).join(" ");
  };
  const rows = Array.from({ length: 1 + next(6) }, (): Row => {
    return Object.fromEntries(columns.map((name) => [name, cell(name)]));
  });
  return { name: "rows", columns, rows };
}

const KINDS: Looks = {
  key: { kind: "key" },
  value: { kind: "value" },
  values: { kind: "values" },
};

Deno.test("table() is never wider than the terminal, whatever is in it", () => {
  for (let seed = 0; seed < 300; seed++) {
    const next = dice(seed);
    const listing = randomListing(next);
    const columns = 40 + next(120);
    const text = shown(listing, columns, KINDS);
    for (const line of text.split("\n")) {
      assert(widthOf(line) <= columns, `seed ${seed}: ${widthOf(line)} > ${columns}: ${line}`);
      assertEquals(line, line.trimEnd(), `seed ${seed}`);
    }
  }
});

Deno.test("table() in a pipe has every cell, on one line for each record", () => {
  for (let seed = 0; seed < 100; seed++) {
    const listing = randomListing(dice(seed));
    const lines = shown(listing, null, KINDS).split("\n");
    assertEquals(lines.length, listing.rows.length + 1);
    listing.rows.forEach((row, i) => {
      for (const cell of Object.values(row)) assert(lines[i + 1]!.includes(String(cell)));
    });
  }
});
