/**
 * What happens to one address and port, and everything that it depends on. Pure.
 *
 * @module
 */
import { ANY_V4, ANY_V6, type Endpoint, type Ip, isWildcard, zoneOf } from "../../base/address.ts";
import type { ListEntry } from "../../config/document/list_entry.ts";
import { ADDRESS_ABSENT } from "../machine/address_table.ts";
import type { BindFault } from "../machine/bind_fault.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import type { OwnerIndex } from "../machine/owner_index.ts";
import {
  describeOwners,
  keepsFrom,
  keepsFromBeside,
  type PortOwner,
} from "../machine/port_owner.ts";
import type { PlanSite } from "./admission.ts";
import type { EndpointMap } from "./endpoint_map.ts";
import { whyExcluded } from "./exclusion.ts";
import type { ListenAddress, ListenContext } from "./listen_addresses.ts";
import { ADDRESS_LOST, type PlannedEndpoint, type SocketEndpoint } from "./plan.ts";

/**
 * MajorIIsVersionNumber: 6 is HTTP.sys with its list, 5 the pooled sockets before it, 4 the
 * separate socket of each bound site before that.
 */
export type Generation = 4 | 5 | 6;

/** Everything that the plan depends on. */
export interface PlanInput {
  readonly list: readonly ListEntry[];
  /** Registered programs, the sites in the order of their ids, and the challenges of ACME. */
  readonly sites: readonly PlanSite[];
  readonly machine: Machine;
  /** Where certificates are bound to an address. */
  readonly keys: readonly Endpoint[];
  /** Sockets that the service now has open. */
  readonly running: readonly SocketEndpoint[];
  /** Listening sockets of other processes. */
  readonly held: readonly PortOwner[];
  /**
   * Why other processes may have more sockets than these, as the end of a sentence; null if they have
   * none, or if the plan is for whoever finds out by binding.
   */
  readonly unseen: string | null;
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

/** What an endpoint depends on. */
export interface Context extends ListenContext {
  readonly input: PlanInput;
  readonly held: OwnerIndex;
  readonly failed: EndpointMap<BindFault>;
  readonly running: EndpointMap<SocketEndpoint>;
}

/** A port that at least one starting site uses. */
export interface Port {
  readonly number: number;
  readonly secure: boolean;
  /** Addresses that bindings name. */
  readonly named: ReadonlySet<Ip>;
  /** True if, before generation 6, at least one binding is for every address. */
  readonly pooled: boolean;
  /** True if nothing but challenges of ACME uses it. */
  readonly isAcme: boolean;
}

export function planEndpoint(
  context: Context,
  port: Pick<Port, "number" | "secure" | "isAcme">,
  address: ListenAddress,
): PlannedEndpoint {
  const { input, running, failed } = context;
  const { ip, scopeId, entry } = address;
  const cause = port.isAcme ? `${address.cause}; for certificates by ACME` : address.cause;
  const endpoint = { ip, port: port.number, scopeId };
  const common = { ...endpoint, secure: port.secure, entry, holders: NOBODY, returns: false };
  const fault = failed.get(endpoint);
  const absence = address.absence ?? (fault?.isAbsent ? absenceAfterBind(context, ip) : null);
  if (absence !== null) {
    const open = running.get(endpoint) ?? openByName(context, endpoint);
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
  if (running.has(endpoint)) return { ...common, action: "keep", cause };
  if (fault !== undefined) {
    return { ...common, action: "refused", cause: fault.reason, holders: fault.holders };
  }
  const { holders, beside } = ownersOf(context, endpoint);
  if (holders.length === 0) {
    return { ...common, action: "open", cause: `${cause}${besideText(beside)}` };
  }
  const held = `the port is held by ${describeOwners(holders)}`;
  return { ...common, action: "refused", cause: held, holders };
}

const NOBODY: readonly PortOwner[] = [];

/** Returns the socket of a link-local address whose interface is gone, by its name. */
function openByName({ input }: Context, { ip, port }: Endpoint): SocketEndpoint | undefined {
  if (zoneOf(ip) === "") return undefined;
  return input.running.find((socket) => socket.ip === ip && socket.port === port);
}

/** Returns the cause for an address that was there when the machine was read. */
function absenceAfterBind({ table }: Context, ip: Ip): string {
  return table.recordsOf(ip).length === 0 ? ADDRESS_ABSENT : "the system just stopped allowing it";
}

/**
 * Returns who keeps an endpoint from being bound, and who does not, but has one of the addresses of a
 * wildcard, or the wildcard of an address.
 */
function ownersOf(
  context: Context,
  endpoint: Endpoint,
): { readonly holders: readonly PortOwner[]; readonly beside: readonly PortOwner[] } {
  const near = context.held.near(endpoint)
    .filter((one) => keepsFrom(one, endpoint, isDual(one, context)));
  if (!context.input.machine.besideWildcard) return { holders: near, beside: NOBODY };
  const holders = near.filter((one) => keepsFromBeside(one, endpoint, isDual(one, context)));
  // Who has every address loses the one that is bound: that changes nothing of what opens.
  const beside = near.filter((one) => isWildcard(endpoint.ip) && !holders.includes(one));
  return { holders, beside };
}

/** Says which addresses of a wildcard others answer, in place of it. */
function besideText(beside: readonly PortOwner[]): string {
  if (beside.length === 0) return "";
  const more = beside.length > BESIDE_SHOWN ? ` and ${beside.length - BESIDE_SHOWN} more` : "";
  const shown = beside.slice(0, BESIDE_SHOWN);
  return `, except where others answer: ${describeOwners(shown)}${more}`;
}

/** Owners beside a wildcard that its cause names. */
const BESIDE_SHOWN = 3;

/** If another process has both `::` and `0.0.0.0` on one port, its `::` can only be IPv6 alone. */
function isDual({ ip, port }: PortOwner, { held, input: { machine } }: Context): boolean {
  if (ip !== ANY_V6) return machine.dualStack;
  return machine.dualStack && held.at(ANY_V4, port).length === 0;
}

export function planClose(
  { inclusion, table }: Context,
  socket: SocketEndpoint,
  alive: ReadonlySet<number>,
): PlannedEndpoint {
  const { ip, port, scopeId } = socket;
  const decision = inclusion.decide(ip);
  const entry = decision.entry?.text ?? null;
  const isPresent = table.absenceOf(ip) === null;
  const cause = !alive.has(port)
    ? `no starting site uses port ${port}`
    : scopeId !== 0 && !table.hasScope(scopeId)
    ? `its interface no longer exists (index ${scopeId})`
    : !decision.included && !isWildcard(ip)
    ? whyExcluded({ entry })
    : isWildcard(ip) || isPresent
    ? "other sockets replace it"
    : ADDRESS_LOST;
  const common = { ip, port, scopeId, secure: false, entry, holders: NOBODY, returns: false };
  return { ...common, action: "close", cause };
}
