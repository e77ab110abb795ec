// Goal: where a port cannot be had, or a site does not start, the hints are commands that cure just
// that. Method: a table in a network namespace with three addresses, with python and nginx as the
// programs that have a port; each hint is typed as it stands.
import { Program, type Result } from "../../support/program.ts";
import { type NetNamespace, testInNamespace } from "../../support/spaces/net_namespace.ts";
import { have } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";
import { checkRows, type Place, quoted, type Row, writeSudo } from "./hint_rows.ts";

const WEB = "'Default Web Site'";
/** The site is on port 80 of every address on the list. */
const ON_80 = `httpcfg site set ${WEB} --bind :80:`;
const START = "httpcfg net start w3svc";

/** Starts Python's server, and waits until it listens. */
function python(ip: string, port = 80): string {
  return `python3 -m http.server ${port} --bind ${ip} >/dev/null 2>&1 & echo $! >{home}/holder; ` +
    `until ss -Hltn "sport = :${port}" | grep -q .; do sleep 0.05; done`;
}

/** Starts nginx with one worker, which is ready when the command returns. */
function nginx(listen: string): string {
  return `printf 'worker_processes 1; pid {home}/holder; error_log {home}/error; events {} ` +
    `http { access_log off; server { listen ${listen}; } }' >{home}/nginx.conf; ` +
    "nginx -c {home}/nginx.conf";
}

