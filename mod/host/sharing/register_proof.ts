/**
 * Edge: identifies a caller by a file. A Unix socket does not reveal the user at its other end, so
 * the caller creates an empty file in a directory in which everyone may create files, but nobody
 * may list, rename or remove those of others (mode 1733), under a name that only this caller
 * received. The owner of the file is the caller.
 *
 * A file that was created earlier and moved here proves nothing: it must be new, have one link, be
 * empty, and have a mode that lets only its owner change its times. Leftover files are removed.
 *
 * @module
 */
import type { Registrant } from "./registration_access.ts";
import { groupsOf, readLocalUsers } from "./local_users.ts";

const FOLDER_MODE = 0o1733;
const PROOF_MODE = 0o600;
/** File times are those of the last tick of the kernel's clock, up to 10 ms ago. */
const CLOCK_SLACK_MS = 20;
const NONCE_BYTES = 24;
/** Names that one sweep examines: a full directory must not keep the service busy. */
const SWEPT_MAX = 256;

/** A proof that was requested from a caller. */
interface ProofChallenge {
  readonly nonce: string;
  readonly issuedMs: number;
}

/** The service's view of the directory of proofs. */
export class ProofFolder {
  readonly #path: string;
  readonly #issued = new Set<string>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Creates the directory, or empties it. Throws if the path is not a directory. */
  async open(): Promise<void> {
    await Deno.mkdir(this.#path, { recursive: true, mode: 0o700 });
    const { isDirectory, isSymlink } = await Deno.lstat(this.#path);
    if (!isDirectory || isSymlink) throw new Error(`${this.#path} is not a directory`);
    await this.#sweep();
    await Deno.chmod(this.#path, FOLDER_MODE); // not in mkdir: the umask would clear bits
  }

  /** Issues a challenge, which is valid until {@linkcode ProofFolder.revoke}. */
  issue(): ProofChallenge {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toHex();
    this.#issued.add(nonce);
    return { nonce, issuedMs: Date.now() };
  }

  /** Returns the user that created the file `name`; null if it is not a proof. Removes the file. */
  async registrantOf(name: string, { issuedMs }: ProofChallenge): Promise<Registrant | null> {
    const path = `${this.#path}/${name}`;
    let info: Deno.FileInfo;
    try {
      info = await Deno.lstat(path);
    } catch {
      return null;
    }
    await remove(path);
    const { uid, gid, mode, mtime, birthtime } = info;
    const isProof = info.isFile && !info.isSymlink && info.nlink === 1 && info.size === 0 &&
      mode !== null && (mode & 0o7777) === PROOF_MODE;
    const since = issuedMs - CLOCK_SLACK_MS;
    const isNew = mtime !== null && mtime.getTime() >= since &&
      (birthtime === null || birthtime.getTime() >= since);
    if (!isProof || !isNew || uid === null || gid === null) return null;
    return { uid, gids: await gidsOf(uid, gid), isAdministrator: isAdministrator(uid) };
  }

  /** Invalidates a challenge. */
  async revoke({ nonce }: ProofChallenge): Promise<void> {
    this.#issued.delete(nonce);
    await this.#sweep();
  }

  /** Removes the files that belong to no issued challenge. */
  async #sweep(): Promise<void> {
    let count = 0;
    for await (const { name } of Deno.readDir(this.#path)) {
      if (++count > SWEPT_MAX) return;
      if (!this.#issued.has(name.split("-", 1)[0]!)) await remove(`${this.#path}/${name}`);
    }
  }
}

/** Creates the file `name`, on behalf of the caller. */
export async function createProof(folder: string, name: string): Promise<void> {
  const path = `${folder}/${name}`;
  const file = await Deno.open(path, { write: true, createNew: true, mode: PROOF_MODE });
  file.close();
}

/** Reports whether `uid` is root or the user of the service, who can change the document anyway. */
function isAdministrator(uid: number): boolean {
  return uid === 0 || uid === Deno.uid();
}

/** On Linux a new file has the group of the creating process; elsewhere that of the directory. */
async function gidsOf(uid: number, fileGid: number): Promise<number[]> {
  const groups = groupsOf(uid, await readLocalUsers());
  return Deno.build.os === "linux" && !groups.includes(fileGid) ? [fileGid, ...groups] : groups;
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch {
    // Already removed, or a directory that is not empty: neither is a proof.
  }
}
