/**
 * A site of files: everything under one directory (`static/`).
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../../base/fault.ts";
import { PATH_MAX, text } from "../../config/document/shape.ts";
import { type FolderContent, folderContent } from "../../config/document/site_content.ts";
import { resolveFolder } from "../../config/store/resolve_folder.ts";
import { retype } from "../../base/hints/retype.ts";
import type { ContentKind, HandlerFactory } from "./content_kind.ts";

export const root: ContentKind<FolderContent> = {
  kind: "root",
  fields: {
    path: v.pipe(text(PATH_MAX), v.nonEmpty("empty")),
    listing: v.optional(v.boolean()),
  },
  flag: {
    kind: "string",
    value: "DIR",
    summary: "serve the files in a directory",
    completes: "folder",
  },
  details: { listing: { kind: "boolean", summary: "list directories without an index.html" } },
  examples: [{ words: "--root /srv/intranet", shows: "the files in a directory" }],
  async read(input): Promise<FolderContent> {
    const path = await resolveFolder(input.text("root")!, (folder) => {
      return retype(input.commandLine, { flag: "root", to: folder });
    });
    return folderContent(path, input.flag("listing") || undefined);
  },
  forms: ["/DIR", "root:DIR"],
  async parse(text, line): Promise<FolderContent | null> {
    const [prefix] = /^root:|^(?=[/\\]|[A-Za-z]:[/\\])/.exec(text) ?? [];
    if (prefix === undefined) return null;
    return folderContent(
      await resolveFolder(text.slice(prefix.length), (folder) => line(prefix + folder)),
    );
  },
  label: ({ path }) => `root ${path}`,
  description: ({ path }) => `files under ${quote(path)}`,
  async load(): Promise<HandlerFactory<FolderContent>> {
    const { staticFiles } = await import("../static/static_files.ts");
    return {
      handler: ({ path, listing = false }, { id: siteId, response, compression }, context) => {
        const { cache, files, folders, now, applicationPath: below } = context;
        const own = { root: path, below, listing, mimeTypes: response?.mimeTypes, folders };
        const compresses = compression !== "off";
        return staticFiles({ ...own, compresses, cache, files: files.site(siteId), siteId, now });
      },
    };
  },
};