const HELD: readonly Row[] = [
  {
    name: "an empty list, python on one address",
    given: `${ON_80}; ${python("10.9.0.1")}`,
    line: START,
    says: "python3 (pid ",
    hints: [
      `httpcfg set iplisten -i 10.9.0.2 -i 10.9.0.3 -i 127.0.0.1 -i ::1; ${START}`,
      `httpcfg set iplisten --except 10.9.0.1; ${START}`,
      `httpcfg site set ${WEB} --bind :8080:; ${START}`,
      /^kill [0-9]+$/,
    ],
    cured: `${START} >/dev/null 2>&1; test -z "$(httpcfg status | grep -E 'refused|did not')" && ` +
      "httpcfg status | grep -q started",
  },
  {
    name: "an empty list, nginx on one address",
    given: `${ON_80}; ${nginx("10.9.0.2:80")}`,
    line: START,
    says: "nginx (pid ",
    hints: [
      `httpcfg set iplisten -i 10.9.0.1 -i 10.9.0.3 -i 127.0.0.1 -i ::1; ${START}`,
      `httpcfg set iplisten --except 10.9.0.2; ${START}`,
      `httpcfg site set ${WEB} --bind :8080:; ${START}`,
      /^kill [0-9 ]+$/,
    ],
    cured: `${START} >/dev/null 2>&1; httpcfg status | grep -q started`,
  },
  {
    name: "the list is the address that nginx has",
    given: `${ON_80}; httpcfg set iplisten -i 10.9.0.1; ${nginx("10.9.0.1:80")}`,
    line: START,
    says: 'Cannot listen on "10.9.0.1:80"',
    hints: [
      "httpcfg set iplisten -i 10.9.0.2 -i 10.9.0.3 -i 127.0.0.1 -i ::1; " +
      `httpcfg delete iplisten -i 10.9.0.1; ${START}`,
      `httpcfg site set ${WEB} --bind :8080:; ${START}`,
      /^kill [0-9 ]+$/,
    ],
    cured: `${START} >/dev/null 2>&1; httpcfg status | grep -q started`,
  },
  {
    name: "nginx has one of two addresses on the list",
    given: `${ON_80}; httpcfg set iplisten -i 10.9.0.1 -i 10.9.0.2; ${nginx("10.9.0.1:80")}`,
    line: START,
    isDone: true,
    says: "runs in part: 10.9.0.1:80",
    hints: [
      "httpcfg delete iplisten -i 10.9.0.1; httpcfg reload",
      `httpcfg site set ${WEB} --bind :8080:; httpcfg reload`,
      /^kill [0-9 ]+$/,
    ],
    cured: "until httpcfg reload && ! httpcfg status | grep -q refused; do sleep 0.1; done",
  },
  {
    name: "nginx has one address of a block",
    given: `${ON_80}; httpcfg set iplisten -i 10.9.0.0/24; ${START}; httpcfg net stop w3svc; ` +
      nginx("10.9.0.1:80"),
    line: START,
    isDone: true,
    says: "runs in part: 10.9.0.1:80",
    hints: [
      "httpcfg set iplisten --except 10.9.0.1; httpcfg reload",
      `httpcfg site set ${WEB} --bind :8080:; httpcfg reload`,
      /^kill [0-9 ]+$/,
    ],
    cured: "until httpcfg reload && ! httpcfg status | grep -q refused; do sleep 0.1; done",
  },
  {
    name: "nginx has every IPv4 address",
    given: `${ON_80}; httpcfg set iplisten -i 10.9.0.2; ${nginx("80")}`,
    line: START,
    says: "on 0.0.0.0:80, every IPv4 address",
    hints: [
      /^in the configuration of nginx \(pid [0-9]+ and 1 worker\): "listen 10\.9\.0\.1:80;" in place of "listen 80;"; then restart it$/,
      `httpcfg site set ${WEB} --bind :8080:; ${START}`,
      /^kill [0-9 ]+$/,
    ],
    untyped: { 0: "another program's configuration; the row below does what it says" },
    cured: `${START} >/dev/null 2>&1; httpcfg status | grep -q started`,
  },
  {
    name: "nginx has every IPv4 address, and the list is empty",
    given: `${ON_80}; ${nginx("80")}`,
    line: START,
    says: "on 0.0.0.0:80, every IPv4 address",
    hints: [
      /^in the configuration of nginx \(pid [0-9]+ and 1 worker\): "listen 127\.0\.0\.1:80;" in place of /,
      `httpcfg set iplisten --except 127.0.0.1; ${START}`,
      `httpcfg site set ${WEB} --bind :8080:; ${START}`,
      /^kill [0-9 ]+$/,
    ],
    untyped: { 0: "another program's configuration", 1: "it follows the one before" },
    cured: `${START} >/dev/null 2>&1; httpcfg status | grep -q started`,
  },
  {
    name: "a program has every IPv6 address, and only those",
    given: `${ON_80}; httpcfg set iplisten -i 10.9.0.1 -i ::1; ${nginx("[::]:80 ipv6only=on")}`,
    line: START,
    isDone: true,
    says: "runs in part: [::1]:80",
    hints: [
      "httpcfg set iplisten --except ::; httpcfg reload",
      /^in the configuration of nginx/,
      `httpcfg site set ${WEB} --bind :8080:; httpcfg reload`,
      /^kill [0-9 ]+$/,
    ],
    untyped: { 1: "another program's configuration" },
    cured: "until httpcfg reload && ! httpcfg status | grep -q refused; do sleep 0.1; done",
  },
  {
    name: "the site is bound to the address that python has",
    given: `httpcfg site set ${WEB} --bind 10.9.0.1:8000:a.test --bind :8000:; ` +
      `httpcfg site set ${WEB} --bind 10.9.0.1:8000:a.test; ${python("10.9.0.1", 8000)}; ` +
      "httpcfg set iplisten -i 10.9.0.1",
    line: START,
    says: "python3 (pid ",
    hints: [
      `httpcfg site set ${WEB} --bind 10.9.0.1:8001:a.test; ${START}`,
      /^kill [0-9]+$/,
    ],
    cured: `${START} >/dev/null 2>&1; httpcfg status | grep -q started`,
  },
  {
    name: "a reload would open a port that python has",
    given: `${ON_80}; ${START}; ${python("10.9.0.3", 81)}; ` +
      "httpcfg site add more --bind :81: --echo",
    line: "httpcfg reload",
    says: "python3 (pid ",
    hints: [
      "httpcfg set iplisten -i 10.9.0.1 -i 10.9.0.2 -i 127.0.0.1 -i ::1; httpcfg reload",
      "httpcfg set iplisten --except 10.9.0.3; httpcfg reload",
      "httpcfg site set more --bind :1024:; httpcfg reload",
      /^kill [0-9]+$/,
    ],
    cured: "until httpcfg reload; do sleep 0.1; done",
  },
  {
    name: "plan foresees it",
    given: `${ON_80}; ${python("10.9.0.1")}`,
    line: "httpcfg plan",
    says: "python3 (pid ",
    hints: [
      "httpcfg set iplisten -i 10.9.0.2 -i 10.9.0.3 -i 127.0.0.1 -i ::1",
      "httpcfg set iplisten --except 10.9.0.1",
      `httpcfg site set ${WEB} --bind :8080:`,
      /^kill [0-9]+$/,
    ],
    cured: 'for i in $(seq 100); do httpcfg plan >{home}/plan 2>&1; test "$?" = 2 && exit; done; ' +
      "cat {home}/plan; exit 1",
  },
  {
    name: "a program registers a URL on a port that python has",
    given: `${ON_80}; ${START}; ${python("10.9.0.3", 81)}`,
    line: "httpcfg register http://+:81/app/ --to http://127.0.0.1:80 --keep",
    says: "(32)",
    hints: [
      "httpcfg set iplisten -i 10.9.0.1 -i 10.9.0.2 -i 127.0.0.1 -i ::1; httpcfg reload; " +
      "httpcfg register http://+:81/app/ --to http://127.0.0.1:80 --keep",
      "httpcfg set iplisten --except 10.9.0.3; httpcfg reload; " +
      "httpcfg register http://+:81/app/ --to http://127.0.0.1:80 --keep",
      /^kill [0-9]+$/,
    ],
    cured: "httpcfg registrations | grep -q 81 || " +
      "until httpcfg register http://+:81/app/ --to http://127.0.0.1:80 --keep; do sleep 0.1; done",
  },
];

