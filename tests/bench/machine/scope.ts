/**
 * Everything that a bench starts and creates, so that nothing is left however it ends.
 *
 * @module
 */
import { treeOf } from "./processes.ts";

/** How long processes may take to end by themselves. */
const END_MS = 5000;

/** Processes and folders that end together. */
export class Scope implements AsyncDisposable {
  readonly #children = new Set<Deno.ChildProcess>();
  readonly #folders = new Set<string>();
  #isOver = false;

  /** Makes a folder that every user may read: a peer's worker may run as another one. */
  folder(): string {
    this.#check();
    const path = Deno.makeTempDirSync({ prefix: "httpcfg-bench-" });
    this.#folders.add(path);
    Deno.chmodSync(path, 0o755);
    return path;
  }

  /** Starts a process; one that ends is forgotten. */
  start(words: readonly string[], options: Omit<Deno.CommandOptions, "args">): Deno.ChildProcess {
    this.#check();
    const child = new Deno.Command(words[0]!, { ...options, args: words.slice(1) }).spawn();
    this.#children.add(child);
    void child.status.then(() => this.#children.delete(child));
    return child;
  }

  /** Ends a process, with all that it has started. */
  async end(child: Deno.ChildProcess): Promise<void> {
    if (!this.#children.has(child)) return;
    const tree = treeOf(child.pid);
    signal(child.pid, "SIGTERM");
    const late = setTimeout(() => tree.forEach((pid) => signal(pid, "SIGKILL")), END_MS);
    await child.status;
    clearTimeout(late);
    for (const pid of tree.slice(1)) signal(pid, "SIGKILL"); // what outlives its parent
  }

  /** Ends all processes and removes all folders; nothing can be started any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#children].map((child) => this.end(child)));
    this.#removeFolders();
  }

  /** The same at once, for a program that ends now. */
  abandon(): void {
    this.#isOver = true;
    for (const { pid } of this.#children) {
      for (const one of treeOf(pid)) signal(one, "SIGKILL");
    }
    this.#removeFolders();
  }

  #removeFolders(): void {
    for (const folder of this.#folders) {
      try {
        Deno.removeSync(folder, { recursive: true });
      } catch {
        // A process that is ending may have removed or written something.
      }
    }
    this.#folders.clear();
  }

  #check(): void {
    if (this.#isOver) throw new Error("its time is over");
  }
}

function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch {
    // It has ended.
  }
}
