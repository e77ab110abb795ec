/**
 * Edge: the lock of the document, which excludes other writers. It is a file of its own, because a
 * rename replaces the inode on which a lock is held.
 *
 * @module
 */
import { makePrivateFolder } from "./private_folder.ts";
import { Fault, quote, shellWord } from "../../base/fault.ts";
import { directoryOf, fileFault, misplacedHint } from "../../base/file_fault.ts";
import { isOneFile } from "./file_place.ts";
import { checkRegular } from "./regular_file.ts";
import { keepOwner, statOrNull } from "./replace_file.ts";

/**
 * Time for another writer to finish. A write takes a few milliseconds, unless the disk is stuck.
 */
const LOCK_WAIT_MS = 30_000;
/** Where users and groups are: others may read a document, whose secrets are files of their own. */
const FOLDER_MODE = 0o777;

/** A lock that is held until it is disposed of. */
interface DocumentLock extends Disposable {
  /** Throws if another writer may hold a lock of the same name: one change would be lost. */
  check(): void;
}

/** Where a lock is, and whose document it protects, as it was named. */
interface LockFile {
  readonly path: string;
  readonly document: string;
}

/**
 * Waits for the lock of the document that is called `document`, and is in the file `target`: two
 * names of one document share one lock.
 */
export async function lockDocument(document: string, target: string): Promise<DocumentLock> {
  const lock: LockFile = { path: `${target}.lock`, document };
  for (;;) {
    const file = await openLock(lock, target);
    // Without the race where the lock is free: a timer takes a tenth of the time of a command.
    if (!file.tryLockSync(true)) await waitForLock(lock, file);
    // Somebody may have removed the file while another writer held it.
    if (!isAt(lock.path, file)) {
      file.close();
      continue;
    }
    return { check: () => checkLock(lock, file), [Symbol.dispose]: () => file.close() };
  }
}

function checkLock({ path, document }: LockFile, file: Deno.FsFile): void {
  if (isAt(path, file)) return;
  throw new Fault(
    `Cannot write ${quote(document)}: its lock ${quote(path)} was removed in the meantime`,
    { hint: "try again; nothing was changed" },
  );
}

async function openLock({ path, document }: LockFile, target: string): Promise<Deno.FsFile> {
  try {
    await makePrivateFolder(directoryOf(path), FOLDER_MODE);
    const known = await statOrNull(path);
    if (known !== null) checkRegular(path, known);
    const file = await Deno.open(path, { create: true, write: true, mode: 0o600 });
    await keepOwner(path, await statOrNull(target));
    return file;
  } catch (error) {
    throw fileFault("write", document, error, misplacedHint(error));
  }
}

async function waitForLock({ path, document }: LockFile, file: Deno.FsFile): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new Fault(
          `Cannot write ${quote(document)}: another process has held the lock ${quote(path)} for ${
            LOCK_WAIT_MS / 1000
          } s`,
          { hint: `fuser -v ${shellWord(path)}` },
        ),
      );
    }, LOCK_WAIT_MS);
  });
  try {
    await Promise.race([file.lock(true), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reports whether `path` leads to the open `file`. */
function isAt(path: string, file: Deno.FsFile): boolean {
  try {
    return isOneFile(Deno.statSync(path), file.statSync());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
