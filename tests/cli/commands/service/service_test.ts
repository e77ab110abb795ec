// Goal: install, status and uninstall agree with each other. Method: below a folder, as packagers do.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeCliHome } from "../../../support/cli.ts";

Deno.test("service install, status and uninstall below a folder", async () => {
  await using home = await makeCliHome();
  const where = ["--system", "systemd", "--root", `${home.folder}/root`];
  const unit = `${home.folder}/root/etc/systemd/system/httpcfg.service`;
  const missing = await home.cli(["service", "status", ...where]);
  assertEquals(missing.status, 1);
  assertStringIncludes(missing.out, "/etc/systemd/system/httpcfg.service: not installed\n");

  const done = await home.cli(["service", "install", ...where]);
  assertEquals([done.status, done.out.split("\n").at(-2)], [0, "systemctl enable --now httpcfg"]);
  assertStringIncludes(done.note, `wrote ${unit}\n`);
  assertStringIncludes(await Deno.readTextFile(unit), "ExecStart=/usr/local/bin/httpcfg serve\n");
  const installed = await home.cli(["service", "status", ...where]);
  assertMatch(installed.out, /httpcfg\.service: installed\n[^]*httpcfg does not run\.\n$/);

  await Deno.writeTextFile(unit, "# by hand\n");
  assertStringIncludes(
    (await home.cli(["service", "status", ...where])).out,
    "not as this program",
  );
  const gone = await home.cli(["service", "uninstall", ...where]);
  assertStringIncludes(gone.note, `removed ${unit}\n`);
  assertEquals((await home.cli(["service", "uninstall", ...where])).note, "");
});

Deno.test("service install warns of a program that its user cannot read", async () => {
  await using home = await makeCliHome();
  for (const [program, warned] of [["/root/httpcfg", true], ["/opt/httpcfg", false]] as const) {
    const words = ["service", "install", "--print", "--system", "openrc", "--program", program];
    assertEquals((await home.cli(words)).note.startsWith("warning: "), warned, program);
  }
});

Deno.test("service install --print writes nothing and shows every file", async () => {
  await using home = await makeCliHome();
  for (const system of ["systemd", "openrc", "launchd", "windows"]) {
    const { status, out, note } = await home.cli([
      "service",
      "install",
      "--print",
      "--system",
      system,
      "--root",
      home.folder,
    ]);
    assertEquals([status, note], [0, ""], system);
    assertStringIncludes(out, "Written by: httpcfg service install");
  }
  assertEquals([...Deno.readDirSync(home.folder)].length, 0);
});
