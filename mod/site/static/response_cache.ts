/**
 * Responses that are ready to send, as HTTP.sys keeps them in its kernel cache: at most
 * UriMaxUriBytes each, dropped when unused for UriScavengerPeriod, none with UriEnableCache off.
 * Beside them the bytes of larger files that are asked for often, as IIS has its own file cache:
 * bytes in memory are sent for half of what it costs to read them for each client.
 *
 * The very same response object is given again and again, so that the engine can keep its bytes. What
 * is kept is compared with the file at most once a second. A full cache drops what was unused for ten
 * seconds, and keeps nothing new where that is not enough: a crawler cannot push out what is hot.
 *
 * HTTP.sys also passes by its cache for a query, Authorization and the like. Here it holds files
 * alone, whose bytes depend on none of these, so the rule would only cost time.
 *
 * @module
 */
import type { HttpResponse } from "../../base/exchange.ts";

/** The settings that the cache follows. */
interface CacheSettings {
  readonly UriEnableCache: boolean;
  /** Bytes. */
  readonly UriMaxUriBytes: number;
  /** Seconds. */
  readonly UriScavengerPeriod: number;
}

/** A file in one coding, with the response for the whole of it. */
export interface Representation {
  /** Real path. */
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly etag: string;
  readonly lastModified: string | null;
  /** Fields of a 200. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** With the bytes, once they were read and are small enough to keep; null before. */
  whole: HttpResponse | null;
  /** Bytes of a file that is too large for `whole`, while it is asked for often. */
  bytes: Uint8Array | null;
  /** Requests since `countedFromMs`, which is at most {@linkcode HOT_WINDOW_MS} ago. */
  count: number;
  countedFromMs: number;
}

/** What one path stands for. */
export interface CacheEntry {
  readonly identity: Representation;
  readonly brotli: Representation | null;
  readonly gzip: Representation | null;
  /** When the file was last compared. */
  checkedMs: number;
  /** When a request last used the entry. */
  usedMs: number;
}

/** Largest file whose bytes are kept when it is asked for often. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;
/** IIS finds a file worth keeping after more than two requests within ten seconds. */
const HOT_REQUESTS = 2;
const HOT_WINDOW_MS = 10_000;
/** Memory of all that is kept. */
const TOTAL_BYTES_MAX = 64 * 1024 * 1024;
/** A full cache drops what was unused for so long, and looks for it so often. */
const SQUEEZE_UNUSED_MS = 10_000;
const SQUEEZE_EVERY_MS = 1000;
/** What an entry costs beside its bytes: bounds the number of entries too. */
const ENTRY_BYTES = 1024;

/** Where an entry stands, or stood until another took its place. */
interface EntryRef {
  readonly entries: Map<string, CacheEntry>;
  readonly path: string;
  readonly entry: CacheEntry;
}

/** An entry, and where it stands. */
interface CachedEntry {
  readonly siteId: number;
  readonly path: string;
  readonly entry: CacheEntry;
}

export class ResponseCache {
  readonly #settings: CacheSettings;
  /** The entries of each site, and whose they are. */
  readonly #partitions = new Map<Map<string, CacheEntry>, number>();
  readonly #totalBytesMax: number;
  #bytes = 0;
  #nextScavengeMs = 0;
  #squeezedMs = -Infinity;

  constructor(settings: CacheSettings, totalBytesMax: number = TOTAL_BYTES_MAX) {
    this.#settings = settings;
    this.#totalBytesMax = totalBytesMax;
  }

  /** Largest body that is kept, bytes; 0 where nothing is. */
  get bodyBytesMax(): number {
    return this.#settings.UriEnableCache ? this.#settings.UriMaxUriBytes : 0;
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The entries of one site, by the path of the request. Reading it is a plain look-up. It lives as
   * long as the cache: a service that makes its sites anew makes a new cache for them.
   */
  partition(siteId: number): Map<string, CacheEntry> {
    const entries = new Map<string, CacheEntry>();
    this.#partitions.set(entries, siteId);
    return entries;
  }

  /** Everything that is kept, site by site. */
  entries(): CachedEntry[] {
    return [...this.#partitions].flatMap(([entries, siteId]) => {
      return [...entries].map(([path, entry]) => ({ siteId, path, entry }));
    });
  }

