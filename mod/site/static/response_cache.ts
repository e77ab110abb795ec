/**
 * Cached responses, as in the kernel cache of HTTP.sys: at most UriMaxUriBytes each, evicted when
 * unused for UriScavengerPeriod, none with UriEnableCache off. Also the bytes of larger files that
 * are requested often, as in the file cache of IIS: bytes in memory are sent for half of what it
 * costs to read them for each client.
 *
 * The same response object is returned for every request, so that the engine can cache its bytes. A
 * cached response is compared with its file at most once a second. A full cache evicts what was
 * unused for ten seconds, and accepts nothing new if that is not enough: a crawler cannot evict
 * what is hot.
 *
 * HTTP.sys also bypasses its cache for a query, Authorization and the like. This cache holds only
 * files, whose bytes depend on none of these, so the rule would only cost time.
 *
 * @module
 */
import type { HttpResponse } from "../../base/exchange.ts";
import type { ContentCoding } from "../coding/content_coding.ts";

/** The settings of the cache. */
interface CacheSettings {
  readonly UriEnableCache: boolean;
  /** Bytes. */
  readonly UriMaxUriBytes: number;
  /** Seconds. */
  readonly UriScavengerPeriod: number;
}

/** A file in one coding, with the response for the whole file. */
export interface Representation {
  /** Real path. */
  readonly path: string;
  /** Null for the file as it is. */
  readonly coding: ContentCoding | null;
  /**
   * Whether it is compressed here when it is requested first. The path, the stamp and the size are
   * those of the file as it is.
   */
  readonly isMade: boolean;
  readonly size: number;
  /** Which file this is, and with which content (`opened_file.ts`). */
  readonly stamp: string;
  /** Weak while the file may still change without a later time of modification. */
  readonly etag: string;
  readonly lastModified: string | null;
  /** Whether the second of `lastModified` was over when the file was examined. */
  readonly isDateStrong: boolean;
  /** Fields of a 200 response. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The response with its bytes, once they have been read and are small enough; null before. */
  whole: HttpResponse | null;
  /** Bytes that are too many for `whole`, of a file that is requested often, or made; else null. */
  bytes: Uint8Array | null;
  /** Requests since `countedFromMs`, which is at most {@linkcode HOT_WINDOW_MS} ago. */
  count: number;
  countedFromMs: number;
}

/** The representations of one path. */
export interface CacheEntry {
  readonly identity: Representation;
  /** The same in other codings, those that are preferred first. */
  variants: readonly Representation[];
  /** When the entry was last compared with the file. */
  checkedMs: number;
  /** When a request last used the entry. */
  usedMs: number;
}

/** Largest file whose bytes are cached if it is requested often, or compressed. */
export const FILE_BYTES_MAX = 4 * 1024 * 1024;
/** IIS considers a file worth caching after more than two requests within ten seconds. */
const HOT_REQUESTS = 2;
const HOT_WINDOW_MS = 10_000;
/** Memory limit of the whole cache. */
const TOTAL_BYTES_MAX = 64 * 1024 * 1024;
/** A full cache evicts what was unused for this long, and looks for it at most this often. */
const SQUEEZE_UNUSED_MS = 10_000;
const SQUEEZE_EVERY_MS = 1000;
/** Entries that are evicted in one turn of the event loop: 5 ms; the cache may hold 65,000. */
const EVICTED_MAX = 8192;
/** Memory of an entry besides its bytes: this also limits the number of entries. */
const ENTRY_BYTES = 1024;

/** An entry and its place in the cache, in which another entry may have replaced it. */
interface EntryRef {
  readonly entries: Map<string, CacheEntry>;
  readonly path: string;
  readonly entry: CacheEntry;
}

/** An entry with its site and path. */
interface CachedEntry {
  readonly siteId: number;
  readonly path: string;
  readonly entry: CacheEntry;
}

/** How often bytes of files were in memory, and how often not, since the process began to serve. */
export interface CacheCounts {
  hits: number;
  misses: number;
}

export class ResponseCache {
  readonly counts: CacheCounts;
  readonly #settings: CacheSettings;
  /** The entries of each site, with the site's id. */
  readonly #partitions = new Map<Map<string, CacheEntry>, number>();
  readonly #totalBytesMax: number;
  #bytes = 0;
  #nextScavengeMs = 0;
  #squeezedMs = -Infinity;

  /** `counts` go on counting. */
  constructor(
    settings: CacheSettings,
    totalBytesMax: number = TOTAL_BYTES_MAX,
    counts: CacheCounts = { hits: 0, misses: 0 },
  ) {
    this.#settings = settings;
    this.counts = counts;
    this.#totalBytesMax = totalBytesMax;
  }

