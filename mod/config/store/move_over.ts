/**
 * Edge: moves a finished file into the place of another. On Windows that fails while any program has
 * the other one open: a backup, a scanner of viruses, or a command that reads the document. They are
 * given a moment to finish.
 *
 * @module
 */

/** Milliseconds to wait before each further attempt: a second in all. */
const WAITS_MS: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 300, 300];

/** Moves `from` to `to`. */
export async function moveOver(from: string, to: string): Promise<void> {
  for (const wait of waits()) {
    const error = await Deno.rename(from, to).catch((error) => error);
    if (error === undefined) return;
    if (wait === null || !isHeld(error)) throw explained(error, to);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Does what {@linkcode moveOver} does, for a command that does nothing else meanwhile. */
export function moveOverSync(from: string, to: string): void {
  for (const wait of waits()) {
    try {
      return Deno.renameSync(from, to);
    } catch (error) {
      if (wait === null || !isHeld(error)) throw explained(error, to);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
    }
  }
}

/** The waits between the attempts; null after the last one. */
function waits(): readonly (number | null)[] {
  return Deno.build.os === "windows" ? [...WAITS_MS, null] : [null];
}

/** Reports whether the error may be that of a file that is open; a missing right has the same. */
function isHeld(error: unknown): boolean {
  return /\(os error (?:5|32|33)\)/.test(error instanceof Error ? error.message : "");
}

/** Returns `error`, or one that says that the file is open, if it is there and may be written to. */
function explained(error: unknown, to: string): unknown {
  if (Deno.build.os !== "windows" || !isHeld(error)) return error;
  try {
    Deno.openSync(to, { write: true }).close();
  } catch {
    return error;
  }
  return Object.assign(new Error("the file is open"), { code: "EBUSY", cause: error });
}
