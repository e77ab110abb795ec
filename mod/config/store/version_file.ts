/**
 * Edge: one file of the history: a line with a whole version, then a line for each version after it
 * with its changes. What has no line end was not written to its end, and does not count.
 *
 * A line that cannot be read costs the versions that are made from it, and no other: the digest of
 * a version says whether what was put together is what was stored.
 *
 * @module
 */
import { moveOver } from "./move_over.ts";
import * as v from "valibot";
import { fileReason } from "../../base/file_fault.ts";
import { readRegular } from "./regular_file.ts";
import { serialize } from "./store.ts";
import type { ConfigDocument } from "../document/document.ts";
import { applyPatch, makePatch, patchSchema } from "../document/patch.ts";

/** One version of the document. */
export interface Version {
  /** Counts up from 1. A number is never used again. */
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The user who stored it; null if it was found, not stored by this program. */
  readonly user: string | null;
  /** The command that stored it; null if it was found. */
  readonly command: string | null;
  readonly document: ConfigDocument;
}

/** A version and the digest of its text on disk, which tells whether the text is still this one. */
export interface NewVersion extends Version {
  readonly digest: string;
}

/** Where the next version goes. */
export interface Tail {
  readonly path: string;
  /** The last version of the file; how many lines there are counts if it cannot be read. */
  readonly number: number;
  /** Null if the file does not say, or cannot be continued. */
  readonly digest: string | null;
  /** Bytes of the line of the whole version. */
  readonly wholeBytes: number;
  /** Bytes of all complete lines. */
  readonly bytes: number;
}

/** What cannot be read of a file of the history. */
export interface Damage {
  readonly path: string;
  /** Number of the line; null for the whole file. */
  readonly line: number | null;
  /** Why, as a clause. */
  readonly reason: string;
}

/** What a file of the history has. */
interface FileContent {
  /** Oldest first, without those that cannot be read. */
  readonly versions: readonly Version[];
  readonly damage: readonly Damage[];
  readonly tail: Tail;
}

/** Version of the form of a file. */
const FORM = 2;
/** Bytes that no line of a version is shorter than. */
const LINE_BYTES_MIN = 100;
/** Versions that a file may have had of which nothing is left: as many as of a small document. */
const LOST_VERSIONS = 100;
/** The least room for changes: a small document does not need a file for every few of them. */
const CHANGES_BYTES_MIN = 16 * 1024;
const LINE_END = 0x0a;

/** A line. The document of the version is checked when it is used, like any other. */
const lineSchema = v.object({
  version: v.optional(v.number()),
  number: v.pipe(v.number(), v.integer(), v.minValue(1)),
  at: v.string(),
  user: v.nullable(v.string()),
  command: v.nullable(v.string()),
  digest: v.optional(v.string()),
  document: v.optional(v.custom<ConfigDocument>(isRecord)),
  changes: v.optional(patchSchema),
});

/**
 * Reads the file `path`, which begins with version `first`. The digests of the last `checked`
 * versions are compared: of a long list each takes as long as everything else.
 */
export async function readVersions(
  path: string,
  first: number,
  checked: number,
): Promise<FileContent> {
  let bytes: Uint8Array;
  try {
    bytes = await readOrEmpty(path);
  } catch (error) {
    return await unreadable(path, first, error);
  }
  const complete = bytes.lastIndexOf(LINE_END) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, complete)).split("\n").slice(0, -1);
  const versions: Version[] = [];
  const damage: Damage[] = [];
  let last: Rebuilt = { document: null, reason: "" };
  let digest: string | null = null;
  for (const [i, text] of lines.entries()) {
    const line = parseLine(text);
    last = line === null
      ? { ...last, reason: "not a version in JSON" }
      : rebuild(line, last, first + i);
    if (last.reason === null && i >= lines.length - checked) last = await check(line!, last);
    digest = last.reason === null ? line?.digest ?? null : null;
    if (last.reason !== null) damage.push({ path, line: i + 1, reason: last.reason });
    else versions.push(versionOf(line!, last.document!));
    if (last.document === null) break; // nothing can be made from the rest
  }
  if (complete < bytes.length || bytes.length === 0) {
    damage.push({ path, line: lines.length + 1, reason: "not written to its end" });
  }
  // What cannot be read counts: a number is never used again.
  const number = lines.length > 0 ? first + lines.length - 1 : lastOfLost(first, bytes.length);
  const wholeBytes = bytes.indexOf(LINE_END) + 1;
  return { versions, damage, tail: { path, number, digest, wholeBytes, bytes: complete } };
}

/** Returns the content of a file that cannot be read at all. */
async function unreadable(path: string, first: number, error: unknown): Promise<FileContent> {
  const size = await Deno.stat(path).then((info) => info.isFile ? info.size : 0, () => 0);
  const number = lastOfLost(first, size);
  const reason = fileReason(error).replace(/^Cannot use ".*": /, "");
  const tail = { path, number, digest: null, wholeBytes: 0, bytes: 0 };
  return { versions: [], damage: [{ path, line: null, reason }], tail };
}