  /** Largest body that is cached, in bytes; 0 if nothing is. */
  get bodyBytesMax(): number {
    return this.#settings.UriEnableCache ? this.#settings.UriMaxUriBytes : 0;
  }

  /** Bytes in the cache. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Returns the entries of one site, by the path of the request. Reading it is a plain look-up. It
   * lives as long as the cache: a service that rebuilds its sites creates a new cache for them.
   */
  partition(siteId: number): Map<string, CacheEntry> {
    const entries = new Map<string, CacheEntry>();
    this.#partitions.set(entries, siteId);
    return entries;
  }

  /** Every entry, site by site. */
  entries(): CachedEntry[] {
    return [...this.#partitions].flatMap(([entries, siteId]) => {
      return [...entries].map(([path, entry]) => ({ siteId, path, entry }));
    });
  }

  /** Evicts the entries that `isSelected` selects; returns their number. */
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

  /** Stores `entry` if there is room; removes the previous entry of the path. */
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

  /** Returns the response for a whole representation; caches it if there is room. */
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

  /**
   * Counts a request for a file that is too large for `whole`; reports whether its bytes should be
   * cached.
   */
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

  /** Caches `bytes` with a representation if there is still room. */
  cacheBytes(ref: EntryRef, representation: Representation, bytes: Uint8Array): void {
    if (!isCurrent(ref) || representation.bytes !== null) return;
    if (!this.#hasRoom(bytes.length, ref.entry.usedMs)) return;
    representation.bytes = bytes;
    this.#bytes += bytes.length;
  }

  /** Evicts what was not used for the scavenger's period. To be called every second. */
  tick(nowMs: number): void {
    if (nowMs < this.#nextScavengeMs) return;
    const periodMs = this.#settings.UriScavengerPeriod * 1000;
    if (!this.#evictUnused(nowMs - periodMs)) return; // the rest at the next tick
    this.#nextScavengeMs = nowMs + Math.min(periodMs, SCAVENGE_MS_MAX);
  }

  /** Reports whether `bytes` more fit; a full cache evicts unused entries first. */
  #hasRoom(bytes: number, nowMs: number): boolean {
    if (this.#bytes + bytes <= this.#totalBytesMax) return true;
    if (Math.abs(nowMs - this.#squeezedMs) < SQUEEZE_EVERY_MS) return false;
    this.#squeezedMs = nowMs;
    this.#evictUnused(nowMs - SQUEEZE_UNUSED_MS);
    return this.#bytes + bytes <= this.#totalBytesMax;
  }

  /** Evicts what was not used since then, as far as one turn allows; true if that was all. */
  #evictUnused(sinceMs: number): boolean {
    let left = EVICTED_MAX;
    for (const entries of this.#partitions.keys()) {
      for (const [path, entry] of entries) {
        if (entry.usedMs > sinceMs) continue;
        if (left-- === 0) return false;
        this.remove(entries, path);
      }
    }
    return true;
  }
}

/** Reports whether two entries have the same files, under the same names. */
export function hasSameFiles(a: CacheEntry, b: CacheEntry): boolean {
  const [own, others] = [filesOf(a), filesOf(b)];
  return own.length === others.length &&
    own.every(({ path, stamp }, i) => path === others[i]!.path && stamp === others[i]!.stamp);
}

/** Reports whether two entries have the same files, and the same fields go with them. */
export function isSameEntry(a: CacheEntry, b: CacheEntry): boolean {
  if (!hasSameFiles(a, b)) return false;
  // A file from the future has a Last-Modified once its time has come, a new one a strong tag.
  const others = filesOf(b);
  return filesOf(a).every(({ etag, lastModified, isDateStrong }, i) => {
    const other = others[i]!;
    return etag === other.etag && lastModified === other.lastModified &&
      isDateStrong === other.isDateStrong;
  });
}

/** Returns every representation of an entry. */
export function representationsOf({ identity, variants }: CacheEntry): readonly Representation[] {
  return [identity, ...variants];
}

/** Returns the representations that are files. */
function filesOf(entry: CacheEntry): readonly Representation[] {
  return representationsOf(entry).filter(({ isMade }) => !isMade);
}

/** Longest time between two scans of the cache, so that a long period is still exact. */
const SCAVENGE_MS_MAX = 10_000;

/** Reports whether the entry has not been replaced: bytes of a replaced entry are not counted. */
function isCurrent({ entries, path, entry }: EntryRef): boolean {
  return entries.get(path) === entry;
}

function bytesOf(entry: CacheEntry): number {
  let bytes = ENTRY_BYTES;
  for (const { whole, bytes: large } of representationsOf(entry)) {
    if (whole?.body instanceof Uint8Array) bytes += whole.body.length;
    bytes += large?.length ?? 0;
  }
  return bytes;
}
