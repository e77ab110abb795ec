// Goal: what is installed works, and leaves nothing behind. Method: the built program on a machine of
// its own, whose service manager is systemd itself: from the build or the package to a service that
// listens on port 80 of one address, is reloaded, and is removed again; then every file that the
// machine has and did not have before.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { waitFor } from "../support/wait.ts";
import { type ScratchMachine, testOnMachine } from "./scratch_machine.ts";
import { buildProgram, has, ROOT, run } from "./support.ts";

const HAS_DPKG = await has("dpkg-deb");

let built: string | null = null;

/** Returns the directory with what `deno task build --deb` makes, and install.sh. */
async function build(): Promise<string> {
  if (built !== null) return built;
  built = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  await buildProgram(built, ...HAS_DPKG ? ["--deb"] : []);
  await Deno.copyFile(`${ROOT}/dist/install.sh`, `${built}/install.sh`);
  return built;
}

async function copyBuild(machine: ScratchMachine): Promise<void> {
  const folder = await build();
  for (const { name } of Deno.readDirSync(folder)) {
    await Deno.copyFile(`${folder}/${name}`, `${machine.files}/${name}`);
  }
}

Deno.test.afterAll(async () => {
  if (built !== null) await Deno.remove(built, { recursive: true });
});

/** Runs a script that must succeed; returns its stdout. */
async function ok(machine: ScratchMachine, script: string): Promise<string> {
  const { code, stdout, stderr } = await machine.shell(script);
  assertEquals(code, 0, `${script}\n${stdout}${stderr}`);
  return stdout;
}

/** Stores a list of one address and a site on its port 80. */
const CONFIGURE = `
httpcfg set iplisten -i 127.0.0.2
httpcfg site add one --bind 127.0.0.2:80: --respond one
httpcfg site remove "Default Web Site"
httpcfg cert create --self-signed --name local.example`;

const GET = "curl -s --noproxy '*' http://127.0.0.2/";

/**
 * Whoever the service is, it may open port 80 and nothing else; and reload, by the service manager
 * and under its confinement, does what was stored, or fails.
 */
async function assertServes(machine: ScratchMachine): Promise<void> {
  const unit = "systemctl show httpcfg -P";
  assertEquals(await ok(machine, `${unit} ActiveState`), "active\n");
  const pid = (await ok(machine, `${unit} MainPID`)).trim();
  const status = await ok(machine, `cat /proc/${pid}/status`);
  const uid = (await ok(machine, "id -u httpcfg")).trim();
  assertMatch(status, new RegExp(`^Uid:\\s${uid}\\s${uid}\\s${uid}\\s${uid}$`, "m"));
  assertMatch(status, /^CapEff:\s0000000000000400$/m); // CAP_NET_BIND_SERVICE
  assertMatch(status, /^NoNewPrivs:\s1$/m);
  assertEquals(await ok(machine, GET), "one");
  assertEquals((await machine.shell("curl -s http://127.0.0.3/")).code, 7, "another address");

  await ok(machine, "httpcfg site set one --respond two && systemctl reload httpcfg");
  assertEquals(await ok(machine, GET), "two");
  assertEquals((await ok(machine, `${unit} MainPID`)).trim(), pid);
  // A stored document that cannot be used is a failed reload, and the service serves on.
  await ok(machine, "cp /etc/httpcfg/config.json /tmp/kept && echo '{' >/etc/httpcfg/config.json");
  assertEquals((await machine.shell("systemctl reload httpcfg")).code, 1);
  assertEquals(await ok(machine, GET), "two");
  await ok(machine, "cat /tmp/kept >/etc/httpcfg/config.json && systemctl reload httpcfg");

  // The service may read the keys that root has made, and no other user may.
  const as = (user: string): Promise<{ code: number }> =>
    machine.shell(`setpriv --reuid=${user} --regid=${user} --clear-groups \
      sh -c 'cat /etc/httpcfg/certs/*/*.key' >/dev/null`);
  assertEquals([(await as("httpcfg")).code, (await as("nobody")).code > 0], [0, true]);
}

