// Goal: a file of authorities, or one revocation list, is imported whole; nothing of a file is left
// out in silence. Method: parties of a PKI made here, in files of every mixture.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { commandHome } from "../../../support/command_home.ts";
import { makeList, makeParty } from "../../../support/tls/pki.ts";

const ONE = await makeParty("one", { isCa: true });
const TWO = await makeParty("two", { isCa: true });
const LEAF = await makeParty("leaf", { by: ONE });
const LISTS = [await makeList(ONE, [LEAF]), await makeList(TWO, [])] as const;

Deno.test("cert import takes authorities of one file, and a list of another", async () => {
  await using home = await commandHome();
  await Deno.writeTextFile(`${home.path}/ca.pem`, ONE.cert + TWO.cert);
  await Deno.writeTextFile(`${home.path}/one.crl`, LISTS[0].pem);
  const authorities = await home.run(`cert import ${home.path}/ca.pem`);
  assertEquals([authorities.status, authorities.out.length], [0, 41]);
  const list = await home.run(`cert import ${home.path}/one.crl`);
  assertEquals(list.status, 0);
  const stored = await Deno.readTextFile(`${home.path}/certs/CA/one.pem`);
  assertEquals(stored.match(/BEGIN CERTIFICATE/g)?.length, 2);
});

Deno.test("cert import refuses a list with something else, and stores nothing", async () => {
  await using home = await commandHome();
  const files: [text: string, reason: string][] = [
    [LISTS[0].pem + LISTS[1].pem, "2 revocation lists in one file"],
    [ONE.cert + LISTS[0].pem, "authorities and revocation lists in one file"],
    [LISTS[1].pem + TWO.cert, "authorities and revocation lists in one file"],
    [LEAF.cert, "not one of an authority"],
    ["nothing", "neither a certificate of an authority nor a revocation list"],
  ];
  for (const [text, reason] of files) {
    await Deno.writeTextFile(`${home.path}/mixed.pem`, text);
    const { status, out, note } = await home.run(`cert import ${home.path}/mixed.pem`);
    assertEquals([status, out], [1, ""], reason);
    assertStringIncludes(note, reason);
    assertStringIncludes(note, "hint: ");
  }
  const { out } = await home.run("cert list --format json");
  assertEquals(JSON.parse(out).certificates, []);
});
