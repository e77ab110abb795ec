// Goal: each key does what the help says, and nothing leaves the table. Method: keys one after the
// other on a table of a hundred rows, of which ten are seen.
import { assert, assertEquals } from "@std/assert";
import {
  afterKey,
  chosenRows,
  clampedOffset,
  type Extent,
  FIRST_STATE,
  type LiveState,
  sortOf,
} from "../../../../../mod/cli/commands/observe/live/live_state.ts";
import { VIEWS, viewTable } from "../../../../../mod/cli/commands/observe/live/views.ts";
import { endpoint, moment } from "./moments.ts";

const DATA = moment(
  [{ site: "a", address: "10.0.0.3:80", ok: 30 }, { site: "a", address: "10.0.0.20:80", ok: 7 }],
  {
    endpoints: Array.from({ length: 100 }, (_, i) => {
      return endpoint(`10.0.0.${i + 1}`, 80, i === 4 ? { state: "refused", cause: "Taken" } : {});
    }),
  },
);
const TABLE = viewTable("addresses", DATA);

function press(state: LiveState, keys: readonly string[], extent: Partial<Extent> = {}): LiveState {
  const all = { rows: 100, height: 10, table: TABLE, ...extent };
  return keys.reduce((now, key) => afterKey(now, key, all), state);
}

function offsetAfter(...keys: string[]): number {
  return press(FIRST_STATE, keys).offset;
}

Deno.test("keys scroll, and stop at both ends", () => {
  assertEquals(offsetAfter("down", "j", "down", "up"), 2);
  assertEquals(offsetAfter("k", "up", "pageup", "home"), 0);
  assertEquals(offsetAfter("pagedown"), 9);
  assertEquals(offsetAfter("pagedown", "ctrl+f", "ctrl+b"), 9);
  assertEquals(offsetAfter("end"), 90);
  assertEquals(offsetAfter("G", "down", "pagedown"), 90);
  assertEquals(offsetAfter("end", "g"), 0);
  assertEquals(press(FIRST_STATE, ["end", "down"], { rows: 3 }).offset, 0);
  // Rows that went away do not keep a key from moving at once.
  assertEquals(press({ ...FIRST_STATE, offset: 500 }, ["up"]).offset, 89);
  assertEquals(clampedOffset(500, { rows: 100, height: 10 }), 90);
});

Deno.test("keys choose a view, each from its beginning", () => {
  for (const [i, view] of VIEWS.entries()) {
    const state = press(FIRST_STATE, ["end", String(i + 1)]);
    assertEquals([state.view, state.offset], [view, 0]);
  }
  assertEquals(press(FIRST_STATE, ["9", "0"]), FIRST_STATE);
  assertEquals(press(FIRST_STATE, ["tab"]).view, "sites");
  assertEquals(press(FIRST_STATE, ["shift+tab"]).view, "workers");
  assertEquals(press(FIRST_STATE, VIEWS.map(() => "tab")).view, "addresses");
});

Deno.test("each column can be sorted by, both ways", () => {
  const first = (state: LiveState): string => chosenRows(TABLE, state)[0]![0]!.text;
  assertEquals(sortOf(FIRST_STATE, TABLE), { column: 2, isDown: true });
  assertEquals(first(FIRST_STATE), "10.0.0.3:80");
  const byState = press(FIRST_STATE, ["<"]);
  assertEquals(sortOf(byState, TABLE), { column: 1, isDown: false });
  assertEquals(first(byState), "10.0.0.5:80", "what is refused comes first");
  const byAddress = press(byState, ["left"]);
  assertEquals(chosenRows(TABLE, byAddress).slice(8, 11).map(([cell]) => cell!.text), [
    "10.0.0.9:80",
    "10.0.0.10:80",
    "10.0.0.11:80",
  ]);
  assertEquals(first(press(byAddress, ["r"])), "10.0.0.100:80");
  assertEquals(sortOf(press(byAddress, ["<"]), TABLE).column, TABLE.columns.length - 1);
  assertEquals(sortOf(press(FIRST_STATE, TABLE.columns.map(() => ">")), TABLE).column, 2);
  // Each view has an order of its own.
  assertEquals(press(byState, ["2", "1"]).sorts.addresses, { column: 1, isDown: false });
});

Deno.test("a filter is typed, kept, taken back, and removed", () => {
  const typed = press(FIRST_STATE, ["/", ..."q?2", " "]);
  assertEquals([typed.filter, typed.isOver, typed.view], ["q?2 ", false, "addresses"]);
  assertEquals(press(typed, ["backspace", "backspace"]).filter, "q?");
  const kept = press(typed, ["ctrl+u", ..."tAkEn", "enter"]);
  assertEquals([kept.filter, kept.before], ["tAkEn", null]);
  assertEquals(chosenRows(TABLE, kept).map(([cell]) => cell!.text), ["10.0.0.5:80"]);
  assertEquals(press(kept, ["/", "x", "escape"]).filter, "tAkEn");
  assertEquals(press(kept, ["escape"]).filter, "");
  assertEquals(press(FIRST_STATE, ["/", "backspace"]).before, null);
  assertEquals(press(FIRST_STATE, ["/", "up", "ctrl+l", "\u202e", "a"]).filter, "a");
  assertEquals(press(FIRST_STATE, ["/", ..."x".repeat(500)]).filter.length, 100);
});

Deno.test("pause, help and the end", () => {
  assertEquals(press(FIRST_STATE, [" "]).isPaused, true);
  assertEquals(press(FIRST_STATE, [" ", " "]).isPaused, false);
  const help = press(FIRST_STATE, ["?"]);
  assertEquals(help.isHelp, true);
  assertEquals(press(help, ["j"]), FIRST_STATE, "any key: back");
  for (const keys of [["q"], ["ctrl+c"], ["?", "q"], ["/", "ctrl+c"]]) {
    assert(press(FIRST_STATE, keys).isOver, keys.join());
  }
  assertEquals(press(FIRST_STATE, ["x", "delete", "é"]), FIRST_STATE);
});

Deno.test("no sequence of keys leaves the table, or ends without being asked to", () => {
  const keys = [
    "up",
    "down",
    "pageup",
    "pagedown",
    "home",
    "end",
    "<",
    ">",
    "r",
    "tab",
    "5",
    "/",
    "a",
  ];
  let seed = 7;
  const random = (below: number): number => (seed = seed * 48271 % 2147483647) % below;
  let state = FIRST_STATE;
  for (let i = 0; i < 5000; i++) {
    const table = viewTable(state.view, DATA);
    const rows = random(50);
    state = afterKey(state, keys[random(keys.length)]!, { rows, height: random(20), table });
    if (random(9) === 0) state = afterKey(state, "enter", { rows, height: 5, table });
    assert(state.offset >= 0 && state.offset <= 100 && !state.isOver);
    const { column } = sortOf(state, viewTable(state.view, DATA));
    assert(viewTable(state.view, DATA).columns[column] !== undefined);
  }
});
