// Goal: any command that changes something can be run twice. Method: every command that has
// --idempotent, in a home, with a service that remembers its states where one is needed. The second
// time it succeeds, says "unchanged" and writes nothing.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadCommands } from "../../support/commands.ts";
import type { ControlRequest } from "../../../mod/host/control/control_protocol.ts";
import type { ServiceStatus } from "../../../mod/host/control/status.ts";
import type { ServiceState } from "../../../mod/host/services/service_controller.ts";
import type { ServiceName } from "../../../mod/host/services/service_table.ts";
import { type CommandHome, commandHome, serviceStatus } from "../../support/command_home.ts";

interface Case {
  /** Lines before it. */
  readonly before?: readonly string[];
  readonly line: string;
  /** Whether it needs a service. */
  readonly served?: true;
  /** Why the command without --idempotent fails the second time; absent if it does not. */
  readonly fails?: number;
}

const HASH = "$HASH";
const SITE = "site add 'my shop' --bind :8081: --respond hello";
const ACL = "set urlacl -u http://+:80/app/ -a 'D:(A;;GX;;;WD)'";

const CASES: Readonly<Record<string, readonly Case[]>> = {
  "set iplisten": [
    { line: "set iplisten -i 127.0.0.2", fails: 183 },
    { line: "set iplisten -i 127.0.0.2 -i 10.0.0.0/8 --except 10.0.0.5", fails: 183 },
    {
      before: ["set iplisten -i 127.0.0.2"],
      line: "set iplisten -i 127.0.0.2 -i 0:0::1",
      fails: 183,
    },
  ],
  "delete iplisten": [
    { before: ["set iplisten -i 127.0.0.2"], line: "delete iplisten -i 127.0.0.2", fails: 2 },
  ],
  "set ssl": [{ line: `set ssl -i 0.0.0.0:443 -h ${HASH}`, fails: 183 }],
  "delete ssl": [
    {
      before: [`set ssl -i 0.0.0.0:443 -h ${HASH}`],
      line: "delete ssl -i 0.0.0.0:443",
      fails: 2,
    },
  ],
  "set urlacl": [{ line: ACL, fails: 183 }],
  "delete urlacl": [{ before: [ACL], line: "delete urlacl -u http://+:80/app/", fails: 2 }],
  "site add": [
    { line: SITE, fails: 1 },
    { line: "site add x --bind 127.0.0.1:80:X.example --echo --no-start --max-body 5", fails: 1 },
  ],
  "site remove": [{ before: [SITE], line: "site remove 'MY shop'", fails: 1 }],
  "site set": [{ before: [SITE], line: "site set 'my shop' --bind :8082: --max-connections 7" }],
  "site start": [
    { before: [`${SITE} --no-start`], line: "site start 'my shop'" },
    {
      before: ["net start w3svc", "site stop W3SVC/1"],
      line: "site start W3SVC/1",
      served: true,
      fails: 1,
    },
  ],
  "site stop": [
    { before: [SITE], line: "site stop 'my shop'" },
    { before: ["net start w3svc"], line: "site stop W3SVC/1", served: true, fails: 1 },
  ],
  "site pause": [
    { before: ["net start w3svc"], line: "site pause W3SVC/1", served: true, fails: 1 },
  ],
  "site continue": [
    {
      before: ["net start w3svc", "site pause W3SVC/1"],
      line: "site continue W3SVC/1",
      served: true,
      fails: 1,
    },
  ],
  "cert import": [
    { line: "cert import --cert $CERT --key $KEY --name one" },
    { line: "cert import --cert $CERT --key $KEY --name two --link --store WEB" },
  ],
  "cert create": [
    { line: "cert create --self-signed --name a.example --name b.example --ip ::1", fails: 1 },
  ],
  "cert remove": [{ line: `cert remove ${HASH}`, fails: 1 }],
  "settings set": [{ line: "settings set ConnectionTimeout 60s LogEnabled no" }],
  "settings reset": [
    { before: ["settings set MaxFieldCount 7"], line: "settings reset MaxFieldCount" },
    { before: ["settings set MaxFieldCount 7"], line: "settings reset --all" },
  ],
  "config import": [{ line: "config import $DOCUMENT" }],
  "config profile": [{ line: "config profile strict" }],
  "rollback": [{ before: ["set iplisten -i 127.0.0.2"], line: "rollback 1" }],
  "service install": [{ line: "service install --system systemd --root $HOME/machine" }],
  "net start": [{ line: "net start w3svc", served: true, fails: 2 }],
  "net stop": [{ before: ["net start w3svc"], line: "net stop http /y", served: true, fails: 2 }],
  "net pause": [
    { before: ["net start w3svc"], line: "net pause w3svc", served: true, fails: 2 },
  ],
  "net continue": [
    {
      before: ["net start w3svc", "net pause w3svc"],
      line: "net continue w3svc",
      served: true,
      fails: 2,
    },
  ],
  "reload": [
    { before: ["net start w3svc", "settings set MaxFieldCount 7"], line: "reload", served: true },
  ],
};

