/**
 * A dashboard for Grafana 9 and later, to be imported. Pure.
 *
 * @module
 */
import { type MetricName, METRICS } from "../../../telemetry/metrics/metric_table.ts";

/** One chart. */
interface Panel {
  readonly title: string;
  readonly type: "timeseries" | "stat";
  /** A unit of Grafana: `reqps`, `s`, `binBps`. */
  readonly unit: string;
  /** What is drawn: PromQL, and the legend with `{{label}}`. */
  readonly queries: readonly (readonly [expr: string, legend: string])[];
  /** The metric whose help describes it. */
  readonly about: MetricName;
  /** Of the 24 columns of the grid. */
  readonly width: number;
}

const SITES = '{instance=~"$instance",site=~"$site"}';
const OF_INSTANCE = '{instance=~"$instance"}';
const HEIGHT = { stat: 4, timeseries: 8 } as const;
const COLUMNS = 24;

/** Returns the rate of a counter, summed by `labels`. */
function rate(name: MetricName, labels: string, filter: string, suffix = ""): string {
  return `sum by (${labels}) (rate(${name}${suffix}${filter}[$__rate_interval]))`;
}

function quantile(q: number): string {
  const buckets = rate("httpcfg_request_duration_seconds", "site, le", SITES, "_bucket");
  return `histogram_quantile(${q}, ${buckets})`;
}

const PANELS: readonly Panel[] = [
  stat("Sites down", `count(httpcfg_site_up${SITES} == 0) or vector(0)`, "httpcfg_site_up"),
  stat(
    "Addresses not listened on",
    `sum(httpcfg_endpoints{instance=~"$instance",state=~"wait|refused"})`,
    "httpcfg_endpoints",
  ),
  stat(
    "Changes not in force",
    `sum(httpcfg_config_pending_changes${OF_INSTANCE})`,
    "httpcfg_config_pending_changes",
  ),
  {
    ...stat(
      "First certificate expires in",
      `min(httpcfg_certificate_expiry_timestamp_seconds${OF_INSTANCE}) - time()`,
      "httpcfg_certificate_expiry_timestamp_seconds",
    ),
    unit: "s",
  },
  chart("Requests by site", "reqps", "httpcfg_requests_total", [
    [rate("httpcfg_requests_total", "site", SITES), "{{site}}"],
  ]),
  chart("Responses by class", "reqps", "httpcfg_requests_total", [
    [rate("httpcfg_requests_total", "code", SITES), "{{code}}"],
  ]),
  chart("Requests by address", "reqps", "httpcfg_requests_total", [
    [rate("httpcfg_requests_total", "address", SITES), "{{address}}"],
  ]),
  chart("Duration", "s", "httpcfg_request_duration_seconds", [
    [quantile(0.5), "p50 {{site}}"],
    [quantile(0.95), "p95 {{site}}"],
    [quantile(0.99), "p99 {{site}}"],
  ]),
  chart("Traffic", "Bps", "httpcfg_sent_bytes_total", [
    [rate("httpcfg_sent_bytes_total", "site", SITES), "sent {{site}}"],
    [rate("httpcfg_received_bytes_total", "site", SITES), "received {{site}}"],
  ]),
  chart("Connections", "short", "httpcfg_connections", [
    [`sum by (state) (httpcfg_connections${OF_INSTANCE})`, "{{state}}"],
  ]),
  chart("Refused", "reqps", "httpcfg_refused_total", [
    [rate("httpcfg_refused_total", "reason", OF_INSTANCE), "{{reason}}"],
  ]),
  chart("TLS handshakes", "ops", "httpcfg_tls_handshakes_total", [
    [rate("httpcfg_tls_handshakes_total", "instance", OF_INSTANCE), "{{instance}}"],
    [rate("httpcfg_tls_handshake_failures_total", "reason", OF_INSTANCE), "failed: {{reason}}"],
  ]),
  chart("Upstreams", "short", "httpcfg_upstream_up", [
    [`httpcfg_upstream_up${SITES}`, "{{site}} {{upstream}}"],
  ]),
  chart("Requests to upstreams", "short", "httpcfg_upstream_requests", [
    [`httpcfg_upstream_requests${SITES}`, "{{site}} {{upstream}}"],
  ]),
  chart("CPU", "percentunit", "httpcfg_worker_cpu_seconds_total", [
    [rate("httpcfg_worker_cpu_seconds_total", "instance, worker", OF_INSTANCE), "{{worker}}"],
  ]),
  chart("Memory", "bytes", "httpcfg_worker_resident_memory_bytes", [
    [`httpcfg_worker_resident_memory_bytes${OF_INSTANCE}`, "{{worker}}"],
  ]),
  chart("Event loop lag", "s", "httpcfg_worker_event_loop_lag_max_seconds", [
    [`httpcfg_worker_event_loop_lag_max_seconds${OF_INSTANCE}`, "{{worker}}"],
  ]),
  chart("Listening sockets that could not be opened", "ops", "httpcfg_socket_open_failures_total", [
    [rate("httpcfg_socket_open_failures_total", "instance", OF_INSTANCE), "{{instance}}"],
  ]),
];

function stat(title: string, expr: string, about: MetricName): Panel {
  return { title, type: "stat", unit: "short", queries: [[expr, ""]], about, width: 6 };
}

function chart(title: string, unit: string, about: MetricName, queries: Panel["queries"]): Panel {
  return { title, type: "timeseries", unit, queries, about, width: 12 };
}

/** Returns the dashboard, as what Grafana imports. */
export function grafanaDashboard(): unknown {
  const datasource = { type: "prometheus", uid: "${datasource}" };
  return {
    title: "httpcfg",
    uid: "httpcfg",
    tags: ["httpcfg"],
    editable: true,
    schemaVersion: 37,
    refresh: "15s",
    time: { from: "now-1h", to: "now" },
    templating: {
      list: [
        { name: "datasource", type: "datasource", query: "prometheus" },
        variable("instance", "label_values(httpcfg_build_info, instance)", datasource),
        variable("site", "label_values(httpcfg_requests_total, site)", datasource),
      ],
    },
    panels: placed().map(({ panel, x, y }, i) => ({
      id: i + 1,
      title: panel.title,
      description: METRICS[panel.about].help,
      type: panel.type,
      datasource,
      gridPos: { x, y, w: panel.width, h: HEIGHT[panel.type] },
      fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
      targets: panel.queries.map(([expr, legendFormat], n) => {
        return { refId: String.fromCharCode(65 + n), datasource, expr, legendFormat };
      }),
    })),
  };
}

/** Returns a variable that may have several values; all of them at first. */
function variable(name: string, query: string, datasource: unknown): unknown {
  return {
    name,
    type: "query",
    datasource,
    query: { query, refId: name },
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: ".*",
    current: { text: "All", value: "$__all" },
  };
}

/** Places the panels in rows, from left to right. */
function placed(): { readonly panel: Panel; readonly x: number; readonly y: number }[] {
  let [x, y] = [0, 0];
  return PANELS.map((panel, i) => {
    if (x + panel.width > COLUMNS) {
      x = 0;
      y += HEIGHT[PANELS[i - 1]!.type];
    }
    const place = { panel, x, y };
    x += panel.width;
    return place;
  });
}
