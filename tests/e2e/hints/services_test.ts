// Goal: what is refused because of what runs, or of what is stored, has the command that cures it.
// Method: a table with a service on loopback; each hint is typed as it stands.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { waitFor } from "../../support/wait.ts";
import { freePort } from "../../support/ports.ts";
import { ON_LINUX, ON_POSIX } from "../../support/platforms.ts";
import { checkRows, type Place, plainPlace, quoted, type Row } from "./hint_rows.ts";

const START = "httpcfg net start w3svc";
const SITE = "httpcfg site set 'Default Web Site' --bind 127.0.0.1:{port}: --respond here";
const RUNNING = `${SITE}; ${START}`;
const REGISTER = "httpcfg register http://127.0.0.1:{port}";
const TO = "--to http://127.0.0.1:9 --keep";

const STOPPED: readonly Row[] = [
  {
    name: "reload without a service",
    given: SITE,
    line: "httpcfg reload",
    says: "the service is not running",
    hints: [START],
  },
  {
    name: "verify without a service",
    given: SITE,
    line: "httpcfg verify",
    says: "the service is not running",
    hints: [START],
  },
  {
    name: "a site is paused without a service",
    given: SITE,
    line: "httpcfg site pause 'Default Web Site'",
    says: "the Web service is not running",
    hints: [START],
  },
  {
    name: "a stopped site is paused",
    given: `${RUNNING}; httpcfg site add two --bind 127.0.0.1:{tls}: --echo; httpcfg reload; ` +
      "httpcfg site stop two",
    line: "httpcfg site pause two",
    says: "Cannot pause the site",
    hints: ["httpcfg site start two"],
  },
  {
    name: "a program registers without a service",
    given: SITE,
    line: `${REGISTER}/app/ ${TO}`,
    says: "no running service that this user can reach",
    hints: [START],
  },
  {
    name: "a program registers while HTTP is stopped",
    given: `${SITE}; httpcfg net start iisadmin`,
    line: `${REGISTER}/app/ ${TO}`,
    says: "the HTTP service is not running",
    hints: ["httpcfg net start http"],
  },
];

const RUNS: readonly Row[] = [
  {
    name: "serve, while the service runs",
    given: RUNNING,
    line: "httpcfg serve",
    says: "already running as process",
    hints: [
      "httpcfg reload",
      "httpcfg net stop http /y; httpcfg net stop iisadmin; httpcfg serve",
    ],
    cured: "hint",
    untyped: { 1: "it runs until it is stopped; the test below types one like it" },
  },
  {
    name: "a list that is stored, and not in force",
    given: RUNNING,
    line: "httpcfg set iplisten -i 127.0.0.1",
    isDone: true,
    says: "stored; HTTP reads the list and the settings when it starts",
    hints: ["httpcfg reload", `httpcfg net stop http /y; ${START}`],
    cured: "test -z \"$(httpcfg status | grep 'not applied')\" && httpcfg verify",
  },
  {
    name: "a site that was changed, and is not in force",
    given: RUNNING,
    line: "httpcfg site set 'Default Web Site' --respond there",
    isDone: true,
    says: "stored; W3SVC reads the sites when it starts",
    hints: ["httpcfg reload", `httpcfg net stop w3svc; ${START}`],
    cured: "curl -fsS http://127.0.0.1:{port}/ | grep there",
  },
  {
    name: "a prefix that a program has registered",
    given: `${RUNNING}; ${REGISTER}/app/ ${TO}`,
    line: `${REGISTER}/app/ ${TO}`,
    says: "(183)",
    hints: [
      `httpcfg unregister http://127.0.0.1:{port}/app/; ${REGISTER}/app/ ${TO}`,
    ],
    cured: "hint",
  },
  {
    name: "a prefix that a site has",
    given: RUNNING,
    line: `${REGISTER}/ ${TO}`,
    says: 'already registered by site "Default Web Site"',
    hints: [`${REGISTER}/app/ ${TO}`],
    cured: "hint",
  },
  {
    name: "https on a port that speaks plain HTTP",
    given: RUNNING,
    line: `httpcfg register https://127.0.0.1:{port}/app/ ${TO}`,
    says: "speaks http for site",
    hints: [`${REGISTER}/app/ ${TO}`],
    cured: "hint",
  },
  {
    name: "a prefix without its last slash, and a port as the target",
    given: RUNNING,
    line: "httpcfg register http://127.0.0.1:{port}/app --to 3000 --keep",
    says: "The parameter is incorrect",
    hints: [`${REGISTER}/app/ --to http://127.0.0.1:3000 --keep`],
    cured: "hint",
  },
  {
    name: "localhost as the target",
    given: RUNNING,
    line: `${REGISTER}/app/ --to localhost:3000 --keep`,
    says: "Cannot forward to",
    hints: [`${REGISTER}/app/ --to http://127.0.0.1:3000 --keep`],
    cured: "hint",
  },
  {
    name: "a target is missing",
    given: RUNNING,
    line: `${REGISTER}/app/ --keep`,
    says: "--to is missing",
    hints: [`${REGISTER}/app/ --keep --to http://127.0.0.1:3000`],
    cured: "hint",
  },
  {
    name: "a prefix that is not registered",
    given: RUNNING,
    line: "httpcfg unregister http://127.0.0.1:{port}/app/",
    says: "not registered",
    hints: ["httpcfg registrations"],
    cured: "hint",
  },
  {
    name: "a file in place of the control socket",
    given: `${RUNNING}; rm {home}/run/control.sock; : >{home}/run/control.sock`,
    line: "httpcfg status",
    says: "is no socket",
    hints: [/^rm -r .*\/run\/control\.sock; kill -HUP [0-9]+$/],
  },
];

