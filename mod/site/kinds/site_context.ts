/**
 * What the service provides to its sites.
 *
 * @module
 */
import type { Dashboards } from "../dashboard/dashboards.ts";
import type { SiteProxies } from "../proxy/proxies.ts";
import type { FolderLookUp } from "../path_values.ts";
import type { FileAccess } from "../static/file_access.ts";
import type { ResponseCache } from "../static/response_cache.ts";
import type { ServiceSource } from "../about/service_source.ts";

export interface SiteContext {
  /**
   * The path below which the content is: "/" for that of the site itself, that of an application
   * else, decoded and ending in "/". Requests are compared with it without regard to case.
   */
  readonly applicationPath: string;
  /** What is said of the folders of the site. */
  readonly folders: FolderLookUp;
  readonly cache: ResponseCache;
  readonly files: FileAccess;
  readonly proxies: SiteProxies;
  /** The live pages. */
  readonly dashboards: Dashboards;
  /** Asks the service about itself. */
  readonly service: ServiceSource;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
