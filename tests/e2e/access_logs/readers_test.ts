/**
 * The logs as other programs read them: W3C with the fields of Filebeat's IIS module, in its order, and
 * GoAccess; JSON with Miller, jq, lnav and the types of the Elastic Common Schema; combined with
 * GoAccess, lnav and the patterns of Filebeat. What they read agrees with the requests that were sent.
 */
import { assert, assertEquals } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";
import { ON_POSIX } from "../../support/platforms.ts";

/** The fields that the IIS module of Filebeat documents for IIS 7.5 and later, in order. */
const FILEBEAT = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip " +
  "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken";

const REQUESTS = [
  ["/", "GET", "200"],
  ["/missing.html?a=b", "GET", "404"],
  ["/index.html", "HEAD", "200"],
  ["/a%20b", "POST", "405"],
] as const;

/** Serves a site after the command `setting`, sends the requests, and returns the file of the log. */
async function logged(program: Program, setting: string | null): Promise<string> {
  const port = freePort();
  await Deno.mkdir(`${program.home}/www`);
  await Deno.writeTextFile(`${program.home}/www/index.html`, "index");
  await program.do("site remove W3SVC/1");
  await program.do([
    "site",
    "add",
    "one",
    "--bind",
    `127.0.0.3:${port}:`,
    "--root",
    `${program.home}/www`,
  ]);
  if (setting !== null) await program.do(setting);
  await program.serve();
  for (const [path, method] of REQUESTS) {
    const how = method === "HEAD" ? "-I" : `-X ${method}`;
    await program.shell(
      `curl -s -o /dev/null -A 'a b/1.0' -e 'http://from.test/' ${how} 'http://127.0.0.3:${port}${path}'`,
    );
  }
  const folder = `${program.home}/log/W3SVC1`;
  let file = "";
  await waitFor(async () => {
    const names = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
    file = `${folder}/${names[0]?.name}`;
    const text = names.length === 0 ? "" : await Deno.readTextFile(file);
    return text.split("\n").filter((line) => /^[0-9{]/.test(line)).length === REQUESTS.length;
  }, "a line for each request");
  return file;
}

function w3cFields(flags: string): string {
  return `adsutil set w3svc/LogExtFileFlags ${flags}`;
}

Deno.test(
  "Filebeat: the fields of 0x25CFCF are those of its IIS module, in its order",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const text = await Deno.readTextFile(await logged(program, w3cFields("0x25CFCF")));
    const lines = text.split("\n");
    assertEquals(lines.find((line) => line.startsWith("#Fields:")), `#Fields: ${FILEBEAT} `);
    const names = FILEBEAT.split(" ");
    const records = lines.filter((line) => /^[0-9]/.test(line)).map((line) => {
      const values = line.split(" ");
      assertEquals(values.length, names.length, line);
      return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    });
    for (const [i, [path, method, status]] of REQUESTS.entries()) {
      const [stem, query = "-"] = path.split("?");
      const record = records[i]!;
      const read = [
        "s-ip",
        "cs-method",
        "cs-uri-stem",
        "cs-uri-query",
        "c-ip",
        "cs(User-Agent)",
        "cs(Referer)",
        "sc-status",
      ].map((name) => record[name]);
      assertEquals(read, [
        "127.0.0.3",
        method,
        stem,
        query,
        "127.0.0.1",
        "a+b/1.0",
        "http://from.test/",
        status,
      ]);
    }
    const date = /^#Date: (.*)$/m.exec(text)![1]!;
    assert(
      date <= `${records[0]!.date} ${records[0]!.time}`,
      "#Date is not after the first record",
    );
  },
);

async function has(program: string): Promise<boolean> {
  if (Deno.build.os === "windows") return false;
  return (await new Deno.Command("sh", { args: ["-c", `command -v ${program}`] }).output()).success;
}

const goaccess = await has("goaccess");

/** Its format W3C is one selection of fields; for those of the default it has to be told. */
const FORMATS = [
  ["0x25CFCF", "--log-format=W3C"],
  [
    null,
    "--log-format='%d %t %^ %^ %m %U %q %^ %e %h %u %s %^ %^' --date-format=%Y-%m-%d " +
    "--time-format=%H:%M:%S",
  ],
] as const;

