/**
 * From a stored site to the handler that answers for it.
 *
 * @module
 */
import type { Handler } from "../base/exchange.ts";
import type { SiteRecord } from "../config/document/document.ts";
import { echo } from "./kinds/echo.ts";
import { fixedText } from "./kinds/respond.ts";
import type { ResponseCache } from "./static/response_cache.ts";
import { staticFiles } from "./static/static_files.ts";
import { type ListeningView, welcome } from "./kinds/welcome.ts";

/** What sites share with the service that runs them. */
export interface SiteContext {
  readonly cache: ResponseCache;
  /** What the welcome page shows, as it is now. */
  readonly listening: () => ListeningView;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Handler for the content of `site`. */
export function siteHandler(site: SiteRecord, context: SiteContext): Handler {
  const { content } = site;
  switch (content.kind) {
    case "root":
      return staticFiles({
        root: content.path,
        listing: content.listing ?? false,
        cache: context.cache,
        siteId: site.id,
        now: context.now,
      });
    case "respond":
      return fixedText(content.text, content.status);
    case "echo":
      return echo(site.name, site.id);
    case "welcome":
      return welcome(context.listening);
  }
}
