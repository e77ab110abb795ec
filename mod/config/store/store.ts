/**
 * Edge: the document on disk.
 *
 * It is written as a whole and under a lock: temporary file, fsync, rename, fsync of the directory.
 * A crash at any point leaves the old or the new document; two writers never lose each other's
 * changes; an edit that changes nothing writes nothing.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../../base/fault.ts";
import { directoryOf, fileFault, tooLargeFault } from "../../base/file_fault.ts";
import type { ContentRules } from "../document/check.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT, DOCUMENT_VERSION } from "../document/document.ts";
import { DocumentFault, type DocumentProblem } from "../document/document_problems.ts";
import { documentVersion, migrate } from "../document/migrate.ts";
import { keepOwner, replaceFile, statOrNull } from "./replace_file.ts";

/** Maximum size of a document that is read: 100,000 entries and 10,000 sites stay far below. */
const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024;
/**
 * Time for another writer to finish. A write takes a few milliseconds, unless the disk is stuck.
 */
const LOCK_WAIT_MS = 30_000;

export interface StoreOptions {
  /** Path of the document. */
  readonly file: string;
  /** Loads the rules of the kinds of site content. Only called when a document is checked. */
  readonly loadContentRules: () => Promise<ContentRules>;
  /**
   * Called under the lock when the new text is safely on disk, with the text that is about to be
   * replaced; null for the first write. If it throws, the old document remains.
   */
  readonly onReplace?: (before: string | null, after: string) => Promise<void>;
  /** Called with a valid document of an older version, migrated, each time that one is read. */
  readonly onMigrate?: (from: number, document: ConfigDocument) => Promise<void>;
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

  /**
   * Returns the stored document, or the built-in one if nothing has been stored. Throws a Fault.
   */
  async read(): Promise<ConfigDocument> {
    const text = this.#readText();
    return text === null ? DEFAULT_DOCUMENT : await this.parse(text);
  }

  /**
   * Returns the inclusion list alone. Scripts query it in loops, so it does not load and run the
   * checks of everything else, which take a quarter of the time that the runtime takes to start.
   */
  async readList(): Promise<readonly string[]> {
    const text = this.#readText();
    if (text === null) return DEFAULT_DOCUMENT.ipListen;
    return plainList(text) ?? (await this.parse(text)).ipListen;
  }

  /**
   * Applies `edit` to the newest document, excluding all other processes. What `edit` returns is
   * checked before it is stored. If it throws, everything stays as it was.
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
      if (text !== null) await this.#backUpOlder(text);
    });
    return { changed: true, before, after };
  }

  /** Synchronous, because a thread for one small file costs a command more than reading it. */
  #readText(): string | null {
    try {
      const { size: bytes } = Deno.statSync(this.file);
      if (bytes > DOCUMENT_BYTES_MAX) {
        const hint = "move the file away, or use another document with --config FILE";
        throw tooLargeFault("read", this.file, { bytes, bytesMax: DOCUMENT_BYTES_MAX }, hint);
      }
      return Deno.readTextFileSync(this.file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw fileFault("read", this.file, error, hintFor(error));
    }
  }

  /** Parses, migrates and checks `text`, the content of `file`. Throws a Fault. */
  async parse(text: string, file: string = this.file): Promise<ConfigDocument> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new Fault(`Cannot read ${quote(file)}: ${(error as SyntaxError).message}`, {
        hint: file === this.file
          ? "fix the file, or move it away to start from the built-in document"
          : "fix the file; httpcfg config export prints a document that is valid",
        cause: error,
      });
    }
    rejectNewer(file, value);
    const version = documentVersion(value);
    value = migrate(value);
    const problems = await this.#check(value);
    if (problems.length > 0) throw new DocumentFault(`Cannot use ${quote(file)}`, problems);
    const document = value as ConfigDocument;
    if (version !== null && version < DOCUMENT_VERSION) {
      await this.#options.onMigrate?.(version, document);
    }
    return document;
  }

  async #check(value: unknown): Promise<DocumentProblem[]> {
    const [{ checkDocument }, contents] = await Promise.all([
      import("../document/check.ts"),
      this.#options.loadContentRules(),
    ]);
    return checkDocument(value, contents);
  }

  /** The lock is a file of its own, because a rename replaces the inode on which a lock is held. */
  async #lock(): Promise<Disposable> {
    const target = await this.#target(); // two names of one document share one lock
    const path = `${target}.lock`;
    let file: Deno.FsFile;
    try {
      await Deno.mkdir(directoryOf(target), { recursive: true });
      file = await Deno.open(path, { create: true, write: true, mode: 0o600 });
      await keepOwner(path, await statOrNull(target));
    } catch (error) {
      throw fileFault("write", this.file, error, hintFor(error));
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new Fault(
            `Cannot write ${quote(this.file)}: another process has held the lock ${
              quote(path)
            } for ${LOCK_WAIT_MS / 1000} s`,
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
    return { [Symbol.dispose]: () => file.close() };
  }

  /**
   * Keeps a document of an older version beside the new one, so that its program can use it again.
   */
  async #backUpOlder(text: string): Promise<void> {
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
      await replaceFile(target, text, { owner: await statOrNull(target), beforeRename });
    } catch (error) {
      throw fileFault("write", this.file, error, hintFor(error));
    }
  }

  /** Resolves links: a link stays a link, and the file that it names is locked and replaced. */
  #target(): Promise<string> {
    return Deno.realPath(this.file).catch(() => this.file);
  }
}

/** Returns the document as it is stored on disk: indented by two spaces, with a final newline. */
export function serialize(document: ConfigDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Returns the list if the document has this version and its entries are plain words; else null. */
function plainList(text: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const { version, ipListen } = value as { version?: unknown; ipListen?: unknown };
    if (version !== DOCUMENT_VERSION || !Array.isArray(ipListen)) return null;
    const plain = ipListen.every((entry) => typeof entry === "string" && /^[!-~]+$/.test(entry));
    return plain ? ipListen : null;
  } catch {
    return null; // the check reports what is wrong
  }
}

function rejectNewer(file: string, value: unknown): void {
  const version = documentVersion(value);
  if (version === null || version <= DOCUMENT_VERSION) return;
  throw new Fault(
    `Cannot use ${quote(file)}: version ${version} is newer than ${DOCUMENT_VERSION}, ` +
      `the newest version that this program knows`,
    { hint: "install the httpcfg that wrote it, or restore an older version: httpcfg history" },
  );
}

/** Returns the hint for a document that is in the wrong place. */
function hintFor(error: unknown): string | undefined {
  const isMisplaced = error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.AlreadyExists;
  return isMisplaced ? "set HTTPCFG_HOME=DIR" : undefined;
}
