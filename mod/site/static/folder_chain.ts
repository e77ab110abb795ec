/**
 * Edge: proves that a path led to where it seems to lead.
 *
 * A path is resolved name by name, and whoever may rename in one of its directories can exchange the
 * next name for a link in the moment in which the path is used. No call that the runtime offers
 * prevents that, so it is proved afterwards that it did not happen: each directory of the path is a
 * real one, and each in which another user may rename has not been changed since before the path
 * was used. The kernel records that as the time of the last change (ctime), which nobody can set.
 *
 * The directories are looked at from the last to the first. What is seen of one is true, because
 * the one above it, looked at afterwards, had still not been changed.
 *
 * A directory that changes all the time can prove nothing. Where its owner alone may rename in it,
 * this does not matter for files that belong to the same user: to exchange it would show them
 * nothing but their own. So a user can keep their own files from being served, but see no others.
 *
 * @module
 */
import { type FileIdentity, identify } from "./opened_file.ts";

/** The directory that a site serves, with its links resolved. */
export interface ResolvedRoot {
  /** Real path. */
  readonly path: string;
  readonly identity: FileIdentity;
  /** Directories on the way to it in which another user may rename, from the first to the last. */
  readonly relied: readonly string[];
  /** When the resolution began, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/** What a path was used for. */
interface PathUse {
  /** When the use began, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** What is at the path. */
  readonly identity: FileIdentity;
  /** The owners of the files that were found, if the use was to find files. */
  readonly uids: readonly number[];
}

/** "link": a name on the way is a link, or was one. "changing": another user may have exchanged one. */
export type Verdict = "proved" | "link" | "changing";

const IS_WINDOWS = Deno.build.os === "windows";
const SEPARATOR = IS_WINDOWS ? "\\" : "/";
/** Links on the way to a root, as in the kernel. */
const LINKS_MAX = 40;
/** The runtime reports a ctime in whole seconds. */
const CTIME_UNIT_MS = 1000;
/**
 * The kernel takes a ctime from the last tick of its clock, at most 10 ms ago. The rest is for a
 * virtual machine that was held up.
 */
const CLOCK_LAG_MS = 50;
const STICKY = 0o1000;
const OTHERS_WRITE = 0o022;

/**
 * Resolves the links of `root`, an absolute path. Null if a link on the way belongs to another user,
 * and the directory does not: they would decide which directory of ours is served. `sinceMs` is when
 * it begins.
 */
export async function resolveRoot(root: string, sinceMs: number): Promise<ResolvedRoot | null> {
  if (IS_WINDOWS) {
    const path = await Deno.realPath(root);
    return { path, identity: await identify(path), relied: [], sinceMs };
  }
  const relied: string[] = [];
  const linkOwners: number[] = [];
  let path = "/";
  let identity = await identify(path);
  let links = 0;
  let names = root.split("/");
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      path = path.slice(0, path.lastIndexOf("/")) || "/";
      identity = await identify(path);
      continue;
    }
    const below = pathBelow(path, [name]);
    const child = await identify(below);
    if (mayExchange(identity, child)) relied.push(path);
    if (!child.isLink) {
      path = below;
      identity = child;
      continue;
    }
    if (++links > LINKS_MAX) {
      throw Object.assign(new Deno.errors.FilesystemLoop(root), { code: "ELOOP" });
    }
    if (isOther(child.uid)) linkOwners.push(child.uid);
    const target = await Deno.readLink(below).catch((error) => {
      if (error.code === "EINVAL") return null; // no longer a link
      throw error;
    });
    names = target === null ? [name, ...names] : [...target.split("/"), ...names];
    if (target === null || !target.startsWith("/")) continue;
    path = "/";
    identity = await identify(path);
  }
  const isAllowed = linkOwners.every((uid) => uid === identity.uid);
  return isAllowed ? { path, identity, relied, sinceMs } : null;
}

/** Returns the path of `names` below the directory `path`. */
export function pathBelow(path: string, names: readonly string[]): string {
  return [path.endsWith(SEPARATOR) ? path.slice(0, -1) : path, ...names].join(SEPARATOR);
}

/** Proves what was found at `path`, which is below `root` as text, by `use`. */
export async function proveChain(
  root: ResolvedRoot,
  path: string,
  { sinceMs, identity, uids }: PathUse,
): Promise<Verdict> {
  const names = path.slice(root.path.length).split(SEPARATOR).filter((name) => name !== "");
  // The name of a file is not relied on: the open file is compared with what was found.
  let child = identity.isFile ? null : identity;
  for (let count = names.length - 1; count >= 0; count--) {
    const isRoot = count === 0;
    if (isRoot && (child === null || !mayExchange(root.identity, child))) break;
    const folder = await identify(pathBelow(root.path, names.slice(0, count)));
    if (folder.isLink && !isRoot) return "link";
    if (!folder.isFolder) return "changing";
    if (child !== null && mayExchange(folder, child) && !isSettled(folder, sinceMs, uids)) {
      return "changing";
    }
    child = folder;
  }
  for (const above of root.relied.toReversed()) {
    if (!isSettled(await identify(above), root.sinceMs, uids)) return "changing";
  }
  return "proved";
}

/** Whether another user may exchange `child` in `folder` for something else. */
function mayExchange(folder: FileIdentity, child: FileIdentity): boolean {
  if (IS_WINDOWS) return false; // it shows neither owners nor modes
  if (isOther(folder.uid)) return true;
  if ((folder.mode & OTHERS_WRITE) === 0) return false;
  // In a sticky directory, such as /tmp, only the owner of an entry may rename it.
  return (folder.mode & STICKY) === 0 || isOther(child.uid);
}

/** Whether no other user can have exchanged an entry of `folder` since `sinceMs` to gain anything. */
function isSettled(
  { ctimeMs, uid, mode }: FileIdentity,
  sinceMs: number,
  uids: readonly number[],
): boolean {
  if (ctimeMs + CTIME_UNIT_MS + CLOCK_LAG_MS <= sinceMs) return true;
  return (mode & OTHERS_WRITE) === 0 && uids.length > 0 && uids.every((owner) => owner === uid);
}

/** Whether `uid` is neither root, who may do everything, nor the user of this process. */
function isOther(uid: number): boolean {
  return uid !== 0 && uid !== Deno.uid();
}
