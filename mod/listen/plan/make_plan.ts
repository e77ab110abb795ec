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
 * - The challenges of ACME are planned like sites that come last: their port is open, for as long as
 *   a certificate by ACME is configured.
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
  type Endpoint,
  formatEndpoint,
  type Ip,
  isIpv4,
  withoutZone,
  zoneOf,
} from "../../base/address.ts";
import { atOnce, filter, forEach, map, sort, type Steps } from "../../base/work/steps.ts";
import type { BindFault } from "../machine/bind_fault.ts";
import { WIN32 } from "../../base/win32.ts";
import { OwnerIndex } from "../machine/owner_index.ts";
import { inclusionOf, interfacesMatching } from "../list/inclusion.ts";
import { ADDRESS_ABSENT, type AddressTable, tableOf } from "../machine/address_table.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import { type Admission, admitSites, type PlanSite } from "./admission.ts";
import { EndpointMap } from "./endpoint_map.ts";
import {
  type EarlierPlan,
  isSamePort,
  type Planned,
  replanPort,
  reusableIn,
} from "./plan_difference.ts";
import {
  type Context,
  type Generation,
  planClose,
  planEndpoint,
  type PlanInput,
  type Port,
} from "./plan_endpoint.ts";
import {
  compareEndpoints,
  type Exclusion,
  type Plan,
  type PlannedChallenge,
  type PlannedEndpoint,
  type PlannedSite,
  type SocketEndpoint,
} from "./plan.ts";
import {
  boundAddresses,
  type ListenAddress,
  listenAddresses,
  listenAddressFor,
  wildcardAddresses,
} from "./listen_addresses.ts";

export type { EndpointAction, Plan, PlannedEndpoint, PlannedSite } from "./plan.ts";
export type { FailedBind, Generation, PlanInput } from "./plan_endpoint.ts";

/** Makes the plan. Its cost grows with addresses x ports + entries, not with their product. */
export function makePlan(input: PlanInput): Plan {
  return atOnce(planSteps(input)).plan;
}

/**
 * Makes the plan in steps. What `earlier`, the plan in force, says of an address that neither the
 * list nor the machine has changed since is taken from there, as the same object.
 */
export function* planSteps(input: PlanInput, earlier: EarlierPlan | null = null): Steps<Planned> {
  const table = yield* tableOf(input.machine);
  const inclusion = yield* inclusionOf(input.generation < 6 ? [] : input.list, table);
  const running = new EndpointMap<SocketEndpoint>();
  yield* forEach(input.running, (socket) => running.set(socket, socket));
  const failed = new EndpointMap<BindFault>();
  yield* forEach(input.failed, ({ endpoint, fault }) => failed.set(endpoint, fault));
  const held = new OwnerIndex(input.held);
  const context: Context = { input, inclusion, table, held, failed, running };
  const admissions = admitSites(
    input.sites.map((site) => withCanonicalZones(site, table)),
    (ip) => exclusionOf(context, ip),
  );
  const ports = portsOf(admissions, input.generation);
  const endpointsOf = new Map<number, PortEndpoints>();
  const reuse = earlier === null ? null : yield* reusableIn(earlier, input);
  const addressesFor = addressesByPort(context);
  for (const port of ports.values()) {
    const known = reuse === null || !isSamePort(port, reuse.earlier.ports.get(port.number))
      ? null
      : yield* replanPort(context, port, reuse);
    const endpoints = known ?? (yield* map(yield* addressesFor(port), (address) => {
      return planEndpoint(context, port, address);
    }));
    endpointsOf.set(port.number, new PortEndpoints(endpoints));
  }
  const sites = yield* map(
    admissions,
    (admission) => finishSite(admission, endpointsOf, context),
  );
  const alive = new Set(
    admissions.filter((_, i) => isAlive(sites[i]!)).flatMap(({ site, refusal }) =>
      refusal === null ? site.bindings.map(({ port }) => port) : []
    ),
  );
  const endpoints = yield* allEndpoints(context, { endpointsOf, alive });
  const plan = { endpoints, ...separate(input.sites, sites), unmatched: unmatchedEntries(context) };
  return { plan, ports: new Map([...ports].filter(([number]) => alive.has(number))) };
}

