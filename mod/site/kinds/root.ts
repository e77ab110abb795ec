/**
 * A site of files: what stands below one folder (`static/`).
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import type { SiteContent } from "../../config/document/document.ts";
import type { ContentKind, HandlerMaker } from "./content_kind.ts";

/** Files below the folder `path` (absolute). */
type RootContent = Extract<SiteContent, { readonly kind: "root" }>;

export const root: ContentKind<RootContent> = {
  kind: "root",
  listed: ({ path }) => `root ${path}`,
  explained: ({ path }) => `files below ${quote(path)}`,
  async load(): Promise<HandlerMaker<RootContent>> {
    const { staticFiles } = await import("../static/static_files.ts");
    return {
      handler: ({ path, listing = false }, { id: siteId }, { cache, now }) => {
        return staticFiles({ root: path, listing, cache, siteId, now });
      },
    };
  },
};
