// Goal: the live page says what the status says, and what of it somebody has to look at.
import { assertEquals } from "@std/assert";
import { atOnce } from "../../../mod/base/work/steps.ts";
import type { EndpointStatus, ServiceStatus } from "../../../mod/host/control/status.ts";
import { type DashboardSources, dashboardView } from "../../../mod/host/web/dashboard_views.ts";
import {
  ADDRESSES_MAX,
  type DashboardView,
  FLEET_ENTRIES_MAX,
} from "../../../mod/site/about/dashboard_view.ts";
import type { ServiceTotals } from "../../../mod/telemetry/metrics/totals.ts";
import { emptyTotals, RUNNING_STATUS } from "../../support/about/totals.ts";

const NOW = "2026-11-27T10:00:00.000Z";

function viewOf(
  status: Partial<ServiceStatus> = {},
  sources: Partial<DashboardSources> = {},
): DashboardView {
  return atOnce(dashboardView({
    id: 5,
    nowMs: Date.parse(NOW),
    program: "1.2.3",
    host: "web1",
    status: { ...RUNNING_STATUS, ...status },
    totals: { now: emptyTotals(), before: null },
    certificates: [],
    ownSites: [],
    events: [],
    ...sources,
  }));
}

/** What has to be looked at, as lines. */
function attentionOf(...args: Parameters<typeof viewOf>): string[] {
  return viewOf(...args).attention.map(({ level, about, text, hint }) => {
    return `${level} ${about}: ${text}${hint === null ? "" : ` [${hint}]`}`;
  });
}

function endpoint(
  ip: string,
  state: EndpointStatus["state"],
  cause: string | null,
): EndpointStatus {
  return { ip, port: 80, scheme: "http", state, cause };
}

const SITE = { id: 1, name: "shop", bindings: [":80:"], state: "stopped" } as const;
const UPSTREAM = {
  siteId: 1,
  site: "shop",
  application: "/api",
  upstream: "http://10.0.0.9:8080",
  since: NOW,
  requests: 2,
  connections: 3,
  lastCheck: null,
} as const;
const CERTIFICATE = { name: "MY/www", keys: ["0.0.0.0:443"], names: ["www.example.com"] };

Deno.test("nothing has to be looked at if all is well", () => {
  const view = viewOf({
    endpoints: [endpoint("10.0.0.1", "open", null)],
    sites: [{ ...SITE, state: "started", reason: null }, { ...SITE, id: 2, reason: null }],
    upstreams: [{ ...UPSTREAM, state: "up", cause: null }],
    stored: { file: "/c.json", changes: 0, problem: null, hint: null },
  }, { certificates: [{ ...CERTIFICATE, notAfter: "2027-11-27T00:00:00.000Z" }] });
  assertEquals([view.attention, view.attentionCounts], [[], { problem: 0, warning: 0 }]);
  assertEquals([view.id, view.time, view.drift?.changes, view.drift?.hint], [5, NOW, 0, null]);
});

Deno.test("what is not as it should be is told, problems first", () => {
  const found = attentionOf({
    unmatched: ["eth9"],
    unconfirmedUntil: NOW,
    problems: [{ text: "workers are missing", hint: "httpcfg events" }],
    notes: [{ text: "no effect", hint: null }],
    stored: { file: "/c.json", changes: 2, problem: null, hint: null },
    endpoints: [
      endpoint("10.0.0.1", "open", null),
      endpoint("10.0.0.2", "wait", "no interface has it"),
      endpoint("10.0.0.3", "wait", "no interface has it"),
      endpoint("10.0.0.4", "refused", "nginx has it"),
      endpoint("10.0.0.5", "draining", "the list excludes it"),
    ],
    sites: [
      { ...SITE, reason: "no certificate", hints: ["httpcfg cert create", "other"] },
      { ...SITE, id: 2, name: "late", reason: "waits for eth9", waiting: true },
    ],
    upstreams: [{ ...UPSTREAM, state: "down", cause: "connection refused" }],
  });
  assertEquals(found, [
    "problem service: workers are missing [httpcfg events]",
    'problem site "shop": no certificate [httpcfg cert create]',
    "problem address 10.0.0.4:80: refused: nginx has it",
    'problem upstream http://10.0.0.9:8080 of site "shop", /api: down: connection refused',
    "warning service: stored, not applied: 2 changes [httpcfg plan]",
    "warning service: a change reverts unless it is confirmed [httpcfg confirm]",
    'warning entry "eth9": names no interface of this machine',
    "warning service: no effect",
    'warning site "late": waits for eth9',
    "warning address 10.0.0.2:80 and 1 more: waiting: no interface has it",
  ]);
});

