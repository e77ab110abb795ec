// Goal: where the logs are, and their newest lines. Method: files in a home; no service.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { commandHome } from "../../support/command_home.ts";

const SITE = "#Fields: date time\n2026-11-26 09:00:00 a\n2026-11-26 09:00:01 b\n";
const ERRORS = "#Fields: date time reason\n2026-11-26 09:00:02 BadRequest\n";

Deno.test("logs shows each log under the name of its file", async () => {
  await using home = await commandHome();
  await home.run("site add quiet --bind :81: --echo");
  const log = `${home.path}/log`;
  await Deno.mkdir(`${log}/W3SVC1`, { recursive: true });
  await Deno.mkdir(`${log}/HTTPERR`);
  await Deno.writeTextFile(`${log}/W3SVC1/ex261126.log`, SITE);
  await Deno.writeTextFile(`${log}/HTTPERR/httperr1.log`, ERRORS);
  assertEquals(await home.run("logs --limit 1"), {
    status: 0,
    out: `==> ${log}/W3SVC1/ex261126.log (Default Web Site) <==\n` +
      "#Fields: date time\n2026-11-26 09:00:01 b\n\n" +
      `==> ${log}/HTTPERR/httperr1.log (errors) <==\n${ERRORS}`,
    note: `quiet: nothing is logged yet; the log is "${log}/W3SVC2".\n`,
  });
  assertEquals(await home.run("logs 'Default Web Site'"), {
    status: 0,
    out: SITE,
    note: `${log}/W3SVC1/ex261126.log\n`,
  });
  assertEquals((await home.run("logs --errors")).out, ERRORS);
  assertEquals(await home.run("logs --errors --paths"), {
    status: 0,
    out: `${log}/HTTPERR/httperr1.log\n`,
    note: "",
  });
  assertEquals(await home.run("logs quiet --paths"), {
    status: 1,
    out: "",
    note: `No log in "${log}/W3SVC2" yet.\n`,
  });
});

Deno.test("logs says that a log is turned off, and rejects what it cannot show", async () => {
  await using home = await commandHome();
  await home.store({ settings: { LogEnabled: false } });
  assertStringIncludes((await home.run("logs W3SVC/1")).note, "LogEnabled is false");
  const cases: [line: string, status: number, message: RegExp][] = [
    ["logs shop", 1, /Cannot find the site "shop"/],
    ["logs shop --errors", 2, /that of all sites\nhint: httpcfg logs --errors/],
    ["logs --limit many", 2, /"--limit": must be between 0 and 100000\nhint: httpcfg logs --limit/],
  ];
  for (const [line, status, message] of cases) {
    const ran = await home.run(line);
    assertEquals([ran.status, ran.out], [status, ""], line);
    assertMatch(ran.note, message);
  }
});