/** Returns the highest number that a version of a file of `size` bytes may have had. */
function lastOfLost(first: number, size: number): number {
  return first + (size === 0 ? LOST_VERSIONS : Math.floor(size / LINE_BYTES_MIN));
}

/** A document that was put together, and why it may not be the one that was stored. */
interface Rebuilt {
  readonly document: ConfigDocument | null;
  readonly reason: string | null;
}

type Line = v.InferOutput<typeof lineSchema>;

/** Puts the version of `line` together, whose number should be `number`, from the one before it. */
function rebuild(line: Line, before: Rebuilt, number: number): Rebuilt {
  const { version = FORM, document: whole, changes } = line;
  if (version > FORM) {
    const reason = `version ${version} is newer than ${FORM}, the newest that this program knows`;
    return { document: null, reason };
  }
  const made = whole !== undefined || before.document === null || changes === undefined
    ? whole
    : applyPatch(before.document, changes);
  if (!isRecord(made)) return { ...before, reason: "its changes are those of another version" };
  const document = made as unknown as ConfigDocument;
  if (line.number !== number) {
    return { document, reason: `number ${line.number} instead of ${number}` };
  }
  const isSure = whole !== undefined || before.reason === null || hasOwnText(line);
  return { document, reason: isSure ? null : "made from a version that cannot be read" };
}

/** Compares the digest of a version, if there is one that tells. */
async function check(line: Line, rebuilt: Rebuilt): Promise<Rebuilt> {
  if (!hasOwnText(line) || line.digest === await digestOf(serialize(rebuilt.document!))) {
    return rebuilt;
  }
  return { ...rebuilt, reason: "not what was stored: its digest differs" };
}

/** Reports whether the digest is of our own text: that of a version that was found is of another. */
function hasOwnText({ user, digest }: Line): boolean {
  return user !== null && digest !== undefined;
}

function versionOf({ number, at, user, command }: Line, document: ConfigDocument): Version {
  return { number, at, user, command, document };
}

/** Returns the digest of a text, as a version has it. */
export async function digestOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** What a line says of its version besides the document. */
type VersionDigest = Pick<NewVersion, "number" | "at" | "user"> & {
  /** Null in a file that an older program wrote. */
  readonly digest: string | null;
};

/**
 * Returns the digests of the versions of the file, oldest first; no document is put together. Of a
 * file that cannot be read there are none.
 */
export async function readDigests(path: string, first: number): Promise<VersionDigest[]> {
  const bytes = await readOrEmpty(path).catch(() => new Uint8Array());
  const text = new TextDecoder().decode(bytes.subarray(0, bytes.lastIndexOf(LINE_END) + 1));
  return text.split("\n").slice(0, -1).map((line, i) => {
    const [, number = first + i] = /"number":([1-9][0-9]{0,8}),/.exec(line) ?? [];
    const [, at = ""] = /"at":"([^"]*)"/.exec(line) ?? [];
    const [, user] = /"user":(null|")/.exec(line) ?? [];
    const [, digest = null] = /"digest":"([0-9a-f]{64})"/.exec(line) ?? [];
    return { number: Number(number), at, user: user === '"' ? "" : null, digest };
  });
}

/**
 * Appends `version`, whose changes are those since `before`, the last version of the file. Returns
 * null, and appends nothing, if the changes have outgrown the whole version before them.
 */
export async function appendVersion(
  tail: Tail,
  before: ConfigDocument,
  { document, ...about }: NewVersion,
): Promise<Tail | null> {
  const line = encodeLine({ ...about, changes: makePatch(before, document) });
  const end = tail.bytes + line.length;
  if (end - tail.wholeBytes > Math.max(tail.wholeBytes, CHANGES_BYTES_MIN)) return null;
  using file = await Deno.open(tail.path, { write: true });
  await file.truncate(tail.bytes); // a killed writer may have left part of a line
  await file.seek(tail.bytes, Deno.SeekMode.Start);
  for (let written = 0; written < line.length;) written += await file.write(line.subarray(written));
  return { ...tail, number: about.number, digest: about.digest, bytes: end };
}

/** Writes the file `path`, which begins with `version`. */
export async function writeWhole(path: string, version: NewVersion): Promise<Tail> {
  const line = encodeLine({ version: FORM, ...version });
  const temporary = `${path}.new`;
  try {
    await Deno.writeFile(temporary, line, { mode: 0o600 });
    await moveOver(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // part of it, on a full disk
    throw error;
  }
  const { number, digest } = version;
  return { path, number, digest, wholeBytes: line.length, bytes: line.length };
}

function encodeLine(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

function parseLine(text: string): Line | null {
  try {
    const parsed = v.safeParse(lineSchema, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    return null; // not JSON
  }
}

async function readOrEmpty(path: string): Promise<Uint8Array> {
  try {
    return await readRegular(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array(); // removed in the meantime
    throw error;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
