// Goal: what nobody can understand is garbage, and never nothing.
// Method: a table of values of each key, as a snapshot and as a change.
import { assertEquals } from "@std/assert";
import { viewOf, withChanges } from "../../../mod/fleet/shared/fleet_view.ts";
import { Layout } from "../../../mod/fleet/shared/layout.ts";

const layout = new Layout("/f/");
const ID = "0123456789abcdef";
const HEAD = {
  revision: 3,
  id: ID,
  at: "2026-11-28T01:00:00.000Z",
  by: "root@web1",
  what: "set iplisten -i 10.0.0.5",
  hash: "0".repeat(64),
  patch: { fields: [] },
  snapshot: { revision: 1, id: ID, pieces: 1 },
};
const ROLLOUT = {
  id: "a",
  phase: "running",
  revision: 3,
  group: null,
  waves: [["web1"], ["web2"]],
  released: 1,
  waitSeconds: 5,
  applySeconds: 60,
  confirmSeconds: null,
  at: HEAD.at,
  by: HEAD.by,
  causes: [],
};

/** A key, a value that can be understood, and values that cannot. */
const KEYS: readonly (readonly [key: string, good: unknown, bad: readonly unknown[]])[] = [
  [layout.head, HEAD, [
    null,
    {},
    { ...HEAD, revision: 0 },
    { ...HEAD, revision: 1e12 },
    { ...HEAD, hash: "x" },
    { ...HEAD, patch: { splices: [[-1, 0]] } },
    { ...HEAD, snapshot: { revision: 1, id: "../../shared", pieces: 1 } },
    { ...HEAD, snapshot: { revision: 1, id: ID, pieces: 1e9 } },
  ]],
  [layout.target, { revision: 1, groups: { edge: 2 } }, [
    [],
    { revision: 1 },
    { revision: 1, groups: { "/": 1 } },
    { revision: 1.5, groups: {} },
  ]],
  [layout.rollout, ROLLOUT, [{ ...ROLLOUT, phase: "paused" }, { ...ROLLOUT, waves: [[""]] }]],
  [layout.question(ID), { kind: "who", port: 443 }, [
    { kind: "who", port: 0 },
    { kind: "shutdown" },
  ]],
];

for (const [key, good, bads] of KEYS) {
  Deno.test(`${key}: only what has its shape is understood`, () => {
    const change = (value: string, changed: number) => [{ key, value, changed }];
    const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const texts = [...bads.map((bad) => JSON.stringify(bad)), "", "{", "\ufffd\0", nested];
    const view = viewOf(layout, { revision: 9, values: change(JSON.stringify(good), 7) });
    assertEquals([view.garbage, view.changed.get(key)], [[], 7]);
    for (const text of texts) {
      const asSnapshot = viewOf(layout, { revision: 9, values: change(text, 7) });
      const asChange = withChanges(layout, view, 10, change(text, 10));
      for (const broken of [asSnapshot, asChange]) {
        assertEquals(broken.garbage, [key], text.slice(0, 100));
        const { head, target, rollout, questions } = broken;
        assertEquals({ head, target, rollout, questions: questions.size }, {
          head: null,
          target: null,
          rollout: null,
          questions: 0,
        });
      }
      assertEquals(asChange.changed.get(key), 10);
      assertEquals(withChanges(layout, asChange, 11, change(JSON.stringify(good), 11)), {
        ...view,
        storeRevision: 11,
        changed: new Map([[key, 11]]),
      });
      const removed = withChanges(layout, asChange, 12, [{ key, value: null, changed: 12 }]);
      assertEquals([removed.garbage, removed.changed.size, removed.head], [[], 0, null]);
    }
  });
}

Deno.test("the epoch and the driver are texts; keys that nobody knows are left alone", () => {
  const view = viewOf(layout, {
    revision: 5,
    values: [
      { key: layout.epoch, value: ID, changed: 2 },
      { key: layout.driver, value: "web1", changed: 3 },
      { key: `${layout.shared}later/version`, value: "?", changed: 4 },
    ],
  });
  assertEquals([view.epoch, view.driver, view.garbage], [ID, "web1", []]);
  const broken = withChanges(layout, view, 6, [
    { key: layout.epoch, value: "", changed: 6 },
    { key: layout.driver, value: "x".repeat(10_000), changed: 6 },
  ]);
  assertEquals([broken.epoch, broken.driver], [null, null]);
  assertEquals(broken.garbage, [layout.epoch, layout.driver]);
});

Deno.test("a question whose name is no id is garbage until it is removed", () => {
  const key = layout.question("../x");
  const view = viewOf(layout, { revision: 5, values: [{ key, value: "{}", changed: 2 }] });
  assertEquals(view.garbage, [key]);
  assertEquals(withChanges(layout, view, 6, [{ key, value: null, changed: 6 }]).garbage, []);
});
