/**
 * The proxies of this process: one for each registered program, and one for each site, or
 * application of it, that is proxied. One whose rules stay keeps its connections, its health and its
 * tunnels while other things change.
 *
 * @module
 */
import type { Limit } from "../../base/limit.ts";
import { invariant } from "../../base/invariant.ts";
import { isProblem } from "../../base/problem.ts";
import { Connector } from "./connector.ts";
import { Deadlines } from "./deadlines.ts";
import { OWN_HOST } from "../proxied/field_edits.ts";
import { ReverseProxy, type UpstreamNews } from "./proxy.ts";
import { programRules, type ProxySpec, rulesOf } from "../proxied/proxy_content.ts";
import {
  authorityOf,
  formatProxyTarget,
  parseProxyTarget,
  type ProxyTarget,
} from "../proxied/proxy_target.ts";
import type { TunnelLimits } from "./tunnel_limits.ts";
import type { UpstreamRoute, UpstreamState } from "./upstream.ts";

/** A registered program, as far as it concerns its proxy. */
interface ProxiedProgram {
  readonly id: number;
  readonly target: ProxyTarget;
  /** Time for a response, and between two pieces of it. */
  readonly timeoutMs: number;
}

/** The site, and the path of its application, that a proxy belongs to. */
export interface ProxiedSite {
  readonly siteId: number;
  /** Decoded, in lower case; "/" for the site itself. */
  readonly application: string;
}

/** The state of an upstream of a site. */
export type SiteUpstreamState = ProxiedSite & UpstreamState;

/** What makes proxies for the contents of sites. */
export interface SiteProxies {
  /** Returns the proxy for `content`; the one that was there before if nothing has changed. */
  ofSite(content: ProxySpec, site: ProxiedSite): ReverseProxy;
}

/** The environment of the proxies. */
interface ProxiesOptions {
  readonly tunnelLimits: TunnelLimits;
  /** Returns the limit of requests that each upstream has not answered; undefined for the usual one. */
  readonly requestLimit: (max: number | undefined) => Limit;
  onProgramNews(program: ProxiedProgram, news: UpstreamNews): void;
  onSiteNews(site: ProxiedSite, upstream: string, news: UpstreamNews): void;
}

/** A proxy, and whose it is. */
interface Owned {
  readonly proxy: ReverseProxy;
  readonly program: ProxiedProgram | null;
  readonly site: ProxiedSite | null;
}

export class Proxies implements SiteProxies {
  readonly #options: ProxiesOptions;
  readonly #all = new Map<string, Owned>();
  readonly #wanted = new Set<string>();
  #via = "";

  constructor(options: ProxiesOptions) {
    this.#options = options;
  }

  /** Begins a change, which ends with {@linkcode Proxies.closeOthers}; `via` is our name in Via. */
  begin(via: string): void {
    this.#via = via;
    this.#wanted.clear();
  }

  /** Ends the proxies that were not asked for since the change began. */
  closeOthers(graceMs: number): void {
    for (const [key, { proxy }] of this.#all) {
      if (this.#wanted.has(key)) continue;
      this.#all.delete(key);
      proxy.close(graceMs);
    }
  }

  ofProgram(program: ProxiedProgram): ReverseProxy {
    const { id, target, timeoutMs } = program;
    return this.#of(`program ${id}`, { program, site: null }, () =>
      new ReverseProxy({
        ...programRules(timeoutMs),
        ...this.#environment(undefined),
        upstreams: [{
          name: formatProxyTarget(target),
          limitKey: `${id}`,
          host: null,
          path: { application: "/", strips: false, base: "" },
          connect: connectorFor(target),
        }],
        onNews: (_, news) => this.#options.onProgramNews(program, news),
      }));
  }

  ofSite(content: ProxySpec, site: ProxiedSite): ReverseProxy {
    const key = JSON.stringify([site.siteId, site.application, this.#via, content]);
    return this.#of(key, { program: null, site }, () => this.#makeForSite(content, site));
  }

  /** The number of open WebSockets to each program, by its id. */
  get tunnelsOfPrograms(): ReadonlyMap<number, number> {
    return new Map([...this.#all.values()].flatMap(({ proxy, program }) => {
      return program === null ? [] : [[program.id, proxy.tunnels] as const];
    }));
  }

  /** Returns the states of the upstreams of all sites at `nowMs` since 1970. */
  statesOfSites(nowMs: number): SiteUpstreamState[] {
    return [...this.#all.values()].flatMap(({ proxy, site }) => {
      return site === null ? [] : proxy.states(nowMs).map((state) => ({ ...site, ...state }));
    });
  }

  #of(key: string, owner: Omit<Owned, "proxy">, make: () => ReverseProxy): ReverseProxy {
    this.#wanted.add(key);
    let owned = this.#all.get(key);
    if (owned === undefined) {
      owned = { ...owner, proxy: make() };
      this.#all.set(key, owned);
    }
    return owned.proxy;
  }

  #makeForSite(content: ProxySpec, site: ProxiedSite): ReverseProxy {
    const deadlines = new Deadlines();
    const upstreams = content.to.map((text): UpstreamRoute => {
      const target = parseProxyTarget(text);
      invariant(!isProblem(target), "the target of a checked document is valid");
      const connector = new Connector(target, {
        caFile: content.ca ?? null,
        nowMs: () => deadlines.nowMs,
        onMoved: () => proxy.renew(text),
      });
      const base = target.kind === "tcp" ? target.path : "";
      return {
        name: text,
        limitKey: `${site.siteId} ${site.application} ${text}`,
        host: hostFor(content, target),
        path: {
          application: site.application,
          strips: content.prefix === undefined ? base !== "" : content.prefix === "strip",
          base,
        },
        connect: () => connector.connect(),
        look: () => connector.look(),
        doubt: () => connector.doubt(),
      };
    });
    const proxy: ReverseProxy = new ReverseProxy({
      ...rulesOf(content),
      ...this.#environment(content.maxConnections),
      deadlines,
      upstreams,
      onNews: (upstream, news) => this.#options.onSiteNews(site, upstream, news),
    });
    return proxy;
  }

  #environment(
    max: number | undefined,
  ): { via: string; tunnelLimits: TunnelLimits; requestLimit: Limit } {
    const { tunnelLimits, requestLimit } = this.#options;
    return { via: this.#via, tunnelLimits, requestLimit: requestLimit(max) };
  }
}

/** What opens connections to a program, whose address cannot change. */
function connectorFor(target: ProxyTarget): UpstreamRoute["connect"] {
  const connector = new Connector(target, { caFile: null, nowMs: () => 0, onMoved: () => {} });
  return () => connector.connect();
}

function hostFor({ host }: ProxySpec, target: ProxyTarget): string | null {
  if (host !== OWN_HOST) return host ?? null;
  if (target.kind === "unix") return "localhost";
  const isUsual = target.port === (target.isTls ? 443 : 80);
  const authority = authorityOf(target);
  return isUsual ? authority.replace(/:[0-9]+$/, "") : authority;
}
