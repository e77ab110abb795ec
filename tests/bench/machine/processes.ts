/**
 * CPU time and memory of a process with everything that it has started, from `/proc`.
 *
 * @module
 */

/** Clock ticks per second in /proc/PID/stat (USER_HZ), equal on every Linux that runs Deno. */
const TICKS_PER_SECOND = 100;

export interface CpuTime {
  /** Seconds of the whole tree: what runs, and what has ended and was waited for. */
  readonly all: number;
  /** Seconds of each process that runs. */
  readonly each: ReadonlyMap<number, number>;
}

/**
 * Returns the CPU time of a process and of all below it, with that of their threads. A process that
 * ends is counted in the parent that waits for it, so that the sum never falls.
 */
export function cpuOfTree(pid: number): CpuTime {
  let all = 0;
  const each = new Map<number, number>();
  for (const one of treeOf(pid)) {
    const { own, ended } = parseCpu(readOr(`/proc/${one}/stat`, ""));
    all += own + ended;
    each.set(one, own);
  }
  return { all, each };
}

/** Parses `/proc/PID/stat`: seconds of the process itself, and of its children that have ended. */
export function parseCpu(stat: string): { readonly own: number; readonly ended: number } {
  // The name of the program, in parentheses, may contain anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
  return {
    own: (user + system) / TICKS_PER_SECOND,
    ended: (endedUser + endedSystem) / TICKS_PER_SECOND,
  };
}

/**
 * Returns the CPU time of the threads of a tree, in seconds, to the nanosecond: for what lasts less
 * than a second. What has ended is not in it.
 */
export function cpuOfThreads(pid: number): number {
  let nanoseconds = 0;
  for (const one of treeOf(pid)) {
    for (const thread of threadsOf(one)) {
      const [ran = "0"] = readOr(`${thread}/schedstat`, "0").split(" ");
      nanoseconds += Number(ran);
    }
  }
  return nanoseconds / 1e9;
}

/** Returns the private memory of a tree in bytes, which excludes shared pages. */
export function privateBytes(pid: number): number {
  const sizes = treeOf(pid).map((one) =>
    parsePrivateBytes(readOr(`/proc/${one}/smaps_rollup`, ""))
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

export function parsePrivateBytes(rollup: string): number {
  const found = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)];
  return found.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
}

/** Returns the resident memory of a tree in bytes; cheap enough to ask often. */
export function residentBytes(pid: number): number {
  return treeOf(pid).reduce((sum, one) => {
    const status = readOr(`/proc/${one}/status`, "");
    return sum + Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
  }, 0);
}

/** Returns a process and all below it, each after its parent. */
export function treeOf(pid: number): number[] {
  const tree = [pid];
  for (const one of tree) tree.push(...childrenOf(one));
  return tree;
}

function childrenOf(pid: number): number[] {
  // A child belongs to the thread that has started it.
  return threadsOf(pid).flatMap((thread) => {
    const children = readOr(`${thread}/children`, "").trim();
    return children === "" ? [] : children.split(" ").map(Number);
  });
}

/** Returns the directory of each thread of a process. */
function threadsOf(pid: number): string[] {
  const tasks = `/proc/${pid}/task`;
  try {
    return [...Deno.readDirSync(tasks)].map(({ name }) => `${tasks}/${name}`);
  } catch {
    return []; // it has ended
  }
}

function readOr(path: string, instead: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return instead; // it has ended
  }
}