const FLEET = {
  name: "web1",
  group: null,
  revision: 7,
  wanted: 7,
  head: 7,
  outcome: "applied",
  problems: [],
  hint: null,
  store: "etcd at http://127.0.0.1:2379",
  isStoreUp: false,
  reason: "connection refused",
  overrides: [],
} as const;

Deno.test("a store of the fleet that is away is told", () => {
  assertEquals(attentionOf({ fleet: FLEET }), [
    "warning fleet: the store of the fleet cannot be reached: connection refused [httpcfg status]",
  ]);
});

Deno.test("a member is shown with a part of what is too long; another machine is none", () => {
  assertEquals(viewOf().fleet, null);
  const many = Array.from({ length: FLEET_ENTRIES_MAX + 1 }, (_, i) => `unit ${i}`);
  const { fleet, counted } = viewOf({
    fleet: { ...FLEET, outcome: "refused", problems: ["no certificate"], overrides: many },
  });
  assertEquals(fleet, {
    ...FLEET,
    outcome: "refused",
    problems: ["no certificate"],
    overrides: many.slice(0, FLEET_ENTRIES_MAX),
    counts: { problems: 1, overrides: FLEET_ENTRIES_MAX + 1 },
  });
  const ofFleet = counted.filter(({ metric }) => metric.startsWith("httpcfg_fleet_"));
  assertEquals(ofFleet.length, 3);
  assertEquals(viewOf().counted.length, counted.length - ofFleet.length);
});

Deno.test("a stored document that cannot be used is a problem", () => {
  const stored = { file: "/c.json", changes: null, problem: "not JSON", hint: "httpcfg history" };
  assertEquals(attentionOf({ stored }), [
    "problem service: the stored document cannot be used: not JSON [httpcfg history]",
  ]);
});

Deno.test("certificates are told before they end, unless they are renewed by themselves", () => {
  const acme = {
    name: "shop",
    names: ["shop.example"],
    server: "https://ca.example",
    state: "valid",
    hash: "ab",
    notAfter: "2026-12-01T10:00:00.000Z",
    renewAt: null,
    retryAt: null,
    error: null,
    hint: null,
    explanationUrl: null,
  } as const;
  const certificates = [
    { ...CERTIFICATE, name: "MY/late", notAfter: "2027-11-27T10:00:00.000Z" },
    { ...CERTIFICATE, name: "MY/soon", notAfter: "2026-11-28T11:00:00.000Z" },
    { ...CERTIFICATE, name: "MY/over", notAfter: "2026-11-27T09:59:59.000Z" },
    { ...CERTIFICATE, name: "ACME/shop", notAfter: acme.notAfter },
  ];
  const wanted = {
    ...acme,
    name: "new",
    state: "wanted",
    notAfter: null,
    error: "no route",
  } as const;
  const { certificates: rows, attention } = viewOf({ acme: [acme, wanted] }, { certificates });
  assertEquals(
    rows.map(({ key, daysLeft, source, problem }) => [key, daysLeft, source, problem]),
    [
      ["ACME/new", null, "acme", "no route"],
      ["MY/over", -1, "file", null],
      ["MY/soon", 1, "file", null],
      ["ACME/shop", 4, "acme", null],
      ["MY/late", 365, "file", null],
    ],
  );
  assertEquals(attention.map(({ level, text }) => `${level} ${text}`), [
    "problem no route",
    "problem it has expired",
    "warning it expires in 1 day",
  ]);
});

