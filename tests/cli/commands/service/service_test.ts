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
  assertEquals(done.status, 0);
  assertMatch(
    done.out,
    /\nsystemctl enable --now httpcfg\nsystemctl enable --now httpcfg-fleet\n$/,
  );
  assertStringIncludes(done.note, `wrote ${unit}\n`);
  assertStringIncludes(done.note, `wrote ${unit.replace(".service", "-fleet.service")}\n`);
  assertStringIncludes(await Deno.readTextFile(unit), "ExecStart=/usr/local/bin/httpcfg serve\n");
  const installed = await home.run(`service status ${where}`);
  assertMatch(installed.out, /httpcfg\.service: installed\n[^]*httpcfg is not running\.\n$/);
  assertStringIncludes(installed.out, "/httpcfg-fleet.service: installed\n");

  await Deno.writeTextFile(unit, "# by hand\n");
  assertStringIncludes(
    (await home.run(`service status ${where}`)).out,
    "differs from what this program",
  );
  const gone = await home.run(`service uninstall ${where}`);
  assertStringIncludes(gone.note, `removed ${unit}\n`);
  assertStringIncludes(gone.note, `removed ${unit.replace(".service", "-fleet.service")}\n`);
  assertEquals((await home.run(`service uninstall ${where}`)).note, "");
});

Deno.test("service uninstall without a service says so, and prints nothing to run", async () => {
  await using home = await commandHome();
  const { status, out, note } = await home.run("service uninstall --system launchd");
  assertEquals([status, out, note], [0, "", "note: the service is not installed\n"]);
});

Deno.test("service install on macOS chooses the user by the ports of the sites, and says so", async () => {
  await using home = await commandHome();
  const where = `--system launchd --root ${home.path}/root`;
  const list = (): string =>
    Deno.readTextFileSync(`${home.path}/root/Library/LaunchDaemons/org.httpcfg.httpcfg.plist`);
  const user = (): string | undefined => /UserName<\/key>\s*<string>(.*)</.exec(list())?.[1];
  const rule = "on macOS only root may open a port below 1024 on a single address\n";
  const hint = "hint: httpcfg service install --run-as root | sh\n";

  const usual = await home.run(`service install ${where}`);
  assertEquals(user(), "_httpcfg");
  assertStringIncludes(usual.note, `note: the service runs as "_httpcfg"; ${rule}${hint}`);
  assertStringIncludes(usual.out, "\nchown -R _httpcfg /var/db/httpcfg");
  assertStringIncludes((await home.run(`service status ${where}`)).out, ".plist: installed\n");

  await home.run("site add low --bind 127.0.0.1:80: --respond x");
  const low = await home.run(`service install ${where}`);
  assertEquals(user(), "root");
  const why = `site "low" is bound to 127.0.0.1:80:, and ${rule}`;
  assertStringIncludes(low.note, `note: the service runs as root: ${why}`);
  assertStringIncludes((await home.run(`service status ${where}`)).out, ".plist: installed\n");

  const asked = await home.run(`service install ${where} --run-as _web`);
  assertEquals(user(), "_web");
  assertStringIncludes(asked.note, `warning: the service runs as "_web", but ${why}${hint}`);
});

Deno.test("service install --run-as is refused where the service has a user of its own", async () => {
  await using home = await commandHome();
  for (const system of ["systemd", "openrc", "windows"]) {
    const { status, note } = await home.run(`service install --system ${system} --run-as root`);
    assertEquals(status, 2);
    assertStringIncludes(note, `Cannot run the service as "root": only launchd`);
  }
});

Deno.test("service install warns of a program that its user cannot read", async () => {
  await using home = await commandHome();
  for (
    const [system, program, warned] of [
      ["openrc", "/root/httpcfg", true],
      ["openrc", "/opt/httpcfg", false],
      ["windows", "C:\\Users\\me\\httpcfg.exe", true],
      ["windows", "C:\\httpcfg\\httpcfg.exe", false],
    ] as const
  ) {
    const line = `service install --print --system ${system} --program ${program}`;
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

Deno.test("service install writes the task of Windows in UTF-16, and knows it again", async () => {
  await using home = await commandHome();
  const where = `--system windows --root ${home.path}/root`;
  const file = `${home.path}/root/ProgramData/httpcfg/task.xml`;
  const done = await home.run(`service install ${where}`);
  assertEquals([done.status, done.note.split("\n")[0]], [0, `wrote ${file}`]);
  const bytes = await Deno.readFile(file);
  assertEquals([...bytes.slice(0, 4)], [0xff, 0xfe, "<".charCodeAt(0), 0]);
  const text = new TextDecoder("utf-16le").decode(bytes);
  assertStringIncludes(text, `<?xml version="1.0" encoding="UTF-16"?>\r\n`);
  assertStringIncludes(text, "<Command>C:\\Program Files\\httpcfg\\httpcfg.exe</Command>\r\n");
  assertStringIncludes((await home.run(`service status ${where}`)).out, "task.xml: installed\n");
  assertEquals((await home.run(`service install ${where}`)).note.includes("wrote"), false);
  assertStringIncludes((await home.run(`service uninstall ${where}`)).note, `removed ${file}\n`);
});
