/**
 * Edge: a site of files under a root directory. GET and HEAD, conditions, one range, compressed
 * copies next to the file, an index page, a redirect to the directory's "/", and a listing if it is
 * enabled.
 *
 * Small files are served from the response cache without waiting; large ones are read while they
 * are sent.
 *
 * @module
 */
import type { Handler, HandlerResult, HttpRequest, HttpResponse } from "../../base/exchange.ts";
import { isFieldValue } from "../../base/exchange.ts";
import { acceptsEncoding } from "../pages/accept_encoding.ts";
import { errorPage } from "../pages/error_page.ts";
import { bytesBody, fileBody, type OpenFile, openFile, readWhole } from "./file_body.ts";
import { type Lookup, lookUp } from "./file_lookup.ts";
import { folderUrl, parseFilePath } from "./file_path.ts";
import { LISTED_MAX, type ListedName, listingPage } from "./folder_listing.ts";
import { type ByteRange, evaluate, type Outcome } from "./preconditions.ts";
import type { CacheEntry, Representation, ResponseCache } from "./response_cache.ts";

interface StaticFilesOptions {
  /** Absolute path of the directory. */
  readonly root: string;
  /** List directories without an index page. */
  readonly listing: boolean;
  readonly cache: ResponseCache;
  /** The site of the cache entries. */
  readonly siteId: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const ALLOW = "GET, HEAD, OPTIONS";
const IS_WINDOWS = Deno.build.os === "windows";
/** A cached response is compared with its file after this time, and never more often. */
const REVALIDATE_MS = 1000;

/** Returns the handler for the files under `options.root`. */
export function staticFiles(options: StaticFilesOptions): Handler {
  const site = new StaticSite(options);
  return (request) => site.handle(request);
}

class StaticSite {
  readonly #options: StaticFilesOptions;
  readonly #entries: Map<string, CacheEntry>;
  /** Look-ups in progress: many requests for a new file access the disk once. */
  readonly #lookups = new Map<string, Promise<Lookup>>();

  constructor(options: StaticFilesOptions) {
    this.#options = options;
    this.#entries = options.cache.partition(options.siteId);
  }

  handle(request: HttpRequest): HandlerResult | Promise<HandlerResult> {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") {
      return method === "OPTIONS"
        ? { status: 200, headers: [["Allow", ALLOW]], body: null }
        : errorPage(405, [["Allow", ALLOW]]);
    }
    const entry = this.#entries.get(request.path);
    if (entry === undefined) return this.#find(request);
    const nowMs = this.#options.now();
    entry.usedMs = nowMs;
    // A clock that was set back makes the difference negative; a check is due then as well.
    const ageMs = nowMs - entry.checkedMs;
    if (ageMs < REVALIDATE_MS && ageMs >= 0) return this.#serve(request, entry);
    entry.checkedMs = nowMs; // requests during the check are served from the cache
    return this.#find(request);
  }

  async #find(request: HttpRequest, isRetry = false): Promise<HandlerResult> {
    const path = parseFilePath(request.path, IS_WINDOWS);
    if (path === null) return errorPage(404);
    const { cache } = this.#options;
    const found = await this.#lookUp(request.path);
    if (found.kind === "file") {
      return this.#serve(request, this.#entryFor(request.path, found.entry), isRetry);
    }
    cache.remove(this.#entries, request.path);
    if (found.kind === "missing") return errorPage(404);
    if (found.kind === "forbidden") return errorPage(403);
    if (found.kind === "redirect") return redirect(request, path.segments);
    return this.#options.listing ? await listing(request, found.realPath) : errorPage(403);
  }

  /** Looks up a path; concurrent look-ups of one path are shared. */
  #lookUp(requestPath: string): Promise<Lookup> {
    let lookup = this.#lookups.get(requestPath);
    if (lookup === undefined) {
      const path = parseFilePath(requestPath, IS_WINDOWS)!;
      lookup = lookUp(this.#options.root, path, this.#options.now()).finally(() => {
        this.#lookups.delete(requestPath);
      });
      this.#lookups.set(requestPath, lookup);
    }
    return lookup;
  }

  /** The cached entry if the file is unchanged; otherwise the new one, which is cached. */
  #entryFor(path: string, found: CacheEntry): CacheEntry {
    const cached = this.#entries.get(path);
    if (cached !== undefined && isSameEntry(cached, found)) {
      cached.checkedMs = found.checkedMs;
      return cached;
    }
    // A file has any number of paths like "//a///b"; cached under each, it would fill the cache.
    if (!path.includes("//")) this.#options.cache.put(this.#entries, path, found);
    return found;
  }

  #serve(
    request: HttpRequest,
    entry: CacheEntry,
    isRetry = false,
  ): HandlerResult | Promise<HandlerResult> {
    const chosen = chooseRepresentation(request, entry);
    const isGet = request.method === "GET";
    const outcome = evaluate(request, isGet, chosen);
    if (outcome.status === 200 && chosen.whole !== null) return chosen.whole;
    if (outcome.status === 200 || outcome.status === 206) {
      if (request.method === "HEAD") return contentResponse(chosen, outcome, unreadBody(chosen));
      const range = rangeOf(chosen, outcome);
      if (chosen.bytes !== null) {
        return contentResponse(chosen, outcome, bytesBody(chosen.bytes, range));
      }
      return this.#read(request, { entry, chosen, outcome, isRetry });
    }
    if (outcome.status === 304) return notModified(chosen);
    if (outcome.status === 412) return errorPage(412);
    return errorPage(416, [["Content-Range", `bytes */${chosen.size}`]]);
  }

  async #read(request: HttpRequest, pending: PendingRead): Promise<HandlerResult> {
    const { entry, chosen, outcome, isRetry } = pending;
    const { cache, now } = this.#options;
    const open = await openUnchanged(chosen);
    if (open === "forbidden") return errorPage(403);
    if (open === "changed") {
      // The new file has its own validators.
      cache.remove(this.#entries, request.path);
      return isRetry ? errorPage(500) : this.#find(request, true);
    }
    const isSmall = chosen.size <= cache.bodyBytesMax && outcome.status === 200;
    const range = rangeOf(chosen, outcome);
    if (!isSmall && !cache.shouldCacheBytes(chosen, now())) {
      return contentResponse(chosen, outcome, fileBody(open, range));
    }
    const bytes = await readWhole(open);
    if (bytes === null) return errorPage(500);
    const ref = { entries: this.#entries, path: request.path, entry };
    if (isSmall) return cache.cacheWhole(ref, chosen, bytes);
    cache.cacheBytes(ref, chosen, bytes);
    return contentResponse(chosen, outcome, bytesBody(bytes, range));
  }
}

