/**
 * Verifies the service with all that this machine says: what `verify` shows, and what a member of a fleet
 * reports.
 *
 * @module
 */
import { type Endpoint, type Ip, isWildcard, parseIp } from "../../base/address.ts";
import type { IpBlocks } from "../../base/ip_blocks.ts";
import { isProblem } from "../../base/problem.ts";
import type { Progress } from "../../base/progress.ts";
import { blocksOf } from "../../config/document/address_block.ts";
import { type Binding, parseBinding } from "../../config/document/binding.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import { AddressTable } from "../../listen/machine/address_table.ts";
import { askSystem } from "../../listen/machine/ask_system.ts";
import { type Machine, readMachine } from "../../listen/machine/machine_addresses.ts";
import { boundAddresses, reaches } from "../../listen/plan/listen_addresses.ts";
import { type MachineView, THIS_MACHINE, withLinks } from "../../listen/plan/plan_input.ts";
import type { ServiceStatus, SiteStatus } from "../control/status.ts";
import { probe, reachesService } from "./probe.ts";
import { openEndpoints } from "./service_plan.ts";
import {
  type ExpectedSite,
  type Finding,
  type NameTarget,
  verifyExposure,
  verifyNames,
  verifySites,
} from "./verify.ts";

/** What is verified, and with what. */
interface VerifiedService {
  readonly status: ServiceStatus;
  /** The stored sites; none if they cannot be read. */
  readonly stored: readonly SiteRecord[];
  /** Asks the service whether a connection from `client` is open; null if it cannot say. */
  hasClient(client: string): Promise<boolean | null>;
  readonly view?: MachineView | undefined;
  readonly progress?: Progress | undefined;
}

/** Returns everything that was checked. */
export async function verifyService(
  { status, stored, hasClient, view = THIS_MACHINE, progress }: VerifiedService,
): Promise<Finding[]> {
  const bindings = status.sites.flatMap(bindingsOf);
  const read = await withLinks(readMachine(), [], bindings.flatMap(({ ip }) => ip ?? []));
  const wanted = read.addresses.map(({ ip }) => ip);
  const machine = await askSystem(read, { named: [], wanted, progress });
  const addresses = new AddressTable(machine);
  const proxies = blocksOf(status.settings?.ProxyProtocol ?? []);
  const ports = new Set([...status.endpoints, ...bindings].map(({ port }) => port));
  const listeners = await view.findListeners(ports);
  return [
    ...verifySites(
      expectedSites(status, stored, addresses),
      openEndpoints(status),
      machine.dualStack,
    ),
    ...await verifyExposure({
      expected: wantedEndpoints(status),
      ports,
      machine,
      absenceOf: (ip) => addresses.absenceOf(ip),
      listeners,
      reachesService: (endpoint) => reachesService(endpoint, hasClient),
      pid: status.pid ?? 0,
      probe,
      progress,
    }),
    ...await verifyNames(
      nameTargets(status, machine),
      (endpoint, name) => probeNameLater(endpoint, name, proxies),
      progress,
    ),
  ];
}

/**
 * Returns where the service should respond, even if another program keeps it from listening there.
 */
function wantedEndpoints({ endpoints }: ServiceStatus): Endpoint[] {
  return endpoints.flatMap(({ ip, port, state }) => {
    const parsed = parseIp(ip);
    return parsed !== null && (state === "open" || state === "refused")
      ? [{ ip: parsed, port }]
      : [];
  });
}

/**
 * Returns the sites that start by themselves, and why those that do not run do not: the stored ones,
 * with the bindings that are in force, and any other that the service has.
 */
function expectedSites(
  { sites }: ServiceStatus,
  stored: readonly SiteRecord[],
  addresses: AddressTable,
): ExpectedSite[] {
  const inForce = new Map(sites.map((site) => [site.id, site]));
  const own = stored.filter(({ autoStart, id }) => autoStart && !inForce.has(id)).map((site) => {
    const bindings = [...site.bindings, ...site.secureBindings];
    return { name: site.name, bindings, reason: "it is stored, not applied (httpcfg reload)" };
  });
  const starting = new Set(stored.filter(({ autoStart }) => autoStart).map(({ id }) => id));
  const running = sites.filter(({ id, state, reason }) => {
    return state !== "stopped" || reason !== null || starting.has(id);
  }).map(({ name, bindings, state, reason }) => {
    return { name, bindings, reason: state === "stopped" ? reason ?? "it is stopped" : null };
  });
  return [...running, ...own].map(({ name, bindings, reason }) => {
    const bound = bindingsOf({ bindings }).flatMap(({ ip, port }) => {
      const ips: readonly (Ip | null)[] = ip === null ? [ip] : boundAddresses(ip, addresses);
      return ips.map((one) => ({ ip: one, port }));
    });
    return { name, bound, reason };
  });
}

/** Returns the TLS host names of the started sites, with every open socket that serves them. */
function nameTargets({ endpoints, sites }: ServiceStatus, machine: Machine): NameTarget[] {
  const started = sites.filter(({ state }) => state === "started");
  const open = openEndpoints({ endpoints: endpoints.filter(({ scheme }) => scheme === "https") });
  const first = machine.addresses[0]?.ip;
  const named = started.flatMap(bindingsOf).filter(({ host }) => host !== "");
  return named.flatMap(({ ip, port, host: name }) => {
    const serving = open.filter((socket) =>
      socket.port === port && (ip === null || reaches(socket, { ip, port }, true))
    );
    return serving.map((socket) => {
      return {
        ip: ip ?? (isWildcard(socket.ip) && first !== undefined ? first : socket.ip),
        port,
        name: name.replace("*", "any"), // a client asks for one of the names below a wildcard
      };
    });
  });
}

/** Returns the bindings of a site as the service has them, which may not be the stored ones. */
function bindingsOf({ bindings }: Pick<SiteStatus, "bindings">): Binding[] {
  return bindings.flatMap((text) => {
    const binding = parseBinding(text);
    return isProblem(binding) ? [] : [binding];
  });
}

/** Loads TLS for the first name: that takes as long as the runtime takes to start. */
async function probeNameLater(
  endpoint: Endpoint,
  name: string,
  proxies: IpBlocks,
): Promise<string | null> {
  const { probeName } = await import("./probe_tls.ts");
  return await probeName(endpoint, name, proxies);
}
