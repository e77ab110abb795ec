import { assertEquals } from "@std/assert";
import { FLEET_FACTS, fleetItems, stateOf } from "../../../../mod/site/dashboard/browser/fleet.js";
import type { FleetFacts } from "../../../../mod/site/about/dashboard_view.ts";
import { FLEET } from "../../../support/about/dashboard.ts";

/** The facts as they are read: a state, and what is beside it. */
function factsOf(fleet: FleetFacts): string[] {
  return FLEET_FACTS.map((fact) => {
    const state = stateOf(fact, fleet);
    const word = state === null ? "" : `(${state.look}) ${state.word} `;
    return `${fact.title}: ${word}${fact.text(fleet)}`.trimEnd();
  });
}

Deno.test("a member is its name, its revisions, how it is, and its store", () => {
  assertEquals(factsOf(FLEET), [
    "Member: web1",
    "Group: canary",
    "Runs revision: 7",
    "Should run: 7",
    "Newest: 7",
    "Outcome: (good) applied",
    "Store: (good) up etcd at http://10.0.0.9:2379",
  ]);
  const worse = {
    ...FLEET,
    ...{ group: null, revision: null, wanted: null, head: 12_345, outcome: "held" as const },
    ...{ isStoreUp: false, reason: "connection refused" },
  };
  assertEquals(factsOf(worse).slice(1), [
    "Group: –",
    "Runs revision: –",
    "Should run: –",
    "Newest: 12,345",
    "Outcome: (warn) held",
    "Store: (bad) down connection refused",
  ]);
});

Deno.test("problems have their hints, and lists say what they leave out", () => {
  const fleet = {
    ...FLEET,
    problems: ["no certificate"],
    hint: "httpcfg cert create\nhttpcfg fleet follow",
    overrides: ["ipListen", "sites[W3SVC/2]"],
    counts: { problems: 2001, overrides: 2 },
  };
  const item = (text: string, code: string | null = null, level: string | null = null) => {
    return { level, text, code };
  };
  assertEquals(fleetItems("problems", fleet), [
    item("no certificate", null, "problem"),
    item("and 2,000 more"),
    item("Try", "httpcfg cert create"),
    item("Try", "httpcfg fleet follow"),
  ]);
  assertEquals(fleetItems("overrides", fleet), [item("", "ipListen"), item("", "sites[W3SVC/2]")]);
  for (const none of [null, FLEET]) {
    assertEquals([fleetItems("problems", none), fleetItems("overrides", none)], [[], []]);
  }
});
