/**
 * Edge: one running service a home. A lock that the system drops with its holder tells whether one
 * runs; the pid in the locked file tells which. What a killed process leaves behind does no harm.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";

export interface Instance {
  /** Gives the home up, last of all. */
  release(): Promise<void>;
}

/** The home has its service already. */
export class AlreadyRunningFault extends Fault {}

/** Makes this process the service of the folder `run`. Throws a Fault that names the one that is. */
export async function claimInstance(run: string): Promise<Instance> {
  const path = `${run}/httpcfg.pid`;
  const file = await openPidFile(run, path);
  if (!(await file.tryLock(true))) {
    file.close();
    const pid = (await Deno.readTextFile(path)).trim();
    // Between lock and pid the other one has only just begun, or has all but ended.
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
    throw fileFault("start httpcfg in", run, error, "sudo httpcfg …, or set HTTPCFG_HOME=DIR");
  }
}
