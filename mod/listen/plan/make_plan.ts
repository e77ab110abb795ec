/**
 * The plan: what the service will listen on, and which sites start. Pure.
 *
 * From the list, the sites, the machine's addresses, the open sockets and the ports that other
 * processes hold, it determines for every address and port one of open, keep, close, wait or
 * refused, and for every site whether it starts. `plan` shows it, `serve` and `reload` execute it,
 * `status` reports the result: all four from this one value.
 *
 * - Every included address gets a socket on every port that a starting site uses.
 * - A socket is identified by its address, port and, for a link-local address, the index of its
 *   interface: one of an interface that is gone is closed, whatever has its name now.
 * - A site whose binding is outside the list does not start; the others do.
 * - Of two sites with the same binding, the later does not start; nor does a site that would use
 *   TLS on a port on which an earlier one uses plain HTTP, or the reverse.
 * - A TLS binding without a certificate is not served; a site that has no other does not start.
 * - A port that another process holds prevents a site from starting only if the site has no other
 *   address left.
 * - Generation 5 has no list: a port is one shared socket on every address or, if all its sites
 *   have DisableSocketPooling, one socket for each address to which they are bound. Generation 4 is
 *   always the latter.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  compareIp,
  type Endpoint,
  formatEndpoint,
  type Ip,
  isIpv4,
  isWildcard,
  withoutZone,
  zoneOf,
} from "../../base/address.ts";
import type { BindFault } from "../machine/bind_fault.ts";
import { WIN32 } from "../../base/win32.ts";
import { OwnerIndex } from "../machine/owner_index.ts";
import { describeOwners, keepsFrom, type PortOwner } from "../machine/port_owner.ts";
import { compileInclusion, interfacesMatching } from "../list/inclusion.ts";
import type { ListEntry } from "../../config/document/list_entry.ts";
import { ADDRESS_ABSENT, AddressTable } from "../machine/address_table.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import { type Admission, admitSites, type PlanSite } from "./admission.ts";
import { whyExcluded } from "./exclusion.ts";
import {
  ADDRESS_LOST,
  type Exclusion,
  type Plan,
  type PlannedEndpoint,
  type PlannedSite,
  type SocketEndpoint,
  socketKey,
} from "./plan.ts";
import {
  boundAddresses,
  type ListenAddress,
  listenAddresses,
  listenAddressFor,
  type ListenContext,
  wildcardAddresses,
} from "./listen_addresses.ts";

export type { EndpointAction, Plan, PlannedEndpoint, PlannedSite } from "./plan.ts";

/**
 * MajorIIsVersionNumber: 6 is HTTP.sys with its list, 5 the pooled sockets before it, 4 the
 * separate socket of each bound site before that.
 */
export type Generation = 4 | 5 | 6;

/** Everything that the plan depends on. */
export interface PlanInput {
  readonly list: readonly ListEntry[];
  /** Registered programs, followed by the sites in the order of their ids. */
  readonly sites: readonly PlanSite[];
  readonly machine: Machine;
  /** Where certificates are bound to an address. */
  readonly keys: readonly Endpoint[];
  /** Sockets that the service now has open. */
  readonly running: readonly SocketEndpoint[];
  /** Listening sockets of other processes. */
  readonly held: readonly PortOwner[];
  /** The attempts to open sockets for this plan that failed. */
  readonly failed: readonly FailedBind[];
  readonly generation: Generation;
  /** True if an address that the machine does not have is refused instead of waited for. */
  readonly strict: boolean;
}

/** A failed attempt to bind. */
export interface FailedBind {
  readonly endpoint: SocketEndpoint;
  readonly fault: BindFault;
}

