import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  SERVICE_SYSTEMS,
  servicePlan,
  serviceScript,
} from "../../../../mod/cli/commands/service/service_units.ts";
import { RUNTIME_ENVIRONMENT } from "../../../../mod/host/process/runtime_environment.ts";

Deno.test("servicePlan() names the program, and how to start and stop it, on every system", () => {
  for (const system of SERVICE_SYSTEMS) {
    const { files, start, stop } = servicePlan(system, "/opt/httpcfg");
    const named = files.filter(({ text }) => text.includes("/opt/httpcfg"));
    const hasAgent = system === "systemd" || system === "openrc";
    assertEquals(named.length, hasAgent ? 2 : 1, system);
    assertEquals([start.length > 0, stop.length > 0], [true, true], system);
    for (const { text } of files) assertMatch(text, /\n$/);
  }
});

Deno.test("a service stops before its files are removed, and keeps them if it does not stop", () => {
  for (const system of SERVICE_SYSTEMS) {
    const plan = servicePlan(system, "/opt/httpcfg");
    const lines = serviceScript(system, plan, plan.files).split("\n");
    const removed = lines.findIndex((line) => line.includes(plan.files[0]!.path));
    assertEquals(lines.indexOf(plan.stop.at(-1)!) < removed, true, system);
    assertEquals(lines[0] === "set -e", system !== "windows");
  }
});

Deno.test("a service that does not run can be removed", () => {
  const stop = (system: typeof SERVICE_SYSTEMS[number]): string =>
    servicePlan(system, "/opt/httpcfg").stop.join("\n");
  assertStringIncludes(stop("openrc"), "rc-service --ifstarted httpcfg stop");
  assertMatch(
    stop("openrc"),
    /^\[ ! -e \/etc\/runlevels\/default\/httpcfg \] \|\| rc-update del /m,
  );
  assertMatch(stop("launchd"), /^! launchctl print .* \|\| launchctl bootout /);
});

Deno.test("reload is an action of the service where the service manager has one", () => {
  const text = (system: typeof SERVICE_SYSTEMS[number]): string =>
    servicePlan(system, "/opt/a b").files[0]!.text;
  assertStringIncludes(text("systemd"), `\nExecReload="/opt/a b" reload\n`);
  assertStringIncludes(text("openrc"), `\nextra_started_commands="reload"\n`);
  assertStringIncludes(text("openrc"), `\n\t"$command" reload\n\teend $?\n`);
});

Deno.test("servicePlan() quotes a path as the language of each file requires", () => {
  const path = `/opt/a & 'b' 50%$/httpcfg`;
  const unit = (system: typeof SERVICE_SYSTEMS[number]): string =>
    servicePlan(system, path).files[0]!.text;
  assertStringIncludes(unit("systemd"), `ExecStart="/opt/a & 'b' 50%%$$/httpcfg" serve\n`);
  assertStringIncludes(unit("openrc"), `command='/opt/a & '\\''b'\\'' 50%$/httpcfg'\n`);
  assertStringIncludes(unit("launchd"), `<string>/opt/a &amp; 'b' 50%$/httpcfg</string>`);
  assertStringIncludes(unit("windows"), `<Command>/opt/a &amp; 'b' 50%$/httpcfg</Command>`);
});

Deno.test("the systemd unit runs as a user of its own, with one capability", () => {
  const { text } = servicePlan("systemd", "/opt/httpcfg").files[0]!;
  for (
    const line of [
      "Type=notify",
      "WatchdogSec=30",
      "User=httpcfg",
      "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
      "ProtectSystem=strict",
    ]
  ) assertStringIncludes(text, `\n${line}\n`);
});

Deno.test("a service gets its environment, and that of the runtime, from its manager", () => {
  const text = (system: typeof SERVICE_SYSTEMS[number]): string =>
    servicePlan(system, "/opt/httpcfg").files[0]!.text;
  for (const [name, value] of Object.entries({ HTTPCFG_SYSTEM: "1", ...RUNTIME_ENVIRONMENT })) {
    assertStringIncludes(text("systemd"), `\nEnvironment=${name}=${value}\n`);
    assertStringIncludes(text("openrc"), `\nexport ${name}=${value}\n`);
    assertMatch(
      text("launchd"),
      new RegExp(
        `<key>EnvironmentVariables</key>\\s+<dict>[^]*` +
          `<key>${name}</key>\\s+<string>${value}</string>`,
      ),
    );
  }
});

