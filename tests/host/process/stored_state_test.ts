// Goal: the status says how the stored document differs from what runs, and which version that is.
// Method: a store and a history of values.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import type { History } from "../../../mod/config/store/history.ts";
import { serialize } from "../../../mod/config/store/store.ts";
import { StoredState } from "../../../mod/host/process/stored_state.ts";

const OTHER: ConfigDocument = { ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.1", "10.0.0.2"] };
const FILE = "config.json";
const STORED_AT = "2026-01-02T03:04:05.000Z";

function stateOf(
  read: () => Promise<ConfigDocument>,
  versions: ReadonlyMap<number, ConfigDocument> = new Map(),
): { state: StoredState; searches(): number } {
  let searches = 0;
  const newest = (text: string): ReturnType<History["newest"]> => {
    searches++;
    const found = [...versions].reverse().find(([, document]) => serialize(document) === text);
    return Promise.resolve(found === undefined ? null : { number: found[0], at: STORED_AT });
  };
  const state = new StoredState({ store: { file: FILE, read }, history: { newest } });
  return { state, searches: () => searches };
}

Deno.test("StoredState counts the changes and finds the version, once for each document", async () => {
  const { state, searches } = stateOf(
    () => Promise.resolve(OTHER),
    new Map([[3, DEFAULT_DOCUMENT], [4, OTHER]]),
  );
  state.applied();
  for (const _ of [1, 2]) {
    const { stored, AppliedRevision, appliedAt } = await state.compare(
      await state.read(),
      DEFAULT_DOCUMENT,
    );
    assertEquals(stored, { file: FILE, changes: 2, problem: null, hint: null });
    assertEquals(AppliedRevision, 3);
    assert(!Number.isNaN(Date.parse(appliedAt ?? "")));
  }
  assertEquals(searches(), 1);
  // What applies when it is stored is as old as its version.
  const { state: unapplied } = stateOf(() => Promise.resolve(OTHER), new Map([[4, OTHER]]));
  assertEquals((await unapplied.compare(OTHER, OTHER)).appliedAt, STORED_AT);
  const reloaded = await state.compare(OTHER, OTHER);
  assertEquals([reloaded.stored.changes, reloaded.AppliedRevision, searches()], [0, 4, 2]);
});

Deno.test("StoredState has no number for a document that is not in the history", async () => {
  const { state } = stateOf(() => Promise.resolve(OTHER), new Map([[1, DEFAULT_DOCUMENT]]));
  assertEquals((await state.compare(OTHER, OTHER)).AppliedRevision, null);
  const unreadable = new StoredState({
    store: { file: FILE, read: () => Promise.resolve(OTHER) },
    history: { newest: () => Promise.reject(new Fault("permission denied")) },
  });
  assertEquals((await unreadable.compare(OTHER, OTHER)).AppliedRevision, null);
});

Deno.test("StoredState has nothing in force while no service runs", async () => {
  const { state, searches } = stateOf(() => Promise.resolve(OTHER));
  state.applied();
  assertEquals(await state.compare(OTHER, null), {
    stored: { file: FILE, changes: 0, problem: null, hint: null },
    AppliedRevision: null,
    appliedAt: null,
  });
  assertEquals(searches(), 0);
});

Deno.test("StoredState reports why the document cannot be used, and throws only for a bug", async () => {
  const fault = new Fault("Cannot read it", { hint: "fix it" });
  const { state } = stateOf(() => Promise.reject(fault));
  const { stored } = await state.compare(await state.read(), DEFAULT_DOCUMENT);
  assertEquals(stored, { file: FILE, changes: null, problem: "Cannot read it", hint: "fix it" });
  await assertRejects(() => stateOf(() => Promise.reject(new TypeError())).state.read(), TypeError);
});

Deno.test("StoredState says that a document was removed, and not that it has no changes", async () => {
  const { state } = stateOf(() => Promise.resolve(DEFAULT_DOCUMENT));
  const { stored } = await state.compare(await state.read(), OTHER);
  assertEquals(stored.changes, null);
  assertEquals(
    stored.problem,
    'Cannot use "config.json": it was removed; what is in force is not stored',
  );
  // Nothing has been stored yet, and the built-in document is in force.
  const built = await state.compare(DEFAULT_DOCUMENT, { ...DEFAULT_DOCUMENT });
  assertEquals([built.stored.changes, built.stored.problem], [0, null]);
});
