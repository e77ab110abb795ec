/**
 * Tests of the shell that starts workers, which has no end of its own but that of its service.
 *
 * @module
 */
import { Spawner } from "../../../mod/host/serving/spawner.ts";
import { waitFor } from "../wait.ts";
import { childrenOf, isAlive } from "./worker_service.ts";

/** A shell of one test; files that are tested side by side are one process. */
export interface TestShell {
  /** Starts a shell that starts `command`. */
  start(...command: readonly string[]): Spawner;
  /** Its process id; there is one at a time. */
  readonly pid: number;
  /** Kills it. */
  end(): Promise<void>;
}

/** A test in which this process starts such a shell, which is ended after it. */
export function testWithShell(name: string, fn: (shell: TestShell) => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os !== "linux",
    sanitizeOps: false, // the shell is read from until it ends
    sanitizeResources: false,
    async fn(): Promise<void> {
      const mark = `SHELL_OF=${crypto.randomUUID()}`;
      const found = (): number | undefined => childrenOf(Deno.pid).find((pid) => has(pid, mark));
      const shell: TestShell = {
        start: (...command) => new Spawner(["env", mark, ...command]),
        get pid(): number {
          return found()!;
        },
        async end(): Promise<void> {
          const pid = found();
          if (pid === undefined) return;
          Deno.kill(pid, "SIGKILL");
          await waitFor(() => !isAlive(pid), "the end of the shell");
        },
      };
      const awake = setInterval(() => {}, 1000); // as a service is, which the shell does not keep
      try {
        await fn(shell);
      } finally {
        await shell.end();
        clearInterval(awake);
      }
    },
  });
}

function has(pid: number, mark: string): boolean {
  try {
    return isAlive(pid) && Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(mark);
  } catch {
    return false; // it has just ended
  }
}
