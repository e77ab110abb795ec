/**
 * A made-up Web server for golden screens: its document, its history, its service, its interfaces,
 * and the other programs on it. Nothing of the real machine is seen.
 *
 * @module
 */
import { atOnce } from "../../../mod/base/work/steps.ts";
import { type Endpoint, parseEndpoint } from "../../../mod/base/address.ts";
import { ForeignText } from "../../../mod/base/printable.ts";
import type { ConfigDocument } from "../../../mod/config/document/document.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { endpointStatuses, siteStatuses } from "../../../mod/host/web/status_views.ts";
import type { PortOwner } from "../../../mod/listen/machine/port_owner.ts";
import { makePlan, type Plan } from "../../../mod/listen/plan/make_plan.ts";
import { gatherPlanInput, type MachineView } from "../../../mod/listen/plan/plan_input.ts";
import { type CommandHome, commandHome, serviceStatus } from "../../support/command_home.ts";
import { machineOf } from "../../support/machine.ts";

const CERTS = `${import.meta.dirname}/../../testdata/certs/`;
const HASH = "63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6";
const LINK_LOCAL = "fe80::a00:27ff:fe4e:66a1";
const MACHINE = machineOf([
  "127.0.0.1/8 lo",
  "::1/128 lo",
  "192.168.1.10/24 enp0s3",
  "192.168.1.30/24 enp0s3",
  "2001:db8:20::a/64 enp0s3",
  `${LINK_LOCAL}/64 enp0s3 2`,
]);

const HELD: readonly PortOwner[] = [
  owner("192.168.1.30:80", "nginx", 16328, "root", [16329, 16330, 16331, 16332]),
  owner("10.88.0.1:80", "caddy", 2140, "caddy", [], "net:[4026532281]"),
];

function owner(
  endpoint: string,
  program: string,
  pid: number,
  user: string,
  workers: readonly number[],
  namespace: string | null = null,
): PortOwner {
  const more = { mapped: false, v6only: null, device: null, workers, socket: pid, namespace };
  const name = new ForeignText(program);
  return { ...(parseEndpoint(endpoint) as Endpoint), pid, program: name, user, ...more };
}

/** What commands see of the machine. */
export const VIEW: MachineView = {
  readMachine: () => MACHINE,
  askSystem: (machine) => Promise.resolve(machine),
  findListeners: (ports) => {
    const owners = HELD.filter(({ port }) => ports === null || ports.has(port));
    return Promise.resolve({ owners, unseen: null });
  },
};

/** A directory that every machine has, where the screens show one of the same length. */
export const ROOT = Deno.build.os === "windows" ? "C:/Windows" : "/usr/share";
export const SHOWN_ROOT = "/srv/store";

/** What the administrators typed until the service read it, each with a user. */
const IN_FORCE: readonly (readonly [user: string, line: string])[] = [
  ["anna", "set iplisten -i 127.0.0.1 -i ::1 -i 192.168.1.0/24 -i 2001:db8:20::a"],
  ["anna", `set iplisten -i ${LINK_LOCAL}%enp0s3 --except 192.168.1.40 --later`],
  ["anna", "site set W3SVC/1 --bind :80:"],
  ["bernd", `cert import --name shop --cert ${CERTS}site.pem --key ${CERTS}site.key`],
  ["bernd", `set ssl -i 0.0.0.0:443 -h ${HASH}`],
  [
    "bernd",
    "site add shop --bind 192.168.1.30:80:shop.example.com --bind :80:shop.example.com " +
    "--bind-tls 192.168.1.10:443:shop.example.com --bind-tls [2001:db8:20::a]:443:shop.example.com " +
    `--root ${ROOT}`,
  ],
  ["anna", "site add intranet --bind 10.9.9.9:80:intranet.example.com --respond hello"],
  ["anna", "site add archive --bind 192.168.1.10:8080: --respond closed --no-start"],
  ["root", "set iplisten -i 198.51.100.7"],
  ["root", "site add failover --bind 198.51.100.7:8000: --redirect https://shop.example.com/"],
];

/** What they typed since. */
const STORED: typeof IN_FORCE = [
  ["anna", "site remove failover"],
  ["anna", "site add 日本語 --bind 192.168.1.10:8081: --respond 'in preparation'"],
];

/** Makes a home with all of it; the service has not read the newest changes yet. */
export async function webServer(): Promise<CommandHome> {
  const home = await commandHome();
  await type(home, IN_FORCE);
  const document = home.stored()!;
  const plan = await planOf(document);
  await home.serve(() => {
    return Promise.resolve(
      serviceStatus({ HTTP: "running", HTTPFilter: "running", W3SVC: "running" }, {
        ipListen: document.ipListen,
        endpoints: atOnce(endpointStatuses(plan)),
        sites: siteStatuses(plan, document.sites, () => false),
        registrations: [{
          url: "http://+:80/app/",
          to: "http://127.0.0.1:3000",
          uid: 1000,
          keep: true,
          since: "2026-11-26T08:30:00.000Z",
          tunnels: 3,
        }],
        stored: { file: `${home.path}/config.json`, changes: 2, problem: null, hint: null },
      }),
    );
  });
  await type(home, STORED);
  return home;
}

async function type(home: CommandHome, lines: typeof IN_FORCE): Promise<void> {
  for (const [SUDO_USER, line] of lines) {
    const { status, note } = await home.run(line, {
      env: { SUDO_USER },
      uid: 0,
      machine: VIEW,
      answer: "y",
    });
    if (status !== 0) throw new Error(`${line}: ${note}`);
  }
}

async function planOf(document: ConfigDocument): Promise<Plan> {
  const list = parseList(document.ipListen);
  const source = { document, list, check: () => null, registrations: [], view: VIEW };
  const input = await gatherPlanInput(source, []);
  return makePlan({ ...input, held: HELD.filter(({ namespace }) => namespace === null) });
}