const EDITED = `${SITE}; httpcfg set iplisten -i 127.0.0.1`;
const ASIDE = "mv {home}/config.json {home}/config.json.broken";
const VI = "${EDITOR:-vi} {home}/config.json";

const DOCUMENTS: readonly Row[] = [
  {
    name: "a document that is no JSON",
    given: `${EDITED}; cp {home}/config.json {home}/good; echo '{' >{home}/config.json`,
    line: "httpcfg site list",
    says: "Cannot read",
    hints: [/^mv .*config\.json\.broken; httpcfg rollback [0-9]+$/, VI],
    untyped: { 1: "an editor needs a person; the next row is one" },
    cured: "cmp {home}/config.json {home}/good",
  },
  {
    name: "a document that is no JSON, and an editor",
    given: `printf '#!/bin/sh\\necho "{}" >"$1"\\n' >{home}/bin/vi; chmod +x {home}/bin/vi; ` +
      "unset EDITOR; echo '{' >{home}/config.json",
    line: "unset EDITOR; httpcfg query iplisten --format json",
    says: "Cannot read",
    hints: [ASIDE, VI],
    cured: "httpcfg query iplisten --format json",
  },
  {
    name: "a document with a field that is wrong",
    given: `${EDITED}; sed -i 's/"127.0.0.1"/"10.0.0"/' {home}/config.json`,
    line: "httpcfg query iplisten",
    says: "an IPv4 address has four parts",
    hints: [/^mv .*config\.json\.broken; httpcfg rollback [0-9]+$/, VI],
    untyped: { 1: "see above" },
    cured: "httpcfg query iplisten | grep -x 'IP :127.0.0.1'",
  },
  {
    name: "a document of a newer version",
    given: `${EDITED}; echo '{"version":99}' >{home}/config.json`,
    line: "httpcfg net start http",
    says: "version 99 is newer than",
    hints: [/^mv .*config\.json\.broken; httpcfg rollback [0-9]+$/, VI],
    untyped: { 1: "see above" },
  },
  {
    name: "a document that was removed while the service runs",
    given: `${RUNNING}; rm {home}/config.json`,
    line: "httpcfg reload",
    says: "it was removed",
    hints: [/^httpcfg rollback [0-9]+$/],
  },
  {
    name: "a version that is no number",
    given: EDITED,
    line: "httpcfg rollback one",
    says: "not a version number",
    hints: ["httpcfg history"],
    cured: "hint",
  },
  {
    name: "a file to import that is no document",
    given: "echo '{' >{home}/new.json",
    line: "httpcfg config import {home}/new.json",
    says: "Cannot read",
    hints: ["${EDITOR:-vi} {home}/new.json"],
    untyped: { 0: "an editor needs a person" },
  },
  {
    name: "a home that is below a file",
    line: "HTTPCFG_HOME={home}/bin/httpcfg httpcfg set iplisten -i 127.0.0.1",
    says: "part of the path is not a directory",
    hints: ['export HTTPCFG_HOME="$HOME/httpcfg"'],
    untyped: { 0: "it has an effect in the user's own shell alone" },
  },
  {
    name: "a script for netsh that does not exist",
    given: EDITED,
    line: "httpcfg netsh -f {home}/script",
    says: "Cannot run the script",
    hints: ["httpcfg netsh http dump > {home}/script"],
    cured: "grep 127.0.0.1 {home}/script",
  },
];

