/**
 * Edge: a site of files under a root directory. GET and HEAD, conditions, one range, compressed
 * copies next to the file, an index page, a redirect to the directory's "/", and a listing if it is
 * enabled.
 *
 * Small files are served from the response cache without waiting; large ones are read while they
 * are sent. What a file is was decided by its look-up; whatever is opened is compared with that.
 *
 * @module
 */
import {
  type Handler,
  type HandlerResult,
  type HttpRequest,
  type HttpResponse,
  isFieldValue,
  type Refusal,
  SourceRefusal,
} from "../../base/exchange.ts";
import { acceptsEncoding } from "../pages/accept.ts";
import { errorPage } from "../pages/error_page.ts";
import { redirectResponse } from "../pages/redirect_response.ts";
import type { SiteFiles } from "./file_access.ts";
import { bytesBody, fileBody, readWhole } from "./file_body.ts";
import { isDenied, isMissing } from "./file_errors.ts";
import { type Lookup, lookUp } from "./file_lookup.ts";
import { folderUrl, parseFilePath, restOfPath } from "./file_path.ts";
import { type ResolvedRoot, resolveRoot } from "./folder_chain.ts";
import { FolderReader } from "./folder_contents.ts";
import { listFolder } from "./folder_listing.ts";
import { listingResponse } from "./listing_page.ts";
import { ListingQuery } from "./listing_query.ts";
import { type OpenedFile, openIdentified } from "./opened_file.ts";
import { type ByteRange, evaluate, type Outcome } from "./preconditions.ts";
import {
  type CacheEntry,
  isSameEntry,
  type Representation,
  type ResponseCache,
} from "./response_cache.ts";

interface StaticFilesOptions {
  /** Absolute path of the directory. */
  readonly root: string;
  /**
   * The path of the requests for the directory, decoded: "/" or that of an application, which ends
   * in "/".
   */
  readonly below: string;
  /** List directories without an index page. */
  readonly listing: boolean;
  /** Media types of the site by extension. */
  readonly mimeTypes?: Readonly<Record<string, string>> | undefined;
  readonly cache: ResponseCache;
  /** The file operations of the site. */
  readonly files: SiteFiles;
  /** The site of the cache entries. */
  readonly siteId: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const ALLOW = "GET, HEAD, OPTIONS";
const IS_WINDOWS = Deno.build.os === "windows";
/**
 * A cached response is compared with its file after this time, and never more often; the way to the
 * root is found again.
 */
const REVALIDATE_MS = 1000;
/** Examinations of a path in which another user renames, a second apart. */
const EXAMINATIONS_MAX = 3;
const CHANGED: Refusal = { refuse: "FileChanged" };

/** Returns the handler for the files under `options.root`. */
export function staticFiles(options: StaticFilesOptions): Handler {
  const site = new StaticSite(options);
  return (request) => {
    const result = site.handle(request);
    return result instanceof Promise ? result.catch(refusalOf) : result;
  };
}

/** Returns the refusal that a file operation ended with; throws anything else. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof SourceRefusal) return { refuse: error.reason };
  throw error;
}

class StaticSite {
  readonly #options: StaticFilesOptions;
  readonly #entries: Map<string, CacheEntry>;
  /** Look-ups in progress: many requests for a new file access the disk once. */
  readonly #lookups = new Map<string, Promise<Lookup>>();
  /** Reads of whole files in progress: many requests for a new file need its bytes once. */
  readonly #reads = new Map<Representation, Promise<Uint8Array | null>>();
  readonly #folders: FolderReader;
  #root: ResolvedRoot | null = null;
  #rootMs = 0;

  constructor(options: StaticFilesOptions) {
    this.#options = options;
    this.#entries = options.cache.partition(options.siteId);
    const { files, now } = options;
    this.#folders = new FolderReader({ files, now, resolveRoot: () => this.#resolveRoot(now()) });
  }

  handle(request: HttpRequest): HandlerResult | Promise<HandlerResult> {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") {
      return method === "OPTIONS"
        ? { status: 200, headers: [["Allow", ALLOW]], body: null }
        : errorPage("method", request, [["Allow", ALLOW]]);
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
    const { below, cache } = this.#options;
    const rest = restOfPath(request.path, below);
    if (rest === "") return redirect(request);
    if (parseFilePath(rest, IS_WINDOWS) === null) return errorPage("missing", request);
    const found = await this.#lookUp(request.path);
    if (found.kind === "file") {
      return this.#serve(request, this.#entryFor(request.path, found.entry), isRetry);
    }
    cache.remove(this.#entries, request.path);
    if (found.kind === "missing") return errorPage("missing", request);
    if (found.kind === "forbidden") return errorPage("denied", request);
    if (found.kind === "changing") return CHANGED;
    if (found.kind === "redirect") return redirect(request);
    if (!this.#options.listing) return errorPage("unlisted", request);
    return await this.#list(request, found.realPath);
  }

  /** Looks up a path; concurrent look-ups of one path are shared. */
  #lookUp(requestPath: string): Promise<Lookup> {
    let lookup = this.#lookups.get(requestPath);
    if (lookup === undefined) {
      lookup = this.#examine(requestPath).finally(() => this.#lookups.delete(requestPath));
      this.#lookups.set(requestPath, lookup);
    }
    return lookup;
  }

  async #examine(requestPath: string): Promise<Lookup> {
    const { below, files, now, mimeTypes } = this.#options;
    const path = parseFilePath(restOfPath(requestPath, below), IS_WINDOWS)!;
    for (let times = 1;; times++) {
      const found = await files.run(async (): Promise<Lookup> => {
        const nowMs = now();
        const root = await this.#resolveRoot(nowMs);
        if (typeof root === "string") return { kind: root };
        const known = this.#entries.get(requestPath);
        return await lookUp(path, { root, known, nowMs, mimeTypes });
      });
      if (found.kind !== "changing" || times === EXAMINATIONS_MAX) return found;
      this.#root = null;
      await files.pause();
    }
  }

