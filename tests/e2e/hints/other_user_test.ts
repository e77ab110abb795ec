// Goal: what the system denies to a user has the command that cures it, as an administrator types it
// or as the user does. Method: a table with the program of another user, who owns the home or does
// not; a hint that begins with sudo is typed by root. Needs root on Linux.
import { CALL, Program, type Result } from "../../support/program.ts";
import { OTHER_USER } from "../../support/other_user.ts";
import { type NetNamespace, testInNamespace } from "../../support/spaces/net_namespace.ts";
import { checkRows, type Place, quoted, type Row, writeSudo } from "./hint_rows.ts";

const WEB = "'Default Web Site'";
const START = "httpcfg net start w3svc";
const ON_80 = `httpcfg site set ${WEB} --bind 127.0.0.1:80: --respond here`;

/** The home is the user's. */
const OWN: readonly Row[] = [
  {
    name: "a port that the system keeps for root",
    given: ON_80,
    line: START,
    says: ':80": permission denied',
    hints: [
      "sudo httpcfg config import {home}/config.json && sudo httpcfg service install | sudo sh",
      "sudo sysctl net.ipv4.ip_unprivileged_port_start=80",
      `httpcfg site set ${WEB} --bind 127.0.0.1:8080:; ${START}`,
    ],
    untyped: { 0: "it needs a service manager; the unit is tested with one" },
    cured: `${START} >/dev/null 2>&1; httpcfg status | grep -q started`,
  },
];

/** The home is root's, and its service runs. */
const ROOTS: readonly Row[] = [
  {
    name: "reload by another user",
    given: `${ON_80}; ${START}`,
    line: "httpcfg reload",
    says: "permission denied",
    hints: ["sudo env HTTPCFG_HOME={home} httpcfg reload"],
    cured: "hint",
  },
  {
    name: "a change of the list by another user",
    given: `${ON_80}; ${START}`,
    line: "httpcfg set iplisten -i 127.0.0.1",
    says: "permission denied",
    hints: ["sudo env HTTPCFG_HOME={home} httpcfg set iplisten -i 127.0.0.1"],
    cured: "httpcfg query iplisten | grep -x 'IP :127.0.0.1'",
  },
  {
    name: "net stop by another user",
    given: `${ON_80}; ${START}`,
    line: "httpcfg net stop w3svc",
    says: "permission denied",
    hints: ["sudo env HTTPCFG_HOME={home} httpcfg net stop w3svc"],
    cured: "test -z \"$(httpcfg net start | grep 'World Wide Web')\"",
  },
  {
    name: "a URL that is not reserved for the user",
    given: `${ON_80}; ${START}`,
    line: "httpcfg register http://127.0.0.1:80/app/ --to http://127.0.0.1:9 --keep",
    says: "no reservation covers it",
    hints: [
      "sudo env HTTPCFG_HOME={home} httpcfg set urlacl -u http://127.0.0.1:80/app/ " +
      `-a "D:(A;;GX;;;S-1-22-1-${OTHER_USER})"`,
    ],
  },
  {
    name: "a URL that is reserved for root",
    given: `${ON_80}; ${START}; httpcfg set urlacl -u http://+:80/app/ -a 'D:(A;;GA;;;BA)'`,
    line: "httpcfg register http://+:80/app/ --to http://127.0.0.1:9 --keep",
    says: "does not allow user",
    hints: [
      "sudo env HTTPCFG_HOME={home} httpcfg delete urlacl -u http://+:80/app/; " +
      "sudo env HTTPCFG_HOME={home} httpcfg set urlacl -u http://+:80/app/ " +
      `-a "D:(A;;GX;;;S-1-22-1-${OTHER_USER})"`,
    ],
  },
  {
    name: "a socket file as the target",
    given: `${ON_80}; ${START}; httpcfg set urlacl -u http://+:80/app/ -a 'D:(A;;GX;;;WD)'`,
    line: "httpcfg register http://+:80/app/ --to unix:/run/app.sock --keep",
    says: "only an administrator may use a socket file as target",
    hints: [
      "sudo env HTTPCFG_HOME={home} httpcfg register http://+:80/app/ --to unix:/run/app.sock --keep",
    ],
    cured: "httpcfg registrations | grep unix:/run/app.sock",
  },
  {
    name: "another user's registration",
    given: `${ON_80}; ${START}; ` +
      "httpcfg register http://+:80/app/ --to http://127.0.0.1:9 --keep",
    line: "httpcfg unregister http://+:80/app/",
    says: "registered by another user",
    hints: ["sudo env HTTPCFG_HOME={home} httpcfg unregister http://+:80/app/"],
    cured: "httpcfg registrations | grep -q 'No registered' || exit 1",
  },
];

/** Makes a place in `space` in which the user has the program; `owner`: and the home. */
async function place(space: NetNamespace, isOwner: boolean): Promise<Place> {
  const program = await Program.make();
  const { home } = program;
  await writeSudo(program);
  await writeUserProgram(home);
  // A port that a hint has opened is closed again.
  await inside(program, space, "sysctl -q net.ipv4.ip_unprivileged_port_start=1024");
  const user = `setpriv --reuid=${OTHER_USER} --regid=${OTHER_USER} --clear-groups env ` +
    `HOME=${home}/other DENO_DIR=${home}/other PATH=${home}/other/bin:$PATH`;
  const asUser = async (script: string): Promise<Result> => {
    if (isOwner) await chown(home);
    return await inside(program, space, `cd ${home}/other; ${user} sh -c ${quoted(script)}`);
  };
  return {
    program,
    values: { home },
    shell: (script) => {
      const isSudo = /^exec sh -c 'sudo /.test(script) || !isOwner;
      return isSudo ? inside(program, space, script) : asUser(script);
    },
    type: asUser,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

function inside(program: Program, space: NetNamespace, script: string): Promise<Result> {
  return program.shell(`exec ip netns exec ${space.name} bash -c ${quoted(script)}`);
}

/** Writes the program of the user, who cannot read the sources: a bundle, or the built program. */
async function writeUserProgram(home: string): Promise<void> {
  await Deno.mkdir(`${home}/other/bin`, { recursive: true });
  const [first = "", second] = CALL;
  let call = quoted(first);
  if (second !== undefined) {
    const main = `${import.meta.dirname}/../../../main.ts`;
    const args = ["bundle", "--quiet", "-o", `${home}/program.js`, main];
    await new Deno.Command(Deno.execPath(), { args }).output();
    // The runtime may be in a directory of root's.
    const runtime = `${home}/runtime`;
    await Deno.link(first, runtime).catch(() => Deno.copyFile(first, runtime));
    await Deno.chmod(runtime, 0o755);
    call = `${runtime} run -A --no-prompt --no-config --unstable-net ${home}/program.js`;
  }
  const script = `#!/bin/sh\nexec ${call} "$@"\n`;
  await Deno.writeTextFile(`${home}/other/bin/httpcfg`, script, { mode: 0o755 });
  for (const path of ["other", "other/bin"]) {
    await Deno.chown(`${home}/${path}`, OTHER_USER, OTHER_USER);
  }
}

async function chown(home: string): Promise<void> {
  await new Deno.Command("chown", { args: ["-R", `${OTHER_USER}:${OTHER_USER}`, home] }).output();
}

testInNamespace("a low port: each hint cures the refusal", async (space, t) => {
  await checkRows(OWN, () => place(space, true), t);
});

testInNamespace("what is denied to a user: each hint cures the refusal", async (space, t) => {
  await checkRows(ROOTS, () => place(space, false), t);
});