/** Returns what is bound and what is not any more, in order. */
function* allEndpoints(
  context: Context,
  { endpointsOf, alive }: {
    readonly endpointsOf: ReadonlyMap<number, PortEndpoints>;
    readonly alive: ReadonlySet<number>;
  },
): Steps<readonly PlannedEndpoint[]> {
  const kept: PlannedEndpoint[] = [];
  const stays = new EndpointMap<true>();
  const numbers = [...endpointsOf.keys()].sort((a, b) => a - b);
  for (const port of numbers) {
    yield* forEach(endpointsOf.get(port)!.all, (endpoint) => {
      const isRefused = endpoint.action === "refused";
      if (!alive.has(port) && !isRefused) return;
      kept.push(endpoint);
      if (!isRefused) stays.set(endpoint, true);
    });
  }
  const gone = yield* filter(context.input.running, (socket) => !stays.has(socket));
  const closed = yield* map(gone, (socket) => planClose(context, socket, alive));
  return yield* sort([...kept, ...closed], compareEndpoints);
}

function unmatchedEntries({ inclusion, table }: Context): string[] {
  return inclusion.entries.filter(({ target }) =>
    target.kind === "interface" && interfacesMatching(target, table.interfaces).length === 0
  ).map(({ text }) => text);
}

/** Returns the function that gives each port its addresses; most ports have the same. */
function addressesByPort(context: Context): (port: Port) => Steps<readonly ListenAddress[]> {
  const known = new Map<boolean, readonly ListenAddress[]>();
  return function* (port): Steps<readonly ListenAddress[]> {
    if (context.input.generation < 6) return pooledAddresses(context, port);
    const isScoped = hasAmbiguous(port, context.input.keys, context.table);
    const common = known.get(isScoped) ?? (yield* listenAddresses(context, isScoped));
    known.set(isScoped, common);
    const named = namedAddresses(context, port, common);
    return named.length === 0 ? common : [...common, ...named];
  };
}

/** Reports whether a link-local address that a binding or a key of `port` names is ambiguous. */
function hasAmbiguous(
  { number, named }: Port,
  keys: readonly Endpoint[],
  table: AddressTable,
): boolean {
  return [...named].some((ip) => isAmbiguous(ip, table)) ||
    keys.some(({ ip, port }) => port === number && isAmbiguous(ip, table));
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
): Pick<Plan, "sites" | "registrations" | "challenges"> {
  const challenges = planned.filter((_, i) => sites[i]!.isAcme);
  return {
    ...(challenges.length === 0 ? {} : { challenges: challenges.map(withoutId) }),
    sites: planned.filter((_, i) => sites[i]!.url === undefined && !sites[i]!.isAcme),
    registrations: planned.flatMap(({ id: _id, name: _name, ...result }, i) => {
      const { url } = sites[i]!;
      return url === undefined ? [] : [{ url, ...result }];
    }),
  };
}

function withoutId({ id: _, ...challenge }: PlannedSite): PlannedChallenge {
  return challenge;
}

/**
 * Returns why the list prevents `ip` from being bound; null if it does not. Generation 5 has no
 * list.
 */
function exclusionOf({ inclusion }: Context, ip: Ip): Exclusion | null {
  const { included, entry } = inclusion.decide(ip);
  return included ? null : { entry: entry?.text ?? null };
}

interface MutablePort {
  secure: boolean;
  readonly named: Set<Ip>;
  pooled: boolean;
  isAcme: boolean;
}

