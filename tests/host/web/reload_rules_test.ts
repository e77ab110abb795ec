/** Goal: what prevents a reload, and what it reports. Method: plans, no sockets. */
import { atOnce } from "../../../mod/base/steps.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { type Endpoint, formatEndpoint, parseEndpoint } from "../../../mod/base/address.ts";
import type { HttpServer } from "../../../mod/http/server.ts";
import { Fault } from "../../../mod/base/fault.ts";
import {
  changesOf,
  checkReload,
  drainUnreached,
  isNewFailure,
  upSiteIds,
} from "../../../mod/host/web/reload_rules.ts";
import { tableOf } from "../../support/machine.ts";
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

Deno.test("drainUnreached() drains only connections to addresses without a socket", async () => {
  const drained: string[] = [];
  const zoned = ["[fe80::1%old0]:80", "[fe80::1%v0]:80", "[fe80::2%v0]:80"];
  const locals = ["10.0.0.5:80", "10.0.0.6:80", "[::1]:80", "10.0.0.6:81", ...zoned];
  const server = {
    localEndpoints: () => locals.map((text) => ({ endpoint: at(text), connections: 2 })),
    drainEndpoints(endpoints: readonly Endpoint[], graceMs: number): Promise<void>[] {
      for (const endpoint of endpoints) drained.push(`${formatEndpoint(endpoint)} ${graceMs}`);
      return endpoints.map(() => Promise.resolve());
    },
  } as unknown as HttpServer;
  const open = [at("10.0.0.5:80"), at("0.0.0.0:81"), at("[fe80::1%v0]:80")];
  const draining = atOnce(drainUnreached(open, server, {
    graceMs: 7000,
    table: tableOf(["fe80::1/64 v0 2"]),
  }));
  await Promise.all(draining.map(({ done }) => done));
  assertEquals(drained, ["10.0.0.6:80 7000", "[::1]:80 7000", "[fe80::2%v0]:80 7000"]);
  assertEquals(draining[0]?.connections, 2);
});

Deno.test("drainUnreached() does not compare each connection with every socket", () => {
  let looks = 0;
  const sockets = Array.from({ length: 1000 }, (_, i) => {
    const { ip, port } = at(`10.1.${i >> 8}.${i & 255}:80`);
    return {
      port,
      get ip(): Endpoint["ip"] {
        looks++;
        return ip;
      },
    };
  });
  const locals = Array.from({ length: 1000 }, (_, i) => at(`10.2.${i >> 8}.${i & 255}:80`));
  const server = {
    localEndpoints: () => locals.map((endpoint) => ({ endpoint, connections: 1 })),
    drainEndpoints: (endpoints: readonly Endpoint[]) => endpoints.map(() => Promise.resolve()),
  } as unknown as HttpServer;
  const options = { graceMs: 0, table: tableOf([]) };
  assertEquals(atOnce(drainUnreached(sockets, server, options)).length, 1000);
  assertEquals(looks < 10_000, true, `${looks} looks`);
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
