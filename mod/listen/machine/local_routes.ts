/**
 * The IPv4 addresses that the kernel takes for its own: its table of them, as Linux shows it in
 * /proc/net/fib_trie. A bind looks there too, so that one look answers for 100,000 addresses, of which
 * each takes 12 us to be tried. Pure.
 *
 * @module
 */
import { ipv4Network, ipv4Value } from "../../base/ipv4_value.ts";
import { forEach, type Steps } from "../../base/work/steps.ts";

/**
 * The most bytes that are read: a table of 70,000 addresses. What is cut off may have routes that
 * decide, so that the rest says nothing.
 */
const BYTES_MAX = 8_000_000;

/** Prints the tables of routes. */
export const LOCAL_ROUTES_SCRIPT = `head -c ${BYTES_MAX} /proc/net/fib_trie 2>/dev/null
:`;

/** The table in which a bind looks; it has all routes as long as there is no rule but the first. */
const LOCAL_TABLE = "Local:";
const HEADER = /^\S/;
const NETWORK = /^ *\|-- ([0-9.]+)$/;
const ROUTE = /^ *\/([0-9]+) \S+ (.+)$/;
/** A route for packets of one TOS says `LOCAL tos=0x10`: a bind has none. */
const LOCAL = "LOCAL";

/** The routes of that table. */
export class LocalRoutes {
  /** Length of the prefix, the longest first -> network -> whether all of its routes are local. */
  readonly #lengths: readonly (readonly [bits: number, Map<number, boolean>])[];

  constructor(routes: ReadonlyMap<number, Map<number, boolean>>) {
    this.#lengths = [...routes].sort(([a], [b]) => b - a);
  }

  /** Reports whether `ip` can be bound. False if the table does not say so: something else may. */
  isLocal(ip: string): boolean {
    const value = ipv4Value(ip);
    if (value < 0) return false;
    for (const [bits, networks] of this.#lengths) {
      const isLocal = networks.get(ipv4Network(value, bits));
      if (isLocal !== undefined) return isLocal;
    }
    return false;
  }
}

/** Parses the output of the script; null if it has no table, or not all of it. */
export function* parseLocalRoutes(listing: string): Steps<LocalRoutes | null> {
  if (listing.length >= BYTES_MAX) return null;
  const routes = new Map<number, Map<number, boolean>>();
  let [isFound, isInside] = [false, false];
  let network = -1;
  yield* forEach(listing.split("\n"), (line) => {
    if (HEADER.test(line)) isInside = line === LOCAL_TABLE;
    isFound ||= isInside;
    if (!isInside) return;
    const address = NETWORK.exec(line)?.[1];
    if (address !== undefined) network = ipv4Value(address);
    const [, length = "", type] = ROUTE.exec(line) ?? [];
    if (type === undefined || network < 0) return;
    const bits = Number(length);
    let networks = routes.get(bits);
    if (networks === undefined) routes.set(bits, networks = new Map());
    networks.set(network, type === LOCAL && networks.get(network) !== false);
  });
  return isFound ? new LocalRoutes(routes) : null;
}
