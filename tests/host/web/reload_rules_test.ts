/** Goal: what prevents a reload, and what it reports. Method: plans, no sockets. */
import { atOnce } from "../../../mod/base/work/steps.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { type Endpoint, parseEndpoint } from "../../../mod/base/address.ts";
import { Fault } from "../../../mod/base/fault.ts";
import {
  changesOf,
  checkReload,
  isNewFailure,
  upSiteIds,
} from "../../../mod/host/web/reload_rules.ts";
import { ANY_BINDER } from "../../../mod/listen/sockets/endpoint.ts";
import { bindFault } from "../../../mod/listen/machine/bind_fault.ts";
import type { EndpointAction, Plan, PlannedSite } from "../../../mod/listen/plan/plan.ts";

Deno.test("isNewFailure() ignores an absent address, and what was refused before", () => {
  const before = plan({ "10.0.0.5:80": "refused", "10.0.0.6:80": "keep" });
  const cases: readonly (readonly [where: string, code: string, isNew: boolean])[] = [
    ["10.0.0.7:80", "EADDRINUSE", true],
    ["10.0.0.7:80", "EACCES", true],
    ["10.0.0.7:80", "EADDRNOTAVAIL", false],
    ["10.0.0.5:80", "EADDRINUSE", false],
    ["10.0.0.5:81", "EADDRINUSE", true],
  ];
  for (const [where, code, isNew] of cases) {
    const fault = bindFault(at(where), Object.assign(new Error(), { code }), [], ANY_BINDER);
    assertEquals(
      isNewFailure({ endpoint: { ...at(where), scopeId: 0 }, fault }, before),
      isNew,
      `${where} ${code}`,
    );
  }
});

Deno.test("checkReload() rejects a plan that would leave nothing to do", () => {
  checkReload(plan({}, ["started", "failed"]), false);
  checkReload(plan({}, ["waiting"]), false);
  checkReload(plan({}, ["stopped"]), false);
  checkReload(plan({}), false);
  assertThrows(() => checkReload(plan({}, ["failed", "stopped"]), false), Fault);
  checkReload(plan({ "10.0.0.5:80": "wait" }), false);
  assertThrows(() => checkReload(plan({ "10.0.0.5:80": "wait" }), true), Fault, "10.0.0.5:80");
});

Deno.test("upSiteIds() and changesOf() compare two plans", () => {
  assertEquals(upSiteIds(plan({}, ["started", "failed", "waiting"])), "1,3");
  const before = plan({ "10.0.0.5:80": "keep", "10.0.0.6:80": "open" });
  const after = plan({ "10.0.0.5:80": "close", "10.0.0.6:80": "keep", "10.0.0.7:80": "open" });
  assertEquals(
    atOnce(changesOf(before, after)).map(({ change, endpoint }) => `${change} ${endpoint}`),
    ["opened 10.0.0.7:80", "closed 10.0.0.5:80"],
  );
});

function plan(
  actions: Readonly<Record<string, EndpointAction>>,
  states: readonly PlannedSite["state"][] = [],
): Plan {
  return {
    endpoints: Object.entries(actions).map(([where, action]) => {
      const common = { secure: false, cause: "", entry: null, holders: [], returns: false };
      return { ...at(where), scopeId: 0, action, ...common };
    }),
    sites: states.map((state, i) => {
      const reason = state === "failed" ? "why" : null;
      return { id: i + 1, name: `s${i + 1}`, state, reason, win32: 0 };
    }),
    registrations: [],
    unmatched: [],
  };
}

function at(text: string): Endpoint {
  return parseEndpoint(text) as Endpoint;
}