Deno.test("of too many addresses open ones are left out, and counted", () => {
  const open = Array.from({ length: ADDRESSES_MAX }, (_, i) => {
    return endpoint(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, "open", null);
  });
  const view = viewOf({ endpoints: [...open, endpoint("192.0.2.1", "wait", "absent")] });
  assertEquals(view.addresses.length, ADDRESSES_MAX);
  assertEquals(view.addresses[0]!.address, "192.0.2.1:80");
  assertEquals(view.addressCounts, { open: ADDRESSES_MAX, wait: 1, refused: 0, draining: 0 });
});

Deno.test("sites and addresses have the numbers that are counted of them", () => {
  const now = {
    ...emptyTotals(),
    requests: [{
      site: "shop",
      address: "10.0.0.1:80",
      classes: [0, 30, 0, 0, 6],
      sentBytes: 1,
      receivedBytes: 1,
    }],
    workers: [{
      worker: 0,
      pid: 7,
      requests: 36,
      connections: 2,
      residentBytes: 1e8,
      cpuSeconds: 1,
      lagSeconds: 0,
      maxLagSeconds: 0.002,
    }],
  };
  const view = viewOf({
    endpoints: [endpoint("10.0.0.1", "open", null), endpoint("10.0.0.2", "open", null)],
    sites: [{ ...SITE, state: "started", reason: null }],
    workers: [{ pid: 7, state: "serving", connections: 2 }, {
      pid: 8,
      state: "retiring",
      connections: 1,
    }],
  }, { totals: { now, before: null } });
  assertEquals(view.addresses.map(({ requests, requestRate }) => [requests, requestRate]), [
    [36, 0.01],
    [0, 0],
  ]);
  assertEquals([view.sites[0]!.requests, view.sites[0]!.errorRatio], [36, 0.167]);
  assertEquals(view.workers.map(({ pid, residentBytes }) => [pid, residentBytes]), [[7, 1e8], [
    8,
    null,
  ]]);
});

Deno.test("a socket for all addresses has the numbers of those that have no socket of their own", () => {
  const to = (address: string, count: number): ServiceTotals["requests"][number] => {
    const classes = [0, count, 0, 0, 0];
    return { site: "shop", address, classes, sentBytes: 0, receivedBytes: 0 };
  };
  const requests = [
    to("10.0.0.1:80", 1),
    to("10.0.0.2:80", 10),
    to("10.0.0.3:80", 100),
    to("[fd00::1]:80", 1000),
    to("10.0.0.2:8080", 10_000),
  ];
  const endpoints = [
    endpoint("10.0.0.1", "open", null),
    endpoint("0.0.0.0", "open", null),
    endpoint("::", "open", null),
    { ...endpoint("::", "open", null), port: 8080 },
  ];
  const totals = { now: { ...emptyTotals(), requests }, before: null };
  const rows = viewOf({ endpoints }, { totals }).addresses;
  assertEquals(rows.map(({ address, requests }) => [address, requests]), [
    ["10.0.0.1:80", 1],
    ["0.0.0.0:80", 110],
    ["[::]:80", 1000],
    ["[::]:8080", 10_000],
  ]);
});

Deno.test("events are shown with the newest first", () => {
  const event = { source: "HTTP", id: 1, level: "error", time: NOW };
  const events = [{ ...event, serial: 1, text: "a", detail: "b" }, {
    ...event,
    serial: 2,
    text: "c",
  }];
  const rows = viewOf({}, { events }).events;
  assertEquals(rows.map(({ key, text }) => [key, text]), [["2", "c"], ["1", "a b"]]);
});