/** The address is on no list, or cannot be had. */
const LISTED: readonly Row[] = [
  {
    name: "a site off the list",
    given: `${ON_80}; httpcfg set iplisten -i 10.9.0.1; ${START}; ` +
      "httpcfg site add off --bind 10.9.0.2:80: --echo",
    line: "httpcfg reload",
    says: "10.9.0.2 is not on the IP inclusion list",
    hints: ["httpcfg set iplisten -i 10.9.0.2; httpcfg reload"],
  },
  {
    name: "a site off the list, at the start",
    given: `httpcfg site set ${WEB} --bind 10.9.0.2:80:; httpcfg set iplisten -i 10.9.0.1`,
    line: START,
    says: "10.9.0.2 is not on the IP inclusion list",
    hints: [`httpcfg set iplisten -i 10.9.0.2; ${START}`],
    cured: "httpcfg status | grep started",
  },
  {
    name: "a site that an exclusion keeps off the list",
    given: `httpcfg site set ${WEB} --bind 10.9.0.2:80:; httpcfg set iplisten --except 10.9.0.0/24`,
    line: START,
    says: 'excluded from the IP inclusion list by "!10.9.0.0/24"',
    hints: [`httpcfg delete iplisten --except 10.9.0.0/24; ${START}`],
    cured: "httpcfg status | grep started",
  },
  {
    name: "the stored list has the address, the one in force has not",
    given:
      `${ON_80}; httpcfg set iplisten -i 10.9.0.1; ${START}; httpcfg set iplisten -i 10.9.0.2; ` +
      "httpcfg site add off --bind 10.9.0.2:80: --echo",
    line: "httpcfg site start off",
    says: "the stored list includes it",
    hints: ["httpcfg reload"],
    cured: "httpcfg status | grep -E 'off +started'",
  },
  {
    name: "explain, of an address off the list",
    given: `${ON_80}; httpcfg set iplisten -i 10.9.0.1; ${START}`,
    line: "httpcfg explain 10.9.0.3:80",
    says: "10.9.0.3 is not on the IP inclusion list",
    hints: ["httpcfg set iplisten -i 10.9.0.3; httpcfg reload"],
  },
  {
    name: "explain, of a port that no site is bound to",
    given: `${ON_80}; ${START}`,
    line: "httpcfg explain 10.9.0.3:81",
    says: "no site is bound to port 81",
    hints: [`httpcfg site set ${WEB} --bind :80: --bind :81:; httpcfg reload`],
  },
  {
    name: "an entry that the machine lacks",
    given: `${ON_80}; httpcfg set iplisten -i 10.9.0.77`,
    line: START,
    isDone: true,
    says: "this machine has none of its addresses yet",
    hints: ["httpcfg set iplisten -i 10.9.0.1 -i 10.9.0.2 -i 10.9.0.3; httpcfg reload"],
    cured: "httpcfg verify",
  },
  {
    name: "an entry that the machine lacks, with --strict",
    line: "httpcfg set iplisten --strict -i 10.9.0.77",
    says: "no interface of this machine has the address",
    hints: [/^httpcfg set iplisten -i 10\.9\.0\.[123]$/, "httpcfg set iplisten -i 10.9.0.77"],
    cured: "hint",
  },
  {
    name: "an address of numbers that are too large",
    line: "httpcfg set iplisten -i 10.9.0.300",
    says: "a part of the address is greater than 255",
    hints: [/^httpcfg set iplisten -i 10\.9\.0\.[123]$/],
    cured: "hint",
  },
  {
    name: "reload --strict, with an address that the machine lacks",
    given:
      `${ON_80}; httpcfg set iplisten -i 10.9.0.1; ${START}; httpcfg set iplisten -i 10.9.0.77`,
    line: "httpcfg reload --strict",
    says: 'Cannot listen on "10.9.0.77:80"',
    hints: ["httpcfg reload"],
    cured: "hint",
  },
  {
    name: "a reload that could lock the caller out",
    given:
      `${ON_80}; httpcfg set iplisten -i 10.9.0.1; ${START}; httpcfg delete iplisten -i 10.9.0.1`,
    line: "httpcfg reload",
    says: "could lock you out",
    hints: ["httpcfg reload --confirm 60s", "httpcfg reload --yes"],
    cured: "hint",
  },
  {
    name: "a binding that another site has",
    given: `${ON_80}; ${START}; httpcfg site add twin --bind :80: --echo`,
    line: "httpcfg reload",
    says: 'site 1 ("Default Web Site") already has the binding ":80:"',
    hints: ["httpcfg site set twin --bind :8080:; httpcfg reload"],
  },
  {
    name: "TLS on a port that speaks plain HTTP",
    given: `${ON_80}; ${START}; httpcfg site add tls --bind-tls :80:a.test --echo; ` +
      'httpcfg set ssl -i 0.0.0.0:80 -h "$(httpcfg cert create --self-signed --name a.test)"; ' +
      'httpcfg set ssl -i 0.0.0.0:8080 -h "$(httpcfg cert create --self-signed --name b.test)"',
    line: "httpcfg reload",
    says: "uses plain HTTP on port 80",
    hints: ["httpcfg site set tls --bind-tls :8080:a.test; httpcfg reload"],
  },
];

