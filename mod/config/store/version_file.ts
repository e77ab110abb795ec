/**
 * Edge: one file of the history: a line with a whole version, then a line for each version after it
 * with its changes. What has no line end was not written to its end, and does not count.
 *
 * @module
 */
import * as v from "valibot";
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

/** The least room for changes: a small document does not need a file for every few of them. */
const CHANGES_BYTES_MIN = 16 * 1024;
const LINE_END = 0x0a;

/** A line. The document of the version is checked when it is used, like any other. */
const lineSchema = v.object({
  number: v.pipe(v.number(), v.integer(), v.minValue(1)),
  at: v.string(),
  user: v.nullable(v.string()),
  command: v.nullable(v.string()),
  digest: v.optional(v.string()),
  document: v.optional(v.custom<ConfigDocument>(isRecord)),
  changes: v.optional(patchSchema),
});

/** Returns the versions of the file, oldest first, up to one that cannot be read. */
export async function readVersions(path: string, first: number): Promise<Version[]> {
  const bytes = await readOrEmpty(path);
  const text = new TextDecoder().decode(bytes.subarray(0, bytes.lastIndexOf(LINE_END) + 1));
  const versions: Version[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const version = versionOf(line, versions.at(-1) ?? null);
    if (version === null || version.number !== first + versions.length) break;
    versions.push(version);
  }
  return versions;
}

/** What a line says of its version besides the document. */
type VersionDigest = Pick<NewVersion, "number" | "at" | "user"> & {
  /** Null in a file that an older program wrote. */
  readonly digest: string | null;
};

/** Returns the digests of the versions of the file, oldest first; no document is put together. */
export async function readDigests(path: string, first: number): Promise<VersionDigest[]> {
  const bytes = await readOrEmpty(path);
  const text = new TextDecoder().decode(bytes.subarray(0, bytes.lastIndexOf(LINE_END) + 1));
  return text.split("\n").slice(0, -1).map((line, i) => {
    const [, at = ""] = /"at":"([^"]*)"/.exec(line) ?? [];
    const [, user] = /"user":(null|")/.exec(line) ?? [];
    const [, digest = null] = /"digest":"([0-9a-f]{64})"/.exec(line) ?? [];
    return { number: first + i, at, user: user === '"' ? "" : null, digest };
  });
}

/** Returns the tail of the file `path`, which begins with version `first`. */
export async function readTail(path: string, first: number): Promise<Tail> {
  const file = await readOrEmpty(path);
  const bytes = file.lastIndexOf(LINE_END) + 1;
  const [complete, wholeBytes] = [file.subarray(0, bytes), file.indexOf(LINE_END) + 1];
  let lines = 0;
  for (let at = -1; (at = complete.indexOf(LINE_END, at + 1)) >= 0;) lines++;
  const start = bytes < 2 ? 0 : complete.lastIndexOf(LINE_END, bytes - 2) + 1;
  const last = parseLine(new TextDecoder().decode(complete.subarray(start)));
  const number = first + Math.max(lines, 1) - 1;
  const digest = last?.number === number ? last.digest ?? null : null;
  return { path, number, digest, wholeBytes, bytes };
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
  const line = encodeLine({ version: 2, ...version });
  await Deno.writeFile(`${path}.new`, line, { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
  const { number, digest } = version;
  return { path, number, digest, wholeBytes: line.length, bytes: line.length };
}

function encodeLine(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

function versionOf(text: string, before: Version | null): Version | null {
  const line = parseLine(text);
  if (line === null) return null;
  const { number, at, user, command, changes } = line;
  const document = line.document ??
    (before === null || changes === undefined ? undefined : applyPatch(before.document, changes));
  return isRecord(document)
    ? { number, at, user, command, document: document as unknown as ConfigDocument }
    : null;
}

function parseLine(text: string): v.InferOutput<typeof lineSchema> | null {
  try {
    const parsed = v.safeParse(lineSchema, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    return null; // not JSON
  }
}

async function readOrEmpty(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array(); // removed in the meantime
    throw error;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
