/**
 * Edge: who asks, proved by a file. A Unix socket does not tell who is at its other end, so the caller
 * makes an empty file in a folder where everyone may make one and nobody may list, rename or remove
 * those of others (mode 1733), under a name that only this caller was told. Its owner is the caller.
 *
 * A file that was made before and moved here proves nothing: it must be new, have one link, no byte, and
 * a mode that lets nobody but its owner change its times. What is left behind is swept away.
 *
 * @module
 */
import type { Registrant } from "./registration_access.ts";
import { groupsOf, readLocalUsers } from "./local_users.ts";

const FOLDER_MODE = 0o1733;
const PROOF_MODE = 0o600;
/** Files have the time of the last tick of the kernel's clock, up to 10 ms ago. */
const CLOCK_SLACK_MS = 20;
const NONCE_BYTES = 24;
/** Names that one sweep looks at: a full folder must not keep the service busy. */
const SWEPT_MAX = 256;

/** A proof that was asked for. */
interface ProofChallenge {
  readonly nonce: string;
  readonly issuedMs: number;
}

/** The folder of the proofs, for the service. */
export class ProofFolder {
  readonly #path: string;
  readonly #issued = new Set<string>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Makes the folder, empty. Throws where the name is taken by anything else. */
  async open(): Promise<void> {
    await Deno.mkdir(this.#path, { recursive: true, mode: 0o700 });
    const { isDirectory, isSymlink } = await Deno.lstat(this.#path);
    if (!isDirectory || isSymlink) throw new Error(`${this.#path} is not a directory`);
    await this.#sweep();
    await Deno.chmod(this.#path, FOLDER_MODE); // not by mkdir: the umask would take bits away
  }

  /** Asks for a proof; it counts until {@linkcode ProofFolder.revoke}. */
  issue(): ProofChallenge {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toHex();
    this.#issued.add(nonce);
    return { nonce, issuedMs: Date.now() };
  }

  /** Who made the file `name`; null where it proves nothing. The file is removed. */
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

  /** The proof is not awaited any more. */
  async revoke({ nonce }: ProofChallenge): Promise<void> {
    this.#issued.delete(nonce);
    await this.#sweep();
  }

  /** Removes what nobody has asked for. */
  async #sweep(): Promise<void> {
    let count = 0;
    for await (const { name } of Deno.readDir(this.#path)) {
      if (++count > SWEPT_MAX) return;
      if (!this.#issued.has(name.split("-", 1)[0]!)) await remove(`${this.#path}/${name}`);
    }
  }
}

/** Makes the file `name`, for the caller. */
export async function createProof(folder: string, name: string): Promise<void> {
  const path = `${folder}/${name}`;
  const file = await Deno.open(path, { write: true, createNew: true, mode: PROOF_MODE });
  file.close();
}

/** Root, and the user of the service, who can change the document anyway. */
function isAdministrator(uid: number): boolean {
  return uid === 0 || uid === Deno.uid();
}

/** On Linux a new file has the group of its maker's process; elsewhere it has that of the folder. */
async function gidsOf(uid: number, fileGid: number): Promise<number[]> {
  const groups = groupsOf(uid, await readLocalUsers());
  return Deno.build.os === "linux" && !groups.includes(fileGid) ? [fileGid, ...groups] : groups;
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch {
    // Gone, or a folder with something in it: it proves nothing either way.
  }
}