function portsOf(admissions: readonly Admission[], generation: Generation): Map<number, Port> {
  const ports = new Map<number, MutablePort>();
  for (const { site, refusal } of admissions) {
    if (refusal !== null) continue;
    for (const { ip, port, secure } of site.bindings) {
      const known = ports.get(port) ??
        { secure, named: new Set<Ip>(), pooled: false, isAcme: true };
      if (!site.isAcme) known.isAcme = false;
      if (ip !== null) known.named.add(ip);
      if (ip === null || (generation > 4 && !site.ownSockets)) known.pooled = true;
      ports.set(port, known);
    }
  }
  return new Map([...ports].map(([number, port]) => [number, { number, ...port }]));
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

/** The endpoints of one port, and what a site has to know of them. */
class PortEndpoints {
  readonly all: readonly PlannedEndpoint[];
  #whole: Serving | null = null;
  #at: ReadonlyMap<Ip, readonly PlannedEndpoint[]> | null = null;

  constructor(all: readonly PlannedEndpoint[]) {
    this.all = all;
  }

  /** What serves a binding to every address. */
  get whole(): Serving {
    return this.#whole ??= servingOf(this.all);
  }

  /** Returns what serves one address: its own sockets, and those of wildcards. */
  at(ip: Ip, { dualStack }: Machine): Serving {
    this.#at ??= Map.groupBy(this.all, (endpoint) => endpoint.ip);
    const wild = isIpv4(ip) ? dualStack ? [ANY_V4, ANY_V6] : [ANY_V4] : [ANY_V6];
    const places = new Set([ip, ...wild]);
    return servingOf([...places].flatMap((place) => this.#at!.get(place) ?? []));
  }
}

/** What the endpoints that serve a binding have in common. */
interface Serving {
  readonly isEmpty: boolean;
  readonly isListening: boolean;
  /** All that there are, and at least one, are refused. */
  readonly isRefused: boolean;
  readonly refused: PlannedEndpoint | undefined;
  /** One that waits for another reason than that its address is absent. */
  readonly waiting: PlannedEndpoint | undefined;
}

function servingOf(endpoints: readonly PlannedEndpoint[]): Serving {
  return {
    isEmpty: endpoints.length === 0,
    isListening: endpoints.some(({ action }) => action === "open" || action === "keep"),
    isRefused: endpoints.length > 0 && endpoints.every(({ action }) => action === "refused"),
    refused: endpoints.find(({ action }) => action === "refused"),
    waiting: endpoints.find(({ action, cause }) => action === "wait" && cause !== ADDRESS_ABSENT),
  };
}

function finishSite(
  { site, refusal, partialReason }: Admission,
  endpointsOf: ReadonlyMap<number, PortEndpoints>,
  { input: { machine }, table }: Context,
): PlannedSite {
  const { id, name } = site;
  if (refusal !== null) return { id, name, ...refusal };
  const serving = site.bindings.flatMap(({ ip, port }): Serving[] => {
    const endpoints = endpointsOf.get(port);
    if (endpoints === undefined || endpoints.all.length === 0) return [];
    if (ip === null) return [endpoints.whole];
    return boundAddresses(ip, table).map((one) => endpoints.at(one, machine));
  });
  const refused = serving.find((one) => one.refused !== undefined)?.refused;
  const why = (refused && `${formatEndpoint(refused)}: ${refused.cause}`) ?? partialReason;
  if (serving.some(({ isListening }) => isListening)) {
    return { id, name, state: "started", reason: why, win32: 0 };
  }
  const some = serving.filter(({ isEmpty }) => !isEmpty);
  if (some.length > 0 && some.every(({ isRefused }) => isRefused)) {
    const held = refused !== undefined && refused.holders.length > 0;
    const win32 = held ? WIN32.SHARING_VIOLATION : WIN32.INVALID_NETNAME;
    return { id, name, state: "failed", reason: why, win32 };
  }
  const waiting = serving.find((one) => one.waiting !== undefined)?.waiting;
  const reason = why ?? (waiting && `${formatEndpoint(waiting)}: ${waiting.cause}`) ??
    "this machine has none of its addresses yet";
  return { id, name, state: "waiting", reason, win32: 0 };
}

function isAlive({ state }: PlannedSite): boolean {
  return state === "started" || state === "waiting";
}
