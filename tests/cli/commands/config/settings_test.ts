// Goal: scripts read and change settings one by one. Method: command lines in a home.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DEFAULT_SETTINGS, SETTINGS } from "../../../../mod/config/document/settings.ts";
import { commandHome, serviceStatus } from "../../../support/command_home.ts";

Deno.test("settings list shows every setting, with limits and choices in JSON", async () => {
  await using home = await commandHome();
  await home.store({ settings: { ConnectionTimeout: 60 } });
  const { settings } = JSON.parse((await home.run("settings list --format json")).out);
  assertEquals(settings.map(({ name }: { name: string }) => name), Object.keys(SETTINGS));
  const of = (name: string): unknown => settings.find((row: { name: string }) => row.name === name);
  assertEquals(of("ConnectionTimeout"), {
    name: "ConnectionTimeout",
    value: 60,
    default: 120,
    unit: "s",
    summary: "time for an idle connection to send a request",
    min: 1,
    max: 65535,
  });
  assertEquals((of("applyChanges") as { choices: unknown }).choices, ["restart", "live"]);
  const { min, max, choices } = of("Workers") as Record<string, unknown>;
  assertEquals([min, max, choices], [1, 256, ["default", "auto"]]);
  const csv = (await home.run("settings list --format csv")).out.split("\n");
  assertEquals(csv[0], "name,value,default,unit,summary");
  assertMatch(
    (await home.run("settings list")).out,
    /^NAME +VALUE +DEFAULT +UNIT +SUMMARY\n(.|\n)*^ConnectionTimeout +60 +120 +s +time/m,
  );
});

Deno.test("settings get prints the bare value", async () => {
  await using home = await commandHome();
  assertEquals(await home.run("settings get connectiontimeout"), {
    status: 0,
    out: "120\n",
    note: "",
  });
  assertEquals((await home.run("settings get LogEnabled")).out, "true\n");
  const { setting } = JSON.parse((await home.run("settings get LOGENABLED --format json")).out);
  assertEquals([setting.name, setting.value], ["LogEnabled", true]);
});

Deno.test("settings set stores pairs as one change, and writes nothing to stdout", async () => {
  await using home = await commandHome();
  assertEquals(await home.run("settings set connectiontimeout 1m MaxFieldCount 7"), {
    status: 0,
    out: "",
    note: "",
  });
  assertEquals(home.stored()?.settings, { ConnectionTimeout: 60, MaxFieldCount: 7 });
  assertEquals((await home.run("history --format ndjson")).out.trim().split("\n").length, 2);
  assertEquals((await home.run("settings set ConnectionTimeout=61 applyChanges live")).status, 0);
  assertEquals((await home.run("settings get ConnectionTimeout")).out, "61\n");
  assertEquals((await home.run("settings get applychanges")).out, "live\n");
});

Deno.test("settings set and reset say whether anything has changed", async () => {
  await using home = await commandHome();
  const changes = async (line: string): Promise<unknown> => {
    const { status, out } = await home.run(`${line} --format json`);
    assertEquals(status, 0, line);
    const { version, changed, settings } = JSON.parse(out);
    assertEquals(version, 1);
    return [changed, settings];
  };
  const set = [{ name: "ConnectionTimeout", value: 60 }];
  assertEquals(await changes("settings set ConnectionTimeout 60"), [true, set]);
  assertEquals(await changes("settings set ConnectionTimeout 60"), [false, set]);
  assertEquals(await home.run("settings set ConnectionTimeout 60 --idempotent"), {
    status: 0,
    out: "",
    note: "note: unchanged\n",
  });
  const reset = [{ name: "ConnectionTimeout", value: 120 }];
  assertEquals(await changes("settings reset ConnectionTimeout"), [true, reset]);
  assertEquals(await changes("settings reset ConnectionTimeout"), [false, reset]);
  await home.run("settings set MaxFieldCount 7 LogEnabled off");
  await home.run("settings reset --all");
  assertEquals(home.stored()?.settings, {});
  assertEquals(
    JSON.parse((await home.run("settings reset --all --format json")).out).settings.length,
    Object.keys(DEFAULT_SETTINGS).length,
  );
});

for (
  const [line, error, hint] of [
    [
      "settings set ConnectionTimeout 0",
      'Cannot set "ConnectionTimeout" to "0": must be between 1 and 65535 s',
      "httpcfg settings set ConnectionTimeout 1",
    ],
    [
      "settings set MaxFieldCount 7 conectiontimeout 30",
      'Cannot set "conectiontimeout": no such setting',
      "httpcfg settings set ConnectionTimeout 30",
    ],
    [
      "settings get conectiontimeout",
      'Cannot get "conectiontimeout": no such setting',
      "httpcfg settings get ConnectionTimeout",
    ],
    ["settings get wxyz", 'Cannot get "wxyz": no such setting', "httpcfg settings list"],
    [
      "settings reset logenable",
      'Cannot reset "logenable": no such setting',
      "httpcfg settings reset LogEnabled",
    ],
    [
      "settings set MaxFieldCount",
      'Cannot set "MaxFieldCount": the value is missing',
      "httpcfg settings set MaxFieldCount 200",
    ],
    [
      "settings set MaxFieldCount 7 maxfieldcount 8",
      'Cannot set "MaxFieldCount" twice',
      "httpcfg settings set MaxFieldCount 8",
    ],
    [
      "settings set Workers 0",
      'Cannot set "Workers" to "0": must be default, auto or between 1 and 256 processes',
      "httpcfg settings set Workers 1",
    ],
    [
      "settings set Workers many",
      'Cannot set "Workers" to "many": must be default, auto or between 1 and 256 processes',
      "httpcfg settings set Workers default",
    ],
    ["settings reset", "Cannot reset settings: no name given", "httpcfg settings list"],
    [
      "settings reset LogEnabled --all",
      "Cannot reset settings: --all and a name given",
      "httpcfg settings reset --all",
    ],
  ] as const
) {
  Deno.test(`${line} is refused, and its hint cures it`, async () => {
    await using home = await commandHome();
    const refused = await home.run(line);
    assertEquals(refused, { status: 2, out: "", note: `error: ${error}\nhint: ${hint}\n` });
    assertEquals(home.stored(), null);
    assertEquals((await home.run(hint.replace("httpcfg ", ""))).status, 0);
  });
}

Deno.test("settings set says when the service does not use the value yet", async () => {
  await using home = await commandHome();
  await home.serve(() => Promise.resolve(serviceStatus({ HTTP: "running" })));
  const { note } = await home.run("settings set ConnectionTimeout 60");
  assertStringIncludes(note, "stored; HTTP reads the list and the settings when it starts");
});