/** Tested with a service: tests/e2e/cli/scripting_test.ts, tests/e2e/acme. */
const ELSEWHERE = ["unregister", "cert acme add", "cert acme remove"];

Deno.test("every command that has --idempotent has --format, and is tested", async () => {
  const all = (await loadCommands()).filter(({ flags }) => flags.idempotent !== undefined);
  // Those of a fleet: tests/golden/fleet.
  const changing = all.filter(({ name }) => !name.startsWith("fleet "));
  assertEquals(
    changing.map(({ name }) => name).sort(),
    [...Object.keys(CASES), ...ELSEWHERE].sort(),
  );
  for (const { name, flags } of all) {
    assertEquals(flags.format?.choices?.includes("json"), true, name);
  }
});

for (const { before = [], line, served, fails } of Object.values(CASES).flat()) {
  Deno.test(`${line} --idempotent changes something once`, async () => {
    await using home = await madeHome(served);
    for (const one of before) {
      assertEquals((await home.run(await filled(one, home))).status, 0, one);
    }
    const words = await filled(line, home);
    const first = await home.run(`${words} --idempotent --format json`);
    assertEquals([first.status, JSON.parse(first.out).changed], [0, true], first.note);
    assertEquals(JSON.parse(first.out).version, 1);
    const stored = snapshot(home.path);

    const second = await home.run(`${words} --idempotent --format json`);
    assertEquals([second.status, JSON.parse(second.out).changed], [0, false], second.note);
    assertStringIncludes(second.note, "note: unchanged\n");
    assertEquals(Object.keys(JSON.parse(second.out)), Object.keys(JSON.parse(first.out)));
    const text = await home.run(`${words} --idempotent`);
    assertEquals(text.status, 0);
    assertStringIncludes(text.note, "note: unchanged\n");
    assertEquals(snapshot(home.path), stored, "nothing is written");

    const plain = await home.run(words);
    assertEquals(plain.status, fails ?? 0, "without the flag it is as before");
    assertEquals(snapshot(home.path), stored, "nothing is written");
  });
}

/** Returns bytes and modification times of every file that a command keeps. */
function snapshot(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (name === "run") continue;
    if (isDirectory) Object.assign(files, snapshot(path));
    else files[path] = `${Deno.lstatSync(path).mtime?.getTime()} ${Deno.readTextFileSync(path)}`;
  }
  return files;
}

/** Makes a home with a certificate and a document in files. */
async function madeHome(served?: true): Promise<CommandHome> {
  const home = await commandHome();
  const made = await home.run("cert create --self-signed --name made.example");
  assertEquals(made.status, 0, made.note);
  const document = { version: 2, sites: [] };
  await Deno.writeTextFile(
    `${home.path}/new.json`,
    JSON.stringify({
      ...document,
      ipListen: ["127.0.0.9"],
      ssl: [],
      urlAcl: [],
      metabase: {},
      settings: {},
    }),
  );
  if (served) await home.serve(rememberingService());
  return home;
}

/** Returns `line` with what only the home knows. */
async function filled(line: string, home: CommandHome): Promise<string> {
  const { certificates } = JSON.parse((await home.run("cert list --format json")).out);
  return line
    .replaceAll("$HASH", made(certificates))
    .replaceAll("$CERT", `${home.path}/certs/MY/made.example.pem`)
    .replaceAll("$KEY", `${home.path}/certs/MY/made.example.key`)
    .replaceAll("$DOCUMENT", `${home.path}/new.json`)
    .replaceAll("$HOME", home.path);
}

let hash = "";
/** Remembers the thumbprint for the line that comes after its removal. */
function made(certificates: readonly { readonly name: string; readonly hash: string }[]): string {
  return hash = certificates.find(({ name }) => name === "made.example")?.hash ?? hash;
}

/** A service with the states that a client has asked for. */
function rememberingService(): (request: ControlRequest) => Promise<ServiceStatus> {
  const states: Partial<Record<ServiceName, ServiceState>> = {};
  let [site, changes] = ["started", 1];
  return (request) => {
    if (request.op === "start") Object.assign(states, { HTTP: "running", W3SVC: "running" });
    if (request.op === "stop") Object.assign(states, { HTTP: "stopped", W3SVC: "stopped" });
    if (request.op === "pause") Object.assign(states, { W3SVC: "paused" });
    if (request.op === "continue") Object.assign(states, { W3SVC: "running" });
    if (request.op === "reload") changes = 0;
    const after = { start: "started", stop: "stopped", pause: "paused", continue: "started" };
    if (request.op === "site") site = after[request.verb];
    return Promise.resolve(serviceStatus(states, {
      sites: [{
        id: 1,
        name: "Default Web Site",
        state: site as "started",
        reason: null,
        bindings: [],
      }],
      stored: { file: "elsewhere", changes, problem: null, hint: null },
    }));
  };
}
