/**
 * The text formats of Prometheus (0.0.4) and OpenMetrics (1.0). Pure.
 *
 * @module
 */
import { map, type Steps } from "../../base/work/steps.ts";
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

/** What there is of one metric. Samples may be made while they are read: there can be many. */
export type Family =
  | { readonly name: MetricName; readonly samples: Iterable<Sample> }
  | {
    readonly name: MetricName;
    readonly bounds: readonly number[];
    readonly histograms: readonly HistogramSample[];
  };

const LINES_JOINED = 64;

export type ExpositionFormat = "prometheus" | "openmetrics";

/** Returns the text of `families`, each of which is there once. A family without samples is left out. */
export function* expositionText(
  families: readonly Family[],
  format: ExpositionFormat,
): Steps<string> {
  const pieces: string[] = [];
  for (const family of families) {
    const { name } = family;
    const row: MetricRow = METRICS[name];
    const lines = yield* ("samples" in family
      ? map(family.samples, ({ labels, value }) => {
        return `${name}${labelText(row.labels, labels)} ${numberText(value)}\n`;
      })
      : map(family.histograms, (one) => {
        return histogramText(name, row.labels, one, family.bounds, format);
      }));
    if (lines.length > 0) pieces.push(headerText(name, row, format), ...joined(lines));
  }
  if (format === "openmetrics") pieces.push("# EOF\n");
  return pieces.join("");
}

/** Joins lines to pieces of some kilobytes: a text of many small ones is slow to read. */
function* joined(lines: readonly string[]): Generator<string> {
  for (let i = 0; i < lines.length; i += LINES_JOINED) {
    yield lines.slice(i, i + LINES_JOINED).join("");
  }
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
