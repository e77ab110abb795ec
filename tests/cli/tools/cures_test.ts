// Goal: whatever netsh and Httpcfg refuse with 87 or 1332 is explained, and the line of the hint does
// what was meant. Method: a table of faults; each hint is run where the fault was.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type CommandHome, commandHome } from "../../support/command_home.ts";

const HASH = "63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6";
const SPACED = HASH.replace(/..(?=.)/g, "$& ");
const APP = "{4dc3e181-e14b-4a21-b022-59fc669b0914}";
const DATA = new URL("../../testdata/certs/", import.meta.url);

const URLS: readonly string[] = [
  "http://+:80",
  "http://+:80/vroot",
  "http://+:65536/",
  "http://+:0/",
  "http://+:08/",
  "http://+/a/",
  "http://:80/",
  "HTTP://+:80/",
  "tcp://+:80/",
  "www.example.com:80/",
  "http:/+:80/",
  "http:\\\\+:80\\",
  "http://a*b:80/",
  "http://+:80/a b/",
  "http://::1:80/",
  "\u201chttp://+:80/\u201d",
  "http://+:80/\u200b",
  "\ufeffhttp://+:80/",
  "http://+:80/\u202e",
  "http://+:80/a\u00a0b/",
  "http://my\u2014host:80/",
];

const KEYS: readonly string[] = [
  "10.0.0.5",
  "10.0.0.5:",
  "10.0.0.5:0",
  "10.0.0.5:99999",
  "10.0.0.5:0443",
  "*:443",
  ":443",
  "https://10.0.0.5:443/",
  "::1:443",
  "10.0.0.5:443\u200e",
  "\u201810.0.0.5:443\u2019",
];

const HASHES: readonly string[] = [
  SPACED,
  SPACED.replaceAll(" ", ":").toUpperCase(),
  `\u200e${HASH}`,
  `${HASH} `,
  `'${HASH}'`,
  `0x${HASH}`,
  `${HASH}00`,
  HASH.slice(1),
  HASH.slice(0, 8),
  "g".repeat(40),
];

const APPS: readonly string[] = [
  APP.slice(1),
  APP.slice(0, -1),
  APP.replaceAll("-", ""),
  APP.replaceAll("-", "\u2013"),
  `'${APP}'`,
  `\u200e${APP}`,
  "nonsense",
];

const netsh = (
  ...words: readonly string[]
): readonly string[] => ["netsh", "http", "add", ...words];
const sslcert = (...words: readonly string[]): readonly string[] => netsh("sslcert", ...words);

/** Lines with one fault or several. */
const LINES: readonly (readonly string[])[] = [
  ...URLS.flatMap((url) => [
    netsh("urlacl", `url=${url}`, "user=root"),
    ["set", "urlacl", "-u", url, "-a", "D:(A;;GX;;;WD)"],
  ]),
  ...KEYS.flatMap((key) => [
    sslcert(`ipport=${key}`, `certhash=${HASH}`, `appid=${APP}`),
    ["set", "ssl", "-i", key, "-h", HASH],
  ]),
  ...HASHES.flatMap((hash) => [
    sslcert("ipport=10.0.0.5:443", `certhash=${hash}`, `appid=${APP}`),
    ["set", "ssl", "-i", "10.0.0.5:443", "-h", hash],
  ]),
  ...APPS.flatMap((app) => [
    sslcert("ipport=10.0.0.5:443", `certhash=${HASH}`, `appid=${app}`),
    ["set", "ssl", "-i", "10.0.0.5:443", "-h", HASH, "-g", app],
  ]),
  sslcert("hostnameport=www.site.example", `certhash=${HASH}`, `appid=${APP}`),
  sslcert("hostnameport=10.0.0.5:443", `certhash=${HASH}`, `appid=${APP}`),
  sslcert("ipport=www.site.example:443", `certhash=${HASH}`, `appid=${APP}`),
  sslcert("ipport=10.0.0.5:443", "hostnameport=a:1", `certhash=${HASH}`, `appid=${APP}`),
  sslcert("ipport=10.0.0.5:443", `certhash=${HASH}`, `appid=${APP}`, "urlretrievaltimeout=-1"),
  sslcert("ipport=10.0.0.5", `certhash=${SPACED}`, "appid=x", "revocationfreshnesstime=1s"),
  sslcert("ccs=443", `appid=${APP}`),
  netsh("urlacl", "url=http://+:80/", "user=rooot"),
  netsh("urlacl", "url=http://+:80/", "user=NO.SUCH.DOMAIN\\root"),
  netsh("urlacl", "url=http://+:80", "user=rooot"),
  netsh("urlacl", "url=http://+:80/", "user=root", "sddl=D:(A;;GX;;;WD)"),
  netsh("timeout", "headerwaittimeout", "0"),
  netsh("timeout", "headerwaittimeout", "70000"),
  netsh("timeout", "idleconnectiontimeout", "1m"),
  netsh("cacheparam", "maxcacheresponsesize", "1"),
  netsh("setting", "sslthrottle", "x"),
  netsh("iplisten", "1.2.3.4:99999"),
];

async function homeWithCertificate(): Promise<CommandHome> {
  const home = await commandHome();
  await Deno.mkdir(`${home.path}/certs/MY`, { recursive: true });
  for (const end of ["pem", "key"]) {
    await Deno.copyFile(new URL(`site.${end}`, DATA), `${home.path}/certs/MY/site.${end}`);
  }
  return home;
}

Deno.test("every fault of a value is explained, and its hint cures it", async () => {
  await using home = await homeWithCertificate();
  for (const words of LINES) {
    const line = JSON.stringify(words);
    // No names of users are known there.
    if (Deno.build.os === "windows" && words.some((word) => word.startsWith("user="))) continue;
    await home.store({});
    const { status, note } = await home.run(words);
    assert(status !== 0, line);
    assertMatch(note, /^error: Cannot /m, line);
    const [, hint = ""] = /^hint: httpcfg (.*)\n$/m.exec(note.match(/hint: .*\n$/)?.[0] ?? "") ??
      [];
    assert(hint !== "", `${line}: ${note}`);
    const cured = await home.run(hint);
    assertEquals(cured.status, 0, `${line}\n${hint}\n${cured.out}${cured.note}`);
  }
});

Deno.test("an invisible character is named by its number, by both tools", async () => {
  await using home = await homeWithCertificate();
  for (const words of LINES) {
    const [invisible] = /[\p{Cf}\u00a0]/u.exec(words.join(" ")) ?? [];
    if (invisible === undefined) continue;
    const number = `U+${invisible.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
    const { note } = await home.run(words);
    assert(note.includes(number), `${JSON.stringify(words)}: ${note}`);
  }
});
