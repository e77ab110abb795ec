/**
 * Edge: at most one running service per home. A lock, which the system releases when its process
 * ends, shows whether one is running; the pid in the locked file shows which. Leftovers of a killed
 * process do no harm.
 *
 * @module
 */
import { makePrivateFolder } from "../../config/store/private_folder.ts";
import { Fault, quote } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";
import { joinPath } from "../../base/files/join_path.ts";
import { leadsTo } from "../../config/store/file_place.ts";
import { checkRegular } from "../../config/store/regular_file.ts";

export interface Instance {
  /**
   * Makes the process file again if somebody has removed it, so that a second service cannot start
   * here; reports whether that was necessary. Throws a Fault if another process has the home by now.
   */
  renew(): Promise<boolean>;
  /** Releases the home, as the last step. */
  release(): Promise<void>;
}

/** The service of this home is already running. */
export class AlreadyRunningFault extends Fault {}

/**
 * Makes this process the service of the run directory `run`. Throws a Fault that names the process
 * if one is already running.
 */
export async function claimInstance(run: string, os: string = Deno.build.os): Promise<Instance> {
  let files = await claimFiles(run, os);
  return {
    async renew(): Promise<boolean> {
      const { lock, process } = files;
      const isInPlace = await leadsTo(lockPath(run, os), lock) &&
        await leadsTo(processPath(run), process);
      if (isInPlace) return false;
      files = await renewFiles(run, os, files);
      return true;
    },
    async release(): Promise<void> {
      // An unlocked file with a pid would look like a crash.
      await files.process.truncate().catch(() => {});
      closeAll(files);
    },
  };
}

/** What a running service holds open: the same file twice where its lock keeps nobody from reading. */
interface ProcessFiles {
  readonly lock: Deno.FsFile;
  /** The file with the pid. */
  readonly process: Deno.FsFile;
}

/** Returns the locked file and the process file, with the pid of this process in it. */
async function claimFiles(run: string, os: string): Promise<ProcessFiles> {
  const lock = await openFile(run, lockPath(run, os));
  try {
    if (!(await lock.tryLock(true))) throw await runningFault(run);
    return { lock, process: await writeProcess(run, os, lock) };
  } catch (error) {
    lock.close();
    throw fileFault("start httpcfg in", run, error, { folder: run });
  }
}

/** Makes again what is no longer in place. A lock that is still in place is kept: it is ours. */
async function renewFiles(run: string, os: string, old: ProcessFiles): Promise<ProcessFiles> {
  if (!(await leadsTo(lockPath(run, os), old.lock))) {
    const files = await claimFiles(run, os);
    closeAll(old);
    return files;
  }
  const process = await writeProcess(run, os, old.lock);
  old.process.close();
  return { lock: old.lock, process };
}

/** Writes the pid of this process where others look for it. */
async function writeProcess(run: string, os: string, lock: Deno.FsFile): Promise<Deno.FsFile> {
  const isLocked = lockPath(run, os) === processPath(run);
  const file = isLocked ? lock : await openFile(run, processPath(run));
  try {
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
    return file;
  } catch (error) {
    if (!isLocked) file.close();
    throw error;
  }
}

function closeAll({ lock, process }: ProcessFiles): void {
  if (process !== lock) process.close();
  lock.close();
}

async function runningFault(run: string): Promise<AlreadyRunningFault> {
  const pid = (await Deno.readTextFile(processPath(run)).catch(() => "")).trim();
  // Locked, but without a pid: the other process has just started, or has almost ended.
  const which = pid === ""
    ? "another process is starting or stopping it"
    : `already running as process ${pid}`;
  return new AlreadyRunningFault(`Cannot start httpcfg in ${quote(run)}: ${which}`, {
    hint: "httpcfg status",
  });
}

async function openFile(run: string, path: string): Promise<Deno.FsFile> {
  try {
    await makePrivateFolder(run);
  } catch (error) {
    throw fileFault("start httpcfg in", run, error);
  }
  try {
    const file = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
    checkRegular(path, await file.stat());
    return file;
  } catch (error) {
    throw fileFault("start httpcfg in", run, error, { folder: run });
  }
}

function processPath(run: string): string {
  return joinPath(run, "httpcfg.pid");
}

/**
 * Returns the file that is locked. On Windows it is one of its own, because nobody else can read what
 * is locked there; elsewhere it has the pid in it, so that no moment has one without the other.
 */
function lockPath(run: string, os: string): string {
  return os === "windows" ? joinPath(run, "httpcfg.lock") : processPath(run);
}