/** Makes the plan. Its cost grows with addresses x ports + entries, not with their product. */
export function makePlan(input: PlanInput): Plan {
  const table = new AddressTable(input.machine);
  const context: Context = {
    input,
    inclusion: compileInclusion(input.generation < 6 ? [] : input.list, table),
    table,
    held: new OwnerIndex(input.held),
    failed: new Map(input.failed.map((one) => [socketKey(one.endpoint), one.fault])),
    running: new Set(input.running.map(socketKey)),
    runningAt: new Map(input.running.map((socket) => [formatEndpoint(socket), socket])),
  };
  const admissions = admitSites(
    input.sites.map((site) => withCanonicalZones(site, table)),
    (ip) => exclusionOf(context, ip),
  );
  const ports = portsOf(admissions, input.generation);
  const endpointsOf = new Map<number, PlannedEndpoint[]>();
  const addressesFor = addressesByPort(context);
  for (const port of ports.values()) {
    endpointsOf.set(port.number, addressesFor(port).map((one) => planEndpoint(context, port, one)));
  }
  const sites = admissions.map((admission) => finishSite(admission, endpointsOf, context));
  const alive = new Set(
    admissions.filter((_, i) => isAlive(sites[i]!)).flatMap(({ site, refusal }) =>
      refusal === null ? site.bindings.map(({ port }) => port) : []
    ),
  );
  const kept = [...endpointsOf].flatMap(([port, endpoints]) =>
    alive.has(port) ? endpoints : endpoints.filter(({ action }) => action === "refused")
  );
  const stays = new Set(kept.filter(({ action }) => action !== "refused").map(socketKey));
  const closed = input.running.filter((socket) => !stays.has(socketKey(socket)))
    .map((socket) => planClose(context, socket, alive));
  return {
    endpoints: sortEndpoints([...kept, ...closed]),
    ...separate(input.sites, sites),
    unmatched: unmatchedEntries(context),
  };
}

function unmatchedEntries({ inclusion, table }: Context): string[] {
  return inclusion.entries.filter(({ target }) =>
    target.kind === "interface" && interfacesMatching(target, table.interfaces).length === 0
  ).map(({ text }) => text);
}

/** Returns the function that gives each port its addresses; most ports have the same. */
function addressesByPort(context: Context): (port: Port) => readonly ListenAddress[] {
  if (context.input.generation < 6) return (port) => pooledAddresses(context, port);
  const known = new Map<boolean, readonly ListenAddress[]>();
  return (port) => {
    const keys = context.input.keys.filter((key) => key.port === port.number).map(({ ip }) => ip);
    const isScoped = [...port.named, ...keys].some((ip) => isAmbiguous(ip, context.table));
    const common = known.get(isScoped) ?? listenAddresses(context, isScoped);
    known.set(isScoped, common);
    return [...common, ...namedAddresses(context, port, common)];
  };
}

/** Reports whether several interfaces have the link-local address `ip`. */
function isAmbiguous(given: Ip, table: AddressTable): boolean {
  const ip = table.canonical(given);
  return zoneOf(ip) !== "" && table.recordsOf(withoutZone(ip)).length > 1;
}

function withCanonicalZones(site: PlanSite, table: AddressTable): PlanSite {
  const bindings = site.bindings.map((binding) => {
    return binding.ip === null ? binding : { ...binding, ip: table.canonical(binding.ip) };
  });
  return { ...site, bindings };
}

/** Separates the sites from the registered programs, which are planned in the same way. */
function separate(
  sites: readonly PlanSite[],
  planned: readonly PlannedSite[],
): Pick<Plan, "sites" | "registrations"> {
  return {
    sites: planned.filter((_, i) => sites[i]!.url === undefined),
    registrations: planned.flatMap(({ id: _id, name: _name, ...result }, i) => {
      const { url } = sites[i]!;
      return url === undefined ? [] : [{ url, ...result }];
    }),
  };
}

interface Context extends ListenContext {
  readonly input: PlanInput;
  readonly held: OwnerIndex;
  readonly failed: ReadonlyMap<string, BindFault>;
  /** Keys of the open sockets. */
  readonly running: ReadonlySet<string>;
  /** Endpoint as text -> the open socket there. */
  readonly runningAt: ReadonlyMap<string, SocketEndpoint>;
}

