/** Goal: the status shows what is served. Method: values. */
import { atOnce } from "../../../mod/base/work/steps.ts";
import { assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { servingStatus, sitesUp } from "../../../mod/host/web/serving_state.ts";
import type { Plan, PlannedSite } from "../../../mod/listen/plan/plan.ts";

function planOf(states: readonly PlannedSite["state"][]): Plan {
  const sites = states.map((state, i) => {
    return { id: i + 1, name: `${i + 1}`, state, reason: null, win32: 0 };
  });
  return { endpoints: [], sites, registrations: [], unmatched: [] };
}

Deno.test("sitesUp() returns the sites with a handler, servingStatus() all of them", () => {
  const sites = [1, 2, 3, 4].map((id) => ({ ...DEFAULT_DOCUMENT.sites[0]!, id, name: `${id}` }));
  const plan = planOf(["started", "failed", "waiting", "stopped"]);
  const serving = { document: { ...DEFAULT_DOCUMENT, sites }, plan, withSites: true };
  const stored = { sites: sites.slice(2) };
  assertEquals(sitesUp(serving).map(({ id }) => id), [1, 3]);
  assertEquals(atOnce(servingStatus(serving, () => true, stored)).sites.map(({ state }) => state), [
    "paused",
    "stopped",
    "stopped",
    "stopped",
  ]);
  assertEquals(sitesUp(null), []);
});

Deno.test("servingStatus() has the stored sites, stopped, while W3SVC is not running", () => {
  const stored = { sites: [{ ...DEFAULT_DOCUMENT.sites[0]!, secureBindings: [":443:"] }] };
  const shown = [{
    id: 1,
    name: "Default Web Site",
    state: "stopped",
    reason: null,
    bindings: [":8080:", ":443:"],
  }];
  const plan = planOf([]);
  const document = { ...DEFAULT_DOCUMENT, sites: [] };
  const programs = { document, plan, withSites: false };
  for (const state of [null, programs]) {
    assertEquals<unknown>(atOnce(servingStatus(state, () => false, stored)).sites, shown);
    assertEquals(atOnce(servingStatus(state, () => false, null)).sites, []);
  }
});
