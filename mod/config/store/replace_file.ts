/**
 * Edge: a file replaced as a whole: temp file, fsync, rename, fsync of the folder.
 *
 * @module
 */
import { directoryOf } from "../../base/file_fault.ts";

/** Atomic and durable: after this returns, the new text survives a power cut. Caller holds the lock. */
export async function replaceFile(
  path: string,
  text: string,
  { owner, beforeRename }: {
    readonly owner: Deno.FileInfo | null;
    /** Runs when the new text is on the disk, so that nothing is recorded of a failed write. */
    readonly beforeRename: () => Promise<void>;
  },
): Promise<void> {
  const temporary = `${path}.new`;
  // What is there under the lock was left by a killed writer.
  await Deno.remove(temporary).catch(ignoreNotFound);
  try {
    const mode = owner?.mode === null || owner === null ? 0o644 : owner.mode & 0o777;
    using file = await Deno.open(temporary, { write: true, createNew: true, mode });
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
  await Deno.rename(temporary, path);
  if (Deno.build.os === "windows") return; // no fsync of folders there
  using folder = await Deno.open(directoryOf(path));
  await folder.sync();
}

/** Root who edits a service user's document must not lock that user out. */
export async function keepOwner(path: string, owner: Deno.FileInfo | null): Promise<void> {
  if (owner === null || owner.uid === null || owner.uid === 0 || Deno.uid() !== 0) return;
  await Deno.chown(path, owner.uid, owner.gid);
}

/** What the system says of a file; null where it is not there. */
export function statOf(path: string): Promise<Deno.FileInfo | null> {
  return Deno.stat(path).catch(() => null);
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
