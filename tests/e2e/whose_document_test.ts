// Goal: a command speaks about the system's document and service where there are some, says so, and
// never edits a second document beside them. Method: a machine of its own, root and another user.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { freePort } from "../support/ports.ts";
import { type SystemSpace, testInSystemSpace } from "../support/spaces/system_space.ts";

const LISTED = "127.0.0.2";

/** Stores a document for the system: one address, one site. */
async function storeForSystem(space: SystemSpace): Promise<void> {
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, bindings: [`:${freePort()}:`] };
  const document = { ...DEFAULT_DOCUMENT, ipListen: [LISTED], sites: [site] };
  await Deno.writeTextFile(`${space.folder}/system.json`, JSON.stringify(document));
  const imported = await space.root(`config import ${space.folder}/system.json`);
  assertEquals(imported.status, 0, imported.err);
}

/** Command lines that only read the document. */
const READING: readonly (readonly [line: string, out: RegExp])[] = [
  ["query iplisten", /^IP :127\.0\.0\.2\n$/],
  ["config show", /127\.0\.0\.2/],
  ["config path", /^\/etc\/httpcfg\/config\.json\n$/],
  ["site list", /Default Web Site/],
  ["netsh http show iplisten", /127\.0\.0\.2/],
  ["adsutil get w3svc/1/ServerComment", /Default Web Site/],
  ["complete -- delete iplisten -i ", /^127\.0\.0\.2\t/],
];

/** Command lines that ask the service. */
const ASKING: readonly (readonly [line: string, status: number])[] = [
  ["status", 1],
  ["status --format json", 1],
  ["plan", 1],
  ["verify", 1],
  ["explain 127.0.0.2:80", 1],
  ["registrations", 1],
  ["service status --system systemd", 1],
  ["site stop W3SVC/1", 1],
  ["reload --yes", 1],
  ["confirm", 1],
  ["net start", 2],
  ["net start w3svc", 2],
  ["net stop http /y", 2],
  ["net pause w3svc", 2],
  ["iisweb /query", 1],
  ["iisweb /stop W3SVC/1", 1],
  ["adsutil get w3svc/1/ServerState", 1],
  ["netsh http show servicestate", 1],
  ["netsh http delete cache", 1],
];

/** Command lines that write. */
const WRITING: readonly (readonly [line: string, status: number, out: RegExp])[] = [
  ["set iplisten -i 127.0.0.3", 5, /^HttpSetServiceConfiguration completed with 5\n$/],
  ["delete iplisten -i 127.0.0.2", 5, /^HttpDeleteServiceConfiguration completed with 5\n$/],
  ["set ssl -i 0.0.0.0:443 -h 0123456789012345678901234567890123456789", 5, /Set.* with 5\n$/],
  ["set urlacl -u http://+:80/a/ -a D:(A;;GX;;;WD)", 5, /Set.* with 5\n$/],
  ["site add other --bind :8081: --echo", 1, /^$/],
  ["site remove W3SVC/1", 1, /^$/],
  ["netsh http add iplisten ipaddress=127.0.0.3", 1, /Error: 5\nAccess is denied/],
  ["adsutil set w3svc/1/ServerComment other", 1, /0x80070005/],
  ["adsutil stop_server w3svc/1", 1, /./],
  ["iisweb /create {user}/www other /b 8081", 1, /./],
  ["config import {folder}/system.json", 1, /^$/],
  ["config edit", 1, /^$/],
  ["rollback 1", 1, /^$/],
  ["cert create --self-signed --name a.example", 1, /^$/],
  ["serve", 1, /^$/],
];

testInSystemSpace("a user sees the system's document, and may not change it", async (space) => {
  await storeForSystem(space);
  await space.shell(`mkdir -m 0700 /etc/httpcfg/certs`);
  const pid = await space.serve();
  for (const [line, out] of READING) {
    const ran = await space.user(line);
    assertEquals(ran.status, 0, `${line}: ${ran.err}`);
    assertMatch(ran.out, out, line);
  }
  const before = await space.shell("cat /etc/httpcfg/config.json");
  for (const [line, status] of ASKING) {
    const { err, ...ran } = await space.user(line);
    assertEquals(ran.status, status, `${line}: ${ran.out}${err}`);
    assertMatch(
      err,
      new RegExp(`system service.*, which runs as process ${pid}: permission denied`),
    );
    assertEquals(hintOf(err), `hint: sudo httpcfg ${line}`, line);
  }
  for (const [pattern, status, out] of WRITING) {
    const line = pattern.replace("{user}", space.userHome).replace("{folder}", space.folder);
    const ran = await space.user(line);
    assertEquals(ran.status, status, `${line}: ${ran.out}${ran.err}`);
    assertMatch(ran.out, out, line);
    assertMatch(ran.err, /permission denied/, line);
    assertEquals(hintOf(ran.err).replaceAll("'", ""), `hint: sudo httpcfg ${line}`);
  }
  assertEquals(await space.userFiles(), "");
  assertEquals(await space.shell(`ls ${space.userHome}`), "");
  assertEquals(await space.shell("cat /etc/httpcfg/config.json"), before);
});

