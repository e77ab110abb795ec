/**
 * Tests of the shell that starts workers, which has no end of its own but that of its service.
 *
 * @module
 */
import { waitFor } from "../wait.ts";
import { isAlive, spawnerOf } from "./worker_service.ts";

/** A test in which this process starts such a shell; each of them is ended after it. */
export function testWithShell(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os !== "linux",
    sanitizeOps: false, // the shell is read from until it ends
    sanitizeResources: false,
    async fn(): Promise<void> {
      const awake = setInterval(() => {}, 1000); // as a service is, which the shell does not keep
      try {
        await fn();
      } finally {
        await endShell();
        clearInterval(awake);
      }
    },
  });
}

/** Ends the shell of this process, if there is one. */
export async function endShell(): Promise<void> {
  const shell = spawnerOf(Deno.pid);
  if (shell === null) return;
  Deno.kill(shell, "SIGKILL");
  await waitFor(() => !isAlive(shell), "the end of the shell");
}
