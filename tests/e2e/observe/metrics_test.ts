/**
 * Goal: the metrics are what Prometheus takes, and they count what the logs say. Method: promtool and
 * a real Prometheus; 100,000 requests to several workers, with reloads that replace and end them.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { ON_POSIX } from "../../support/platforms.ts";
import { Program } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";

/** The value of each series, by its name and labels. */
type Samples = ReadonlyMap<string, number>;

function samplesOf(text: string): Samples {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const samples = lines.map((line) => {
    const end = line.lastIndexOf(" ");
    return [line.slice(0, end), Number(line.slice(end + 1))] as const;
  });
  assertEquals(new Set(samples.map(([name]) => name)).size, samples.length, "each series once");
  return new Map(samples);
}

async function metricsOf(program: Program): Promise<Samples> {
  return samplesOf((await program.do("metrics")).out);
}

/** Returns the responses of a site on an address by class, without those that there were none of. */
function classesOf(samples: Samples, site: string, address: string): Record<string, number> {
  const start = `httpcfg_requests_total{site="${site}",address="${address}",code="`;
  return Object.fromEntries(
    [...samples].filter(([name, value]) => name.startsWith(start) && value > 0)
      .map(([name, value]) => [name.slice(start.length, -2), value]),
  );
}

/** Checks the queries of the dashboard as Prometheus would read them; Grafana fills in its variables. */
async function checkDashboard(program: Program): Promise<void> {
  const { panels } = JSON.parse((await program.do("metrics --grafana")).out) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  };
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const rules = queries.map((query, i) => {
    const expr = query.replaceAll("$__rate_interval", "1m").replace(/"\$\w+"/g, '".*"');
    return { record: `query:${i}`, expr };
  });
  const file = `${program.home}/queries.yml`; // every JSON is YAML
  await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
  const { out } = await program.shell(`promtool check rules ${file} 2>&1`);
  assertStringIncludes(out, `SUCCESS: ${queries.length} rules found`);
}