testInSystemSpace(
  "--user and HTTPCFG_HOME are one's own, whatever the system has",
  async (space) => {
    await storeForSystem(space);
    await space.serve();
    assertEquals((await space.user("--user query iplisten")).status, 1, "1168: the list is empty");
    const set = await space.user("--user set iplisten -i 127.0.0.3");
    assertEquals([set.status, set.out], [0, "HttpSetServiceConfiguration completed with 0\n"]);
    const path = `${space.userHome}/.config/httpcfg/config.json`;
    assertStringIncludes(await space.userFiles(), "./.config/httpcfg/config.json\n");

    // From now on this user has a document.
    assertEquals((await space.user("query iplisten")).out, "IP :127.0.0.3\n");
    const found = await space.user("config path");
    assertEquals(found.out, `${path}\n`);
    assertMatch(found.err, /^note: .*you have a document of your own/);
    const status = await space.user("status");
    assertEquals(status.status, 1);
    assertMatch(status.out, /^httpcfg is not running\./);

    const home = `HTTPCFG_HOME=${space.userHome}/other`;
    assertEquals(
      (await space.user("config path", [home])).out,
      `${space.userHome}/other/config.json\n`,
    );
    assertEquals((await space.user("config path", ["HTTPCFG_SYSTEM=1"])).out, SYSTEM_PATH);
    const other = `${space.userHome}/x.json`;
    assertEquals((await space.user(`--config ${other} set iplisten -i 127.0.0.4`)).status, 0);
    assertEquals((await space.root("query iplisten")).out, `IP :${LISTED}\n`);
    assertMatch((await space.root("config path")).err, /root/);
  },
);

testInSystemSpace(
  "a document that the user may not read is refused, not replaced",
  async (space) => {
    await storeForSystem(space);
    await space.shell("chmod 0600 /etc/httpcfg/config.json");
    const old = await space.user("query iplisten");
    assertEquals([old.status, old.out], [5, "HttpQueryServiceConfiguration completed with 5\n"]);
    assertEquals(hintOf(old.err), "hint: sudo httpcfg query iplisten");
    const shown = await space.user("config show --effective");
    assertEquals([shown.status, shown.out], [1, ""]);
    assertEquals(hintOf(shown.err), "hint: sudo httpcfg config show --effective");
    await space.shell("chmod 0700 /etc/httpcfg");
    assertEquals((await space.user("query iplisten")).status, 5);
    assertEquals((await space.user("complete -- delete iplisten -i ")).status, 0);
    assertEquals(await space.userFiles(), "");
  },
);

testInSystemSpace(
  "without a running service the document is the system's all the same",
  async (space) => {
    await storeForSystem(space);
    await space.serve();
    await space.end("SIGKILL"); // its socket files and its process file stay
    for (const line of ["status", "net start"]) {
      assertEquals(
        /process/.test((await space.user(line)).err),
        false,
      );
    }
    const status = await space.user("status");
    assertEquals(status.status, 1);
    assertMatch(status.out, /^httpcfg is not running\./);
    assertMatch(status.out, /IP inclusion list: 127\.0\.0\.2/);
    const plan = await space.user("plan");
    assertMatch(plan.out, /open +127\.0\.0\.2/);
    const start = await space.user("net start w3svc");
    assertEquals(start.status, 2);
    assertMatch(start.err, /System error 5 has occurred\.\n\nAccess is denied\./);
    assertEquals(hintOf(start.err), "hint: sudo httpcfg net start w3svc");
    assertEquals(await space.userFiles(), "");
  },
);

testInSystemSpace(
  "a service without a stored document counts, and so does one's own",
  async (space) => {
    await space.shell("mkdir /etc/httpcfg");
    assertMatch((await space.user("config path")).out, /\.config\/httpcfg\/config\.json\n$/);
    const pid = await space.serve();
    const path = await space.user("config path");
    assertEquals(path.out, SYSTEM_PATH);
    assertMatch(path.err, new RegExp(`^note: .*system service runs`));
    assertMatch((await space.user("status")).err, new RegExp(`process ${pid}`));
    assertMatch(
      (await space.user("register http://+:80/a/ --to http://127.0.0.1:1")).err,
      /\(5\): no reservation/,
    );
    assertEquals((await space.user("--user status")).status, 1);
    await space.end("SIGTERM");
    assertMatch((await space.user("config path")).out, /\.config\/httpcfg\/config\.json\n$/);
  },
);

testInSystemSpace("the user of the service may do what its files allow", async (space) => {
  await storeForSystem(space);
  const folders = "/run/httpcfg /var/log/httpcfg /var/lib/httpcfg";
  await space.shell(`mkdir -p ${folders} && chown -R 65534 ${folders}`);
  const pid = await space.serve("user");
  for (const env of [[], ["HTTPCFG_SYSTEM=1"]]) {
    const status = await space.user("status", env);
    assertEquals([status.status, status.err], [0, ""]);
    assertMatch(status.out, new RegExp(`running as process ${pid}`));
    assertEquals((await space.user("reload", env)).status, 0);
    const set = await space.user("set iplisten -i 127.0.0.3", env);
    assertEquals(set.status, 5, "the document is root's");
    assertEquals(hintOf(set.err), "hint: sudo httpcfg set iplisten -i 127.0.0.3");
  }
  await space.shell("chmod 0777 /etc/httpcfg /etc/httpcfg/config.json*");
  assertEquals((await space.user("set iplisten -i 127.0.0.3")).status, 0);
  assertMatch((await space.root("query iplisten")).out, /127\.0\.0\.3/);
  assertEquals((await space.root("status")).status, 0);
  assertEquals(await space.userFiles(), "");
});

const SYSTEM_PATH = "/etc/httpcfg/config.json\n";

/** Returns the last hint on stderr. */
function hintOf(err: string): string {
  return err.split("\n").filter((line) => line.startsWith("hint: ")).at(-1) ?? "";
}
