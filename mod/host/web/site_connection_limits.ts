/**
 * MaxConnections of a site: how many connections are with each site that has a limit.
 *
 * A connection belongs to the site that answered it last, as in IIS, and is known by the object that
 * is its remote end. Sites without a limit cost nothing.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";

export interface LimitedSite {
  readonly id: number;
  /** Absent: no limit. */
  readonly maxConnections: number | undefined;
}

export class SiteConnections {
  readonly #siteOf = new Map<Endpoint, number>();
  readonly #counts = new Map<number, number>();

  /** True where the connection may speak to `site`; then it counts there until it is closed. */
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

  /** The connection is gone, or has gone over to another site. */
  closed(remote: Endpoint): void {
    const site = this.#siteOf.get(remote);
    if (site === undefined) return;
    this.#siteOf.delete(remote);
    this.#counts.set(site, (this.#counts.get(site) ?? 1) - 1);
  }
}
