/**
 * Which clients may use a site: the most specific block that has the address decides. A client in no
 * block is denied if any block is allowed, as if all others were. Pure.
 *
 * @module
 */
import type { Ip } from "../../base/address.ts";
import type { IpBlocks } from "../../base/ip_blocks.ts";
import { blocksOf } from "../../config/document/address_block.ts";
import type { SiteAccess } from "../../config/document/site_rules.ts";

export class ClientRules {
  readonly #allow: IpBlocks;
  readonly #deny: IpBlocks;
  /** The client before: most requests come on a connection that has sent others. */
  #lastIp: Ip | null = null;
  #last = false;

  constructor({ allow = [], deny = [] }: SiteAccess) {
    this.#allow = blocksOf(allow);
    this.#deny = blocksOf(deny);
  }

  /** Reports whether the client at `ip` may use the site. */
  allows(ip: Ip): boolean {
    if (ip === this.#lastIp) return this.#last;
    this.#lastIp = ip;
    return this.#last = this.#decide(ip);
  }

  #decide(ip: Ip): boolean {
    const [allowed, denied] = [this.#allow.longest(ip), this.#deny.longest(ip)];
    return allowed === denied ? allowed < 0 && this.#allow.isEmpty : allowed > denied;
  }
}