  /** Resolves the root unless that was done a moment ago. */
  async #resolveRoot(nowMs: number): Promise<ResolvedRoot | "missing" | "forbidden"> {
    const ageMs = this.#root === null ? Infinity : nowMs - this.#rootMs;
    if (this.#root !== null && ageMs < REVALIDATE_MS && ageMs >= 0) return this.#root;
    try {
      this.#root = await resolveRoot(this.#options.root, nowMs);
      this.#rootMs = nowMs;
      return this.#root ?? "forbidden";
    } catch (error) {
      if (isMissing(error)) return "missing";
      if (isDenied(error)) return "forbidden";
      throw error;
    }
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
    if (outcome.status === 412) return errorPage("condition", request);
    return errorPage("range", request, [["Content-Range", `bytes */${chosen.size}`]]);
  }

  async #read(request: HttpRequest, pending: PendingRead): Promise<HandlerResult> {
    const { entry, chosen, outcome, isRetry } = pending;
    const { cache, files, now } = this.#options;
    const file = await files.run(() => openUnchanged(chosen, files), closeLate);
    if (file === "forbidden") return errorPage("denied", request);
    if (file === null) {
      // The new file has its own validators.
      cache.remove(this.#entries, request.path);
      return isRetry ? CHANGED : this.#find(request, true);
    }
    const isSmall = chosen.size <= cache.bodyBytesMax && outcome.status === 200;
    const range = rangeOf(chosen, outcome);
    if (!isSmall && !cache.shouldCacheBytes(chosen, now())) {
      return contentResponse(chosen, outcome, fileBody(file, range));
    }
    const bytes = await this.#readOnce(chosen, file);
    if (bytes === null) return CHANGED;
    const ref = { entries: this.#entries, path: request.path, entry };
    if (isSmall) return cache.cacheWhole(ref, chosen, bytes);
    cache.cacheBytes(ref, chosen, bytes);
    return contentResponse(chosen, outcome, bytesBody(bytes, range));
  }

  async #list(request: HttpRequest, realPath: string): Promise<HandlerResult> {
    const query = new ListingQuery(request.query);
    for (let times = 1; times <= EXAMINATIONS_MAX; times++) {
      const found = await this.#folders.read(realPath, (contents) => {
        // The head of the response depends on nothing else.
        return request.method === "HEAD" ? Promise.resolve(null) : listFolder(contents, query);
      });
      if (found === "missing") return errorPage("missing", request);
      if (found === "forbidden") return errorPage("denied", request);
      if (found !== "changing") return listingResponse(request, query, found);
      this.#root = null;
      await this.#options.files.pause();
    }
    return CHANGED;
  }

  /** Reads all of `file` and closes it; concurrent reads of one representation are shared. */
  #readOnce(chosen: Representation, file: OpenedFile): Promise<Uint8Array | null> {
    let read = this.#reads.get(chosen);
    if (read !== undefined) file.close();
    else {
      read = readWhole(file).finally(() => this.#reads.delete(chosen));
      this.#reads.set(chosen, read);
    }
    return read;
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

/** Opens the file; null if it was replaced or removed since it was looked up. */
async function openUnchanged(
  { path, stamp }: Representation,
  files: SiteFiles,
): Promise<OpenedFile | "forbidden" | null> {
  try {
    return await openIdentified(path, stamp, files);
  } catch (error) {
    if (isMissing(error)) return null;
    if (isDenied(error)) return "forbidden";
    throw error;
  }
}

function closeLate(file: OpenedFile | "forbidden" | null): void {
  if (typeof file === "object") file?.close();
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

function notModified({ headers }: Representation): HttpResponse {
  const kept = headers.filter(([name]) => name !== "Content-Type" && name !== "Content-Encoding");
  return { status: 304, headers: kept, body: null };
}

/** A body that has a length and is never read: the response to HEAD opens no file. */
function unreadBody({ size }: Representation): HttpResponse["body"] {
  return { length: size, pull: () => Promise.resolve(null), close: () => {} };
}

/** The response for a directory that was requested without its final "/". */
function redirect({ path, query }: HttpRequest): HttpResponse {
  const segments = path.split("/").filter((segment) => segment !== "");
  const suffix = query === null || !isFieldValue(query) ? "" : `?${query}`;
  return redirectResponse(301, `${folderUrl(segments)}${suffix}`);
}
