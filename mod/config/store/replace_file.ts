/**
 * Edge: replaces a file as a whole: temporary file, fsync, rename, fsync of the directory.
 *
 * @module
 */
import { moveOver } from "./move_over.ts";
import { directoryOf } from "../../base/file_fault.ts";

/**
 * Replaces the file atomically and durably: after this returns, the new text survives a power
 * failure. The caller holds the lock.
 */
export async function replaceFile(
  path: string,
  text: string,
  { owner, mode = 0o644, beforeRename = () => Promise.resolve() }: {
    readonly owner: Deno.FileInfo | null;
    /** Mode of the file if it has none yet. */
    readonly mode?: number;
    /** Called when the new text is on the disk, so that nothing is recorded for a failed write. */
    readonly beforeRename?: () => Promise<void>;
  },
): Promise<void> {
  const temporary = `${path}.new`;
  // A file that exists while we hold the lock was left by a killed writer.
  await Deno.remove(temporary).catch(ignoreNotFound);
  try {
    const kept = owner === null || owner.mode === null ? mode : owner.mode & 0o777;
    using file = await Deno.open(temporary, { write: true, createNew: true, mode: kept });
    const bytes = new TextEncoder().encode(text);
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    await keepOwner(temporary, owner);
    await file.sync();
    await beforeRename();
  } catch (error) {
    await Deno.remove(temporary).catch(ignoreNotFound);
    throw error;
  }
  try {
    await moveOver(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(ignoreNotFound);
    throw error;
  }
  if (Deno.build.os === "windows") return; // directories cannot be synced there
  using folder = await Deno.open(directoryOf(path));
  await folder.sync();
}

/** Throws if {@linkcode replaceFile} could not begin: it makes a file beside `path`. The caller holds the lock. */
export async function checkReplaceable(path: string): Promise<void> {
  const temporary = `${path}.new`;
  await Deno.remove(temporary).catch(ignoreNotFound);
  (await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 })).close();
  await Deno.remove(temporary);
}

/**
 * Writes a file that a user has named. A regular file is replaced as a whole, with its owner and mode,
 * or with `mode`; a link stays a link, and a device or a pipe is written to.
 */
export async function writeNamedFile(path: string, text: string, mode?: number): Promise<void> {
  const target = await Deno.realPath(path).catch(() => path);
  const owner = await statOrNull(target);
  if (owner !== null && !owner.isFile) await Deno.writeTextFile(target, text);
  else await replaceFile(target, text, mode === undefined ? { owner } : { owner: null, mode });
}

/** Restores the owner: an edit by root must not lock out the service user who owns the document. */
export async function keepOwner(path: string, owner: Deno.FileInfo | null): Promise<void> {
  if (owner === null || owner.uid === null || owner.uid === 0 || Deno.uid() !== 0) return;
  await Deno.chown(path, owner.uid, owner.gid);
}

/** Returns the metadata of a file; null if there is none. */
export function statOrNull(path: string): Promise<Deno.FileInfo | null> {
  return Deno.stat(path).catch(() => null);
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
