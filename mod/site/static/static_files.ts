/**
 * Edge: a site of files under a root directory. GET and HEAD, conditions, ranges, compressed copies
 * next to the file and those that are made here, an index page, a redirect to the directory's "/",
 * and a listing if it is enabled.
 *
 * Small files are served from the response cache without waiting; large ones are read while they
 * are sent. What a file is was decided by its look-up; whatever is opened is compared with that.
 *
 * @module
 */
import {
  type BodySource,
  type Handler,
  type HandlerResult,
  type HeaderField,
  type HttpRequest,
  type HttpResponse,
  isFieldValue,
  type Refusal,
  SourceRefusal,
} from "../../base/exchange.ts";
import { acceptedCodings, preferredCoding } from "../coding/content_coding.ts";
import { encodedBody } from "../coding/encoded_body.ts";
import { encodeTurns } from "../coding/encode_turns.ts";
import { encodeWhole } from "../coding/encoder.ts";
import { errorPage } from "../pages/error_page.ts";
import { answerToMethod } from "../pages/method_answer.ts";
import { redirectResponse } from "../pages/redirect_response.ts";
import type { FolderLookUp } from "../path_values.ts";
import type { SiteFiles } from "./file_access.ts";
import type { ByteRange } from "./byte_ranges.ts";
import { bytesBody, fileBody, readWhole } from "./file_body.ts";
import { isDenied, isMissing } from "./file_errors.ts";
import { type Lookup, lookUp } from "./file_lookup.ts";
import { folderUrl, parseFilePath, restOfPath } from "./file_path.ts";
import { type ResolvedRoot, resolveRoot } from "./folder_chain.ts";
import { FolderReader } from "./folder_contents.ts";
import { listFolder } from "./folder_listing.ts";
import { listingResponse } from "./listing_page.ts";
import { ListingQuery } from "./listing_query.ts";
import { multipartBody } from "./multipart_body.ts";
import { type OpenedFile, openIdentified } from "./opened_file.ts";
import { evaluate, type Outcome } from "./preconditions.ts";
import {
  type CacheEntry,
  FILE_BYTES_MAX,
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
  /** List directories without an index page, where `folders` does not say it. */
  readonly listing: boolean;
  /** Media types of the site by extension, where `folders` has none. */
  readonly mimeTypes?: Readonly<Record<string, string>> | undefined;
  /** What is said of single folders; absent for nothing. */
  readonly folders?: FolderLookUp | undefined;
  /** Compress files for the clients that accept it. */
  readonly compresses: boolean;
  readonly cache: ResponseCache;
  /** The file operations of the site. */
  readonly files: SiteFiles;
  /** The site of the cache entries. */
  readonly siteId: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const IS_WINDOWS = Deno.build.os === "windows";
/**
 * A cached response is compared with its file after this time, and never more often; the way to the
 * root is found again.
 */
const REVALIDATE_MS = 1000;
/** Examinations of a path in which another user renames, a second apart. */
const EXAMINATIONS_MAX = 3;
const CHANGED: Refusal = { refuse: "FileChanged" };
const WHOLE = { status: 200 } as const;

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
  /** Representations that are made at the moment: many first requests need each once. */
  readonly #encodes = new Map<Representation, Promise<Encoded>>();
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
    const answer = answerToMethod(request);
    if (answer !== null) return answer;
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
    const { folders, listing } = this.#options;
    const isListed = folders?.(request.path)?.listing ?? listing;
    if (!isListed) return errorPage("unlisted", request);
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
    const { below, files, now, compresses, folders } = this.#options;
    const { documents, mimeTypes = this.#options.mimeTypes } = folders?.(requestPath) ?? {};
    const path = parseFilePath(restOfPath(requestPath, below), IS_WINDOWS)!;
    for (let times = 1;; times++) {
      const found = await files.run(async (): Promise<Lookup> => {
        const nowMs = now();
        const root = await this.#resolveRoot(nowMs);
        if (typeof root === "string") return { kind: root };
        const known = this.#entries.get(requestPath);
        return await lookUp(path, { root, known, nowMs, compresses, mimeTypes, documents });
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
    return this.#serveAs(chooseRepresentation(request, entry), request, { entry, isRetry });
  }

  #serveAs(
    chosen: Representation,
    request: HttpRequest,
    context: ServeContext,
  ): HandlerResult | Promise<HandlerResult> {
    const isGet = request.method === "GET";
    const { counts } = this.#options.cache;
    const outcome = evaluate(request, isGet, chosen);
    if (outcome.status === 200 && chosen.whole !== null) {
      counts.hits++;
      return chosen.whole;
    }
    if (outcome.status === 200 || outcome.status === 206) {
      const sent = outcome.status === 206 && !mayBeInParts(chosen, outcome) ? WHOLE : outcome;
      if (chosen.bytes !== null) {
        counts.hits++;
        return fromBytes(chosen, sent, chosen.bytes);
      }
      if (!isGet && !chosen.isMade) return contentResponse(chosen, sent, unreadBody(chosen.size));
      counts.misses++;
      if (chosen.isMade) return this.#encode(request, chosen, context);
      return this.#read(request, { ...context, chosen, outcome: sent });
    }
    if (outcome.status === 304) return notModified(chosen);
    const varied = chosen.headers.filter(([name]) => name === "Vary");
    if (outcome.status === 412) return errorPage("condition", request, varied);
    const range: HeaderField = ["Content-Range", `bytes */${chosen.size}`];
    return errorPage("range", request, [range, ...varied]);
  }

  async #read(request: HttpRequest, pending: PendingRead): Promise<HandlerResult> {
    const { entry, chosen, outcome } = pending;
    const { cache, files, now } = this.#options;
    const file = await files.run(() => openUnchanged(chosen, files), closeLate);
    if (file === "forbidden") return errorPage("denied", request);
    if (file === null) return this.#findAgain(request, pending);
    const isSmall = chosen.size <= cache.bodyBytesMax && outcome.status === 200;
    if (!isSmall && !cache.shouldCacheBytes(chosen, now())) return fromFile(chosen, outcome, file);
    const bytes = await this.#readOnce(chosen, file);
    if (bytes === null) return CHANGED;
    const ref = { entries: this.#entries, path: request.path, entry };
    if (isSmall) return cache.cacheWhole(ref, chosen, bytes);
    cache.cacheBytes(ref, chosen, bytes);
    return fromBytes(chosen, outcome, bytes);
  }

  /** The file was replaced or removed: the new one has its own validators. */
  #findAgain(
    request: HttpRequest,
    { isRetry }: ServeContext,
  ): HandlerResult | Promise<HandlerResult> {
    this.#options.cache.remove(this.#entries, request.path);
    return isRetry ? CHANGED : this.#find(request, true);
  }

  /** Responds with a representation that has to be made first. */
  async #encode(
    request: HttpRequest,
    chosen: Representation,
    context: ServeContext,
  ): Promise<HandlerResult> {
    const { entry } = context;
    const { cache } = this.#options;
    if (chosen.size > FILE_BYTES_MAX) return await this.#encodeWhileSent(request, chosen, context);
    const bytes = await this.#encodeOnce(chosen);
    if (bytes === "forbidden") return errorPage("denied", request);
    if (bytes === "busy") return this.#serveAs(entry.identity, request, context);
    if (bytes === null) return this.#findAgain(request, context);
    if (bytes.length >= chosen.size) {
      entry.variants = entry.variants.filter((one) => one !== chosen);
      return this.#serve(request, entry, context.isRetry);
    }
    const ref = { entries: this.#entries, path: request.path, entry };
    if (bytes.length <= cache.bodyBytesMax) return cache.cacheWhole(ref, chosen, bytes);
    cache.cacheBytes(ref, chosen, bytes);
    return fromBytes(chosen, WHOLE, bytes);
  }

  /** Makes the bytes of `chosen`; concurrent requests for one representation share them. */
  #encodeOnce(chosen: Representation): Promise<Encoded> {
    let encode = this.#encodes.get(chosen);
    if (encode === undefined) {
      if (!encodeTurns.enter()) return Promise.resolve("busy");
      encode = this.#openAndEncode(chosen).finally(() => {
        encodeTurns.leave();
        this.#encodes.delete(chosen);
      });
      this.#encodes.set(chosen, encode);
    }
    return encode;
  }

  async #openAndEncode(chosen: Representation): Promise<Encoded> {
    const { files } = this.#options;
    const file = await files.run(() => openUnchanged(chosen, files), closeLate);
    if (file === null || file === "forbidden") return file;
    const bytes = await readWhole(file);
    return bytes === null ? null : await encodeWhole(bytes, chosen.coding!);
  }

  /** Responds with a file that is too large to be kept, compressed for this client alone. */
  async #encodeWhileSent(
    request: HttpRequest,
    chosen: Representation,
    context: ServeContext,
  ): Promise<HandlerResult> {
    const { files } = this.#options;
    if (request.method === "HEAD") return contentResponse(chosen, WHOLE, unreadBody(null));
    if (!encodeTurns.enter()) return this.#serveAs(context.entry.identity, request, context);
    let body: BodySource | null = null;
    try {
      const file = await files.run(() => openUnchanged(chosen, files), closeLate);
      if (file === "forbidden") return errorPage("denied", request);
      if (file === null) return await this.#findAgain(request, context);
      body = encodedBody(fileBody(file, rangeOfAll(chosen)), chosen.coding!);
      return contentResponse(chosen, WHOLE, body);
    } finally {
      if (body === null) encodeTurns.leave(); // otherwise the body has the place
    }
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

/** What a request is served from. */
interface ServeContext {
  readonly entry: CacheEntry;
  /** The file was replaced once while it was served. */
  readonly isRetry: boolean;
}

/** A read whose outcome has been decided. */
interface PendingRead extends ServeContext {
  readonly chosen: Representation;
  readonly outcome: Sent;
}

/**
 * The bytes of a representation that is made; null if its file was replaced, `"busy"` if too much is
 * compressed at the moment.
 */
type Encoded = Uint8Array | "busy" | "forbidden" | null;

/** The outcomes that send the document or ranges of it. */
type Sent = Extract<Outcome, { readonly status: 200 | 206 }>;

/** Parts of a compressed copy have no field that says so; what is compressed is all of them. */
function mayBeInParts(
  { coding }: Representation,
  { ranges }: { readonly ranges: readonly ByteRange[] },
): boolean {
  return coding === null || ranges.length === 1;
}

function rangeOfAll({ size }: Representation): ByteRange {
  return { start: 0, end: size - 1 };
}

/** The response for the outcome from bytes that are here. */
function fromBytes(chosen: Representation, outcome: Sent, bytes: Uint8Array): HttpResponse {
  if (outcome.status === 200) {
    return contentResponse(chosen, outcome, bytesBody(bytes, { start: 0, end: bytes.length - 1 }));
  }
  if (outcome.ranges.length === 1) {
    return contentResponse(chosen, outcome, bytesBody(bytes, outcome.ranges[0]!));
  }
  return multipartResponse(chosen, outcome.ranges, {
    body: (range) => bytesBody(bytes, range),
    close: () => {},
  });
}

/** The response for the outcome from an open file, which its body closes. */
function fromFile(chosen: Representation, outcome: Sent, file: OpenedFile): HttpResponse {
  if (outcome.status === 206 && outcome.ranges.length > 1) {
    return multipartResponse(chosen, outcome.ranges, {
      body: (range) => fileBody(file, range, { closesFile: false }),
      close: () => file.close(),
    });
  }
  const range = outcome.status === 206 ? outcome.ranges[0]! : rangeOfAll(chosen);
  return contentResponse(chosen, outcome, fileBody(file, range));
}

/** The response for the whole document or the one range of `outcome`, with `body` as its bytes. */
function contentResponse(
  { headers, size }: Representation,
  outcome: Sent,
  body: HttpResponse["body"],
): HttpResponse {
  if (outcome.status === 200) return { status: 200, headers, body };
  const { start, end } = outcome.ranges[0]!;
  return {
    status: 206,
    headers: [...headers, ["Content-Range", `bytes ${start}-${end}/${size}`]],
    body,
  };
}

/** The response for several ranges. */
function multipartResponse(
  { headers, size }: Representation,
  ranges: readonly ByteRange[],
  document: { body(range: ByteRange): BodySource; close(): void },
): HttpResponse {
  const type = headers.find(([name]) => name === "Content-Type")![1];
  // Nobody can foresee it, so no file can have it.
  const boundary = crypto.randomUUID();
  return {
    status: 206,
    headers: [
      ["Content-Type", `multipart/byteranges; boundary=${boundary}`],
      ...headers.filter(([name]) => name !== "Content-Type"),
    ],
    body: multipartBody(ranges, { ...document, type, size }, boundary),
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

/**
 * The representation that the client prefers. What is made has no ranges, so a request for some gets
 * the file as it is.
 */
function chooseRepresentation(request: HttpRequest, entry: CacheEntry): Representation {
  const { identity, variants } = entry;
  if (variants.length === 0) return identity;
  const value = request.header("accept-encoding");
  if (value === null) return identity;
  const chosen = preferredCoding(acceptedCodings(value), variants);
  if (chosen === null) return identity;
  const isRange = chosen.isMade && request.method === "GET" && request.header("range") !== null;
  return isRange ? identity : chosen;
}

function notModified({ headers }: Representation): HttpResponse {
  const kept = headers.filter(([name]) => name !== "Content-Type" && name !== "Content-Encoding");
  return { status: 304, headers: kept, body: null };
}

/** A body of `length` bytes that is never read: the response to HEAD opens no file. */
function unreadBody(length: number | null): BodySource {
  return { length, pull: () => Promise.resolve(null), close: () => {} };
}

/** The response for a directory that was requested without its final "/". */
function redirect({ path, query }: HttpRequest): HttpResponse {
  const segments = path.split("/").filter((segment) => segment !== "");
  const suffix = query === null || !isFieldValue(query) ? "" : `?${query}`;
  return redirectResponse(301, `${folderUrl(segments)}${suffix}`);
}