  /** Drops what `isSelected` says; gives the number of entries. */
  evict(isSelected: (entry: CachedEntry) => boolean): number {
    let evicted = 0;
    for (const [entries, siteId] of this.#partitions) {
      for (const [path, entry] of entries) {
        if (!isSelected({ siteId, path, entry })) continue;
        this.remove(entries, path);
        evicted++;
      }
    }
    return evicted;
  }

  /** Keeps `entry` where there is room; replaces what stood there. */
  put(entries: Map<string, CacheEntry>, path: string, entry: CacheEntry): void {
    this.remove(entries, path);
    const bytes = bytesOf(entry);
    if (!this.#settings.UriEnableCache || !this.#hasRoom(bytes, entry.usedMs)) return;
    entries.set(path, entry);
    this.#bytes += bytes;
  }

  remove(entries: Map<string, CacheEntry>, path: string): void {
    const entry = entries.get(path);
    if (entry === undefined) return;
    this.#bytes -= bytesOf(entry);
    entries.delete(path);
  }

  /** Response for the whole of a representation; kept with it where there is room. */
  cacheWhole(ref: EntryRef, representation: Representation, body: Uint8Array): HttpResponse {
    const { headers } = representation;
    const whole: HttpResponse = { status: 200, headers, body };
    if (!isCurrent(ref) || representation.whole !== null) return whole;
    if (this.#hasRoom(body.length, ref.entry.usedMs)) {
      representation.whole = whole;
      this.#bytes += body.length;
    }
    return whole;
  }

  /** Counts one request for a file that is too large for a response; true when it should be kept. */
  shouldCacheBytes(representation: Representation, nowMs: number): boolean {
    const ageMs = nowMs - representation.countedFromMs;
    if (ageMs >= HOT_WINDOW_MS || ageMs < 0) {
      representation.countedFromMs = nowMs;
      representation.count = 0;
    }
    representation.count++;
    const isCacheable = this.#settings.UriEnableCache && representation.size <= FILE_BYTES_MAX;
    return isCacheable && representation.count > HOT_REQUESTS &&
      this.#hasRoom(representation.size, nowMs);
  }

  /** Keeps `bytes` with a representation, where there is still room. */
  cacheBytes(ref: EntryRef, representation: Representation, bytes: Uint8Array): void {
    if (!isCurrent(ref) || representation.bytes !== null) return;
    if (!this.#hasRoom(bytes.length, ref.entry.usedMs)) return;
    representation.bytes = bytes;
    this.#bytes += bytes.length;
  }

  /** To be called each second: drops what was not used for the scavenger's period. */
  tick(nowMs: number): void {
    if (nowMs < this.#nextScavengeMs) return;
    const periodMs = this.#settings.UriScavengerPeriod * 1000;
    this.#nextScavengeMs = nowMs + Math.min(periodMs, SCAVENGE_MS_MAX);
    this.#evictUnused(nowMs - periodMs);
  }

  /** True where `bytes` more fit; makes room where the cache is full of what nobody asks for. */
  #hasRoom(bytes: number, nowMs: number): boolean {
    if (this.#bytes + bytes <= this.#totalBytesMax) return true;
    if (Math.abs(nowMs - this.#squeezedMs) < SQUEEZE_EVERY_MS) return false;
    this.#squeezedMs = nowMs;
    this.#evictUnused(nowMs - SQUEEZE_UNUSED_MS);
    return this.#bytes + bytes <= this.#totalBytesMax;
  }

  #evictUnused(sinceMs: number): void {
    for (const entries of this.#partitions.keys()) {
      for (const [path, entry] of entries) {
        if (entry.usedMs <= sinceMs) this.remove(entries, path);
      }
    }
  }
}

/** Longest time between two walks through the cache, so that a long period is still kept exactly. */
const SCAVENGE_MS_MAX = 10_000;

/** What belongs to an entry that was replaced is held by nobody and counted for nobody. */
function isCurrent({ entries, path, entry }: EntryRef): boolean {
  return entries.get(path) === entry;
}

function bytesOf(entry: CacheEntry): number {
  let bytes = ENTRY_BYTES;
  for (const representation of [entry.identity, entry.brotli, entry.gzip]) {
    const body = representation?.whole?.body;
    if (body instanceof Uint8Array) bytes += body.length;
    bytes += representation?.bytes?.length ?? 0;
  }
  return bytes;
}