for (const [flags, format] of FORMATS) {
  Deno.test({
    name: `GoAccess reads every line with the fields ${flags ?? "of the default"}`,
    ignore: !goaccess,
    fn: async () => {
      await using program = await Program.make();
      const file = await logged(program, flags === null ? null : w3cFields(flags));
      const report = `${program.home}/report.json`;
      await program.shell(
        `goaccess '${file}' ${format} --no-global-config -o '${report}' </dev/null`,
      );
      const json = JSON.parse(await Deno.readTextFile(report));
      const { total_requests, valid_requests, failed_requests } = json.general;
      assertEquals([total_requests, valid_requests, failed_requests], [4, 4, 0]);
      const codes = json.status_codes.data.flatMap((one: { items: { data: string }[] }) => {
        return one.items.map(({ data }) => data.slice(0, 3));
      });
      assertEquals(codes.sort(), ["200", "404", "405"]);
      assertEquals(json.hosts.data.map((one: { data: string }) => one.data), ["127.0.0.1"]);
    },
  });
}

Deno.test({
  name: "GoAccess and lnav read every line of combined, without being told more than its name",
  ignore: !goaccess || !await has("lnav"),
  fn: async () => {
    await using program = await Program.make();
    const file = await logged(program, "settings set AccessLogFormat combined");
    const report = `${program.home}/report.json`;
    await program.shell(
      `goaccess '${file}' --log-format=COMBINED --no-global-config -o '${report}' </dev/null`,
    );
    const { general, requests } = JSON.parse(await Deno.readTextFile(report));
    assertEquals([general.valid_requests, general.failed_requests], [4, 0]);
    // The size of a body, not that of a response.
    const bytes = requests.data.find(({ data }: { data: string }) => data === "/").bytes.count;
    assertEquals(bytes, "index".length);
    const query = ";SELECT cs_method, cs_uri_stem, sc_status, cs_user_agent FROM access_log";
    const { out } = await program.shell(
      `HOME='${program.home}' lnav -n -c '${query}' -c ':write-csv-to -' '${file}'`,
    );
    const rows = out.trim().split("\n").slice(1).map((row) => row.split(","));
    assertEquals(
      rows,
      REQUESTS.map(([path, method, status]) => [method, path.split("?")[0], status, "a b/1.0"]),
    );
  },
});

/**
 * The patterns of the pipelines of Filebeat's modules, with those of Grok that they name written out:
 * IPORHOST and NOTSPACE as \\S+, DATA as .*?, NUMBER and WORD.
 */
const TIME = String.raw`\[(?<time>\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]`;
const PATTERNS = {
  apache: new RegExp(
    String.raw`^(?<address>\S+) - (?<user>.*?) ${TIME} "(?:(?<method>\w+) (?<url>.*?) ` +
      String.raw`HTTP\/(?<version>[\d.]+)|-)?" (?<status>\d+) (?:(?<bytes>\d+)|-)` +
      String.raw`(?: "(?<referrer>.*?)")?(?: "(?<agent>.*?)")?$`,
  ),
  nginx: new RegExp(
    String.raw`^"?(?<address>\S+) - (?:-|(?<user>.*?)) ${TIME} "(?<method>\w+) (?<url>.*?) ` +
      String.raw`HTTP\/(?<version>[\d.]+)" (?<status>\d+) (?<bytes>\d+) ` +
      String.raw`"(?:-|(?<referrer>.*?))" "(?:-|(?<agent>.*?))"$`,
  ),
};

Deno.test(
  "Filebeat: combined has the form of its modules for Apache and nginx",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const file = await logged(program, "settings set AccessLogFormat combined");
    const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");
    for (const [name, pattern] of Object.entries(PATTERNS)) {
      for (const [i, [path, method, status]] of REQUESTS.entries()) {
        const { time, version, bytes, user: _, ...read } = pattern.exec(lines[i]!)!.groups!;
        const want = { address: "127.0.0.1", method, url: path, status };
        assertEquals(read, { ...want, referrer: "http://from.test/", agent: "a b/1.0" }, name);
        assert(version === "1.1" && Number(bytes) >= 0 && time!.endsWith(" +0000"), lines[i]!);
      }
    }
  },
);

/** The types of the fields in the Elastic Common Schema, by which Elasticsearch indexes them. */
const ECS: Readonly<Record<string, (value: unknown) => boolean>> = {
  "@timestamp": isDate,
  "client.ip": isText,
  "server.address": isText,
  "server.port": isLong,
  "url.domain": isText,
  "url.path": isText,
  "url.query": isText,
  "user_agent.original": isText,
  "http.version": isText,
  "http.request.method": isText,
  "http.request.referrer": isText,
  "http.request.id": isText,
  "http.request.bytes": isLong,
  "http.response.status_code": isLong,
  "http.response.bytes": isLong,
  "http.response.body.bytes": isLong,
  "event.duration": isLong,
  "trace.id": isText,
};

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isLong(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

function isDate(value: unknown): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(value));
}

