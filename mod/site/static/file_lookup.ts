/**
 * Edge: resolves a path under a root to a file or directory on disk.
 *
 * The second barrier around the root: the real path of what was found must be inside the real path
 * of the root, so a symbolic link may point anywhere inside and nowhere else, and it is proved that
 * nobody exchanged a part of the path meanwhile (`folder_chain.ts`). Nothing is opened for that.
 * Whoever opens a file compares what was opened with what was found here.
 *
 * @module
 */
import { isDenied, isMissing } from "./file_errors.ts";
import { type FilePath, isInside } from "./file_path.ts";
import { pathBelow, proveChain, type ResolvedRoot } from "./folder_chain.ts";
import { type FileIdentity, identify } from "./opened_file.ts";
import { COPY_ENDINGS, entryFor } from "./representations.ts";
import { type CacheEntry, hasSameFiles } from "./response_cache.ts";

export type Lookup =
  | { readonly kind: "file"; readonly entry: CacheEntry }
  /** A directory that was requested without its trailing "/". */
  | { readonly kind: "redirect" }
  /** A directory without an index page. */
  | { readonly kind: "folder"; readonly realPath: string }
  | { readonly kind: "missing" }
  | { readonly kind: "forbidden" }
  /** Another user may have exchanged a part of the path while it was used. */
  | { readonly kind: "changing" };

/** What a look-up starts with. */
interface LookupContext {
  readonly root: ResolvedRoot;
  /** What the path was the last time, and has been proved to be. */
  readonly known: CacheEntry | undefined;
  /** When the look-up began, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Media types by extension, before those that are known. */
  readonly mimeTypes?: Readonly<Record<string, string>> | undefined;
  /** The index pages in order; absent for the usual one. */
  readonly documents?: readonly string[] | undefined;
  /** Whether files are compressed here. */
  readonly compresses: boolean;
}

const INDEX = ["index.html"];
const IS_WINDOWS = Deno.build.os === "windows";
const SEPARATOR = IS_WINDOWS ? "\\" : "/";
/** Times that the real path is taken again because a link appeared in it. */
const RESOLUTIONS_MAX = 3;

/** Looks up `path` under a root. Throws only on an I/O error. */
export async function lookUp(path: FilePath, context: LookupContext): Promise<Lookup> {
  try {
    const wanted = pathBelow(context.root.path, path.segments);
    if (await isOtherName(wanted)) return { kind: "missing" };
    for (const name of path.isFolder ? context.documents ?? INDEX : []) {
      const index = await find(`${wanted}${SEPARATOR}${name}`, context).catch(undefinedIfMissing);
      if (index === "changing") return { kind: "changing" };
      if (typeof index === "object" && index.entry !== null) {
        return { kind: "file", entry: index.entry };
      }
    }
    const found = await find(wanted, context);
    if (found === "outside") return { kind: "forbidden" };
    if (found === "changing") return { kind: "changing" };
    if (found.entry !== null) {
      return path.isFolder ? { kind: "missing" } : { kind: "file", entry: found.entry };
    }
    if (!found.isFolder) return { kind: "forbidden" };
    return path.isFolder ? { kind: "folder", realPath: found.path } : { kind: "redirect" };
  } catch (error) {
    if (isMissing(error)) return { kind: "missing" };
    if (isDenied(error)) return { kind: "forbidden" };
    throw error;
  }
}

/**
 * Reports whether Windows finds a file at `path` whose name is another: `HTACCE~1` is the short name
 * of `.htaccess`, and what is not served by its name is not served by that either.
 */
async function isOtherName(path: string): Promise<boolean> {
  if (!IS_WINDOWS || !path.includes("~")) return false;
  return (await Deno.realPath(path)).toLowerCase() !== path.toLowerCase();
}

interface Found {
  /** Real path. */
  readonly path: string;
  /** Null for anything but a file. */
  readonly entry: CacheEntry | null;
  readonly isFolder: boolean;
}

/** Finds what is at `path`, or where its links lead. */
async function find(path: string, context: LookupContext): Promise<Found | "outside" | "changing"> {
  const { root, known, nowMs } = context;
  let real = path;
  for (let times = 0; times < RESOLUTIONS_MAX; times++) {
    const identity = await identify(real);
    if (!identity.isLink) {
      const { isFolder } = identity;
      const found = identity.isFile ? await entryOf(real, identity, context) : null;
      // What has been proved to be at this path needs no other proof while it is the same.
      if (found !== null && known !== undefined && hasSameFiles(known, found.entry)) {
        return { path: real, entry: found.entry, isFolder };
      }
      const uids = found?.uids ?? [];
      const verdict = await proveChain(root, real, { sinceMs: nowMs, identity, uids });
      if (verdict === "changing") return "changing";
      if (verdict === "proved") return { path: real, entry: found?.entry ?? null, isFolder };
    }
    real = await Deno.realPath(real);
    if (!isInside(root.path, real, SEPARATOR)) return "outside";
  }
  return "changing";
}

/** Returns the entry of a file, and the owners of the file and its compressed copies. */
async function entryOf(
  path: string,
  identity: FileIdentity,
  { nowMs, compresses, mimeTypes }: LookupContext,
): Promise<{ readonly entry: CacheEntry; readonly uids: readonly number[] }> {
  const name = path.slice(path.lastIndexOf(SEPARATOR) + 1);
  const copies: (FileIdentity | undefined)[] = [];
  for (const ending of COPY_ENDINGS) copies.push(await compressedCopy(path, ending, identity));
  return {
    entry: entryFor({ path, name, identity, copies }, { nowMs, compresses, mimeTypes }),
    uids: [identity, ...copies].flatMap((file) => file === undefined ? [] : [file.uid]),
  };
}

/** Finds a compressed copy next to the file: not a link, and not older than the original. */
async function compressedCopy(
  path: string,
  ending: string,
  original: FileIdentity,
): Promise<FileIdentity | undefined> {
  const copy = await identify(`${path}${ending}`).catch(undefinedIfMissing);
  return copy !== undefined && copy.isFile && copy.mtimeMs >= original.mtimeMs ? copy : undefined;
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error) && !isDenied(error)) throw error;
}
