/**
 * Gathers the input of a plan: the document, the machine's addresses, the owners of the ports.
 *
 * The running service and the command line gather it in the same way, so that `plan` shows what
 * `serve` and `reload` then do.
 *
 * @module
 */
import { type Ip, parseEndpoint, zoneOf } from "../../base/address.ts";
import { inSlices } from "../../base/work/slices.ts";
import { filter, forEach } from "../../base/work/steps.ts";
import type { Progress } from "../../base/progress.ts";
import type { UrlPrefix } from "../../base/url_prefix.ts";
import type { ConfigDocument } from "../../config/document/document.ts";
import type { CertificateCheck } from "../../config/certs/ssl_lookup.ts";
import { inclusionOf, interfacesMatching } from "../list/inclusion.ts";
import { isPattern, type ListEntry } from "../../config/document/list_entry.ts";
import { tableOf } from "../machine/address_table.ts";
import { askSystem, readLinks } from "../machine/ask_system.ts";
import { type Machine, readMachineAside } from "../machine/machine_addresses.ts";
import { isProcessOf } from "../machine/port_owner.ts";
import { findListeners } from "../machine/port_owners.ts";
import type { PlanSite } from "./admission.ts";
import type { PlanInput } from "./plan_endpoint.ts";
import type { SocketEndpoint } from "./plan.ts";
import {
  challengesToPlan,
  generationOf,
  portsOf,
  programsToPlan,
  sitesToPlan,
} from "./sites_to_plan.ts";

/** How the machine is inspected. */
export interface MachineView {
  readMachine(): Machine | Promise<Machine>;
  askSystem: typeof askSystem;
  findListeners: typeof findListeners;
}

/** The machine that this program runs on. */
export const THIS_MACHINE: MachineView = {
  readMachine: readMachineAside,
  askSystem,
  findListeners,
};

/** What is known before the machine is inspected. */
export interface PlanSource {
  readonly document: ConfigDocument;
  /** The list that applies: that of the document, or the one in force. */
  readonly list: readonly ListEntry[];
  /** Checks whether a binding has a certificate, in the store or in force. */
  readonly check: CertificateCheck;
  /** The prefixes that programs have registered. */
  readonly registrations: readonly UrlPrefix[];
  /** Further addresses to ask the system about. */
  readonly asked?: readonly Ip[];
  /** By default this machine. */
  readonly view?: MachineView | undefined;
  readonly progress?: Progress | undefined;
}

/**
 * Gathers the input for the service itself. It does not look for port owners: binding shows whether
 * a port is in use, and reading all of /proc would keep its clients waiting.
 */
export async function gatherPlanInput(
  source: PlanSource,
  running: readonly SocketEndpoint[],
): Promise<PlanInput> {
  const { document, list, check, registrations, asked = [], view = THIS_MACHINE, progress } =
    source;
  // Programs come first: a registration stays, and a site that is added later finds its prefix
  // taken. Challenges come last, so that they keep no site from starting.
  const sites = [
    ...programsToPlan(registrations, check),
    ...sitesToPlan(document, check),
    ...challengesToPlan(document),
  ];
  const keys = document.ssl.flatMap(({ key }) => parseEndpoint(key) ?? []);
  const all = [...asked, ...keys.map(({ ip }) => ip)];
  const machine = await inspectMachine(list, sites, running, { asked: all, view, progress });
  const generation = generationOf(document);
  return {
    list,
    sites,
    machine,
    keys,
    running,
    held: [],
    unseen: null,
    failed: [],
    generation,
    strict: false,
  };
}

/**
 * Gathers the input for a caller that cannot bind. `running` are the sockets of the service; `pid`
 * is its process, whose own sockets do not count as conflicts, null if none runs.
 */
export async function previewPlanInput(
  source: PlanSource,
  running: readonly SocketEndpoint[],
  pid: number | null,
): Promise<PlanInput> {
  const input = await gatherPlanInput(source, running);
  source.progress?.("looking for", "the owners of ports");
  const { findListeners } = source.view ?? THIS_MACHINE;
  const { owners, unseen } = await findListeners(portsOf(input.sites));
  const held = owners.filter((owner) => {
    return owner.namespace === null && (pid === null || !isProcessOf(pid, owner));
  });
  return { ...input, held, unseen };
}

/** Reads the addresses, and asks the system about those that matter and that it may see otherwise. */
async function inspectMachine(
  list: readonly ListEntry[],
  sites: readonly PlanSite[],
  running: readonly SocketEndpoint[],
  { asked, view, progress }:
    & { readonly asked: readonly Ip[]; readonly view: MachineView }
    & Pick<PlanSource, "progress">,
): Promise<Machine> {
  const bound = sites.flatMap(({ bindings }) => bindings.flatMap(({ ip }) => ip ?? []));
  const all = [...bound, ...asked];
  await inSlices(forEach(list, ({ target }) => {
    if (target.kind === "address") all.push(target.ip);
  }));
  const machine = await withLinks(await view.readMachine(), list, all);
  const table = await inSlices(tableOf(machine));
  const inclusion = await inSlices(inclusionOf(list, table));
  const isWhole = { 4: inclusion.includesFamily(4), 6: inclusion.includesFamily(6) };
  const open = new Set<Ip>();
  await inSlices(forEach(running, ({ ip }) => void open.add(ip)));
  const wanted = [...asked];
  await inSlices(forEach(machine.addresses, ({ ip, family }) => {
    // The system refuses an IPv6 address that it had allowed when another machine turns out to have it.
    const isSettled = family === 4 && open.has(ip);
    if (!isWhole[family] && !isSettled && inclusion.decide(ip).included) wanted.push(ip);
  }));
  const named = await inSlices(filter(all, (ip) => table.recordsOf(ip).length === 0));
  return await view.askSystem(machine, { named, wanted, progress });
}

/**
 * Returns `machine` with the names and flags of its interfaces if `list` or the zones of `addresses`
 * depend on them: on a pattern, an alternative name, or addresses that are stable.
 */
export async function withLinks(
  machine: Machine,
  list: readonly ListEntry[],
  addresses: readonly Ip[],
): Promise<Machine> {
  const table = await inSlices(tableOf(machine));
  const depends = addresses.some((ip) => zoneOf(ip) !== "" && !table.hasZone(zoneOf(ip))) ||
    list.some(({ target }) =>
      target.kind === "interface" &&
      (target.isStable || isPattern(target) ||
        interfacesMatching(target, table.interfaces).length === 0)
    );
  return depends ? { ...machine, links: await readLinks() } : machine;
}
