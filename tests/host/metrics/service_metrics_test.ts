// Goal: the metrics say what the status and the counts say, with the labels that scripts use.
import { assertEquals } from "@std/assert";
import { atOnce } from "../../../mod/base/work/steps.ts";
import { serviceMetrics } from "../../../mod/host/metrics/service_metrics.ts";
import { expositionText } from "../../../mod/telemetry/metrics/exposition.ts";
import { METRICS } from "../../../mod/telemetry/metrics/metric_table.ts";
import { emptyTotals, RUNNING_STATUS } from "../../support/about/totals.ts";
import type { FleetStatus } from "../../../mod/fleet/member/member_status.ts";
import type { ServiceStatus } from "../../../mod/host/control/status.ts";
import type { ServiceTotals } from "../../../mod/telemetry/metrics/totals.ts";

/** Returns the samples of one metric as lines. */
function linesOf(
  name: keyof typeof METRICS,
  status: Partial<ServiceStatus> = {},
  totals: Partial<ServiceTotals> = {},
): string[] {
  const families = serviceMetrics({
    status: { ...RUNNING_STATUS, ...status },
    totals: { ...emptyTotals(), ...totals },
  });
  const text = atOnce(expositionText(families.filter((one) => one.name === name), "prometheus"));
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

const FLEET: FleetStatus = {
  name: "web1",
  group: null,
  revision: 7,
  wanted: 7,
  head: 9,
  outcome: "applied",
  problems: [],
  hint: null,
  store: "etcd at http://127.0.0.1:2379",
  isStoreUp: true,
  reason: null,
  overrides: ["ipListen[10.0.0.9]"],
};

Deno.test("serviceMetrics() says which revision of the fleet a member runs", () => {
  const names = [
    "httpcfg_fleet_revision",
    "httpcfg_fleet_behind",
    "httpcfg_fleet_store_up",
    "httpcfg_fleet_overrides",
  ] as const;
  const values = (change: Partial<FleetStatus>): string[] => {
    const lines = names.flatMap((name) => linesOf(name, { fleet: { ...FLEET, ...change } }));
    return lines.map((line) => line.slice("httpcfg_fleet_".length).replace('{member="web1"}', ""));
  };
  assertEquals(values({}), ["revision 7", "behind 0", "store_up 1", "overrides 1"]);
  assertEquals(values({ wanted: 8, isStoreUp: false }).slice(1, 3), ["behind 1", "store_up 0"]);
  assertEquals(values({ outcome: "held", wanted: null })[1], "behind 1");
  assertEquals(values({ revision: null })[0], "behind 1");
  assertEquals(linesOf("httpcfg_fleet_behind"), []);
});

Deno.test("serviceMetrics() has every metric of the table once, in its order", () => {
  const families = serviceMetrics({
    status: {
      ...RUNNING_STATUS,
      stored: { file: "f", hint: null, changes: 0, problem: null },
      fleet: FLEET,
    },
    totals: emptyTotals(),
  });
  assertEquals(families.map(({ name }) => name), Object.keys(METRICS));
});

Deno.test("serviceMetrics() has a series of zeros for each known address of a started site", () => {
  const site = { state: "started", reason: null } as const;
  const socket = { scheme: "http", state: "open", cause: null } as const;
  const endpoints = [
    { ...socket, ip: "10.0.0.5", port: 80 },
    { ...socket, ip: "10.0.0.6", port: 80 },
    { ...socket, ip: "10.0.0.7", port: 80, state: "wait", cause: "absent" },
    { ...socket, ip: "0.0.0.0", port: 8080 },
  ] as const;
  const sites = [
    { ...site, id: 1, name: "all", bindings: [":80:"] },
    { ...site, id: 2, name: "one", bindings: ["10.0.0.6:80:a.example", "10.0.0.6:80:b.example"] },
    { ...site, id: 3, name: "wide", bindings: ["127.0.0.1:8080:", ":8080:"] },
    { ...site, id: 4, name: "off", state: "stopped", bindings: [":80:"] },
  ] as const;
  const requests = [
    {
      site: "all",
      address: "10.0.0.5:80",
      classes: [0, 3, 0, 0, 1],
      sentBytes: 9,
      receivedBytes: 1,
    },
  ];
  const lines = linesOf("httpcfg_requests_total", { endpoints, sites }, { requests });
  const series = lines.filter((line) => line.includes('code="2xx"'));
  assertEquals(series.map((line) => line.replace("httpcfg_requests_total", "")), [
    '{site="all",address="10.0.0.5:80",code="2xx"} 3',
    '{site="all",address="10.0.0.6:80",code="2xx"} 0',
    '{site="one",address="10.0.0.6:80",code="2xx"} 0',
    '{site="wide",address="127.0.0.1:8080",code="2xx"} 0',
  ]);
  assertEquals(lines.length, 4 * 5);
});

Deno.test("serviceMetrics() has no more empty series than are worth it", () => {
  const socket = { scheme: "http", state: "open", cause: null } as const;
  const endpoints = Array.from({ length: 3000 }, (_, i) => {
    return { ...socket, ip: `10.0.${i >> 8}.${i & 255}`, port: 80 };
  });
  const sites = [{ id: 1, name: "a", state: "started", reason: null, bindings: [":80:"] }] as const;
  assertEquals(linesOf("httpcfg_requests_total", { endpoints, sites }).length, 5 * 1000);
  assertEquals(linesOf("httpcfg_endpoint_up", { endpoints, sites }).length, 3000);
});

Deno.test("serviceMetrics() says what is up, what waits and what expires", () => {
  const endpoints = [
    { ip: "::1", port: 443, scheme: "https", state: "open", cause: null },
    { ip: "10.0.0.9", port: 80, scheme: "http", state: "refused", cause: "taken" },
  ] as const;
  assertEquals(linesOf("httpcfg_endpoint_up", { endpoints }), [
    'httpcfg_endpoint_up{address="[::1]:443"} 1',
    'httpcfg_endpoint_up{address="10.0.0.9:80"} 0',
  ]);
  assertEquals(linesOf("httpcfg_endpoints", { endpoints }), [
    'httpcfg_endpoints{state="open"} 1',
    'httpcfg_endpoints{state="wait"} 0',
    'httpcfg_endpoints{state="refused"} 1',
    'httpcfg_endpoints{state="draining"} 0',
  ]);
  const certificates = [
    { name: "MY/www", keys: ["0.0.0.0:443"], names: ["a"], notAfter: "2026-12-01T00:00:00.000Z" },
  ];
  assertEquals(linesOf("httpcfg_certificate_expiry_timestamp_seconds", { certificates }), [
    'httpcfg_certificate_expiry_timestamp_seconds{certificate="MY/www"} 1796083200',
  ]);
  const upstream = {
    siteId: 1,
    site: "app",
    application: "/api/",
    upstream: "http://127.0.0.1:9000",
    state: "down",
    since: "2026-11-27T00:00:00.000Z",
    cause: "refused",
    requests: 2,
    connections: 0,
    lastCheck: null,
  } as const;
  assertEquals(linesOf("httpcfg_upstream_up", { upstreams: [upstream] }), [
    'httpcfg_upstream_up{site="app",application="/api/",upstream="http://127.0.0.1:9000"} 0',
  ]);
});

Deno.test("serviceMetrics() tells a stored document that cannot be used from one not applied", () => {
  const stored = { file: "f", hint: null } as const;
  const unusable = { ...stored, changes: null, problem: "no JSON" } as const;
  const pending = { ...stored, changes: 3, problem: null } as const;
  const pair = (status: Partial<ServiceStatus>): string[] => {
    return (["httpcfg_config_pending_changes", "httpcfg_config_unusable"] as const)
      .flatMap((name) => linesOf(name, status));
  };
  assertEquals(pair({ stored: unusable }), ["httpcfg_config_unusable 1"]);
  assertEquals(pair({ stored: pending }), [
    "httpcfg_config_pending_changes 3",
    "httpcfg_config_unusable 0",
  ]);
});
