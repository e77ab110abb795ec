/**
 * Edge: identifies a caller by a file. A Unix socket does not reveal the user at its other end, so
 * the caller creates an empty file, under a name that only this caller received, in a directory of
 * the system in which everyone may create files and nobody may rename or remove those of others.
 * The owner of the file is the caller.
 *
 * The directory is the system's, not ours: what others put there costs us nothing, and the service
 * needs no right to write. The caller removes its file.
 *
 * A file that was created earlier, elsewhere or for another purpose proves nothing: it must be new,
 * have one link, be empty, be on the file system of the directory (a user can mount a file system
 * that names any owner on a file of their own), and have a mode that no umask gives by accident.
 *
 * @module
 */
import { groupsOf, readLocalUsers } from "./local_users.ts";
import type { Registrant } from "./registration_access.ts";

/** Candidates, in order of preference. */
export const PROOF_FOLDERS: readonly string[] = ["/tmp", "/var/tmp"];
const STICKY = 0o1000;
const OTHERS_WRITE = 0o002;
/** Readable by others but not by the group: an open file is 0644 or 0600, or has fewer bits. */
const PROOF_MODE = 0o604;
/** File times are those of the last tick of the kernel's clock, up to 10 ms ago. */
const CLOCK_SLACK_MS = 20;
/** The time of the last change, which only the kernel sets, comes in whole seconds. */
const CHANGE_TIME_MS = 1000;
const NONCE_BYTES = 24;

/** A proof that was requested from a caller. */
interface ProofChallenge {
  readonly nonce: string;
  readonly issuedMs: number;
}

/** Issues a challenge. */
export function issueChallenge(): ProofChallenge {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toHex();
  return { nonce, issuedMs: Date.now() };
}

/**
 * Returns those of `candidates` in which only root can rename or remove what others created: no
 * links, owned by root, writable by everyone, with the sticky bit.
 */
export async function findProofFolders(candidates = PROOF_FOLDERS): Promise<string[]> {
  const infos = await Promise.all(candidates.map(folderInfo));
  return candidates.filter((_, index) => {
    const info = infos[index] ?? null;
    if (info === null || info.mode === null) return false;
    const isShared = (info.mode & STICKY) !== 0 && (info.mode & OTHERS_WRITE) !== 0;
    return info.isDirectory && info.uid === 0 && isShared;
  });
}

/**
 * Returns the user that created the file `name` in `folder`; "unseen" if there is no such file, null
 * if it proves nothing. Never an administrator: those have a socket of their own.
 */
export async function registrantOf(
  folder: string,
  name: string,
  { issuedMs }: ProofChallenge,
): Promise<Registrant | "unseen" | null> {
  const [file, folderAt] = await Promise.all([infoOf(`${folder}/${name}`), folderInfo(folder)]);
  if (file === null) return "unseen";
  const { uid, gid, mode, mtime, ctime, birthtime } = file;
  const isProof = file.isFile && !file.isSymlink && file.nlink === 1 && file.size === 0 &&
    file.dev === folderAt?.dev && mode !== null && (mode & 0o7777) === PROOF_MODE;
  const sinceMs = issuedMs - CLOCK_SLACK_MS;
  const isNew = ctime !== null && ctime.getTime() > sinceMs - CHANGE_TIME_MS &&
    [mtime, birthtime].every((time) => time === null || time.getTime() >= sinceMs);
  if (!isProof || !isNew || uid === null || uid === 0 || gid === null) return null;
  return { uid, gids: await gidsOf(uid, gid), isAdministrator: false };
}

/** A file of a caller, which exists until it is disposed of. */
export interface Proof extends AsyncDisposable {
  readonly folder: string;
}

/** Creates the file `name` in the first of `folders` in which that is possible. */
export async function createProof(folders: readonly string[], name: string): Promise<Proof> {
  let failure: unknown = new Error("the service offers no directory that this user knows");
  for (const folder of folders.filter((one) => PROOF_FOLDERS.includes(one))) {
    try {
      return await createProofIn(folder, name);
    } catch (error) {
      failure = error; // full, or not there: the next one may do
    }
  }
  throw failure;
}

/** Creates the file `name` in `folder`. */
export async function createProofIn(folder: string, name: string): Promise<Proof> {
  const path = `${folder}/${name}`;
  const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  file.close();
  await Deno.chmod(path, PROOF_MODE); // not in open: the umask would clear bits
  return {
    folder,
    async [Symbol.asyncDispose](): Promise<void> {
      await Deno.remove(path).catch(() => {}); // it is empty, and this user's
    },
  };
}

/**
 * Returns the ids of the groups of a user. On Linux a new file has the group of the creating process;
 * elsewhere that of the directory.
 */
async function gidsOf(uid: number, fileGid: number): Promise<number[]> {
  const groups = groupsOf(uid, await readLocalUsers());
  return Deno.build.os === "linux" && !groups.includes(fileGid) ? [fileGid, ...groups] : groups;
}

/** The links of the system itself are followed: on macOS /tmp is one. */
async function folderInfo(path: string): Promise<Deno.FileInfo | null> {
  return await Deno.stat(path).catch(() => null);
}

async function infoOf(path: string): Promise<Deno.FileInfo | null> {
  return await Deno.lstat(path).catch(() => null);
}
