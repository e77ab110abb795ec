/**
 * Tests of the shell that starts workers, which has no end of its own but that of its service.
 *
 * @module
 */
import { Spawner } from "../../../mod/host/serving/spawner.ts";
import { waitFor } from "../wait.ts";
import { isAlive } from "./worker_service.ts";

/** A shell of one test; files that are tested side by side are one process. */
export interface TestShell {
  /** Starts a shell that starts `command`. */
  start(...command: readonly string[]): Spawner;
  /** Kills the last one. */
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
      let pid = 0;
      const shell: TestShell = {
        start(...command): Spawner {
          const spawner = new Spawner(command);
          pid = spawner.pid;
          return spawner;
        },
        async end(): Promise<void> {
          if (!isAlive(pid)) return;
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