/** A port that at least one starting site uses. */
interface Port {
  readonly number: number;
  readonly secure: boolean;
  /** Addresses that bindings name. */
  readonly named: ReadonlySet<Ip>;
  /** True if, before generation 6, at least one binding is for every address. */
  readonly pooled: boolean;
}

function portsOf(admissions: readonly Admission[], generation: Generation): Map<number, Port> {
  const ports = new Map<number, { secure: boolean; named: Set<Ip>; pooled: boolean }>();
  for (const { site, refusal } of admissions) {
    if (refusal !== null) continue;
    for (const { ip, port, secure } of site.bindings) {
      const known = ports.get(port) ?? { secure, named: new Set<Ip>(), pooled: false };
      if (ip !== null) known.named.add(ip);
      if (ip === null || (generation > 4 && !site.ownSockets)) known.pooled = true;
      ports.set(port, known);
    }
  }
  return new Map([...ports].map(([number, port]) => [number, { number, ...port }]));
}

/**
 * Returns why the list prevents `ip` from being bound; null if it does not. Generation 5 has no
 * list.
 */
function exclusionOf({ inclusion }: Context, ip: Ip): Exclusion | null {
  const { included, entry } = inclusion.decide(ip);
  return included ? null : { entry: entry?.text ?? null };
}

/**
 * Returns the addresses that bindings name and that a block or an interface includes, but that
 * nothing enumerates.
 */
function namedAddresses(
  context: Context,
  port: Port,
  common: readonly ListenAddress[],
): ListenAddress[] {
  const have = new Set(common.map(({ ip }) => ip));
  const found: ListenAddress[] = [];
  for (const ip of [...port.named].flatMap((one) => boundAddresses(one, context.table))) {
    if (have.has(ip) || coveredBy(ip, have, context.input.machine)) continue;
    const address = listenAddressFor(context, ip);
    if (address !== null) found.push(address);
    have.add(ip);
  }
  return found;
}

function pooledAddresses({ input, table }: Context, port: Port): ListenAddress[] {
  const isIis4 = input.generation === 4;
  if (port.pooled) {
    const cause = isIis4
      ? "a site of IIS 4 without an address listens on every address"
      : "the sites of IIS 5 share one socket per port";
    return wildcardAddresses(input.machine, cause);
  }
  const named = new Set([...port.named].flatMap((ip) => boundAddresses(ip, table)));
  return [...named].map((ip) => ({
    ip,
    scopeId: table.scopeIdOf(ip),
    absence: table.absenceOf(ip),
    cause: isIis4
      ? "a bound site of IIS 4 has a socket of its own"
      : "DisableSocketPooling gives the site a socket of its own",
    entry: null,
  }));
}

function coveredBy(ip: Ip, sockets: ReadonlySet<Ip>, machine: Machine): boolean {
  if (sockets.has(isIpv4(ip) ? ANY_V4 : ANY_V6)) return true;
  return isIpv4(ip) && machine.dualStack && sockets.has(ANY_V6);
}

function planEndpoint(context: Context, port: Port, address: ListenAddress): PlannedEndpoint {
  const { input, running, failed } = context;
  const { ip, scopeId, entry, cause } = address;
  const endpoint = { ip, port: port.number, scopeId };
  const common = { ...endpoint, secure: port.secure, entry, holders: [], returns: false };
  const key = socketKey(endpoint);
  const fault = failed.get(key);
  const absence = address.absence ?? (fault?.isAbsent ? absenceAfterBind(context, ip) : null);
  if (absence !== null) {
    const open = context.runningAt.get(formatEndpoint(endpoint));
    if (open === undefined) {
      return { ...common, action: input.strict ? "refused" : "wait", cause: absence };
    }
    const lost = absence === ADDRESS_ABSENT ? ADDRESS_LOST : absence;
    return {
      ...common,
      scopeId: open.scopeId,
      action: "close",
      cause: lost,
      returns: !input.strict,
    };
  }
  if (running.has(key)) return { ...common, action: "keep", cause };
  if (fault !== undefined) {
    return { ...common, action: "refused", cause: fault.reason, holders: fault.holders };
  }
  const holders = ownersOf(context, endpoint);
  if (holders.length === 0) return { ...common, action: "open", cause };
  const held = `the port is held by ${describeOwners(holders)}`;
  return { ...common, action: "refused", cause: held, holders };
}

