/**
 * `metrics`: what the running service has counted, as Prometheus reads it, and what goes with it: a
 * dashboard for Grafana and rules for alerts.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, usageFault } from "../../../base/fault.ts";
import { retype } from "../../../base/hints/retype.ts";
import { metrics as content } from "../../../site/kinds/metrics.ts";
import { atOnce } from "../../../base/work/steps.ts";
import { serviceMetrics } from "../../../host/metrics/service_metrics.ts";
import { expositionText } from "../../../telemetry/metrics/exposition.ts";
import { type MetricRow, METRICS } from "../../../telemetry/metrics/metric_table.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";

/** The flags of a site that serves them. */
const WORDS = content.examples[0].words;

const metrics: CommandSpec = {
  name: "metrics",
  usage: "",
  summary: "Show what the running service has counted, for Prometheus and its tools",
  details: [
    "Without a flag, it prints every metric in the text format of Prometheus, as a site for " +
    `Prometheus does: httpcfg site add metrics --bind 127.0.0.1:9180: ${WORDS}. ` +
    "Counters go on over a reload and over the end of a worker; a restart of " +
    "the service begins at 0. Series of a site and an address are limited to 10,000 in each " +
    'process; what is beyond has the address "other".',
    "--grafana prints a dashboard to import into Grafana, --alerts a file of rules for Prometheus: " +
    "both need nothing but these metrics.",
    ...Object.entries(METRICS).map(([name, row]) => describe(name, row)),
  ],
  examples: [
    { line: "httpcfg metrics", shows: "responses by site, address and class, and the rest" },
    { line: "httpcfg metrics --alerts > httpcfg_rules.yml", shows: "rules for alerts" },
  ],
  flags: {
    openmetrics: { kind: "boolean", summary: "print OpenMetrics instead" },
    grafana: { kind: "boolean", summary: "print a dashboard for Grafana, as JSON" },
    alerts: { kind: "boolean", summary: "print alert rules for Prometheus, as YAML" },
  },
  words: { min: 0, max: 0 },
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [metrics];

async function run(input: CommandInput, io: CommandIo): Promise<number> {
  const [first, ...surplus] = Object.keys(metrics.flags).filter((name) => input.flag(name));
  if (surplus.length > 0) {
    throw usageFault(
      `Cannot print both: only one of --${[first, ...surplus].join(", --")} can be given`,
      retype(input.commandLine, ...surplus.map((name) => ({ without: name }))),
    );
  }
  if (first === "grafana") {
    const { grafanaDashboard } = await import("./grafana.ts");
    io.out(JSON.stringify(grafanaDashboard(), null, 2));
    return EXIT.ok;
  }
  if (first === "alerts") {
    const { alertRules } = await import("./alert_rules.ts");
    io.print(alertRules());
    return EXIT.ok;
  }
  const status = await io.control.ask({ op: "totals" });
  if (status?.totals === undefined) {
    throw new Fault("Cannot show metrics: the service is not running", {
      hint: "httpcfg net start w3svc",
    });
  }
  const families = serviceMetrics({ status, totals: status.totals });
  const format = first === "openmetrics" ? "openmetrics" : "prometheus";
  io.print(atOnce(expositionText(families, format)));
  return EXIT.ok;
}

/** Returns the paragraph about one metric: `httpcfg_requests_total{site,address,code}, counter: …`. */
function describe(name: string, { type, labels, help }: MetricRow): string {
  const shown = labels.length === 0 ? name : `${name}{${labels.join(",")}}`;
  return `${shown} (${type}): ${help}`;
}
