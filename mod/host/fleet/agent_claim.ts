/**
 * Edge: at most one agent per document. Whoever holds the lock on a file beside the document is the agent
 * of this machine; the pid in it shows which process that is. The system releases the lock when the
 * process ends.
 *
 * The file is beside the document, not in the run directory: only who may store a document can be the
 * agent, and the directory of the document outlives a restart of the service.
 *
 * @module
 */
import { DeniedFault, Fault, quote } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";
import { leadsTo } from "../../config/store/file_place.ts";
import { checkRegular } from "../../config/store/regular_file.ts";
import { keepOwner, statOrNull } from "../../config/store/replace_file.ts";

/** This process is the agent until it releases this. */
export interface AgentClaim {
  release(): Promise<void>;
}

/** Another process is the agent. */
export class OtherAgentFault extends Fault {
  /** Null if it has just started, or has almost ended. */
  readonly pid: number | null;

  constructor(document: string, pid: number | null) {
    const which = pid === null ? "another process is starting or ending" : `process ${pid} does so`;
    super(`Cannot follow the fleet with ${quote(document)}: ${which}`, { hint: "httpcfg status" });
    this.pid = pid;
  }
}

/**
 * Makes this process the agent of `document`. Throws an OtherAgentFault if another one is, and a
 * DeniedFault if this process may not write beside the document.
 */
export async function claimAgent(document: string): Promise<AgentClaim> {
  const target = await Deno.realPath(document).catch(() => document);
  const path = `${target}.fleet-agent`;
  for (;;) {
    const file = await openClaim(path, target, document);
    try {
      if (!file.tryLockSync(true)) throw new OtherAgentFault(document, await pidIn(path));
      if (await leadsTo(path, file)) {
        await file.truncate();
        await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
        return { release: () => release(path, file) };
      }
      file.close(); // the agent before has removed it in the meantime
    } catch (error) {
      file.close();
      throw fileFault("follow the fleet with", document, error);
    }
  }
}

async function openClaim(path: string, target: string, document: string): Promise<Deno.FsFile> {
  try {
    const known = await statOrNull(path);
    if (known !== null) checkRegular(path, known);
    const file = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
    await keepOwner(path, await statOrNull(target));
    return file;
  } catch (error) {
    const isReadOnly = (error as { readonly code?: unknown }).code === "EROFS";
    const fault = fileFault("follow the fleet with", document, error);
    if (!isReadOnly) throw fault;
    throw new DeniedFault(fault.message, { cause: error, ...(fault.hint && { hint: fault.hint }) });
  }
}

/** Removes the file while it is locked: whoever waits for it notices that it is another one. */
async function release(path: string, file: Deno.FsFile): Promise<void> {
  // On Windows an open file stays; an empty one without a lock does no harm.
  await file.truncate().catch(() => {});
  await Deno.remove(path).catch(() => {});
  file.close();
}

/** Returns the process that is in the file; null if there is none, or it cannot be read. */
async function pidIn(path: string): Promise<number | null> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return Number(text.trim()) || null;
}
