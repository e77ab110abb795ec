/**
 * Edge: at most one running service per home. A lock, which the system releases when its process
 * ends, shows whether one is running; the pid in the locked file shows which. Leftovers of a killed
 * process do no harm.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";
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
export async function claimInstance(run: string): Promise<Instance> {
  let file = await claimFile(run);
  return {
    async renew(): Promise<boolean> {
      if (await leadsTo(pidPath(run), file)) return false;
      const old = file;
      file = await claimFile(run);
      old.close();
      return true;
    },
    async release(): Promise<void> {
      // An unlocked file with a pid would look like a crash.
      await file.truncate().catch(() => {});
      file.close();
    },
  };
}

/** Returns the locked process file, with the pid of this process in it. */
async function claimFile(run: string): Promise<Deno.FsFile> {
  const path = pidPath(run);
  const file = await openPidFile(run, path);
  try {
    if (!(await file.tryLock(true))) throw await runningFault(run, path);
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
    return file;
  } catch (error) {
    file.close();
    throw fileFault("start httpcfg in", run, error, { folder: run });
  }
}

async function runningFault(run: string, path: string): Promise<AlreadyRunningFault> {
  const pid = (await Deno.readTextFile(path)).trim();
  // Locked, but without a pid: the other process has just started, or has almost ended.
  const which = pid === ""
    ? "another process is starting or stopping it"
    : `already running as process ${pid}`;
  return new AlreadyRunningFault(`Cannot start httpcfg in ${quote(run)}: ${which}`, {
    hint: "httpcfg status",
  });
}

async function openPidFile(run: string, path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(run, { recursive: true, mode: 0o700 });
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

function pidPath(run: string): string {
  return `${run}/httpcfg.pid`;
}
