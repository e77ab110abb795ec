/**
 * The limits of connections to a site, of all and of each client: counts the connections of each site
 * that has such a limit.
 *
 * A connection belongs to the site that served it last, as in IIS, and is identified by the object
 * that represents its remote endpoint. Sites without a limit cost nothing.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { Limit } from "../../base/limit.ts";

export interface LimitedSite {
  readonly id: number;
  /** Null for none. */
  readonly limit: Limit | null;
}

export class SiteConnections {
  readonly #siteOf = new Map<Endpoint, LimitedSite>();
  readonly #keyOf: (remote: Endpoint) => string;

  /** `keyOf` returns whose place in the limit a connection takes; a site has one for all. */
  constructor(keyOf: (remote: Endpoint) => string = () => "") {
    this.#keyOf = keyOf;
  }

  /**
   * Reports whether the connection may use `site`; if so, it counts there until it is closed. A
   * connection has one request at a time, so that it is not closed, and asks for no other site,
   * while this is being decided.
   */
  admit(site: LimitedSite, remote: Endpoint): boolean | Promise<boolean> {
    if (site.limit === null) {
      this.left(remote);
      return true;
    }
    if (this.#siteOf.get(remote)?.id === site.id) return true;
    const isAdmitted = site.limit.admit(this.#keyOf(remote));
    if (typeof isAdmitted === "boolean") return isAdmitted && this.#move(remote, site);
    return isAdmitted.then((is) => is && this.#move(remote, site));
  }

  /** The connection uses a site without a limit. */
  left(remote: Endpoint): void {
    if (this.#siteOf.size > 0) this.closed(remote);
  }

  /** The connection has been closed, or has moved to another site. */
  closed(remote: Endpoint): void {
    const site = this.#siteOf.get(remote);
    if (site === undefined) return;
    this.#siteOf.delete(remote);
    site.limit?.release(this.#keyOf(remote));
  }

  #move(remote: Endpoint, site: LimitedSite): true {
    this.closed(remote);
    this.#siteOf.set(remote, site);
    return true;
  }
}
