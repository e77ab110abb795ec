/**
 * MaxConnections of a site: counts the connections of each site that has a limit.
 *
 * A connection belongs to the site that served it last, as in IIS, and is identified by the object
 * that represents its remote endpoint. Sites without a limit cost nothing.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";

export interface LimitedSite {
  readonly id: number;
  /** Undefined for no limit. */
  readonly maxConnections: number | undefined;
}

export class SiteConnections {
  readonly #siteOf = new Map<Endpoint, number>();
  readonly #counts = new Map<number, number>();

  /** Reports whether the connection may use `site`; if so, it counts there until it is closed. */
  admit(site: LimitedSite, remote: Endpoint): boolean {
    if (site.maxConnections === undefined) {
      if (this.#siteOf.size > 0) this.closed(remote);
      return true;
    }
    const before = this.#siteOf.get(remote);
    if (before === site.id) return true;
    const count = this.#counts.get(site.id) ?? 0;
    if (count >= site.maxConnections) return false;
    this.closed(remote);
    this.#siteOf.set(remote, site.id);
    this.#counts.set(site.id, count + 1);
    return true;
  }

  /** The connection has been closed, or has moved to another site. */
  closed(remote: Endpoint): void {
    const site = this.#siteOf.get(remote);
    if (site === undefined) return;
    this.#siteOf.delete(remote);
    const left = (this.#counts.get(site) ?? 1) - 1;
    if (left === 0) this.#counts.delete(site);
    else this.#counts.set(site, left);
  }
}
