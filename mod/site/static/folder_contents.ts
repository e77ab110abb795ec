/**
 * Edge: what is in a directory: names in natural order, and what is known of each. Requests that
 * come at the same time share it.
 *
 * What is known is looked at only for the names that a page shows. That nobody exchanged a part of
 * the path meanwhile is proved for the names, and again for each group that is looked at: otherwise
 * the sizes of files in another directory could be shown.
 *
 * @module
 */
import { isDenied, isMissing } from "./file_errors.ts";
import type { SiteFiles } from "./file_access.ts";
import { parseFilePath } from "./file_path.ts";
import { pathBelow, proveChain, type ResolvedRoot } from "./folder_chain.ts";
import { sortInTurns, turn } from "./listing_turns.ts";
import { naturalKey } from "./natural_order.ts";
import { identify } from "./opened_file.ts";

/** One name in a directory. */
export interface FolderEntry {
  readonly name: string;
  readonly key: string;
  readonly isFolder: boolean;
  /** Undefined before it was looked at; null if nothing can be requested under this name. */
  facts: EntryFacts | null | undefined;
}

interface EntryFacts {
  readonly kind: "folder" | "file" | "link" | "other";
  /** Bytes of a file; null for anything else. */
  readonly size: number | null;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number | null;
}

/** Why a directory cannot be shown. */
export type Unreadable = "missing" | "forbidden" | "changing";

/** What a site provides. */
interface FolderAccess {
  readonly files: SiteFiles;
  readonly resolveRoot: () => Promise<ResolvedRoot | "missing" | "forbidden">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Names of one directory that are read; it may have more. */
export const READ_MAX = 100_000;
/** Requests that come so soon after another one share what it reads. */
const SHARED_MS = 1000;
/** Names that are looked at in one file operation: 5 ms on a fast disk. */
const GROUP = 100;
const IS_WINDOWS = Deno.build.os === "windows";

/** The directories of one site. */
export class FolderReader {
  readonly #access: FolderAccess;
  readonly #shared = new Map<string, Shared>();

  constructor(access: FolderAccess) {
    this.#access = access;
  }

  /** Calls `use` with what is in the directory with the real path `path`. */
  async read<Result>(
    path: string,
    use: (contents: FolderContents) => Promise<Result>,
  ): Promise<Result | Unreadable> {
    const shared = this.#join(path);
    shared.users++;
    try {
      const contents = await shared.contents;
      return contents instanceof FolderContents ? await use(contents) : contents;
    } finally {
      shared.users--;
      if (shared.users === 0 && this.#shared.get(path) === shared) this.#shared.delete(path);
    }
  }

  #join(path: string): Shared {
    const nowMs = this.#access.now();
    const known = this.#shared.get(path);
    if (known !== undefined && Math.abs(nowMs - known.sinceMs) < SHARED_MS) return known;
    const shared = { contents: readNames(path, this.#access), sinceMs: nowMs, users: 0 };
    this.#shared.set(path, shared);
    return shared;
  }
}

interface Shared {
  readonly contents: Promise<FolderContents | Unreadable>;
  /** When the reading began. */
  readonly sinceMs: number;
  users: number;
}

/** The names in a directory, and what is known of some of them. */
export class FolderContents {
  /** In natural order, directories first. */
  readonly entries: readonly FolderEntry[];
  /** False if the directory has more than {@linkcode READ_MAX} names. */
  readonly isComplete: boolean;
  readonly #path: string;
  readonly #access: FolderAccess;
  #lastLook: Promise<unknown> = Promise.resolve();

  constructor(
    path: string,
    access: FolderAccess,
    { entries, isComplete }: Pick<FolderContents, "entries" | "isComplete">,
  ) {
    this.#path = path;
    this.#access = access;
    this.entries = entries;
    this.isComplete = isComplete;
  }

  /** Looks at those of `entries` that were not looked at yet; one call after the other. */
  look(entries: readonly FolderEntry[]): Promise<"proved" | Unreadable> {
    const looked = this.#lastLook.then(() => this.#look(entries));
    this.#lastLook = looked.catch(() => {});
    return looked;
  }

  async #look(entries: readonly FolderEntry[]): Promise<"proved" | Unreadable> {
    const { files } = this.#access;
    const unknown = entries.filter(({ facts }) => facts === undefined);
    for (let start = 0; start < unknown.length; start += GROUP) {
      if (start > 0) await turn();
      const group = unknown.slice(start, start + GROUP);
      const outcome = await files.run(() => this.#lookAtGroup(group));
      if (outcome !== "proved") return outcome;
    }
    return "proved";
  }

  async #lookAtGroup(group: readonly FolderEntry[]): Promise<"proved" | Unreadable> {
    const root = await this.#access.resolveRoot();
    if (typeof root === "string") return root;
    const sinceMs = this.#access.now();
    const found: (EntryFacts | null)[] = [];
    for (const { name } of group) found.push(await factsOf(pathBelow(this.#path, [name])));
    const outcome = await proveFolder(this.#path, root, sinceMs);
    if (outcome === "proved") { for (const [i, facts] of found.entries()) group[i]!.facts = facts; }
    return outcome;
  }
}

async function readNames(
  path: string,
  access: FolderAccess,
): Promise<FolderContents | Unreadable> {
  const entries: FolderEntry[] = [];
  let isComplete = true;
  const outcome = await access.files.run(async () => {
    const root = await access.resolveRoot();
    if (typeof root === "string") return root;
    const sinceMs = access.now();
    try {
      for await (const { name, isDirectory } of Deno.readDir(path)) {
        if (parseFilePath(`/${name}`, IS_WINDOWS) === null) continue;
        isComplete = entries.length < READ_MAX;
        if (!isComplete) break;
        entries.push({ name, key: naturalKey(name), isFolder: isDirectory, facts: undefined });
      }
    } catch (error) {
      if (isMissing(error)) return "missing";
      if (isDenied(error)) return "forbidden";
      throw error;
    }
    return await proveFolder(path, root, sinceMs);
  });
  if (outcome !== "proved") return outcome;
  return new FolderContents(path, access, {
    entries: await sortInTurns(entries, compareNames),
    isComplete,
  });
}

/** Directories first, each group in natural order. */
export function compareNames(a: FolderEntry, b: FolderEntry): number {
  if (a.isFolder !== b.isFolder) return a.isFolder ? -1 : 1;
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** Proves that `path` has led to the same directory since then. */
async function proveFolder(
  path: string,
  root: ResolvedRoot,
  sinceMs: number,
): Promise<"proved" | "changing"> {
  const identity = await identify(path);
  if (!identity.isFolder) return "changing";
  const verdict = await proveChain(root, path, { sinceMs, identity, uids: [] });
  return verdict === "proved" ? "proved" : "changing";
}

const UNKNOWN: EntryFacts = { kind: "other", size: null, modifiedMs: null };

/** Null if there is nothing: it was removed, or its name is not UTF-8 and no request can name it. */
async function factsOf(path: string): Promise<EntryFacts | null> {
  try {
    const { isFile, isFolder, isLink, mtimeMs, size } = await identify(path);
    const kind = isFile ? "file" : isFolder ? "folder" : isLink ? "link" : "other";
    return { kind, size: isFile ? size : null, modifiedMs: mtimeMs };
  } catch (error) {
    if (isMissing(error)) return null;
    if (error instanceof Error && "code" in error) return UNKNOWN; // the others are still shown
    throw error;
  }
}
