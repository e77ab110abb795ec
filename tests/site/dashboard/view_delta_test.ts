// Goal: a page that merges what it is sent has the view of the service, whatever has changed. Method:
// the delta of random views, through JSON, into the function that the browser uses.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { atOnce } from "../../../mod/base/work/steps.ts";
import type { AddressRow, DashboardView } from "../../../mod/site/about/dashboard_view.ts";
import { mergeView } from "../../../mod/site/dashboard/browser/merge.js";
import { viewDelta } from "../../../mod/site/dashboard/view_delta.ts";
import { addressRow, FLEET, VIEW } from "../../support/about/dashboard.ts";

/** Returns what a page makes of `before` and what it is sent. */
function merged(before: DashboardView, after: DashboardView): unknown {
  const sent = JSON.parse(JSON.stringify(atOnce(viewDelta(before, after))));
  return mergeView(before as never, sent);
}

function withAddresses(id: number, addresses: readonly AddressRow[]): DashboardView {
  return { ...VIEW, id, addresses };
}

/** Numbers that look random, the same in each run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

function randomRows(random: (below: number) => number): AddressRow[] {
  const rows = Array.from({ length: random(9) }, () => {
    const states = ["open", "wait", "refused"] as const;
    const more = { state: states[random(3)]!, requests: random(3) };
    return addressRow(`10.0.0.${random(12)}:80`, more);
  });
  return [...new Map(rows.map((row) => [row.key, row])).values()];
}

Deno.test("a merged view is the view that the delta was made for", () => {
  const random = randomOf(7);
  let before = withAddresses(1, []);
  for (let id = 2; id < 600; id++) {
    const after = {
      ...withAddresses(id, randomRows(random)),
      time: `2026-11-27T12:00:0${random(3)}.000Z`,
      addressCounts: { open: random(2), wait: 0, refused: 0, draining: 0 },
    };
    assertEquals(merged(before, after), after);
    before = after;
  }
});

Deno.test("a delta has what has changed, and nothing else", () => {
  const [a, b, c] = [1, 2, 3].map((i) => addressRow(`10.0.0.${i}:80`)) as [
    AddressRow,
    AddressRow,
    AddressRow,
  ];
  const busy = { ...b, requests: 1 };
  const cases = [
    [[a, b], [a, b], undefined],
    [[a, b], [{ ...a }, { ...b }], undefined],
    [[a, b], [a, busy], { put: [busy] }],
    [[a, b], [b], { drop: [a.key] }],
    [[a], [a, b, c], { put: [b, c] }],
    [[a, b], [c, a, b], { put: [c], order: [c.key, a.key, b.key] }],
    [[a, b], [b, a], { order: [b.key, a.key] }],
  ] as const;
  for (const [before, after, want] of cases) {
    const delta = atOnce(viewDelta(withAddresses(1, before), withAddresses(2, after)));
    assertEquals(delta, { from: 1, id: 2, set: {}, lists: want ? { addresses: want } : {} });
  }
  const next = { ...VIEW, id: 2, drift: null };
  assertEquals(atOnce(viewDelta(VIEW, next)).set, { drift: null });
});

Deno.test("a machine becomes a member of a fleet, goes on, and leaves", () => {
  const members = [null, FLEET, { ...FLEET, head: 8 }, null];
  let before: DashboardView = VIEW;
  for (const [i, fleet] of members.entries()) {
    const after: DashboardView = { ...VIEW, id: i + 2, fleet };
    const { set } = atOnce(viewDelta(before, after));
    assertEquals(set, before.fleet === fleet ? {} : { fleet });
    assertEquals(merged(before, after), after);
    before = after;
  }
});

Deno.test("what did not change is the same object; a delta to another view is none", () => {
  const rows = [addressRow("10.0.0.1:80"), addressRow("10.0.0.2:80")];
  const before = withAddresses(1, rows);
  const after = withAddresses(2, [rows[0]!, { ...rows[1]!, requests: 9 }]);
  const view = merged(before, after) as DashboardView;
  assertStrictEquals(view.addresses[0], rows[0]);
  assertStrictEquals(view.sites, before.sites);
  const delta = atOnce(viewDelta(before, after));
  assertEquals(mergeView({ ...before, id: 9 } as never, delta as never), null);
});
