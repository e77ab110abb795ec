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
import { fileFault, misplacedHint, tooLargeFault } from "../../base/file_fault.ts";
import type { CheckedDocument, ContentRules } from "../document/check.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT, DOCUMENT_VERSION } from "../document/document.ts";
import { documentVersion, migrate } from "../document/migrate.ts";
import { isPlainList } from "../document/plain_list.ts";
import { checkRegular } from "./regular_file.ts";

/** Maximum size of a document that is read: 100,000 entries and 10,000 sites stay far below. */
const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024;

/** Who makes a change, and with which command. */
export interface Author {
  readonly user: string;
  readonly command: string;
}

export interface StoreOptions {
  /** Path of the document. */
  readonly file: string;
  /** Loads the rules of the kinds of site content. Only called when a document is checked. */
  readonly loadContentRules: () => Promise<ContentRules>;
  /**
   * Called under the lock when the new text is safely on disk, with the text that is about to be
   * replaced; null for the first write. If it throws, the old document remains. `author` is who has
   * made the change, if not whoever runs this program.
   */
  readonly onReplace?: (before: string | null, after: string, author?: Author) => Promise<void>;
  /** Called with the list of a valid document of an older version each time that one is read. */
  readonly onMigrate?: (from: number, ipListen: readonly string[]) => Promise<void>;
  /** Called when comments were replaced, with the path of the copy that has them. */
  readonly onComments?: (copy: string) => Promise<void>;
  /** Returns the hint of a document that cannot be used. */
  readonly cureOf?: (file: string) => Promise<string>;
}

export interface StoreChange {
  readonly changed: boolean;
  readonly before: ConfigDocument;
  readonly after: ConfigDocument;
}

export class Store {
  readonly file: string;
  readonly #options: StoreOptions;
  /** What was read last: a service that is asked for its status must not check it each time. */
  #last: { readonly text: string; readonly document: ConfigDocument } | null = null;

  constructor(options: StoreOptions) {
    this.file = options.file;
    this.#options = options;
  }

  /**
   * Returns the stored document, or the built-in one if nothing has been stored. Returns the same
   * value until the file changes. Throws a Fault.
   */
  async read(): Promise<ConfigDocument> {
    const text = this.#readText();
    if (text === null) return DEFAULT_DOCUMENT;
    if (this.#last?.text !== text) this.#last = { text, document: await this.parse(text) };
    return this.#last.document;
  }

  /**
   * Returns the inclusion list alone. Scripts query it in loops, so it does not load and run the
   * checks of everything else, which take a quarter of the time that the runtime takes to start.
   */
  async readList(): Promise<readonly string[]> {
    const text = this.#readText();
    if (text === null) return DEFAULT_DOCUMENT.ipListen;
    const texts = listIn(text);
    if (texts === null) return (await this.parse(text)).ipListen;
    if (isPlainList(texts)) return texts;
    const { normaliseList } = await import("../document/normalise_list.ts");
    const { entries, problems } = normaliseList(texts);
    return problems.length === 0 ? entries : (await this.parse(text)).ipListen;
  }

  /**
   * Applies `edit` to the newest document, excluding all other processes. What `edit` returns is
   * checked before it is stored, in its one spelling. If it throws, everything stays as it was. The
   * history names `author`, by default whoever runs this program.
   */
  async update(
    edit: (document: ConfigDocument) => ConfigDocument,
    author?: Author,
  ): Promise<StoreChange> {
    // Loaded here, because a query writes nothing.
    const { lockDocument } = await import("./store_lock.ts");
    using lock = await lockDocument(this.file, await this.#target());
    const text = this.#readText();
    const before = text === null ? DEFAULT_DOCUMENT : await this.parse(text);
    const edited = edit(before);
    if (edited === before) return { changed: false, before, after: before };
    const { document: after, problems } = await this.#check(migrate(edited), before);
    if (problems.length > 0) {
      const { DocumentFault } = await import("../document/document_problems.ts");
      throw new DocumentFault(`Cannot store ${quote(this.file)}`, problems);
    }
    const version = documentVersion(edited);
    if (version !== null && version < DOCUMENT_VERSION) {
      await this.#options.onMigrate?.(version, edited.ipListen); // from the history
    }
    if (JSON.stringify(after) === JSON.stringify(before)) return { changed: false, before, after };
    // The order of the fields of an object is no difference.
    const { diffValues } = await import("../document/diff.ts");
    if (diffValues(before, after).length === 0) return { changed: false, before, after: before };
    const afterText = serialize(after);
    await this.#replace(afterText, async () => {
      await this.#options.onReplace?.(text, afterText, author);
      if (text !== null) await this.#keepOriginal(text);
      lock.check();
    });
    return { changed: true, before, after };
  }

