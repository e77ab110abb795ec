/**
 * Edge: the document on disk.
 *
 * Written whole and under a lock: temp file, fsync, rename, fsync of the folder. A crash at any point
 * leaves the old or the new document; two writers never lose each other's change; an edit that
 * changes nothing writes nothing.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { directoryOf, fileFault } from "../../base/file_fault.ts";
import type { ContentRules } from "../document/check.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT, DOCUMENT_VERSION } from "../document/document.ts";
import { DocumentFault, type Problem } from "../document/document_problems.ts";
import { documentVersion, migrate } from "../document/migrate.ts";
import { keepOwner, replaceFile, statOf } from "./replace_file.ts";

/** Bytes of a document that are read at all: 100,000 entries and 10,000 sites stay far below. */
const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024;
/** Milliseconds for another writer to finish. One write takes a few; only a stuck disk takes more. */
const LOCK_WAIT_MS = 30_000;

export interface StoreOptions {
  /** Path of the document. */
  readonly file: string;
  /** Loads what the kinds of site content ask of one; only called where a document is checked. */
  readonly loadContentRules: () => Promise<ContentRules>;
  /**
   * Called under the lock, the new text safe on the disk, with the text that is about to be replaced;
   * null for the first write. A throw leaves the old document.
   */
  readonly onReplace?: (before: string | null, after: string) => Promise<void>;
}

export interface StoreChange {
  readonly changed: boolean;
  readonly before: ConfigDocument;
  readonly after: ConfigDocument;
}

export class Store {
  readonly file: string;
  readonly #options: StoreOptions;

  constructor(options: StoreOptions) {
    this.file = options.file;
    this.#options = options;
  }

  /** The stored document; the built-in one where nothing has been stored. Throws a Fault. */
  async read(): Promise<ConfigDocument> {
    const text = this.#readText();
    return text === null ? DEFAULT_DOCUMENT : await this.parse(text);
  }

  /**
   * The inclusion list alone. A query is asked in loops and by scripts: it does not load and run the
   * checks of all the rest, which take a quarter of the time that the runtime takes to start.
   */
  async readList(): Promise<readonly string[]> {
    const text = this.#readText();
    if (text === null) return DEFAULT_DOCUMENT.ipListen;
    return plainList(text) ?? (await this.parse(text)).ipListen;
  }

