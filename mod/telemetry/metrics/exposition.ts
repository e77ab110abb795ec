/**
 * The text formats of Prometheus (0.0.4) and OpenMetrics (1.0). Pure.
 *
 * @module
 */
import { type MetricName, type MetricRow, METRICS } from "./metric_table.ts";

/** One value of a counter, a gauge or an info metric. */
export interface Sample {
  /** In the order of the labels of the metric. */
  readonly labels: readonly string[];
  readonly value: number;
}

/** One histogram. */
interface HistogramSample {
  readonly labels: readonly string[];
  /** Observations of each bucket, not cumulative; the last one is above all bounds. */
  readonly buckets: readonly number[];
  readonly sum: number;
}

/** What there is of one metric. */
export type Family =
  | { readonly name: MetricName; readonly samples: readonly Sample[] }
  | {
    readonly name: MetricName;
    readonly bounds: readonly number[];
    readonly histograms: readonly HistogramSample[];
  };

export type ExpositionFormat = "prometheus" | "openmetrics";

/** Returns the text of `families`, each of which is there once. A family without samples is left out. */
export function expositionText(families: readonly Family[], format: ExpositionFormat): string {
  let text = "";
  for (const family of families) text += familyText(family, format);
  return format === "openmetrics" ? `${text}# EOF\n` : text;
}

function familyText(family: Family, format: ExpositionFormat): string {
  const { name } = family;
  const row: MetricRow = METRICS[name];
  const lines = "samples" in family
    ? family.samples.map(({ labels, value }) => {
      return `${name}${labelText(row.labels, labels)} ${numberText(value)}\n`;
    })
    : family.histograms.map((one) => histogramText(name, row.labels, one, family.bounds, format));
  return lines.length === 0 ? "" : headerText(name, row, format) + lines.join("");
}

/**
 * OpenMetrics names a family without what its samples add to the name. Prometheus has no type for
 * facts.
 */
function headerText(
  name: string,
  { type, unit, help }: MetricRow,
  format: ExpositionFormat,
): string {
  const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  if (format === "prometheus") {
    return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type === "info" ? "gauge" : type}\n`;
  }
  const family = type === "counter"
    ? name.replace(/_total$/, "")
    : type === "info"
    ? name.replace(/_info$/, "")
    : name;
  const quoted = escaped.replaceAll('"', '\\"');
  const unitLine = unit !== "" && family.endsWith(`_${unit}`) ? `# UNIT ${family} ${unit}\n` : "";
  return `# HELP ${family} ${quoted}\n# TYPE ${family} ${type}\n${unitLine}`;
}

function histogramText(
  name: string,
  names: readonly string[],
  { labels, buckets, sum }: HistogramSample,
  bounds: readonly number[],
  format: ExpositionFormat,
): string {
  let [text, count] = ["", 0];
  for (const [i, bucket] of buckets.entries()) {
    count += bucket;
    const bound = bounds[i];
    const le = bound === undefined ? "+Inf" : boundText(bound, format);
    text += `${name}_bucket${labelText([...names, "le"], [...labels, le])} ${count}\n`;
  }
  const own = labelText(names, labels);
  return `${text}${name}_sum${own} ${numberText(sum)}\n${name}_count${own} ${count}\n`;
}

/** OpenMetrics wants bounds as floating point numbers, so that `le="1.0"` is one series everywhere. */
function boundText(bound: number, format: ExpositionFormat): string {
  return format === "openmetrics" && Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return "";
  return `{${names.map((name, i) => `${name}="${escapeLabel(values[i] ?? "")}"`).join(",")}}`;
}

function escapeLabel(value: string): string {
  if (!/["\\\n]/.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