  /** Synchronous, because a thread for one small file costs a command more than reading it. */
  #readText(): string | null {
    try {
      const info = Deno.statSync(this.file);
      checkRegular(this.file, info);
      const { size: bytes } = info;
      if (bytes > DOCUMENT_BYTES_MAX) {
        const path = shellWord(this.file);
        const hint = `mv ${path} ${path}.broken`;
        throw tooLargeFault("read", this.file, { bytes, bytesMax: DOCUMENT_BYTES_MAX }, hint);
      }
      return withoutMark(Deno.readTextFileSync(this.file));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw fileFault("read", this.file, error, misplacedHint(error));
    }
  }

  /**
   * Parses, migrates and checks `text`, the content of `file`; returns the document in its one
   * spelling. Throws a Fault.
   */
  async parse(text: string, file: string = this.file): Promise<ConfigDocument> {
    return await this.check(await this.parseJson(text, file), file);
  }

  /** Parses the JSON `text`, which may have comments, from `file`. Throws a Fault. */
  async parseJson(text: string, file: string = this.file): Promise<unknown> {
    try {
      return JSON.parse(withoutMark(text));
    } catch {
      const { parseCommented } = await import("./commented.ts");
      return await this.#cured(file, () => {
        return parseCommented(withoutMark(text), { file, isStored: file === this.file });
      });
    }
  }

  /** Migrates and checks `value`, the content of `file`, as {@linkcode parse} does. */
  async check(value: unknown, file: string = this.file): Promise<ConfigDocument> {
    await this.#rejectNewer(file, value);
    const version = documentVersion(value);
    const migrated = migrate(value);
    const { document, problems } = await this.#check(migrated, null);
    if (problems.length > 0) {
      const { DocumentFault } = await import("../document/document_problems.ts");
      throw new DocumentFault(`Cannot use ${quote(file)}`, problems, await this.#cureOf(file));
    }
    if (version !== null && version < DOCUMENT_VERSION) {
      await this.#options.onMigrate?.(version, (migrated as ConfigDocument).ipListen);
    }
    return document;
  }

  /** Calls `read`; a Fault of it is thrown with what to type about `file`. */
  async #cured(file: string, read: () => unknown): Promise<unknown> {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { message, cause, exit } = error;
      throw new Fault(message, { hint: await this.#cureOf(file), cause, exit });
    }
  }

  async #rejectNewer(file: string, value: unknown): Promise<void> {
    const version = documentVersion(value);
    if (version === null || version <= DOCUMENT_VERSION) return;
    throw new Fault(
      `Cannot use ${quote(file)}: version ${version} is newer than ${DOCUMENT_VERSION}, ` +
        `the newest version that this program knows`,
      { hint: file === this.file ? await this.#cureOf(file) : "httpcfg --version" },
    );
  }

  /** Returns what to type about a document that cannot be used: the stored one, or another file. */
  async #cureOf(file: string): Promise<string> {
    const stored = file === this.file ? await this.#options.cureOf?.(file) : undefined;
    return stored ?? `\${EDITOR:-vi} ${shellWord(file)}`;
  }

  async #check(value: unknown, known: ConfigDocument | null): Promise<CheckedDocument> {
    const [{ checkDocument }, contents] = await Promise.all([
      import("../document/check.ts"),
      this.#options.loadContentRules(),
    ]);
    return checkDocument(value, contents, known);
  }

  /** Keeps what the new document cannot say. */
  async #keepOriginal(text: string): Promise<void> {
    const { keepOriginal } = await import("./original.ts");
    const copy = await keepOriginal(this.file, text);
    if (copy !== null) await this.#options.onComments?.(copy);
  }

  async #replace(text: string, beforeRename: () => Promise<void>): Promise<void> {
    try {
      const { replaceFile, statOrNull } = await import("./replace_file.ts");
      const target = await this.#target();
      await replaceFile(target, text, { owner: await statOrNull(target), beforeRename });
    } catch (error) {
      throw fileFault("write", this.file, error, misplacedHint(error));
    }
  }

  /** Resolves links: a link stays a link, and the file that it names is locked and replaced. */
  #target(): Promise<string> {
    return Deno.realPath(this.file).catch(() => this.file);
  }
}

/** Returns a text without the byte order mark that some editors put in front. */
function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** Returns the document as it is stored on disk: indented by two spaces, with a final newline. */
export function serialize(document: ConfigDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Returns the list of a document of this version, if it is one of texts; else null. */
function listIn(text: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const { version, ipListen } = value as { version?: unknown; ipListen?: unknown };
    if (version !== DOCUMENT_VERSION || !Array.isArray(ipListen)) return null;
    return ipListen.every((entry) => typeof entry === "string") ? ipListen : null;
  } catch {
    return null; // the check reports what is wrong
  }
}
