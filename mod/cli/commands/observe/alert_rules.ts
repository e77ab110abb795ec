/**
 * Alert rules for Prometheus, as the YAML file that `rule_files` names. Pure.
 *
 * @module
 */
import type { MetricName } from "../../../telemetry/metrics/metric_table.ts";

interface AlertRule {
  readonly alert: string;
  /** PromQL, made of names of the table. */
  readonly expr: string;
  /** How long it must be so, `5m`. */
  readonly for: string;
  readonly severity: "critical" | "warning";
  /** With the labels of the series as `{{ $labels.site }}`. */
  readonly summary: string;
  /** What shows more, as a command. */
  readonly shows: string;
}

/** Checks at compile time that a metric exists. */
function m(name: MetricName): string {
  return name;
}

const DAY_SECONDS = 86_400;

const RULES: readonly AlertRule[] = [
  {
    alert: "HttpcfgSiteDown",
    expr: `${m("httpcfg_site_up")} == 0`,
    for: "5m",
    severity: "critical",
    summary: "Site {{ $labels.site }} does not respond",
    shows: "httpcfg status",
  },
  {
    alert: "HttpcfgEndpointDown",
    expr: `${m("httpcfg_endpoints")}{state=~"wait|refused"} > 0`,
    for: "5m",
    severity: "warning",
    summary: "{{ $value }} addresses are not listened on ({{ $labels.state }})",
    shows: "httpcfg plan",
  },
  {
    alert: "HttpcfgUpstreamDown",
    expr: `${m("httpcfg_upstream_up")} == 0`,
    for: "2m",
    severity: "warning",
    summary: "Upstream {{ $labels.upstream }} of site {{ $labels.site }} is down",
    shows: "httpcfg status",
  },
  {
    alert: "HttpcfgErrors",
    expr: `sum by (instance, site) (rate(${m("httpcfg_requests_total")}{code="5xx"}[5m])) ` +
      `/ sum by (instance, site) (rate(${m("httpcfg_requests_total")}[5m])) > 0.05`,
    for: "10m",
    severity: "critical",
    summary: "{{ $value | humanizePercentage }} of the responses of site " +
      "{{ $labels.site }} are errors of the server",
    shows: "httpcfg logs httperr",
  },
  {
    alert: "HttpcfgSlow",
    expr: `histogram_quantile(0.95, sum by (instance, site, le) ` +
      `(rate(${m("httpcfg_request_duration_seconds")}_bucket[5m]))) > 2.5`,
    for: "10m",
    severity: "warning",
    summary: "One response in twenty of site {{ $labels.site }} takes longer than 2.5 s",
    shows: "httpcfg top",
  },
  {
    alert: "HttpcfgCertificateExpires",
    expr: `${m("httpcfg_certificate_expiry_timestamp_seconds")} - time() < ${14 * DAY_SECONDS}`,
    for: "1h",
    severity: "warning",
    summary: "Certificate {{ $labels.certificate }} expires in {{ $value | humanizeDuration }}",
    shows: "httpcfg cert list",
  },
  {
    alert: "HttpcfgConfigPending",
    expr: `${m("httpcfg_config_pending_changes")} > 0`,
    for: "1h",
    severity: "warning",
    summary: "{{ $value }} stored changes are not in force",
    shows: "httpcfg plan",
  },
  {
    alert: "HttpcfgConfigUnusable",
    expr: `${m("httpcfg_config_unusable")} == 1`,
    for: "5m",
    severity: "critical",
    summary: "The stored configuration cannot be used",
    shows: "httpcfg config check",
  },
  {
    alert: "HttpcfgLogLinesLost",
    expr: `rate(${m("httpcfg_log_lines_lost_total")}[5m]) > 0`,
    for: "5m",
    severity: "warning",
    summary: "Lines of logs are lost",
    shows: "httpcfg status",
  },
  {
    alert: "HttpcfgEventLoopLag",
    expr: `${m("httpcfg_worker_event_loop_lag_max_seconds")} > 0.5`,
    for: "5m",
    severity: "warning",
    summary:
      "Requests of worker {{ $labels.worker }} wait for up to {{ $value | humanizeDuration }}",
    shows: "httpcfg top",
  },
  {
    alert: "HttpcfgFileTableFull",
    expr: `rate(${m("httpcfg_file_table_full_total")}[5m]) > 0`,
    for: "0m",
    severity: "critical",
    summary: "Connections are closed because no file can be opened any more",
    shows: "httpcfg verify",
  },
];

/** Returns the rules as YAML. */
export function alertRules(): string {
  const rules = RULES.map(({ alert, expr, for: time, severity, summary, shows }) => {
    return `      - alert: ${alert}\n` +
      `        expr: ${scalar(expr)}\n` +
      `        for: ${time}\n` +
      `        labels:\n          severity: ${severity}\n` +
      `        annotations:\n` +
      `          summary: ${scalar(`${summary} ({{ $labels.instance }})`)}\n` +
      `          description: ${scalar(`See: ${shows}`)}\n`;
  });
  return `groups:\n  - name: httpcfg\n    rules:\n${rules.join("")}`;
}

/** YAML reads every JSON string. */
function scalar(text: string): string {
  return JSON.stringify(text);
}
