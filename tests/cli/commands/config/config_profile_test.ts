// Goal: a profile is stored as values, shown, and taken back. Method: command lines in a home.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PROFILES } from "../../../../mod/config/document/profiles.ts";
import { commandHome, serviceStatus } from "../../../support/command_home.ts";

Deno.test("config profile stores its settings as one change, which can be taken back", async () => {
  await using home = await commandHome();
  await home.store({ settings: { ConnectionTimeout: 30, MaxFieldCount: 7 } });
  const changes = [
    "- settings.ConnectionTimeout: 30",
    "+ settings.ConnectionTimeout: 75",
    "+ settings.HeaderWaitTimeout: 60",
    "+ settings.EntityBodyTimeout: 60",
    "+ settings.DrainEntityBodyTimeout: 5",
    "+ settings.MinFileBytesPerSec: 1093",
  ];
  const shown = await home.run("config profile strict --dry-run");
  assertEquals([shown.status, shown.out.trim().split("\n").sort()], [0, changes.toSorted()]);
  assertEquals(home.stored()?.settings, { ConnectionTimeout: 30, MaxFieldCount: 7 });

  assertEquals(await home.run("config profile STRICT"), shown);
  assertEquals(home.stored()?.settings, { MaxFieldCount: 7, ...PROFILES.strict.settings });
  const again = await home.run("config profile strict");
  assertEquals(again, { status: 0, out: "", note: "note: unchanged\n" });
  const show = JSON.parse((await home.run("config show")).out);
  assertEquals(show.settings.HeaderWaitTimeout, 60);
  assertMatch((await home.run("history")).out, /^2 .* 5 +httpcfg config profile STRICT$/m);
  assertMatch((await home.run("status")).out, /^Time-outs: profile strict$/m);

  await home.run("config profile default");
  assertEquals(home.stored()?.settings, { MaxFieldCount: 7 });
  await home.run("rollback 1");
  assertEquals(home.stored()?.settings, { ConnectionTimeout: 30, MaxFieldCount: 7 });
});

Deno.test("config profile shows the profiles beside what is stored", async () => {
  await using home = await commandHome();
  const text = await home.run("config profile");
  assertMatch(
    text.out,
    /^SETTING +STORED +DEFAULT +STRICT\n(.|\n)*^ConnectionTimeout +120 +120 +75$/m,
  );
  assertEquals([text.status, text.note], [0, "Stored: profile default.\n"]);
  await home.store({ settings: { ConnectionTimeout: 75 } });
  assertEquals((await home.run("config profile")).note, "No profile is stored.\n");
  const json = JSON.parse((await home.run("config profile --format json")).out);
  assertEquals([json.profile, json.profiles.length], [null, 5]);
});

Deno.test("config profile says how it comes into force, and refuses another name", async () => {
  await using home = await commandHome();
  await home.serve(() => Promise.resolve(serviceStatus({ HTTP: "running" })));
  const { note } = await home.run("config profile strict");
  assertStringIncludes(note, "stored; HTTP reads the list and the settings when it starts");
  const other = await home.run("config profile nginx");
  assertEquals(other.status, 2);
  assertStringIncludes(other.note, 'Cannot use "nginx": must be one of default, strict');
});
