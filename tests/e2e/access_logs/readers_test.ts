/**
 * The logs as other programs read them: the fields of Filebeat's IIS module, in its order, and GoAccess.
 * What they read agrees with the requests that were sent.
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

/** Serves a site with `flags`, sends the requests, and returns the file of the log. */
async function logged(program: Program, flags: string | null): Promise<string> {
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
  if (flags !== null) await program.do(`adsutil set w3svc/LogExtFileFlags ${flags}`);
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
    return text.split("\n").filter((line) => /^[0-9]/.test(line)).length === REQUESTS.length;
  }, "a line for each request");
  return file;
}

Deno.test(
  "Filebeat: the fields of 0x25CFCF are those of its IIS module, in its order",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const text = await Deno.readTextFile(await logged(program, "0x25CFCF"));
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

const goaccess = await new Deno.Command("sh", { args: ["-c", "command -v goaccess"] }).output();

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
    ignore: !goaccess.success,
    fn: async () => {
      await using program = await Program.make();
      const file = await logged(program, flags);
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
