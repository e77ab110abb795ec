/**
 * The representations of a file: as it is, its compressed copies, and those that are compressed
 * here; with their validators and fields. Pure.
 *
 * A strong entity tag promises that the bytes are the same (RFC 9110 8.8.1). So it has the time of
 * the last change, which nobody can set back as that of a modification can be. A file that was
 * modified a moment ago has a weak one, because the same moment may see another modification: the
 * clock of a file system moves in steps.
 *
 * @module
 */
import { contentType } from "@std/media-types/content-type";
import type { HeaderField } from "../../base/exchange.ts";
import { httpDate } from "../../wire/http_date.ts";
import { COMPRESSED_BYTES_MIN, isCompressible } from "../coding/compressible.ts";
import type { ContentCoding } from "../coding/content_coding.ts";
import { encodingTag } from "../coding/encoder.ts";
import type { FileIdentity } from "./opened_file.ts";
import type { CacheEntry, Representation } from "./response_cache.ts";

/** What is at a path. */
interface FoundFile {
  /** Real path, and the name at its end. */
  readonly path: string;
  readonly name: string;
  readonly identity: FileIdentity;
  /** Its compressed copies, one for each of {@linkcode COPY_ENDINGS}; undefined if there is none. */
  readonly copies: readonly (FileIdentity | undefined)[];
}

/** When a file was examined, and for which site. */
interface Examination {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Whether files are compressed here. */
  readonly compresses: boolean;
  /** Media types by extension, before those that are known. */
  readonly mimeTypes?: Readonly<Record<string, string>> | undefined;
}

/** The codings in the order in which they are preferred: what is smaller comes first. */
const CODINGS: readonly (readonly [ContentCoding, ending: string])[] = [
  ["br", ".br"],
  ["zstd", ".zst"],
  ["gzip", ".gz"],
];
/** What the names of compressed copies end in. */
export const COPY_ENDINGS: readonly string[] = CODINGS.map(([, ending]) => ending);
/** The longest step of the clock of a file system, and of one that has only seconds (FAT has 2). */
const STEP_MS = 50;
const SECONDS_STEP_MS = 2000;

/** Returns the cache entry of a file. */
export function entryFor(file: FoundFile, examination: Examination): CacheEntry {
  const { path, name, identity, copies } = file;
  const { nowMs, compresses, mimeTypes = {} } = examination;
  const type = typeOf(name, mimeTypes);
  const isMade = compresses && identity.size >= COMPRESSED_BYTES_MIN && isCompressible(type);
  const hasVariants = isMade || copies.some((copy) => copy !== undefined);
  const make = (
    variant: Pick<Variant, "path" | "coding" | "isMade">,
    from: FileIdentity,
  ): Representation => representation({ ...variant, type, hasVariants }, from, nowMs);
  const prepared = CODINGS.flatMap(([coding, ending], i) => {
    const copy = copies[i];
    return copy === undefined
      ? []
      : [make({ path: `${path}${ending}`, coding, isMade: false }, copy)];
  });
  const made = CODINGS.flatMap(([coding], i) => {
    return isMade && copies[i] === undefined
      ? [make({ path, coding, isMade: true }, identity)]
      : [];
  });
  return {
    identity: make({ path, coding: null, isMade: false }, identity),
    // Whoever has prepared a copy has spent more on it than is spent here.
    variants: [...prepared, ...made],
    checkedMs: nowMs,
    usedMs: nowMs,
  };
}

interface Variant {
  readonly path: string;
  readonly type: string;
  readonly coding: ContentCoding | null;
  readonly isMade: boolean;
  /** The same document is sent in other codings as well. */
  readonly hasVariants: boolean;
}

function representation(variant: Variant, file: FileIdentity, nowMs: number): Representation {
  const { path, type, coding, isMade, hasVariants } = variant;
  const { stamp, size, mtimeMs } = file;
  const etag = tagOf(variant, file, nowMs);
  const lastModified = mtimeMs > nowMs ? null : httpDate(mtimeMs);
  const headers: HeaderField[] = [["Content-Type", type], ["ETag", etag]];
  // The ranges of what is made are not those of a file, and would be made for each request again.
  if (!isMade) headers.push(["Accept-Ranges", "bytes"]);
  if (lastModified !== null) headers.push(["Last-Modified", lastModified]);
  if (coding !== null) headers.push(["Content-Encoding", coding]);
  if (hasVariants) headers.push(["Vary", "Accept-Encoding"]);
  return {
    path,
    coding,
    isMade,
    size,
    stamp,
    etag,
    lastModified,
    isDateStrong: nowMs - mtimeMs >= SECONDS_STEP_MS,
    headers,
    whole: null,
    bytes: null,
    count: 0,
    countedFromMs: nowMs,
  };
}

/** Returns the entity tag of a representation, another one for each coding and each way to it. */
function tagOf(
  { coding, isMade }: Variant,
  { size, mtimeMs, ctimeMs }: FileIdentity,
  nowMs: number,
): string {
  const suffix = coding === null ? "" : `-${isMade ? encodingTag(coding) : coding}`;
  const numbers = [mtimeMs, size, ctimeMs];
  if (hasSettled(mtimeMs, nowMs)) return `"${hex(numbers)}${suffix}"`;
  // With the time of the look-up: the same times and size may be those of other bytes.
  return `W/"${hex([...numbers, nowMs])}${suffix}"`;
}

/** Reports whether another modification from now on has a later time. */
function hasSettled(mtimeMs: number, nowMs: number): boolean {
  const step = mtimeMs % 1000 === 0 ? SECONDS_STEP_MS : STEP_MS;
  return Math.abs(nowMs - mtimeMs) >= step;
}

function hex(numbers: readonly number[]): string {
  return numbers.map((number) => Math.trunc(number).toString(16)).join("-");
}

function typeOf(name: string, mimeTypes: Readonly<Record<string, string>>): string {
  const dot = name.lastIndexOf(".");
  const extension = name.slice(dot).toLowerCase();
  if (dot >= 0 && Object.hasOwn(mimeTypes, extension)) return mimeTypes[extension]!;
  const type = dot < 1 ? undefined : contentType(extension);
  return type ?? "application/octet-stream";
}
