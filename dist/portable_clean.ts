/**
 * Edge: removes what older versions of the portable form have unpacked and nobody runs any more. The
 * head starts it in the background, in the directory of the unpacked builds, when it has just
 * unpacked a new one: at no other time, and no start waits for it.
 *
 * The kernel knows who runs a file: it does not open a running program for writing. That holds for
 * the processes of every user and container, and needs no /proc and no lock. Where it does not hold,
 * which is tried with the program that runs this, nothing is removed.
 *
 * A start may come at any moment. So the runtime is renamed first, which no process that runs
 * notices: from then on no start finds it, and the one that was faster is seen. It gets its name
 * back then; a start that has missed it looks for it again (see `portable_head.sh`).
 *
 * @module
 */

/** The name of the runtime in an unpacked build, and its name while it is decided about. */
const RUNTIME = "httpcfg";
const TAKEN = ".unused";

/** The error for opening a running program for writing, on Linux and macOS. */
const ETXTBSY = 26;

/** Milliseconds after which what an interrupted start has left behind is nobody's. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/** Reports whether a process runs the file at `path`. What cannot be found out is "yes". */
export function isRunning(path: string): boolean {
  try {
    Deno.openSync(path, { write: true, create: false }).close();
    return false;
  } catch {
    return true;
  }
}

/** Reports whether the kernel refuses to open the program at `path`, which is running, as busy. */
function isSeenRunning(path: string): boolean {
  try {
    Deno.openSync(path, { write: true, create: false }).close();
    return false;
  } catch (error) {
    return error instanceof Error && error.message.includes(`(os error ${ETXTBSY})`);
  }
}

/**
 * Removes from the directory `cache` what the build with the name `own` replaces: builds of its
 * version and older ones, if this user has unpacked them and none is running.
 */
export function removeUnused(cache: string, own: string, running = isRunning): void {
  for (const name of [...Deno.readDirSync(cache)].map((entry) => entry.name).sort()) {
    try {
      if (!isOurs(`${cache}/${name}`)) continue;
      if (isReplaced(name, own)) removeBuild(cache, name, running);
      else if (/^\.(new|old)\.\d/.test(name) && isAbandoned(`${cache}/${name}`)) {
        Deno.removeSync(`${cache}/${name}`, { recursive: true });
      }
    } catch {
      // Another process was faster, or the disk refuses: it stays for the next version.
    }
  }
}

function removeBuild(cache: string, name: string, running: (path: string) => boolean): void {
  const folder = `${cache}/${name}`;
  if (exists(`${folder}/${RUNTIME}`)) {
    if (running(`${folder}/${RUNTIME}`)) return;
    Deno.renameSync(`${folder}/${RUNTIME}`, `${folder}/${TAKEN}`);
  } else if (!exists(`${folder}/${TAKEN}`)) {
    return; // not a build, or one that was altered: nothing tells whether it runs
  }
  if (running(`${folder}/${TAKEN}`)) {
    Deno.renameSync(`${folder}/${TAKEN}`, `${folder}/${RUNTIME}`);
    return;
  }
  const gone = `${cache}/.old.${Deno.pid}`;
  Deno.renameSync(folder, gone);
  // A start that found no runtime may have put a new build in its place.
  if (exists(`${gone}/${TAKEN}`)) Deno.removeSync(gone, { recursive: true });
  else Deno.renameSync(gone, folder);
}

/** Reports whether `path` is a directory of this user, and no link to one. */
function isOurs(path: string): boolean {
  const { isDirectory, uid } = Deno.lstatSync(path);
  return isDirectory && uid === Deno.uid();
}

function isAbandoned(path: string): boolean {
  const { mtime } = Deno.lstatSync(path);
  return mtime !== null && mtime.getTime() < Date.now() - ABANDONED_MS;
}

/** Reports whether `path` is a file, and no link to one. */
function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Reports whether the build `own` replaces the build `name`. A newer version stays, so that two that
 * are used in turn do not remove each other.
 */
export function isReplaced(name: string, own: string): boolean {
  const [other, ours] = [versionOf(name), versionOf(own)];
  if (name === own || other === null || ours === null) return false;
  const at = other.findIndex((number, index) => number !== ours[index]);
  return at === -1 || other[at]! < ours[at]!;
}

/** Returns the version in the name of a build, such as `0.1.0-0123456789abcdef`. */
function versionOf(name: string): readonly number[] | null {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:-[\w.]+)?-[0-9a-f]{16}$/.exec(name);
  return match === null ? null : match.slice(1, 4).map(Number);
}

if (import.meta.main) {
  const [own = ""] = Deno.args;
  if (isSeenRunning(`${own}/${RUNTIME}`)) removeUnused(".", own);
}
