/**
 * Edge: at most one running service per home. A lock, which the system releases when its process
 * ends, shows whether one is running; the pid in the locked file shows which. Leftovers of a killed
 * process do no harm.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";

export interface Instance {
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
  const path = `${run}/httpcfg.pid`;
  const file = await openPidFile(run, path);
  if (!(await file.tryLock(true))) {
    file.close();
    const pid = (await Deno.readTextFile(path)).trim();
    // Locked, but without a pid: the other process has just started, or has almost ended.
    const which = pid === ""
      ? "another process is starting or stopping it"
      : `already running as process ${pid}`;
    throw new AlreadyRunningFault(`Cannot start httpcfg in ${quote(run)}: ${which}`, {
      hint: "httpcfg status",
    });
  }
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return {
    release: async () => {
      await file.truncate(); // an unlocked file with a pid would look like a crash
      file.close();
    },
  };
}

async function openPidFile(run: string, path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(run, { recursive: true, mode: 0o700 });
    return await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
  } catch (error) {
    throw fileFault("start httpcfg in", run, error);
  }
}
