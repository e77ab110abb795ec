/**
 * The response cache as `netsh http` sees it: cached responses by URL, and their eviction.
 *
 * @module
 */
import { parseBinding } from "../../config/document/binding.ts";
import { urlHost } from "../../base/address.ts";
import { isProblem } from "../../base/problem.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import {
  type Representation,
  representationsOf,
  type ResponseCache,
} from "../../site/static/response_cache.ts";
import type { CachedResponse } from "../control/status.ts";

/** Selects cached responses. */
export interface CacheSelection {
  /** Null for all. */
  readonly url: string | null;
  /** Includes the responses under the URL. */
  readonly recursive: boolean;
}

export class CachedResponses {
  readonly #cache: ResponseCache;
  readonly #sites: readonly SiteRecord[];

  constructor(cache: ResponseCache, sites: readonly SiteRecord[]) {
    this.#cache = cache;
    this.#sites = sites;
  }

  /** Lists every cached response; a file in several codings is listed once for each. */
  list(): CachedResponse[] {
    return this.#cache.entries().flatMap(({ siteId, path, entry }) => {
      const url = `${baseUrl(this.#sites, siteId)}${path}`;
      const site = this.#sites.find(({ id }) => id === siteId)?.name ?? "";
      return representationsOf(entry).flatMap((one) => {
        return one.whole === null ? [] : [{ ...described(url, one), site }];
      });
    });
  }

  /** Evicts the selected responses; returns the number of cache entries. */
  evict({ url, recursive }: CacheSelection): number {
    return this.#cache.evict(({ siteId, path }) => {
      if (url === null) return true;
      const own = `${baseUrl(this.#sites, siteId)}${path}`;
      return own === url || (recursive && own.startsWith(url.endsWith("/") ? url : `${url}/`));
    });
  }
}

/** The colon, the space and the line end of a field. */
const FIELD_BYTES = 4;

function described(url: string, { headers, whole }: Representation): CachedResponse {
  const field = (name: string): string | null => {
    return headers.find(([own]) => own.toLowerCase() === name)?.[1] ?? null;
  };
  const body = whole?.body;
  return {
    url,
    status: 200,
    contentType: field("content-type"),
    contentEncoding: field("content-encoding"),
    contentLength: body instanceof Uint8Array ? body.length : 0,
    headersLength: headers.reduce((bytes, [name, value]) => {
      return bytes + name.length + value.length + FIELD_BYTES;
    }, 0),
  };
}

/** The URL of a site without its trailing slash, from its first binding. */
function baseUrl(sites: readonly SiteRecord[], siteId: number): string {
  const site = sites.find(({ id }) => id === siteId);
  const [plain] = site?.bindings ?? [];
  const binding = parseBinding(plain ?? site?.secureBindings[0] ?? "");
  if (isProblem(binding)) return "http://localhost";
  const scheme = plain === undefined ? "https" : "http";
  const host = binding.host || (binding.ip === null ? "localhost" : urlHost(binding.ip));
  return `${scheme}://${host}:${binding.port}`;
}