testOnMachine("from a build to a service, and back to nothing", false, async (machine) => {
  await copyBuild(machine);
  const before = await machine.difference();
  const install = "sh /run/files/install.sh";
  assertStringIncludes(await ok(machine, `${install} --links`), "installed in /usr/local/bin;");
  assertStringIncludes(await ok(machine, install), "already installed in /usr/local/bin\n");
  assertEquals(
    await ok(
      machine,
      "for name in httpcfg net netsh; do command -v $name; done; httpcfg service status | tail -n 1",
    ),
    "/usr/local/bin/httpcfg\n/usr/local/bin/net\n/usr/local/bin/netsh\nhttpcfg is not running.\n",
  );
  await ok(machine, CONFIGURE);
  await ok(machine, "httpcfg service install | sh");
  await assertServes(machine);
  assertMatch(await ok(machine, "systemd-analyze verify httpcfg.service 2>&1"), /^$/);
  assertMatch(
    await ok(machine, "httpcfg service status"),
    /: installed\n[^]*is running as process/,
  );

  const remove = "sh /usr/local/share/httpcfg/install.sh --uninstall";
  const removed = await ok(machine, remove);
  assertStringIncludes(removed, "stopped and removed the service of /etc/systemd/system/httpcfg");
  assertStringIncludes(removed, ": /etc/httpcfg /var/lib/httpcfg /var/log/httpcfg\n");
  assertEquals((await machine.shell(GET)).code, 7);
  assertMatch(await ok(machine, "systemctl show httpcfg -P LoadState"), /not-found/);
  const left = added(before, await machine.difference());
  assertEquals(left.filter((path) => !/^\/(etc|var\/(lib|log))\/httpcfg(\/|$)/.test(path)), [
    // The user owns the logs that are kept.
    "/etc/group",
    "/etc/gshadow",
    "/etc/passwd",
    "/etc/shadow",
  ]);
  assert(left.includes("/etc/httpcfg/config.json"));

  // Again, and all of it.
  await ok(machine, `${install} && httpcfg service install | sh`);
  assertEquals(await ok(machine, GET), "two");
  await ok(machine, `${remove} --purge`);
  assertEquals(added(before, await machine.difference()), []);
});

Deno.test({
  name: "lintian finds no error and no warning in the package",
  ignore: !HAS_DPKG || !(await has("lintian")),
  async fn(): Promise<void> {
    const command = ["lintian", "--allow-root", "--fail-on", "error,warning"];
    const { code, stdout } = await run([...command, `${await build()}/httpcfg.deb`], {
      PATH: "/usr/bin:/bin",
    });
    assertEquals([code, stdout], [0, ""]);
  },
});

testOnMachine("a background service is told of, and ends, before it is removed", false, async (
  machine,
) => {
  await copyBuild(machine);
  const before = await machine.difference();
  await ok(machine, "sh /run/files/install.sh && httpcfg net start w3svc");
  const remove = "sh /usr/local/share/httpcfg/install.sh --uninstall --purge";
  const refused = await machine.shell(remove);
  assertEquals(refused.code, 1);
  const hint = /hint: (kill [0-9]+)\n/.exec(refused.stderr)?.[1] ?? refused.stderr;
  await ok(machine, hint);
  await waitFor(async () => (await machine.shell(remove)).code === 0, "the end of the service");
  assertEquals(added(before, await machine.difference()), []);
});

testOnMachine("the package: in, started when asked, upgraded, removed, purged", !HAS_DPKG, async (
  machine,
) => {
  await copyBuild(machine);
  const before = await machine.difference();
  await ok(machine, "dpkg -i /run/files/httpcfg.deb");
  assertEquals(await ok(machine, "dpkg --verify httpcfg; dpkg --audit"), "");
  assertMatch(await ok(machine, "systemctl is-enabled httpcfg || :"), /^disabled\n/);
  assertMatch(await ok(machine, "systemctl is-active httpcfg || :"), /^inactive\n/);
  assertMatch(await ok(machine, "man -w httpcfg httpcfg-config || :"), /httpcfg\.1\.gz\n/);
  await ok(machine, "dpkg -i /run/files/httpcfg.deb");

  await ok(machine, CONFIGURE);
  const { stdout, stderr } = await machine.shell("httpcfg service install");
  assertEquals(stdout, "set -e\nsystemctl enable --now httpcfg\n");
  assertStringIncludes(stderr, "note: the unit is that of the package, /usr/lib/systemd/system/");
  await ok(machine, "httpcfg service install | sh");
  await assertServes(machine);
  assertStringIncludes(await ok(machine, "httpcfg service status"), ": installed by a package\n");

  // An upgrade restarts it, and so does what it runs.
  const pid = await ok(machine, "systemctl show httpcfg -P MainPID");
  await ok(machine, "dpkg -i /run/files/httpcfg.deb");
  assertEquals(await ok(machine, GET), "two");
  assert(await ok(machine, "systemctl show httpcfg -P MainPID") !== pid);

  await ok(machine, "dpkg --remove httpcfg");
  assertEquals((await machine.shell(GET)).code, 7);
  const kept = added(before, await machine.difference());
  assert(kept.includes("/etc/httpcfg/config.json"));
  assertEquals(kept.filter((path) => /^\/(usr|var\/cache)\//.test(path)), []);
  await ok(machine, "dpkg -i /run/files/httpcfg.deb && systemctl start httpcfg");
  assertEquals(await ok(machine, GET), "two");

  await ok(machine, "dpkg --purge httpcfg");
  assertEquals((await machine.shell(GET)).code, 7);
  assertEquals(added(before, await machine.difference()), []);
  assertEquals(
    await ok(machine, "systemctl list-unit-files 'httpcfg*' --no-legend; id httpcfg 2>&1 || :"),
    "id: ‘httpcfg’: no such user\n",
  );
});

/** Returns the paths that are new, or have changed, since `before`. */
function added(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...after].filter(([path, what]) => before.get(path) !== what).map(([path]) => path)
    .sort();
}