/** Returns the cause for an address that was there when the machine was read. */
function absenceAfterBind({ table }: Context, ip: Ip): string {
  return table.recordsOf(ip).length === 0 ? ADDRESS_ABSENT : "the system just stopped allowing it";
}

function ownersOf(context: Context, endpoint: Endpoint): PortOwner[] {
  const near = context.held.near(endpoint);
  return near.filter((one) => keepsFrom(one, endpoint, isDual(one, context)));
}

/** If another process has both `::` and `0.0.0.0` on one port, its `::` can only be IPv6 alone. */
function isDual({ ip, port }: PortOwner, { held, input: { machine } }: Context): boolean {
  if (ip !== ANY_V6) return machine.dualStack;
  return machine.dualStack && held.at(ANY_V4, port).length === 0;
}

function planClose(
  { inclusion, table, input }: Context,
  socket: SocketEndpoint,
  alive: ReadonlySet<number>,
): PlannedEndpoint {
  const { ip, port, scopeId } = socket;
  const decision = inclusion.decide(ip);
  const entry = decision.entry?.text ?? null;
  const isPresent = table.absenceOf(ip) === null;
  const cause = !alive.has(port)
    ? `no starting site uses port ${port}`
    : scopeId !== 0 && !input.machine.addresses.some((one) => one.scopeId === scopeId)
    ? `its interface no longer exists (index ${scopeId})`
    : !decision.included && !isWildcard(ip)
    ? whyExcluded({ entry })
    : isWildcard(ip) || isPresent
    ? "other sockets replace it"
    : ADDRESS_LOST;
  const common = { ip, port, scopeId, secure: false, entry, holders: [], returns: false };
  return { ...common, action: "close", cause };
}

function finishSite(
  { site, refusal, partialReason }: Admission,
  endpointsOf: ReadonlyMap<number, readonly PlannedEndpoint[]>,
  { input: { machine }, table }: Context,
): PlannedSite {
  const { id, name } = site;
  if (refusal !== null) return { id, name, ...refusal };
  const serving: PlannedEndpoint[] = [];
  for (const { ip, port } of site.bindings) {
    const bound = ip === null ? [] : boundAddresses(ip, table);
    for (const endpoint of endpointsOf.get(port) ?? []) {
      const sockets = new Set([endpoint.ip]);
      const serves = ip === null ||
        bound.some((one) => one === endpoint.ip || coveredBy(one, sockets, machine));
      if (serves) serving.push(endpoint);
    }
  }
  const refused = serving.find(({ action }) => action === "refused");
  const why = (refused && `${formatEndpoint(refused)}: ${refused.cause}`) ?? partialReason;
  if (serving.some(({ action }) => action === "open" || action === "keep")) {
    return { id, name, state: "started", reason: why, win32: 0 };
  }
  if (serving.length > 0 && serving.every(({ action }) => action === "refused")) {
    const held = refused !== undefined && refused.holders.length > 0;
    const win32 = held ? WIN32.SHARING_VIOLATION : WIN32.INVALID_NETNAME;
    return { id, name, state: "failed", reason: why, win32 };
  }
  const waiting = serving.find(({ action, cause }) =>
    action === "wait" && cause !== ADDRESS_ABSENT
  );
  const reason = why ?? (waiting && `${formatEndpoint(waiting)}: ${waiting.cause}`) ??
    "this machine has none of its addresses yet";
  return { id, name, state: "waiting", reason, win32: 0 };
}

function isAlive({ state }: PlannedSite): boolean {
  return state === "started" || state === "waiting";
}

function sortEndpoints(endpoints: PlannedEndpoint[]): PlannedEndpoint[] {
  return endpoints.sort((a, b) => a.port - b.port || compareIp(a.ip, b.ip));
}