Deno.test("promtool and Prometheus take what a site and the command show", ON_POSIX, async () => {
  await using program = await Program.make();
  const [port, own, scraper] = [freePort(), freePort(), freePort()];
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", 'a "b" \\c', "--bind", `127.0.0.3:${port}:`, "--respond", "x"]);
  await program.do(["site", "add", "metrics", "--bind", `127.0.0.1:${own}:`, "--metrics"]);
  await program.serve();
  for (const path of ["/", "/x"]) await program.shell(`curl -s 127.0.0.3:${port}${path}`);

  const url = `http://127.0.0.1:${own}/metrics`;
  const lint = async (from: string): Promise<void> => {
    const { status, out } = await program.shell(`${from} | promtool check metrics 2>&1`);
    assertEquals([status, out], [0, ""], from);
  };
  await lint(`curl -s ${url}`);
  await lint("httpcfg metrics");
  const alerts = await program.shell(
    `httpcfg metrics --alerts > ${program.home}/alerts.yml && promtool check rules ${program.home}/alerts.yml`,
  );
  assertMatch(alerts.out, /SUCCESS: 11 rules found/);
  await checkDashboard(program);

  const open = await program.shell(
    `curl -s -D - -H 'Accept: application/openmetrics-text;version=1.0.0' ${url}`,
  );
  assertStringIncludes(open.out, "application/openmetrics-text; version=1.0.0");
  assert(open.out.endsWith("# EOF\n"));
  const code = "-o /dev/null -w '%{http_code}'";
  assertEquals((await program.shell(`curl -s ${code} -X POST ${url}`)).out, "405");
  assertEquals((await program.shell(`curl -s ${code} -H 'Host: evil.test' ${url}`)).out, "403");

  const config = {
    global: { "scrape_interval": "1s" },
    "rule_files": [`${program.home}/alerts.yml`],
    "scrape_configs": [
      { "job_name": "httpcfg", "static_configs": [{ targets: [`127.0.0.1:${own}`] }] },
    ],
  };
  await Deno.writeTextFile(`${program.home}/prometheus.yml`, JSON.stringify(config));
  const prometheus = new Deno.Command("prometheus", {
    args: [
      `--config.file=${program.home}/prometheus.yml`,
      `--storage.tsdb.path=${program.home}/tsdb`,
      `--web.listen-address=127.0.0.1:${scraper}`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const ask = async (query: string): Promise<[Record<string, string>, string][]> => {
      const at = `http://127.0.0.1:${scraper}/api/v1/query?query=${encodeURIComponent(query)}`;
      const response = await fetch(at).catch(() => null);
      if (response === null || !response.ok) return [];
      const { data } = await response.json();
      return data.result.map((one: { metric: Record<string, string>; value: [number, string] }) => {
        return [one.metric, one.value[1]];
      });
    };
    await waitFor(async () => {
      const [found] = await ask('httpcfg_requests_total{code="2xx",site!="metrics"}');
      return found?.[1] === "2";
    }, "a scrape of both requests");
    const [[metric]] = await ask('httpcfg_requests_total{code="2xx",site!="metrics"}') as [
      [Record<string, string>, string],
    ];
    const { site, address } = metric;
    assertEquals([site, address], ['a "b" \\c', `127.0.0.3:${port}`]);
    assertEquals((await ask("up"))[0]?.[1], "1");
    const buckets = await ask("histogram_quantile(0.5, httpcfg_request_duration_seconds_bucket)");
    assert(buckets.length > 0, "it understands the histogram");
    const rules = await (await fetch(`http://127.0.0.1:${scraper}/api/v1/rules`)).json();
    assertEquals(rules.data.groups[0].rules.length, 11);
  } finally {
    prometheus.kill("SIGTERM");
    await prometheus.status;
  }
});

const PATHS = ["/", "/index.html", "/missing", "/folder", "/index.html?a=b"] as const;
const BATCH = 500;
const TOTAL = 100_000;

/** Sends `count` requests on one connection, whole batches at once; resolves with the last response. */
async function request(hostname: string, port: number, count: number): Promise<void> {
  const one = PATHS.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join("");
  const batch = new TextEncoder().encode(one.repeat(BATCH / PATHS.length));
  for (let sent = 0; sent < count;) {
    const conn = await Deno.connect({ hostname, port });
    const reader = responses(conn);
    try {
      for (; sent < count; sent += BATCH) {
        await write(conn, batch);
        if (await reader(BATCH) < BATCH) throw new Error("a batch was cut");
      }
    } finally {
      conn.close();
    }
  }
}

async function write(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await conn.write(bytes.subarray(done));
}

/** Returns what waits for a number of responses, and returns how many came. */
function responses(conn: Deno.Conn): (count: number) => Promise<number> {
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder("latin1");
  let rest = "";
  return async (count) => {
    for (let seen = 0;;) {
      for (let at; (at = rest.indexOf("HTTP/1.1 ")) >= 0;) {
        rest = rest.slice(at + 9);
        seen++;
      }
      if (seen >= count) return seen;
      rest = rest.slice(-8);
      const read = await conn.read(buffer);
      if (read === null) return seen;
      rest += decoder.decode(buffer.subarray(0, read));
    }
  };
}

/** Returns the lines of a log by site, address and class: `W3SVC1 127.0.0.3:80 2xx`. */
async function logged(home: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const site of ["W3SVC1", "W3SVC2"]) {
    for await (const { name } of Deno.readDir(`${home}/log/${site}`)) {
      const lines = (await Deno.readTextFile(`${home}/log/${site}/${name}`)).split("\n");
      const fields = lines.find((line) => line.startsWith("#Fields:"))!.split(" ").slice(1);
      const at = (field: string): number => fields.indexOf(field);
      const [ip, port, status] = [at("s-ip"), at("s-port"), at("sc-status")];
      for (const line of lines) {
        if (!/^[0-9]/.test(line)) continue;
        const values = line.split(" ");
        const key = `${site} ${values[ip]}:${values[port]} ${values[status]![0]}xx`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return counts;
}

Deno.test(
  "counters survive reload and agree with the access log over 100,000 requests",
  { ignore: Deno.build.os !== "linux" },
  async () => {
    await using program = await Program.make();
    const [port, other] = [freePort(), freePort()];
    const www = `${program.home}/www`;
    await Deno.mkdir(`${www}/folder`, { recursive: true });
    await Deno.writeTextFile(`${www}/index.html`, "index");
    await program.do("site remove W3SVC/1");
    await program.do("settings set Workers 2");
    for (const ip of ["127.0.0.3", "127.0.0.4"]) await program.do(["set", "iplisten", "-i", ip]);
    await program.do(["site", "add", "one", "--bind", `:${port}:`, "--root", www]);
    await program.do(["site", "add", "two", "--bind", `127.0.0.4:${other}:`, "--root", www]);
    await program.serve();
    const round = async (count: number): Promise<void> => {
      await Promise.all([
        request("127.0.0.3", port, count),
        request("127.0.0.4", port, count),
        request("127.0.0.3", port, count),
        request("127.0.0.4", other, count),
      ]);
    };
    const before = TOTAL / 8;
    await round(before);
    const first = await metricsOf(program);
    assertEquals(classesOf(first, "one", `127.0.0.3:${port}`), {
      "2xx": 2 * before * 3 / 5,
      "3xx": 2 * before / 5,
      "4xx": 2 * before / 5,
    });

    // Another setting, another address, and other processes: nothing begins at 0.
    await program.do("settings set MaxFieldCount 150");
    await program.do("set iplisten -i 127.0.0.5");
    await program.do("settings set Workers 3");
    await program.do("reload");
    const reloaded = await metricsOf(program);
    for (const [name, value] of first) {
      if (!/_total\{|_total$|_bucket/.test(name) || name.includes("worker")) continue;
      assert((reloaded.get(name) ?? -1) >= value, `${name} went back from ${value}`);
    }
    await round(before);

    await program.do("settings set Workers 1");
    await program.do("reload"); // what the workers have counted stays
    const last = await metricsOf(program);
    let lines = new Map<string, number>();
    await program.do("events"); // writes what is buffered
    await waitFor(async () => {
      lines = await logged(program.home);
      return [...lines.values()].reduce((sum, count) => sum + count, 0) >= TOTAL;
    }, "a line for each request");
    const counted = new Map<string, number>();
    for (const [site, folder] of [["one", "W3SVC1"], ["two", "W3SVC2"]] as const) {
      for (const address of [`127.0.0.3:${port}`, `127.0.0.4:${port}`, `127.0.0.4:${other}`]) {
        for (const [code, value] of Object.entries(classesOf(last, site, address))) {
          counted.set(`${folder} ${address} ${code}`, value);
        }
      }
    }
    assertEquals(counted, lines);
    assertEquals([...counted.values()].reduce((sum, count) => sum + count, 0), TOTAL);
  },
);
