// Goal: what Prometheus reads, line by line; promtool and Prometheus itself judge it in tests/e2e.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { atOnce } from "../../../mod/base/work/steps.ts";
import {
  type ExpositionFormat,
  expositionText,
  type Family,
} from "../../../mod/telemetry/metrics/exposition.ts";
import { type MetricRow, METRICS } from "../../../mod/telemetry/metrics/metric_table.ts";

function linesOf(family: Family, format: ExpositionFormat = "prometheus"): string[] {
  const text = atOnce(expositionText([family], format));
  assertEquals(text.at(-1), "\n");
  return text.split("\n").slice(0, -1).filter((line) => !line.startsWith("# HELP"));
}

Deno.test("expositionText() writes a counter, and names its family as each format does", () => {
  const family: Family = {
    name: "httpcfg_requests_total",
    samples: [{ labels: ["shop", "10.0.0.5:80", "2xx"], value: 7 }],
  };
  const sample = 'httpcfg_requests_total{site="shop",address="10.0.0.5:80",code="2xx"} 7';
  assertEquals(linesOf(family), ["# TYPE httpcfg_requests_total counter", sample]);
  assertEquals(linesOf(family, "openmetrics"), [
    "# TYPE httpcfg_requests counter",
    sample,
    "# EOF",
  ]);
});

Deno.test("expositionText() writes facts and units", () => {
  const info: Family = {
    name: "httpcfg_build_info",
    samples: [{ labels: ["1.2.3", "deno 2"], value: 1 }],
  };
  const sample = 'httpcfg_build_info{version="1.2.3",runtime="deno 2"} 1';
  assertEquals(linesOf(info), ["# TYPE httpcfg_build_info gauge", sample]);
  assertEquals(linesOf(info, "openmetrics"), ["# TYPE httpcfg_build info", sample, "# EOF"]);
  const bytes: Family = {
    name: "httpcfg_sent_bytes_total",
    samples: [{ labels: ["a", "b"], value: 2 ** 40 }],
  };
  assertEquals(linesOf(bytes, "openmetrics"), [
    "# TYPE httpcfg_sent_bytes counter",
    "# UNIT httpcfg_sent_bytes bytes",
    'httpcfg_sent_bytes_total{site="a",address="b"} 1099511627776',
    "# EOF",
  ]);
});

Deno.test("expositionText() writes cumulative buckets, the last one equal to the count", () => {
  const family: Family = {
    name: "httpcfg_request_duration_seconds",
    bounds: [0.005, 1, 2.5],
    histograms: [{ labels: ["shop"], buckets: [3, 0, 2, 1], sum: 9.25 }],
  };
  const name = "httpcfg_request_duration_seconds";
  const bucket = (le: string, count: number): string => {
    return `${name}_bucket{site="shop",le="${le}"} ${count}`;
  };
  const end = [`${name}_sum{site="shop"} 9.25`, `${name}_count{site="shop"} 6`];
  assertEquals(linesOf(family).slice(1), [
    bucket("0.005", 3),
    bucket("1", 3),
    bucket("2.5", 5),
    bucket("+Inf", 6),
    ...end,
  ]);
  assertStringIncludes(linesOf(family, "openmetrics").join("\n"), bucket("1.0", 3));
});

Deno.test("expositionText() escapes what a label may contain", () => {
  const cases: readonly (readonly [value: string, written: string])[] = [
    ['a "b"', 'a \\"b\\"'],
    ["C:\\sites", "C:\\\\sites"],
    ["two\nlines", "two\\nlines"],
    ["\\n", "\\\\n"],
    ["Käse 🧀", "Käse 🧀"],
    ["", ""],
    ["{}=,", "{}=,"],
  ];
  for (const [value, written] of cases) {
    const [, line] = linesOf({ name: "httpcfg_site_up", samples: [{ labels: [value], value: 1 }] });
    assertEquals(line, `httpcfg_site_up{site="${written}"} 1`);
  }
});

Deno.test("expositionText() writes numbers that are none, and leaves out empty families", () => {
  const values = [0, 1e-7, 1e21, Infinity, -Infinity, NaN, 1795802778.96];
  const lines = linesOf({
    name: "httpcfg_connections",
    samples: values.map((value) => ({ labels: ["x"], value })),
  });
  const texts = lines.slice(1).map((line) => line.split(" ").at(-1));
  assertEquals(texts, ["0", "1e-7", "1e+21", "+Inf", "-Inf", "NaN", "1795802778.96"]);
  assertEquals(
    atOnce(expositionText([{ name: "httpcfg_site_up", samples: [] }], "prometheus")),
    "",
  );
  assertEquals(atOnce(expositionText([], "openmetrics")), "# EOF\n");
});

Deno.test("every metric has a name by the conventions, and a sentence of help", () => {
  for (const [name, row] of Object.entries<MetricRow>(METRICS)) {
    assertEquals(/^httpcfg_[a-z_]+[a-z]$/.test(name), true, name);
    assertEquals(name.endsWith("_total"), row.type === "counter", name);
    assertEquals(name.endsWith("_info"), row.type === "info", name);
    const bare = name.replace(/_total$/, "");
    for (const unit of ["seconds", "bytes"]) {
      assertEquals(bare.endsWith(`_${unit}`), row.unit === unit, name);
    }
    assertEquals(/(_ms|_milliseconds|_kb|_count|_sum|_bucket)$/.test(bare), false, name);
    assertEquals(/^[A-Z0-9].*\.$/s.test(row.help), true, row.help);
    for (const label of row.labels) assertEquals(/^[a-z]+$/.test(label), true, label);
  }
});