  /**
   * Applies `edit` to the newest document, alone among all processes. What `edit` returns is checked
   * before it is stored; what it throws leaves everything as it was.
   */
  async update(edit: (document: ConfigDocument) => ConfigDocument): Promise<StoreChange> {
    using _lock = await this.#lock();
    const text = this.#readText();
    const before = text === null ? DEFAULT_DOCUMENT : await this.parse(text);
    const after = migrate(edit(before)) as ConfigDocument;
    if (JSON.stringify(after) === JSON.stringify(before)) return { changed: false, before, after };
    const problems = await this.#check(after);
    if (problems.length > 0) throw new DocumentFault(`Cannot store ${quote(this.file)}`, problems);
    const afterText = serialize(after);
    await this.#replace(afterText, async () => {
      await this.#options.onReplace?.(text, afterText);
      if (text !== null) await this.#keepOriginal(text);
    });
    return { changed: true, before, after };
  }

  /** Synchronous: a thread for one small file costs a command more than the reading. */
  #readText(): string | null {
    try {
      const { size } = Deno.statSync(this.file);
      if (size > DOCUMENT_BYTES_MAX) {
        throw new Fault(`Cannot read ${quote(this.file)}: ${size} bytes are no configuration`, {
          hint: "name the document with --config FILE, or move the file away",
        });
      }
      return Deno.readTextFileSync(this.file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw fileFault("read", this.file, error, hintFor(error));
    }
  }

  /** The document that `text`, which stands in `file`, is; migrated and checked. Throws a Fault. */
  async parse(text: string, file: string = this.file): Promise<ConfigDocument> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new Fault(`Cannot read ${quote(file)}: ${(error as SyntaxError).message}`, {
        hint: "mend the file, or move it away to start from the built-in document",
        cause: error,
      });
    }
    refuseNewer(file, value);
    value = migrate(value);
    const problems = await this.#check(value);
    if (problems.length > 0) throw new DocumentFault(`Cannot use ${quote(file)}`, problems);
    return value as ConfigDocument;
  }

  async #check(value: unknown): Promise<Problem[]> {
    const [{ checkDocument }, contents] = await Promise.all([
      import("../document/check.ts"),
      this.#options.loadContentRules(),
    ]);
    return checkDocument(value, contents);
  }

  /** The lock is a file of its own, because a rename replaces the inode that a lock is held on. */
  async #lock(): Promise<Disposable> {
    const target = await this.#target(); // two names of one document have one lock
    const path = `${target}.lock`;
    let file: Deno.FsFile;
    try {
      await Deno.mkdir(directoryOf(target), { recursive: true });
      file = await Deno.open(path, { create: true, write: true, mode: 0o600 });
      await keepOwner(path, await statOf(target));
    } catch (error) {
      throw fileFault("write", this.file, error, hintFor(error));
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new Fault(
            `Cannot write ${quote(this.file)}: another process has held ${quote(path)} for ${
              LOCK_WAIT_MS / 1000
            } s`,
            { hint: `fuser -v ${path}` },
          ),
        );
      }, LOCK_WAIT_MS);
    });
    try {
      await Promise.race([file.lock(true), late]);
    } finally {
      clearTimeout(timer);
    }
    return { [Symbol.dispose]: () => file.close() };
  }

  /** A document of an older version stays beside the new one, so that its program can have it back. */
  async #keepOriginal(text: string): Promise<void> {
    const version = documentVersion(JSON.parse(text));
    if (version === null || version >= DOCUMENT_VERSION) return;
    const copy = `${this.file}.version-${version}`;
    try {
      await Deno.writeTextFile(copy, text, { mode: 0o600 });
    } catch (error) {
      throw fileFault("write", copy, error, hintFor(error));
    }
  }

  async #replace(text: string, beforeRename: () => Promise<void>): Promise<void> {
    try {
      const target = await this.#target();
      await replaceFile(target, text, { owner: await statOf(target), beforeRename });
    } catch (error) {
      throw fileFault("write", this.file, error, hintFor(error));
    }
  }

  /** A link stays a link: the file that it names is what is locked and replaced. */
  #target(): Promise<string> {
    return Deno.realPath(this.file).catch(() => this.file);
  }
}

/** The document as it stands on disk: two spaces, one line end at the end. */
export function serialize(document: ConfigDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The list of a document of this version that has one of plain words; else null. */
function plainList(text: string): readonly string[] | null {
  try {
    const { version, ipListen } = JSON.parse(text) as Partial<ConfigDocument>;
    if (version !== DOCUMENT_VERSION || !Array.isArray(ipListen)) return null;
    const plain = ipListen.every((entry) => typeof entry === "string" && /^[!-~]+$/.test(entry));
    return plain ? ipListen : null;
  } catch {
    return null; // what is wrong is said by the check
  }
}

function refuseNewer(file: string, value: unknown): void {
  const version = documentVersion(value);
  if (version === null || version <= DOCUMENT_VERSION) return;
  throw new Fault(
    `Cannot use ${quote(file)}: its version ${version} is newer than ${DOCUMENT_VERSION}, ` +
      `the newest that this program knows`,
    { hint: "install the httpcfg that wrote it, or restore an older document: httpcfg history" },
  );
}

/** The cure for a document that is in the wrong place, or another user's; else nothing. */
function hintFor(error: unknown): string | undefined {
  if (error instanceof Deno.errors.PermissionDenied) {
    return "sudo httpcfg …, or set HTTPCFG_HOME=DIR";
  }
  const isMisplaced = error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.AlreadyExists;
  return isMisplaced ? "set HTTPCFG_HOME=DIR" : undefined;
}
