// Goal: install, status and uninstall agree. Method: below a directory, as packagers do.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { commandHome } from "../../../support/command_home.ts";

Deno.test("service install, status and uninstall work below a directory", async () => {
  await using home = await commandHome();
  const where = `--system systemd --root ${home.path}/root`;
  const unit = `${home.path}/root/etc/systemd/system/httpcfg.service`;
  const missing = await home.run(`service status ${where}`);
  assertEquals(missing.status, 1);
  assertStringIncludes(missing.out, "/etc/systemd/system/httpcfg.service: not installed\n");

  const done = await home.run(`service install ${where}`);
  assertEquals([done.status, done.out.split("\n").at(-2)], [0, "systemctl enable --now httpcfg"]);
  assertStringIncludes(done.note, `wrote ${unit}\n`);
  assertStringIncludes(await Deno.readTextFile(unit), "ExecStart=/usr/local/bin/httpcfg serve\n");
  const installed = await home.run(`service status ${where}`);
  assertMatch(installed.out, /httpcfg\.service: installed\n[^]*httpcfg is not running\.\n$/);

  await Deno.writeTextFile(unit, "# by hand\n");
  assertStringIncludes(
    (await home.run(`service status ${where}`)).out,
    "differs from what this program",
  );
  const gone = await home.run(`service uninstall ${where}`);
  assertStringIncludes(gone.note, `removed ${unit}\n`);
  assertEquals((await home.run(`service uninstall ${where}`)).note, "");
});

Deno.test("service install warns of a program that its user cannot read", async () => {
  await using home = await commandHome();
  for (const [program, warned] of [["/root/httpcfg", true], ["/opt/httpcfg", false]] as const) {
    const line = `service install --print --system openrc --program ${program}`;
    assertEquals((await home.run(line)).note.startsWith("warning: "), warned, program);
  }
});

Deno.test("service install --print writes nothing and shows every file", async () => {
  await using home = await commandHome();
  for (const system of ["systemd", "openrc", "launchd", "windows"]) {
    const { status, out, note } = await home.run(
      `service install --print --system ${system} --root ${home.path}`,
    );
    assertEquals([status, note], [0, ""], system);
    assertStringIncludes(out, "Written by: httpcfg service install");
  }
  assertEquals([...Deno.readDirSync(home.path)].length, 0);
});