Deno.test("the systemd unit shares /tmp, where callers show who they are, and cannot write there", () => {
  const { text } = servicePlan("systemd", "/opt/httpcfg").files[0]!;
  assertEquals(/PrivateTmp|PrivateUsers|DynamicUser|JoinsNamespaceOf/.test(text), false);
  assertEquals(/BindPaths/.test(text), false);
  assertEquals(text.match(/^ReadWritePaths=.*$/gm), ["ReadWritePaths=-/etc/httpcfg/certs/ACME"]);
  assertStringIncludes(text, "\nProtectSystem=strict\n");
});

Deno.test("the installed service has one store of its own, for what it obtains by ACME", () => {
  for (const system of ["systemd", "openrc", "launchd"] as const) {
    const { files, start } = servicePlan(system, "/opt/httpcfg");
    const all = [...files.map(({ text }) => text), ...start].join("\n");
    const owned = {
      systemd: "\nd /etc/httpcfg/certs/ACME 2750 httpcfg httpcfg -\n",
      openrc: '--owner "$command_user:$command_user" --mode 2750 /etc/httpcfg/certs/ACME\n',
      launchd: "chown -R _httpcfg /etc/httpcfg/certs/ACME",
    };
    assertStringIncludes(all, owned[system]);
  }
});

Deno.test("the installed service reads the keys that root imports, and nobody else does", () => {
  const { files, start } = servicePlan("systemd", "/opt/httpcfg");
  const { path, text } = files.find(({ path }) => path.includes("/tmpfiles.d/"))!;
  assertStringIncludes(text, "d /etc/httpcfg/certs 2750 root httpcfg -\n");
  assertEquals(start.indexOf(`systemd-tmpfiles --create ${path}`), 1, "after the user is made");
  const [script] = servicePlan("openrc", "/opt/httpcfg").files;
  assertStringIncludes(
    script!.text,
    '--owner "root:$command_user" --mode 2750 /etc/httpcfg/certs\n',
  );
});

Deno.test("a user of its own runs the service of launchd, unless another is named", () => {
  const make = (user?: string): string =>
    servicePlan("launchd", "/opt/httpcfg", user).start.join("\n");
  assertMatch(make(), /^id=300\nwhile dscl [^]*dscl \. -create \/Users\/_httpcfg UniqueID "\$id"/);
  assertEquals(/dscl/.test(make("root")), false);
  assertMatch(make(), /bootout [^]*while launchctl print [^]*launchctl bootstrap system /);
});

Deno.test("what launchd's service writes to stderr is turned over, for its user", () => {
  const { files } = servicePlan("launchd", "/opt/httpcfg", "_web");
  const rule = files.find(({ path }) => path === "/etc/newsyslog.d/httpcfg.conf")!;
  assertMatch(rule.text, /^\/var\/log\/httpcfg\/stderr\.log _web: 640 5 1024 \* N$/m);
  assertStringIncludes(files[0]!.text, "<string>/var/log/httpcfg/stderr.log</string>");
});

Deno.test("the agent of a fleet runs as root, with what lets it write the document and its history", () => {
  const { files, start, stop } = servicePlan("systemd", "/opt/a b");
  const { text } = files.find(({ path }) => path.endsWith("/httpcfg-fleet.service"))!;
  for (
    const line of [
      `ExecStart="/opt/a b" fleet agent`,
      "ConditionPathExists=/etc/httpcfg/config.json.fleet",
      "CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER",
      "ReadWritePaths=/etc/httpcfg -/var/lib/httpcfg",
      "ProtectSystem=strict",
      "NoNewPrivileges=yes",
      // The service's user reads what root writes.
      "UMask=0022",
    ]
  ) assertStringIncludes(text, `\n${line}\n`);
  // It outlives a restart of the service, whose directories it must not take.
  assertEquals(
    /^(?:PartOf|BindsTo|Requires|User|(?:State|Logs|Runtime)Directory)=/m.test(text),
    false,
  );
  assertStringIncludes(start.at(-1)!, "httpcfg-fleet");
  assertStringIncludes(stop[0]!, "httpcfg-fleet");
  const script = servicePlan("openrc", "/opt/httpcfg").files[1]!;
  assertStringIncludes(script.text, '\ncommand_args="fleet agent"\n');
  assertStringIncludes(servicePlan("openrc", "/opt/httpcfg").stop[0]!, "httpcfg-fleet stop");
});
