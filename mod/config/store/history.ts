/**
 * Edge: the versions of the document: who stored them, when, and with which command.
 *
 * A version is written before the document itself is replaced, and under its lock. It costs what it
 * changes: a file begins with a whole version, and the changes of the versions after it follow; when
 * they have outgrown it, a new file begins, and the oldest files are removed beyond a number of
 * versions and a total size. A document that was changed by other means is detected at the next
 * write by its digest, and kept as a version of its own.
 *
 * A file `000042.json` is of an older program, which kept every version whole.
 *
 * @module
 */
import { makePrivateFolder } from "./private_folder.ts";
import { joinPath } from "../../base/files/join_path.ts";
import { Fault, quote } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../document/document.ts";
import type { Author } from "./store.ts";
import {
  appendVersion,
  type Damage,
  digestOf,
  type NewVersion,
  readDigests,
  readVersions,
  type Tail,
  type Version,
  writeWhole,
} from "./version_file.ts";

/** A file of the history, by the number of its first version. */
interface VersionFile {
  readonly first: number;
  readonly path: string;
}

/** Maximum number of versions kept: months of an administrator's changes. */
export const HISTORY_COUNT_MAX = 100;
/** Maximum total size: a hundred documents of a thousand entries and sites each. */
const HISTORY_BYTES_MAX = 32 * 1024 * 1024;
/** Maximum characters of a command line that are kept. */
const COMMAND_MAX = 1000;
const FILE_NAME = /^([0-9]{6,})\.jsonl?$/;

/** What there is of the history. */
interface HistoryContent {
  /** Oldest first, without those that cannot be read. */
  readonly versions: readonly Version[];
  readonly damage: readonly Damage[];
}

/** Returns the document of a text that this program has read: people may have put comments in it. */
async function valueOf(text: string): Promise<ConfigDocument> {
  try {
    return JSON.parse(text) as ConfigDocument;
  } catch {
    const { parseCommented } = await import("./commented.ts");
    return parseCommented(text, { file: "the document", isStored: true }) as ConfigDocument;
  }
}