const place = (): Promise<Place> => {
  return plainPlace({ port: String(freePort()), tls: String(freePort()) });
};

Deno.test("without a service: each hint cures the refusal", async (t) => {
  await checkRows(STOPPED, place, t);
});

Deno.test("beside a service: each hint cures the refusal", async (t) => {
  await checkRows(RUNS, place, t);
});

Deno.test(
  "serve after net stop http: the process is still there, and the hints end it",
  ON_LINUX,
  async () => {
    const port = freePort();
    for (const index of [0, 1]) {
      await using place = await plainPlace();
      const { program } = place;
      const site = ["--bind", `127.0.0.1:${port}:`, "--respond", "here"];
      await program.do(["site", "set", "Default Web Site", ...site]);
      await program.do("net start w3svc");
      await program.do("net stop http /y");
      const refused = await program.run("serve");
      assertEquals(refused.status, 1, refused.err);
      assertMatch(refused.err, /already running as process [0-9]+\n/);
      const hints = refused.err.split("\n").filter((line) => line.startsWith("hint: "))
        .map((line) => line.slice("hint: ".length))
        .filter((line) => line !== "httpcfg service install | sh");
      const serve = "httpcfg net stop iisadmin; httpcfg serve";
      assertEquals(hints, ["httpcfg net start w3svc", serve]);
      // The second runs until it is stopped, when the place ends.
      const typed = quoted(hints[index]!);
      await place.shell(`setsid sh -c ${typed} >/dev/null 2>&1 &`);
      const get = `curl -fsS http://127.0.0.1:${port}/`;
      await waitFor(
        async () => (await place.shell(get)).out === "here",
        `the site, after ${typed}`,
      );
    }
  },
);

Deno.test(
  "plain HTTP on a port that speaks TLS gets a response that says so",
  ON_POSIX,
  async () => {
    await using place = await plainPlace();
    const { program } = place;
    const port = freePort();
    const site = ["--bind-tls", `127.0.0.1:${port}:`, "--respond", "here"];
    await program.do(["site", "set", "Default Web Site", "--bind", `:${freePort()}:`, ...site]);
    const { out: hash } = await program.do("cert create --self-signed --name a.test");
    await program.do(`set ssl -i 127.0.0.1:${port} -h ${hash.trim()}`);
    await program.do("net start w3svc");
    const plain = await place.shell(`curl -sS -w ' %{http_code}' http://127.0.0.1:${port}/x`);
    assertMatch(plain.out, /This port speaks TLS: use https:\/\/ instead of http:\/\/.* 400$/s);
    assertEquals((await place.shell(`curl -sSk https://127.0.0.1:${port}/x`)).out, "here");
    await program.do("net stop http /y");
    await program.do("net stop iisadmin");
    const log = await place.shell("cat $(find $HTTPCFG_HOME/log -iname 'httperr*.log')");
    assertStringIncludes(log.out, "GET /x 400 - PlainHttp");
  },
);

Deno.test("documents: each hint cures the refusal", ON_POSIX, async (t) => {
  await checkRows(DOCUMENTS, place, t);
});
