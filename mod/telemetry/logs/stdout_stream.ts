/**
 * Edge: access logs on stdout, for a service manager or a container that collects them. A write
 * happens in a thread of the runtime, so that a reader that has stopped keeps nobody waiting.
 *
 * @module
 */
import { LineQueue, type LineQueueOptions } from "./line_queue.ts";

/** Milliseconds until a pipe that was full is tried again: another program has made it non-blocking. */
const RETRY_MS = 20;

const encoder = new TextEncoder();

/** Returns the queue of stdout. The columns are named whenever lines with others follow. */
export function stdoutQueue(options: Pick<LineQueueOptions, "onTrouble" | "onLost">): LineQueue {
  let columns = "";
  return new LineQueue({
    ...options,
    place: "stdout",
    async write({ header, bytes }): Promise<void> {
      const named = /^#Fields:.*/m.exec(header)?.[0] ?? "";
      if (named !== columns) await writeToStdout(encoder.encode(header));
      columns = named;
      await writeToStdout(bytes);
    },
  });
}

/** Writes all of `bytes`, however long its reader takes; meanwhile everything else goes on. */
export async function writeToStdout(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    try {
      done += await Deno.stdout.write(bytes.subarray(done));
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
