/**
 * The plan as a value: what `plan`, `serve`, `reload` and `status` show. Its fields are its JSON
 * form, so fields are only ever added. Pure.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import { compareIp } from "../../base/ip_order.ts";
import { filter, forEach, map, type Steps } from "../../base/work/steps.ts";
import { ADDRESS_ABSENT } from "../machine/address_table.ts";
import type { PortOwner } from "../machine/port_owner.ts";
import { EndpointMap, type SocketEndpoint } from "./endpoint_map.ts";

/** What happens to one address and port. */
export type EndpointAction = "open" | "keep" | "close" | "wait" | "refused";

export type { SocketEndpoint } from "./endpoint_map.ts";

/** One line of the plan. */
export interface PlannedEndpoint extends SocketEndpoint {
  readonly action: EndpointAction;
  /** Whether the port uses TLS. */
  readonly secure: boolean;
  /** The reason, as the end of a sentence. */
  readonly cause: string;
  /** The entry of the list that decided; null if none did. */
  readonly entry: string | null;
  /** The owners of the port that prevent a refused endpoint from being opened. */
  readonly holders: readonly PortOwner[];
  /**
   * True for one that closes because the machine no longer has its address, which is waited for.
   */
  readonly returns: boolean;
  /** What can be typed about a refused one, the best first; absent if nothing is known. */
  readonly hints?: readonly string[];
}

/** The list that a plan was not made with. */
export type OtherList = "stored" | "in force";

/** The entry that excludes an address; null if no entry includes it. */
export interface Exclusion {
  readonly entry: string | null;
}

/** The bound address because of which the list refuses a site or a program. */
export interface ExcludedBinding extends Endpoint, Exclusion {
  /** The other list, if that one includes the address. */
  readonly includedBy: OtherList | null;
}

/** What happens to one site. */
export interface PlannedSite {
  readonly id: number;
  readonly name: string;
  /** `waiting`: it starts, but the machine does not have any of its addresses yet. */
  readonly state: "started" | "waiting" | "failed" | "stopped";
  /** Why it is not started, or runs only in part; null if all of it runs. */
  readonly reason: string | null;
  /** The Win32 code that HTTP.sys would return for the reason; 0 if there is none. */
  readonly win32: number;
  /** The address that the list excludes, where that is the reason. */
  readonly excluded?: ExcludedBinding;
  /** What can be typed about the reason, the best first; absent if nothing is known. */
  readonly hints?: readonly string[];
}

/** What happens to the URL of a registered program. */
export interface PlannedRegistration extends Omit<PlannedSite, "id" | "name"> {
  readonly url: string;
}

/** Whether the challenges of a certificate by ACME can be answered; `name` is that of the certificate. */
export type PlannedChallenge = Omit<PlannedSite, "id">;

/** What the service will do. */
export interface Plan {
  /** By port, then by address. */
  readonly endpoints: readonly PlannedEndpoint[];
  /** In the order of the input. */
  readonly sites: readonly PlannedSite[];
  /** In the order of the input. */
  readonly registrations: readonly PlannedRegistration[];
  /** In the order of the input; absent if no certificate by ACME is configured. */
  readonly challenges?: readonly PlannedChallenge[];
  /** Entries of the list that name no interface of this machine, as after a new name. */
  readonly unmatched: readonly string[];
  /**
   * Why other programs may have the ports of sockets that would open, as the end of a sentence; absent
   * if their sockets were seen, or whoever made the plan finds out by binding.
   */
  readonly unseen?: string;
}

/**
 * Returns 0 if there is nothing to do, 2 if sockets open or close, 1 for a refusal or for a site
 * without a socket.
 */
export function planStatus(plan: Plan): 0 | 1 | 2 {
  if (plan.endpoints.some(({ action }) => action === "refused")) return 1;
  const all = [...plan.sites, ...(plan.challenges ?? [])];
  if (all.some(({ state }) => state === "failed" || state === "waiting")) return 1;
  return plan.endpoints.some(({ action }) => action === "open" || action === "close") ? 2 : 0;
}

/** Returns the plan after its closes: an endpoint whose address may return is now waited for. */
export function* afterClosing(plan: Plan): Steps<Plan> {
  const endpoints: PlannedEndpoint[] = [];
  yield* forEach(plan.endpoints, (endpoint) => {
    if (endpoint.action !== "close") endpoints.push(endpoint);
    if (endpoint.action !== "close" || !endpoint.returns) return;
    const cause = endpoint.cause === ADDRESS_LOST ? ADDRESS_ABSENT : endpoint.cause;
    endpoints.push({ ...endpoint, scopeId: 0, action: "wait", cause, returns: false });
  });
  return { ...plan, endpoints };
}

/** The cause of closing a socket whose address is gone. */
export const ADDRESS_LOST = "this machine no longer has the address";

/** Orders endpoints as a plan has them: by port, then by address. */
export function compareEndpoints(a: Endpoint, b: Endpoint): number {
  return a.port - b.port || compareIp(a.ip, b.ip);
}

/**
 * Returns two plans with only the endpoints that they do not share. One that stays as it is is the
 * same object in both, so that most of 100,000 are passed over without a look at what they are.
 */
export function* differenceOf(before: Plan, after: Plan): Steps<readonly [Plan, Plan]> {
  const [old, current] = [before.endpoints, after.endpoints];
  const gone: PlannedEndpoint[] = [];
  const fresh: PlannedEndpoint[] = [];
  let [i, j, count] = [0, 0, 0];
  while (i < old.length || j < current.length) {
    if (++count % 1024 === 0) yield;
    const [a, b] = [old[i], current[j]];
    const order = a === b
      ? null
      : a === undefined
      ? 1
      : b === undefined
      ? -1
      : compareEndpoints(a, b);
    if (order === null || order <= 0) i++;
    if (order === null || order >= 0) j++;
    if (order !== null && order <= 0) gone.push(a!);
    if (order !== null && order >= 0) fresh.push(b!);
  }
  return [{ ...before, endpoints: gone }, { ...after, endpoints: fresh }];
}

/** Returns the sockets that listen under `after` but not under `before`, and the reverse. */
export function* listeningChanges(
  before: Plan,
  after: Plan,
): Steps<{ readonly opened: PlannedEndpoint[]; readonly closed: PlannedEndpoint[] }> {
  const [old, current] = [yield* listeningIn(before), yield* listeningIn(after)];
  const planned = new EndpointMap<PlannedEndpoint>();
  yield* forEach(after.endpoints, (endpoint) => planned.set(endpoint, endpoint));
  const opened = yield* filter(current.values(), (endpoint) => !old.has(endpoint));
  const closed = yield* filter(old.values(), (endpoint) => !current.has(endpoint));
  return {
    opened,
    closed: yield* map(closed, (endpoint) => {
      return planned.get(endpoint) ?? { ...endpoint, cause: "other sockets replace it" };
    }),
  };
}

function* listeningIn({ endpoints }: Plan): Steps<EndpointMap<PlannedEndpoint>> {
  const open = new EndpointMap<PlannedEndpoint>();
  yield* forEach(endpoints, (endpoint) => {
    if (endpoint.action === "open" || endpoint.action === "keep") open.set(endpoint, endpoint);
  });
  return open;
}