/** The history in one directory. Writers hold the lock of the document; readers need none. */
export class History {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Records `after`, preceded by `before` if the history does not have it. Both are whole
   * documents. What is damaged is left as it is, and nothing is made from it; returns what was found
   * so.
   */
  async record(
    before: string | null,
    after: string,
    author: Author,
  ): Promise<readonly Damage[]> {
    try {
      await makePrivateFolder(this.#folder);
      const at = new Date().toISOString();
      const beforeText = before ?? JSON.stringify(DEFAULT_DOCUMENT);
      const found = { digest: await digestOf(beforeText), document: await valueOf(beforeText) };
      const newest = this.#files().at(-1);
      const content = newest === undefined
        ? null
        : await readVersions(newest.path, newest.first, 1);
      let tail = content?.tail ?? null;
      if (tail?.digest !== found.digest) {
        const last = content?.versions.at(-1);
        const known = last?.number === tail?.number ? last?.document ?? null : null;
        if (JSON.stringify(known) !== JSON.stringify(found.document)) {
          tail = await this.#add(tail, known, { at, user: null, command: null, ...found });
        }
      }
      const stored = { digest: await digestOf(after), document: JSON.parse(after) };
      const command = author.command.slice(0, COMMAND_MAX);
      await this.#add(tail, found.document, { at, user: author.user, command, ...stored });
      return content?.damage ?? [];
    } catch (error) {
      throw this.#fault("write", error);
    }
  }

  /** Returns every version that is kept, oldest first, and what is damaged. */
  async examine(): Promise<HistoryContent> {
    let versions: Version[] = [];
    const damage: Damage[] = [];
    try {
      for (const { path, first } of this.#files().reverse()) {
        const content = await readVersions(path, first, HISTORY_COUNT_MAX);
        versions = [...content.versions, ...versions];
        damage.unshift(...content.damage);
        if (versions.length >= HISTORY_COUNT_MAX) break;
      }
    } catch (error) {
      throw this.#fault("read", error);
    }
    return { versions: versions.slice(-HISTORY_COUNT_MAX), damage };
  }

  /** Returns every version that is kept and can be read, oldest first. */
  async list(): Promise<readonly Version[]> {
    return (await this.examine()).versions;
  }

  /**
   * Returns number and time of the newest version that this program stored as exactly `text`; null if
   * none is kept. The documents are not looked at, but the digests of their texts.
   */
  async newest(text: string): Promise<Pick<Version, "number" | "at"> | null> {
    try {
      const digest = await digestOf(text);
      let last: number | null = null;
      for (const { path, first } of this.#files().reverse()) {
        for (const version of (await readDigests(path, first)).reverse()) {
          last ??= version.number;
          if (version.number <= last - HISTORY_COUNT_MAX) return null;
          if (version.user !== null && version.digest === digest) return version;
        }
      }
      return null;
    } catch (error) {
      throw this.#fault("read", error);
    }
  }

  /** Returns version `number`. Throws a Fault if it is not kept, or cannot be read. */
  async read(number: number): Promise<Version> {
    const { versions, damage } = await this.examine();
    const version = versions.find((one) => one.number === number);
    if (version !== undefined) return version;
    const file = this.#files().filter(({ first }) => first <= number).at(-1);
    const found = damage.filter(({ path }) => path === file?.path);
    const reason = found.length === 0 ? "not in the history" : damageText(found);
    throw new Fault(`Cannot read version ${number} of the document: ${reason}`, {
      hint: "httpcfg history",
    });
  }

  #fault(verb: "read" | "write", error: unknown): Fault {
    return fileFault(`${verb} the history in`, this.#folder, error, { folder: this.#folder });
  }

  /** Returns the files, oldest first. */
  #files(): VersionFile[] {
    const files: VersionFile[] = [];
    try {
      for (const { name } of Deno.readDirSync(this.#folder)) {
        const match = FILE_NAME.exec(name);
        if (match === null) continue;
        files.push({ first: Number(match[1]), path: joinPath(this.#folder, name) });
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return files.sort((a, b) => a.first - b.first);
  }

  /** Adds a version after `before`, the last of `tail`; a whole one if `before` is null. */
  async #add(
    tail: Tail | null,
    before: ConfigDocument | null,
    version: Omit<NewVersion, "number">,
  ): Promise<Tail> {
    const next: NewVersion = { number: (tail?.number ?? 0) + 1, ...version };
    if (tail !== null && before !== null && tail.path.endsWith(".jsonl")) {
      const appended = await appendVersion(tail, before, next);
      if (appended !== null) return appended;
    }
    const path = joinPath(this.#folder, `${String(next.number).padStart(6, "0")}.jsonl`);
    const begun = await writeWhole(path, next);
    this.#prune(next.number);
    return begun;
  }

  /** Removes the oldest files. One that cannot be removed, or looked at, is no reason to fail. */
  #prune(newest: number): void {
    const files = this.#files().reverse();
    let bytes = 0;
    let versions = 0;
    for (const [place, { path, first }] of files.entries()) {
      try {
        bytes += Deno.statSync(path).size;
        // The newest file has but one version yet, and without another nothing could be undone.
        const isNeeded = place < 2 || (versions < HISTORY_COUNT_MAX && bytes <= HISTORY_BYTES_MAX);
        if (!isNeeded) Deno.removeSync(path);
      } catch {
        // `history` says what is wrong with it
      }
      versions = newest - first + 1;
    }
  }
}

/** Returns what is damaged of one file, as a clause. */
export function damageText([first, ...others]: readonly Damage[]): string {
  const { path, line, reason } = first!;
  const more = others.length === 0 ? "" : `, and ${others.length} more lines`;
  return line === null
    ? `${quote(path)} cannot be read: ${reason}`
    : `${quote(path)} is damaged (line ${line}: ${reason}${more})`;
}
