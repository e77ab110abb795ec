// Goal: a store is a directory of PEM files, and only usable ones are served. Method: testdata.
import { storeName } from "../../../mod/config/certs/store_name.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import {
  certificateName,
  certificateOf,
  findCertificate,
  linkPair,
  listCertificates,
  listStores,
  readPair,
  removePair,
  replaceBundle,
  writePair,
} from "../../../mod/config/certs/cert_store.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const SITE = "63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6";
const DATA = new URL("../../testdata/certs/", import.meta.url);

const HAS_MODES = Deno.build.os !== "windows";

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

function pem(name: string): string {
  return Deno.readTextFileSync(new URL(name, DATA));
}

Deno.test("storeName() and certificateName() reject text that could be a path", () => {
  const names = [undefined, "my", "Web.Hosting-1", "..", "../MY", "a/b", "", "C:"].map(storeName);
  assertEquals(names, ["MY", "MY", "WEB.HOSTING-1", null, null, null, null, null]);
  const files = ["site", "*.example.com", "..", "a/b", "", ".hidden"].map(certificateName);
  assertEquals(files, ["site", "*.example.com", null, null, null, null]);
});

Deno.test("listCertificates() describes each file and what is wrong with it", async () => {
  await using folder = await tempFolder();
  assertEquals(listCertificates(folder.path, "MY"), []);
  assertEquals(listStores(folder.path), []);
  writePair(folder.path, "MY", "site", { cert: pem("site.pem"), key: pem("site.key") });
  Deno.writeTextFileSync(folder.at("MY/alone.pem"), pem("other.pem"));
  Deno.writeTextFileSync(folder.at("MY/mixed.pem"), pem("other.pem"));
  Deno.writeTextFileSync(folder.at("MY/mixed.key"), pem("site.key"));
  Deno.writeTextFileSync(folder.at("MY/noise.crt"), "no certificate");
  Deno.writeTextFileSync(folder.at("MY/whole.cer"), pem("other.pem") + pem("other.key"));
  const shown = listCertificates(folder.path, "MY").map(({ name, problem }) => [name, problem]);
  assertEquals(shown, [
    ["alone", "the private key is missing"],
    ["mixed", "the private key belongs to another certificate"],
    ["noise", "the file contains no certificate"],
    ["site", null],
    ["whole", null],
  ]);
  const site = findCertificate(folder.path, "MY", SITE);
  assertEquals([site?.subject, site?.names, site?.notAfter.slice(0, 4)], [
    "CN=site.example",
    ["site.example", "www.site.example", "127.0.0.2"],
    "2126",
  ]);
  assertEquals(listStores(folder.path), ["MY"]);
  assertEquals(readPair(site!).hash, SITE);
  if (HAS_MODES) assertEquals(modeOf(folder.at("MY/site.key")), 0o600);
  removePair(site!);
  assertEquals(findCertificate(folder.path, "MY", SITE), undefined);
});

Deno.test("writePair() and readPair() reject a key of another certificate", async () => {
  await using folder = await tempFolder();
  const wrong = { cert: pem("site.pem"), key: pem("other.key") };
  assertThrows(() => writePair(folder.path, "MY", "x", wrong), Fault, "belongs to another");
  assertEquals(folder.names(), []);
  const missing = { certFile: folder.at("a.pem"), keyFile: folder.at("a.key") };
  assertThrows(() => readPair(missing), Fault, "no such file or directory");
  await Deno.writeFile(folder.at("large"), new Uint8Array(1024 * 1024 + 1));
  const large = { certFile: folder.at("large"), keyFile: folder.at("large") };
  const fault = assertThrows(
    () => readPair(large),
    Fault,
    "too large (1,048,577 bytes, limit 1 MiB)",
  );
  assertStringIncludes(fault.hint!, "as PEM");
});