/** A read whose outcome has been decided. */
interface PendingRead {
  readonly entry: CacheEntry;
  readonly chosen: Representation;
  readonly outcome: Sent;
  readonly isRetry: boolean;
}

/** The outcomes that send the document or a range of it. */
type Sent = Extract<Outcome, { readonly status: 200 | 206 }>;

function rangeOf({ size }: Representation, outcome: Sent): ByteRange {
  return outcome.status === 206 ? outcome.range : { start: 0, end: size - 1 };
}

/** The response for the whole document or the range of `outcome`, with `body` as its bytes. */
function contentResponse(
  { headers, size }: Representation,
  outcome: Sent,
  body: HttpResponse["body"],
): HttpResponse {
  if (outcome.status === 200) return { status: 200, headers, body };
  const { start, end } = outcome.range;
  return {
    status: 206,
    headers: [...headers, ["Content-Range", `bytes ${start}-${end}/${size}`]],
    body,
  };
}

/** Opens the file; "changed" if it was replaced or removed since it was looked up. */
async function openUnchanged(
  { path, size, mtimeMs }: Representation,
): Promise<OpenFile | "changed" | "forbidden"> {
  try {
    const open = await openFile(path);
    if (open.size === size && open.mtimeMs === mtimeMs) return open;
    open.file.close();
    return "changed";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "changed";
    if (error instanceof Deno.errors.PermissionDenied) return "forbidden";
    throw error;
  }
}

/** The smallest coding that the client accepts; brotli is smaller than gzip in practice. */
function chooseRepresentation(
  request: HttpRequest,
  { identity, brotli, gzip }: CacheEntry,
): Representation {
  if (brotli === null && gzip === null) return identity;
  const accepted = request.header("accept-encoding");
  if (brotli !== null && acceptsEncoding(accepted, "br")) return brotli;
  if (gzip !== null && acceptsEncoding(accepted, "gzip")) return gzip;
  return identity;
}

function isSameEntry(a: CacheEntry, b: CacheEntry): boolean {
  return isSame(a.identity, b.identity) && isSame(a.brotli, b.brotli) && isSame(a.gzip, b.gzip);
}

function isSame(a: Representation | null, b: Representation | null): boolean {
  if (a === null || b === null) return a === b;
  return a.path === b.path && a.etag === b.etag && a.lastModified === b.lastModified &&
    a.headers.length === b.headers.length;
}

function notModified({ headers }: Representation): HttpResponse {
  const kept = headers.filter(([name]) => name !== "Content-Type" && name !== "Content-Encoding");
  return { status: 304, headers: kept, body: null };
}

/** A body that has a length and is never read: the response to HEAD opens no file. */
function unreadBody({ size }: Representation): HttpResponse["body"] {
  return { length: size, pull: () => Promise.resolve(null), close: () => {} };
}

function redirect(request: HttpRequest, segments: readonly string[]): HttpResponse {
  const { query } = request;
  const suffix = query === null || !isFieldValue(query) ? "" : `?${query}`;
  return errorPage(301, [["Location", `${folderUrl(segments)}${suffix}`]]);
}

async function listing(request: HttpRequest, realPath: string): Promise<HttpResponse> {
  const names: ListedName[] = [];
  let isTruncated = false;
  for await (const { name, isDirectory } of Deno.readDir(realPath)) {
    if (parseFilePath(`/${name}`, IS_WINDOWS) === null) continue;
    isTruncated = names.length >= LISTED_MAX;
    if (isTruncated) break;
    names.push({ name, isFolder: isDirectory });
  }
  return {
    status: 200,
    headers: [["Content-Type", "text/html; charset=utf-8"], ["Cache-Control", "no-cache"]],
    body: new TextEncoder().encode(listingPage(request.path, names, isTruncated)),
  };
}