/** Returns the members of an object that are no objects, by their dotted names. */
function flat(value: object, at = ""): [string, unknown][] {
  return Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    return typeof member === "object" && member !== null
      ? flat(member, `${at}${name}.`)
      : [[at + name, member]];
  });
}

/** What lnav has to be told of JSON: where the time and the values are. */
const LNAV_FORMAT = {
  $schema: "https://lnav.org/schemas/format-v1.schema.json",
  httpcfg: {
    title: "httpcfg",
    json: true,
    "file-pattern": "ac[0-9]+.*\\.ndjson$",
    "timestamp-field": "@timestamp",
    "line-format": [{ field: "@timestamp" }, " ", { field: "url/path" }],
    value: {
      "http/request/method": { kind: "string" },
      "url/path": { kind: "string" },
      "http/response/status_code": { kind: "integer" },
    },
  },
};

Deno.test({
  name: "JSON: the types of ECS; Miller, jq and lnav read it",
  ignore: !await has("mlr") || !await has("jq") || !await has("lnav"),
  fn: async () => {
    await using program = await Program.make();
    const fields = Object.keys(ECS).join(" ");
    const file = await logged(
      program,
      `settings set AccessLogFormat json AccessLogFields ${fields}`,
    );
    const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");
    for (const line of lines) {
      for (const [name, value] of flat(JSON.parse(line))) {
        assert(ECS[name]?.(value), `${name} is ${JSON.stringify(value)}`);
      }
    }
    const want = REQUESTS.map(([path, method, status]) => [method, path.split("?")[0], status]);
    const miller = await program.shell(
      "mlr --ijson --ocsv --headerless-csv-output flatten then cut -o -f " +
        `http.request.method,url.path,http.response.status_code '${file}'`,
    );
    assertEquals(miller.out.trim().split("\n").map((row) => row.split(",")), want);
    const jq = await program.shell(
      `jq -r '[.http.request.method, .url.path, .http.response.status_code] | @csv' '${file}'`,
    );
    assertEquals(jq.out.trim().replaceAll('"', "").split("\n").map((row) => row.split(",")), want);
    const formats = `${program.home}/.config/lnav/formats/httpcfg`;
    await Deno.mkdir(formats, { recursive: true });
    await Deno.writeTextFile(`${formats}/httpcfg.json`, JSON.stringify(LNAV_FORMAT));
    const columns = '"http/request/method", "url/path", "http/response/status_code"';
    const { out } = await program.shell(
      `HOME='${program.home}' XDG_CONFIG_HOME='${program.home}/.config' lnav -n ` +
        `-c ';SELECT ${columns} FROM httpcfg' -c ':write-csv-to -' '${file}'`,
    );
    assertEquals(out.trim().split("\n").slice(1).map((row) => row.split(",")), want);
  },
});

Deno.test("HTTPERR: fields, periods and #Date by the settings of HTTP.sys", ON_POSIX, async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `127.0.0.3:${port}:`, "--respond", "x"]);
  await program.do(
    "settings set ErrorLoggingFields 0x2c804c3 ErrorLoggingRolloverType 1 PercentUAllowed true",
  );
  await program.serve();
  const curl = (path: string): Promise<unknown> => {
    return program.shell(`curl -s -o /dev/null --path-as-is 'http://127.0.0.3:${port}${path}'`);
  };
  await curl("/%u0041"); // served
  await curl("/%zz"); // refused
  const folder = `${program.home}/log/HTTPERR`;
  let text = "";
  await waitFor(async () => {
    const names = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
    if (names.length === 0) return false;
    assert(/^ht[0-9]{6}\.log$/.test(names[0]!.name), names[0]!.name);
    text = await Deno.readTextFile(`${folder}/${names[0]!.name}`);
    return text.endsWith("\n");
  }, "a line");
  const [software, , date, fields, ...lines] = text.trimEnd().split("\n");
  assertEquals(software, "#Software: Microsoft HTTP API 2.0");
  assertEquals(
    fields,
    "#Fields: date time c-port s-ip cs-version cs-method cs-uri sc-status s-reason",
  );
  assertEquals(lines.length, 1);
  const [day, time, ...rest] = lines[0]!.split(" ");
  assertEquals(rest.slice(1), ["127.0.0.3", "HTTP/1.1", "GET", "/%zz", "400", "URL"]);
  assert(date! <= `#Date: ${day} ${time}`);
});