Deno.test("writePair() makes directory and key private, even over existing files", async () => {
  await using folder = await tempFolder();
  const certs = folder.at("certs");
  for (const name of ["site", "other", "site"]) {
    writePair(certs, "MY", "www", { cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
    Deno.writeTextFileSync(`${certs}/MY/www.key.new`, "left by a crash", { mode: 0o644 });
  }
  const modes = [certs, `${certs}/MY`, `${certs}/MY/www.key`].map(modeOf);
  if (HAS_MODES) assertEquals(modes, [0o700, 0o700, 0o600]);
  assertEquals(findCertificate(certs, "MY", SITE)?.name, "www");
});

Deno.test({
  name: "writePair() lets the group of the directory read the key if the directory hands it on",
  ignore: Deno.uid() !== 0, // only root gives a directory to another group
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const certs = folder.at("certs");
    await Deno.mkdir(certs);
    await Deno.chown(certs, 0, 65534);
    await Deno.chmod(certs, 0o2750);
    for (const name of ["site", "other"]) {
      writePair(certs, "MY", "www", { cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
      const seen = ["", "/MY", "/MY/www.key", "/MY/www.pem"].map((path) => {
        const { uid, gid, mode } = Deno.statSync(certs + path);
        return [uid, gid, (mode ?? 0) & 0o7777];
      });
      assertEquals(seen, [
        [0, 65534, 0o2750],
        [0, 65534, 0o2750],
        [0, 65534, 0o640],
        [0, 65534, 0o644],
      ]);
    }
  },
});

Deno.test("linkPair() follows files that are replaced elsewhere", async () => {
  await using folder = await tempFolder();
  const files = { certFile: folder.at("full.pem"), keyFile: folder.at("priv.pem") };
  const writeFiles = (name: string): void => {
    Deno.writeTextFileSync(files.certFile, pem(`${name}.pem`));
    Deno.writeTextFileSync(files.keyFile, pem(`${name}.key`));
  };
  writeFiles("site");
  const linked = linkPair(folder.at("certs"), "MY", "www", files);
  assertEquals([linked.hash, linked.problem], [SITE, null]);
  writeFiles("other");
  const listed = listCertificates(folder.at("certs"), "MY");
  assertEquals(listed.map(({ names, problem }) => [names, problem]), [[["other.example"], null]]);
  assertEquals(certificateOf(listed, { hash: SITE, certName: "www" })?.name, "www");
  assertEquals(certificateOf(listed, { hash: SITE }), undefined);
  assertEquals(certificateOf(listed, { hash: listed[0]!.hash, certName: "gone" })?.name, "www");
  removePair(listed[0]!);
  assertEquals([Deno.statSync(files.certFile).isFile, listCertificates(folder.at("certs"), "MY")], [
    true,
    [],
  ]);
});

Deno.test("names that are no names of files everywhere are escaped in them, and shown as they are", async () => {
  await using folder = await tempFolder();
  const pair = { cert: pem("site.pem"), key: pem("site.key") };
  for (const name of ["*.example.com", "con.example", "plain"]) {
    const placed = writePair(folder.path, "MY", name, pair);
    assertEquals([placed.name, placed.problem], [name, null]);
    assertEquals(writePair(folder.path, "MY", name, pair).changed, false);
  }
  writePair(folder.path, "NUL.", "site", pair);
  const files = [...Deno.readDirSync(folder.at("MY"))].map(({ name }) => name).sort();
  assertEquals(files, [
    "%2A.example.com.key",
    "%2A.example.com.pem",
    "%63on.example.key",
    "%63on.example.pem",
    "plain.key",
    "plain.pem",
  ]);
  const listed = listCertificates(folder.path, "MY");
  assertEquals(listed.map(({ name }) => name), ["*.example.com", "con.example", "plain"]);
  assertEquals(readPair(listed[0]!).hash, SITE);
  assertEquals(listStores(folder.path), ["MY", "NUL."]);
  assertEquals(listCertificates(folder.path, "NUL.").length, 1);
  for (const one of listed) removePair(one);
  assertEquals([...Deno.readDirSync(folder.at("MY"))], []);
});

Deno.test({
  name: "a store of an older program is read, and follows when it is written",
  ignore: Deno.build.os === "windows", // which has no such files
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    await Deno.mkdir(folder.at("MY"));
    const pair = { cert: pem("site.pem"), key: pem("site.key") };
    Deno.writeTextFileSync(folder.at("MY/*.example.com.pem"), pair.cert);
    Deno.writeTextFileSync(folder.at("MY/*.example.com.key"), pair.key);
    const [old] = listCertificates(folder.path, "MY");
    assertEquals([old?.name, old?.problem], ["*.example.com", null]);
    writePair(folder.path, "MY", "*.example.com", pair);
    const files = [...Deno.readDirSync(folder.at("MY"))].map(({ name }) => name).sort();
    assertEquals(files, ["%2A.example.com.key", "%2A.example.com.pem"]);
    Deno.writeTextFileSync(folder.at("MY/con.pem"), pair.cert);
    await replaceBundle(folder.path, "MY", "con", pair);
    assertEquals(listCertificates(folder.path, "MY").map(({ name, problem }) => [name, problem]), [
      ["*.example.com", null],
      ["con", null],
    ]);
  },
});

Deno.test("a name that differs from one in the store in its case alone is refused", async () => {
  await using folder = await tempFolder();
  const pair = { cert: pem("site.pem"), key: pem("site.key") };
  writePair(folder.path, "MY", "Web", pair);
  const fault = assertThrows(() => writePair(folder.path, "MY", "web", pair), Fault, '"Web"');
  assertStringIncludes(fault.message, 'Cannot write "web"');
  writePair(folder.path, "MY", "Web", pair);
  assertEquals(listCertificates(folder.path, "MY").map(({ name }) => name), ["Web"]);
});
