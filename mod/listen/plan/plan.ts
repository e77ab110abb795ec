/**
 * The plan as a value: what `plan`, `serve`, `reload` and `status` show. Its field names are its JSON
 * form, so they only grow. Pure.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../../base/address.ts";
import type { PortOwner } from "../machine/port_owner.ts";

/** What happens to one address and port. */
export type EndpointAction = "open" | "keep" | "close" | "wait" | "refused";

/** One line of the plan. */
export interface PlannedEndpoint extends Endpoint {
  readonly action: EndpointAction;
  /** True where the port speaks TLS. */
  readonly secure: boolean;
  /** Why, as the end of a sentence. */
  readonly cause: string;
  /** The entry of the list that decided; null where none did. */
  readonly entry: string | null;
  /** Who is in the way of a refused one. */
  readonly holders: readonly PortOwner[];
  /** True for one that closes because its address has gone, and is waited for. */
  readonly returns: boolean;
}

/** What becomes of one site. */
export interface PlannedSite {
  readonly id: number;
  readonly name: string;
  /** `waiting`: it starts, but the machine has none of its addresses yet. */
  readonly state: "started" | "waiting" | "failed" | "stopped";
  /** Why it is not started, or runs in part; null where all of it runs. */
  readonly reason: string | null;
  /** The Win32 code that HTTP.sys would give for the reason; 0 where there is none. */
  readonly win32: number;
}

/** What becomes of the URL of a registered program. */
export interface PlannedRegistration extends Omit<PlannedSite, "id" | "name"> {
  readonly url: string;
}

/** What the service will do. */
export interface Plan {
  /** By port, then by address. */
  readonly endpoints: readonly PlannedEndpoint[];
  /** In the order of the input. */
  readonly sites: readonly PlannedSite[];
  /** In the order of the input. */
  readonly registrations: readonly PlannedRegistration[];
}

/** 0: nothing to do; 2: sockets open or close; 1: something is refused or a site fails. */
export function planStatus(plan: Plan): 0 | 1 | 2 {
  if (plan.endpoints.some(({ action }) => action === "refused")) return 1;
  if (plan.sites.some(({ state }) => state === "failed")) return 1;
  return plan.endpoints.some(({ action }) => action === "open" || action === "close") ? 2 : 0;
}

/** The plan when what it closes is closed: what has gone and may return is waited for. */
export function afterClosing(plan: Plan): Plan {
  const endpoints = plan.endpoints.flatMap((endpoint): PlannedEndpoint[] => {
    if (endpoint.action !== "close") return [endpoint];
    if (!endpoint.returns) return [];
    return [{ ...endpoint, action: "wait", cause: ADDRESS_ABSENT, returns: false }];
  });
  return { ...plan, endpoints };
}

/** Why an address is waited for. */
export const ADDRESS_ABSENT = "no interface of this machine has the address";

/** The sockets that listen under `after` and did not under `before`, and the reverse. */
export function movedBetween(
  before: Plan,
  after: Plan,
): { readonly opened: PlannedEndpoint[]; readonly closed: PlannedEndpoint[] } {
  const [old, fresh] = [listeningIn(before), listeningIn(after)];
  const opened = [...fresh].filter(([key]) => !old.has(key)).map(([, endpoint]) => endpoint);
  const why = new Map(after.endpoints.map((endpoint) => [formatEndpoint(endpoint), endpoint]));
  const closed = [...old].filter(([key]) => !fresh.has(key))
    .map(([key, endpoint]) =>
      why.get(key) ?? { ...endpoint, cause: "other sockets take its place" }
    );
  return { opened, closed };
}

function listeningIn({ endpoints }: Plan): Map<string, PlannedEndpoint> {
  const open = endpoints.filter(({ action }) => action === "open" || action === "keep");
  return new Map(open.map((endpoint) => [formatEndpoint(endpoint), endpoint]));
}