async function place(space: NetNamespace): Promise<Place> {
  const program = await Program.make();
  await writeSudo(program);
  const shell = (script: string): Promise<Result> => {
    return program.shell(`exec ip netns exec ${space.name} bash -c ${quoted(script)}`);
  };
  return {
    program,
    values: { home: program.home },
    shell,
    type: shell,
    async [Symbol.asyncDispose](): Promise<void> {
      await endHolder(`${program.home}/holder`);
      await program[Symbol.asyncDispose]();
    },
  };
}

/** Ends the program whose process id is in `file`, if it still runs. */
async function endHolder(file: string): Promise<void> {
  const pid = Number(await Deno.readTextFile(file).catch(() => "0"));
  const runs = (): boolean => {
    try {
      return /python|nginx/.test(Deno.readTextFileSync(`/proc/${pid}/cmdline`));
    } catch {
      return false;
    }
  };
  if (pid === 0 || !runs()) return;
  Deno.kill(pid, "SIGTERM");
  await waitFor(() => !runs(), "the end of the other program");
}

async function addAddresses(space: NetNamespace): Promise<void> {
  for (const n of [1, 2, 3]) await space.ip(`addr add 10.9.0.${n}/24 dev v0`);
}

if (have("nginx", "python3")) {
  testInNamespace("a port that is held: each hint cures it", async (space, t) => {
    await addAddresses(space);
    await checkRows(HELD, () => place(space), t);
  });
}

testInNamespace("a site that does not start: each hint cures it", async (space, t) => {
  await addAddresses(space);
  await checkRows(LISTED, () => place(space), t);
});
