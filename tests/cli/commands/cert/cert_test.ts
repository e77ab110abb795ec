// Goal: certificates come in, are listed, bound and go; each refusal has a hint. Method: commands.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeSelfSigned } from "../../../../mod/config/certs/self_signed.ts";
import { commandHome } from "../../../support/command_home.ts";

const DATA = `${import.meta.dirname}/../../../testdata/certs/`.replaceAll("\\", "/");
const SITE = "63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6";

function importLine(cert: string, key: string, more = ""): string {
  return `cert import --cert ${DATA}${cert} --key ${DATA}${key}${more}`;
}

Deno.test("cert import, list and remove take a certificate in, show it and remove it", async () => {
  await using home = await commandHome();
  assertStringIncludes((await home.run("cert list")).note, "No certificates in");
  const imported = await home.run(importLine("site.pem", "site.key"));
  assertEquals([imported.status, imported.out], [0, `${SITE}\n`]);
  assertStringIncludes(imported.note, `hint: httpcfg set ssl -i 0.0.0.0:443 -h ${SITE}`);
  assertEquals((await home.run(`set ssl -i 0.0.0.0:443 -h ${SITE}`)).status, 0);
  const listed = await home.run("cert list --format json");
  assertEquals(JSON.parse(listed.out).certificates, [{
    hash: SITE,
    store: "MY",
    name: "site.example",
    names: ["site.example", "www.site.example", "127.0.0.2"],
    notAfter: "2126-10-29T12:35:39.000Z",
    state: "valid",
    bound: ["0.0.0.0:443"],
    problem: null,
    kind: "certificate",
  }]);
  const refused = await home.run(`cert remove ${SITE}`);
  assertEquals(refused.status, 1);
  assertStringIncludes(
    refused.note,
    'bound to "0.0.0.0:443"\nhint: httpcfg delete ssl -i 0.0.0.0:443',
  );
  await home.run("delete ssl -i 0.0.0.0:443");
  assertEquals((await home.run(`cert remove ${SITE.toUpperCase()}`)).status, 0);
  assertStringIncludes((await home.run(`cert remove ${SITE}`)).note, "no such certificate");
});

Deno.test("cert import --link follows the files, and each store is separate", async () => {
  await using home = await commandHome();
  const line = importLine("site.pem", "site.key", " --link --store Web --name www");
  assertEquals((await home.run(line)).status, 0);
  const link = `${home.path}/certs/WEB/www.key`;
  assert((await Deno.lstat(link)).isSymlink);
  assertEquals(await Deno.realPath(link), await Deno.realPath(`${DATA}site.key`));
  const [row] = JSON.parse((await home.run("cert list --format json")).out).certificates;
  assertEquals([row.store, row.name, row.state], ["WEB", "www", "valid"]);
  assertEquals((await home.run(`cert remove ${SITE} --store MY`)).status, 1);
  assertEquals((await home.run(`cert remove ${SITE} --store WEB`)).status, 0);
});

Deno.test("cert import says why it refuses, with a hint, and stores nothing", async () => {
  await using home = await commandHome();
  const old = await makeSelfSigned({ names: ["old"], ips: [], days: 1, nowMs: Date.UTC(2020, 1) });
  Deno.writeTextFileSync(`${home.path}/old.pem`, old.cert + old.key);
  const cases: [line: string, message: string, status: number][] = [
    [importLine("site.pem", "other.key"), "belongs to another certificate", 1],
    [importLine("site.pem", "locked.key"), "is encrypted", 1],
    [importLine("weak.pem", "weak.key"), "too small", 1],
    [importLine("site.key", "site.key"), "the file contains no certificate", 1],
    [importLine("missing.pem", "site.key"), "no such file or directory", 1],
    [`cert import --cert ${home.path}/old.pem --key ${home.path}/old.pem`, "expired on", 1],
    [importLine("site.pem", "site.key", " --name ../x"), "not a valid name", 2],
    [importLine("site.pem", "site.key", " --store ../x"), "not a valid name", 2],
    [`cert import --cert ${DATA}site.pem`, "--key is missing", 2],
  ];
  for (const [line, message, status] of cases) {
    const refused = await home.run(line);
    assertEquals([refused.status, refused.out], [status, ""], line);
    assertMatch(refused.note, new RegExp(`error: .*${message}.*\nhint: `));
  }
  assertEquals([...Deno.readDirSync(home.path)].map(({ name }) => name), ["old.pem"]);
});

Deno.test("cert create makes one that can be bound, and rejects a name in use", async () => {
  await using home = await commandHome();
  const created = await home.run("cert create --self-signed --name a.example --ip ::1 --days 3");
  assertMatch(created.out, /^[0-9a-f]{40}\n$/);
  assertEquals((await home.run(`set ssl -i 10.0.0.1:443 -h ${created.out.trim()}`)).status, 0);
  const again = await home.run("cert create --self-signed --name a.example");
  assertEquals([again.status, again.out], [1, ""]);
  assertStringIncludes(
    again.note,
    `hint: httpcfg delete ssl -i 10.0.0.1:443; httpcfg cert remove ${created.out.trim()}; `,
  );
  const byAddress = await home.run("cert create --self-signed --ip 2001:db8::1");
  assertEquals(byAddress.status, 0);
  const rows = JSON.parse((await home.run("cert list --format json")).out).certificates;
  assertEquals(rows.map(({ name }: { name: string }) => name), ["2001-db8--1", "a.example"]);
});
