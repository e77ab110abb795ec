/**
 * Edge: resolves a path under a root to a file or directory on disk.
 *
 * The second barrier around the root: the real path of what was found must be inside the real path
 * of the root, so a symbolic link may point anywhere inside and nowhere else. A file is examined
 * before it is opened, because opening a pipe or a device can block or have effects.
 *
 * @module
 */
import { contentType } from "@std/media-types/content-type";
import type { HeaderField } from "../../base/exchange.ts";
import { type FilePath, isInside } from "./file_path.ts";
import { httpDate } from "../../wire/http_date.ts";
import type { CacheEntry, Representation } from "./response_cache.ts";

export type Lookup =
  | { readonly kind: "file"; readonly entry: CacheEntry }
  /** A directory that was requested without its trailing "/". */
  | { readonly kind: "redirect" }
  /** A directory without an index page. */
  | { readonly kind: "folder"; readonly realPath: string }
  | { readonly kind: "missing" }
  | { readonly kind: "forbidden" };

const INDEX = "index.html";
const SEPARATOR = Deno.build.os === "windows" ? "\\" : "/";
const CODINGS = [["br", ".br"], ["gzip", ".gz"]] as const;

/** Looks up `path` under `root`. Throws only on an I/O error. */
export async function lookUp(root: string, path: FilePath, nowMs: number): Promise<Lookup> {
  try {
    const realRoot = await Deno.realPath(root);
    const wanted = [realRoot, ...path.segments].join(SEPARATOR);
    const found = await inspect(realRoot, wanted);
    if (found === null) return { kind: "forbidden" };
    if (found.info.isFile) {
      if (path.isFolder) return { kind: "missing" };
      return { kind: "file", entry: await entryOf(found.realPath, found.info, nowMs) };
    }
    if (!found.info.isDirectory) return { kind: "forbidden" };
    if (!path.isFolder) return { kind: "redirect" };
    const index = await inspect(realRoot, `${found.realPath}${SEPARATOR}${INDEX}`).catch(
      undefinedIfMissing,
    );
    if (index?.info.isFile === true) {
      return { kind: "file", entry: await entryOf(index.realPath, index.info, nowMs) };
    }
    return { kind: "folder", realPath: found.realPath };
  } catch (error) {
    if (isMissing(error)) return { kind: "missing" };
    if (error instanceof Deno.errors.PermissionDenied) return { kind: "forbidden" };
    throw error;
  }
}

interface Found {
  readonly realPath: string;
  readonly info: Deno.FileInfo;
}

/** Null if the path leads out of the root. */
async function inspect(realRoot: string, path: string): Promise<Found | null> {
  const realPath = await Deno.realPath(path);
  if (!isInside(realRoot, realPath, SEPARATOR)) return null;
  return { realPath, info: await Deno.stat(realPath) };
}

async function entryOf(path: string, info: Deno.FileInfo, nowMs: number): Promise<CacheEntry> {
  const [brotli, gzip] = await Promise.all(
    CODINGS.map(([, ending]) => sidecar(path, ending, info)),
  );
  const hasAlternatives = brotli !== undefined || gzip !== undefined;
  const type = typeOf(path);
  const make = (from: string, file: Deno.FileInfo, coding: string | null): Representation => {
    return representation({ path: from, type, coding, hasAlternatives }, file, nowMs);
  };
  return {
    identity: make(path, info, null),
    brotli: brotli === undefined ? null : make(`${path}.br`, brotli, "br"),
    gzip: gzip === undefined ? null : make(`${path}.gz`, gzip, "gzip"),
    checkedMs: nowMs,
    usedMs: nowMs,
  };
}

/** A compressed copy next to the file: not a link, and not older than the original. */
async function sidecar(
  path: string,
  ending: string,
  original: Deno.FileInfo,
): Promise<Deno.FileInfo | undefined> {
  const info = await Deno.lstat(`${path}${ending}`).catch(undefinedIfMissing);
  return info !== undefined && info.isFile && mtimeMs(info) >= mtimeMs(original) ? info : undefined;
}

interface Variant {
  readonly path: string;
  readonly type: string;
  readonly coding: string | null;
  /** Other codings of the same document exist. */
  readonly hasAlternatives: boolean;
}

function representation(variant: Variant, info: Deno.FileInfo, nowMs: number): Representation {
  const { path, type, coding, hasAlternatives } = variant;
  const timeMs = mtimeMs(info);
  const suffix = coding === null ? "" : `-${coding}`;
  const etag = `"${timeMs.toString(16)}-${info.size.toString(16)}${suffix}"`;
  const lastModified = timeMs > nowMs ? null : httpDate(timeMs);
  const headers: HeaderField[] = [["Content-Type", type], ["ETag", etag], [
    "Accept-Ranges",
    "bytes",
  ]];
  if (lastModified !== null) headers.push(["Last-Modified", lastModified]);
  if (coding !== null) headers.push(["Content-Encoding", coding]);
  if (hasAlternatives) headers.push(["Vary", "Accept-Encoding"]);
  const cacheState = { whole: null, bytes: null, count: 0, countedFromMs: nowMs };
  return { path, size: info.size, mtimeMs: timeMs, etag, lastModified, headers, ...cacheState };
}

function typeOf(path: string): string {
  const name = path.slice(path.lastIndexOf(SEPARATOR) + 1);
  const dot = name.lastIndexOf(".");
  const type = dot < 1 ? undefined : contentType(name.slice(dot).toLowerCase());
  return type ?? "application/octet-stream";
}

function mtimeMs(info: Deno.FileInfo): number {
  return info.mtime?.getTime() ?? 0;
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error) && !(error instanceof Deno.errors.PermissionDenied)) throw error;
}

/** No such name, a file used as a directory, a loop of links, or a name that is too long. */
function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop ||
    error instanceof Error &&
      /ENAMETOOLONG|name too long|os error (?:36|63|206)\b/i.test(error.message);
}
