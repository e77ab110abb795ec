/**
 * Processes by the namespace or the home that they run in: one whose parent has ended, or that
 * another user runs, is found all the same. Only Linux shows them.
 *
 * @module
 */
import { waitFor } from "../wait.ts";

/**
 * Returns the first process of the process namespace that `unshare --pid --fork` with the process id
 * `holder` has made; null while there is none.
 */
export function firstProcess(holder: number): number | null {
  try {
    const children = Deno.readTextFileSync(`/proc/${holder}/task/${holder}/children`);
    for (const child of children.split(" ").map(Number)) {
      const status = Deno.readTextFileSync(`/proc/${child}/status`);
      if (/^NSpid:(\s+\d+)+\s+1$/m.test(status)) return child;
    }
  } catch {
    // It has ended, or a child of it has.
  }
  return null;
}

/**
 * Ends the first process of such a namespace. The kernel ends all others with it, and `holder` last.
 * To end `holder` would leave them: a process that changes its user is no longer told of the end of
 * its parent.
 */
export async function endSpace(holder: Deno.ChildProcess): Promise<void> {
  let hasEnded = false;
  const ended = holder.status.then(() => hasEnded = true);
  let first: number | null = null;
  await waitFor(() => {
    first = firstProcess(holder.pid);
    return first !== null || hasEnded;
  }, "the first process");
  if (first !== null) killNow(first);
  await ended;
}

/** Names a namespace of a process, as in `mnt:[4026531841]`. */
export function namespaceOf(pid: number, kind: "mnt" | "net" | "pid"): string {
  return Deno.readLinkSync(`/proc/${pid}/ns/${kind}`);
}

/** Returns the processes in a namespace. */
export function processesIn(namespace: string): number[] {
  const kind = namespace.split(":")[0];
  return processes((pid) => Deno.readLinkSync(`/proc/${pid}/ns/${kind}`) === namespace);
}

/** Returns the processes whose environment has a home of httpcfg that is `folder` or below it. */
export function processesAt(folder: string): number[] {
  return processes((pid) => {
    const environ = Deno.readTextFileSync(`/proc/${pid}/environ`); // empty if it has ended
    return environ.split("\0").some((one) => `${one}/`.startsWith(`HTTPCFG_HOME=${folder}/`));
  });
}

function processes(isWanted: (pid: number) => boolean): number[] {
  if (Deno.build.os !== "linux") return [];
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    try {
      return pid > 0 && isWanted(pid);
    } catch {
      return false; // it has ended
    }
  });
}

/**
 * Sends `signal` once to each process that `find` finds, until it finds none twice in a row: a process
 * that is starting another program has no environment for a moment.
 */
export async function endAll(
  find: () => readonly number[],
  signal: Deno.Signal = "SIGKILL",
  giveUpMs?: number,
): Promise<void> {
  const signalled = new Set<number>();
  let wasNone = false;
  await waitFor(
    () => {
      const left = find();
      if (left.includes(Deno.pid)) throw new Error("this process is one of them");
      for (const pid of left) {
        if (!signalled.has(pid)) killNow(pid, signal);
        signalled.add(pid);
      }
      const isNone = left.length === 0;
      const isDone = isNone && wasNone;
      wasNone = isNone;
      return isDone;
    },
    "all processes to end",
    giveUpMs,
  );
}

function killNow(pid: number, signal: Deno.Signal = "SIGKILL"): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // it has ended
  }
}
