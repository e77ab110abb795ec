/**
 * A site of files: what stands below one folder (`static/`).
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../../base/fault.ts";
import { PATH_MAX, text } from "../../config/document/shape.ts";
import type { FolderContent } from "../../config/document/site_content.ts";
import type { ContentKind, HandlerMaker } from "./content_kind.ts";

export const root: ContentKind<FolderContent> = {
  kind: "root",
  fields: {
    path: v.pipe(text(PATH_MAX), v.nonEmpty("empty")),
    listing: v.optional(v.boolean()),
  },
  listed: ({ path }) => `root ${path}`,
  explained: ({ path }) => `files below ${quote(path)}`,
  async load(): Promise<HandlerMaker<FolderContent>> {
    const { staticFiles } = await import("../static/static_files.ts");
    return {
      handler: ({ path, listing = false }, { id: siteId }, { cache, now }) => {
        return staticFiles({ root: path, listing, cache, siteId, now });
      },
    };
  },
};
