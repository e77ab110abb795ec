// Goal: the result of a plan, in helpful words. Method: plans made by hand.
import { atOnce } from "../../../mod/base/work/steps.ts";
import { ForeignText } from "../../../mod/base/printable.ts";
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { SiteRecord } from "../../../mod/config/document/document.ts";
import {
  endpointStatuses,
  isUp,
  listeningView,
  noteExcluded,
  nothingStarted,
  siteStatuses,
} from "../../../mod/host/web/status_views.ts";
import type { PortOwner } from "../../../mod/listen/machine/port_owner.ts";
import { plannedEndpoint, plannedSite, planOf } from "../../support/plans.ts";

const OWNER: PortOwner = {
  ip: "127.0.0.2" as Ip,
  port: 80,
  pid: 77,
  program: new ForeignText("nginx"),
  user: "root",
  mapped: false,
  v6only: null,
  device: null,
  namespace: null,
  socket: 1,
  workers: [],
};

Deno.test("endpointStatuses() shows every action as a state, and why if it is not open", () => {
  const plan = planOf([
    plannedEndpoint("127.0.0.2:80", "open"),
    plannedEndpoint("127.0.0.3:80", "keep"),
    plannedEndpoint("127.0.0.4:443", "wait", { secure: true, cause: "not here" }),
    plannedEndpoint("[::1]:80", "refused", { cause: "taken" }),
    plannedEndpoint("127.0.0.5:80", "close", { cause: "no longer listed" }),
  ]);
  const rows = atOnce(endpointStatuses(plan)).map(({ ip, port, scheme, state, cause }) => {
    return `${scheme} ${ip} ${port} ${state}: ${cause}`;
  });
  assertEquals(rows, [
    "http 127.0.0.2 80 open: null",
    "http 127.0.0.3 80 open: null",
    "https 127.0.0.4 443 wait: not here",
    "http ::1 80 refused: taken",
    "http 127.0.0.5 80 draining: no longer listed",
  ]);
});

Deno.test("siteStatuses() distinguishes all states, and a site that runs only in part", () => {
  const record = (id: number): SiteRecord => ({
    id,
    name: `site ${id}`,
    bindings: [`:${id}:`],
    secureBindings: [`:${id + 100}:`],
    autoStart: true,
    content: { kind: "echo" },
  });
  const plan = planOf([], [
    plannedSite(1, "started"),
    plannedSite(2, "started", { reason: "127.0.0.9:80 is taken" }),
    plannedSite(3, "waiting", { reason: "no address yet" }),
    plannedSite(4, "failed", { reason: "not on the list" }),
    plannedSite(5, "stopped", { reason: "nobody wants it" }),
  ]);
  const sites = [1, 2, 3, 4, 5].map(record);
  const shown = (isPaused: boolean): unknown[] => {
    return siteStatuses(plan, sites, () => isPaused).map(({ state, reason }) => [state, reason]);
  };
  const others = [
    ["stopped", "no address yet"],
    ["stopped", "not on the list"],
    ["stopped", null], // as configured
  ];
  assertEquals(shown(false), [["started", null], ["started", "127.0.0.9:80 is taken"], ...others]);
  assertEquals(shown(true), [["paused", null], ["paused", "127.0.0.9:80 is taken"], ...others]);
  assertEquals(siteStatuses(plan, sites, () => false)[0]?.bindings, [":1:", ":101:"]);
});

Deno.test("noteExcluded() marks the sockets that a reload would close", () => {
  const endpoints = atOnce(endpointStatuses(planOf([
    plannedEndpoint("127.0.0.2:80", "open"),
    plannedEndpoint("127.0.0.3:80", "keep"),
    plannedEndpoint("127.0.0.4:80", "close"),
    plannedEndpoint("[::]:81", "open"),
  ])));
  const notes = atOnce(noteExcluded(endpoints, (ip) => ip === "127.0.0.2")).map(({ note }) => note);
  assertEquals(notes, [undefined, "the stored list excludes it", undefined, undefined]);
});

Deno.test("isUp() is also true for a site that waits for its address", () => {
  const states = ["started", "waiting", "failed", "stopped"] as const;
  assertEquals(states.filter((state) => isUp(plannedSite(1, state))), ["started", "waiting"]);
});

Deno.test("nothingStarted() is null while a site runs or waits, or if none should start", () => {
  for (const state of ["started", "waiting", "stopped"] as const) {
    assertEquals(nothingStarted(planOf([], [plannedSite(1, state)])), null, state);
  }
  const mixed = planOf([], [plannedSite(1, "failed"), plannedSite(2, "started")]);
  assertEquals(nothingStarted(mixed), null);
  assertEquals(nothingStarted(planOf([])), null);
});

Deno.test("nothingStarted() for one site names the address, port, cause and owner", () => {
  const refused = plannedEndpoint("127.0.0.2:80", "refused", {
    cause: "taken by nginx, pid 77",
    holders: [OWNER],
  });
  const failed = plannedSite(1, "failed", { hints: ["one", "two"] });
  const fault = nothingStarted(planOf([refused], [failed]));
  assertEquals(fault?.message, 'Cannot listen on "127.0.0.2:80": taken by nginx, pid 77');
  assertEquals(fault?.hint, "one\ntwo");
});

Deno.test("nothingStarted() for several sites names each with its reason", () => {
  const sites = [
    plannedSite(1, "failed", { reason: "not on the list", hints: ["one", "two"] }),
    plannedSite(2, "failed", { reason: "taken", hints: ["two", "three"] }),
    plannedSite(3, "stopped"),
  ];
  const fault = nothingStarted(planOf([], sites));
  assertEquals(
    fault?.message,
    'Cannot start any site\n  "site 1": not on the list\n  "site 2": taken',
  );
  assertEquals(fault?.hint, "one\ntwo\nthree");
});

Deno.test("listeningView() writes endpoints as in URLs", () => {
  const view = listeningView("1.2.3", {
    ipListen: ["::1"],
    endpoints: atOnce(endpointStatuses(planOf([plannedEndpoint("[::1]:80", "open")]))),
    sites: [],
  });
  assertEquals(view.endpoints, [{ endpoint: "[::1]:80", state: "open", reason: null }]);
  assertEquals([view.version, view.ipListen], ["1.2.3", ["::1"]]);
});
