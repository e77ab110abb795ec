/**
 * Edge: the clock. The stored document compared with the one in force: how many changes are not
 * applied, which version of the history is in force, and since when.
 *
 * @module
 */
import { inSlices } from "../../base/work/slices.ts";
import { Fault, quote } from "../../base/fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../config/document/document.ts";
import type { History } from "../../config/store/history.ts";
import { serialize, type Store } from "../../config/store/store.ts";
import type { ServiceStatus } from "../control/status.ts";
import { countChanges, type DocumentParts, sameParts } from "../web/document_in_force.ts";

/** The environment of the comparison. */
interface StoredStateOptions {
  readonly store: Pick<Store, "read" | "file">;
  readonly history: Pick<History, "newest">;
}

/** The fields of a status that compare the stored document with the one in force. */
type StoredComparison = Required<
  Pick<ServiceStatus, "stored" | "AppliedRevision" | "appliedAt">
>;

/** What was found out about two documents, until one of them is another. */
interface Counted {
  readonly stored: DocumentParts;
  readonly inForce: DocumentParts;
  readonly changes: number;
}

/** The version of the history that a document is, or null, until the document is another. */
interface Revision {
  readonly of: DocumentParts;
  readonly found: ReturnType<History["newest"]>;
}

export class StoredState {
  readonly #options: StoredStateOptions;
  #appliedAt: string | null = null;
  #counted: Counted | null = null;
  #revision: Revision | null = null;

  constructor(options: StoredStateOptions) {
    this.#options = options;
  }

  /** Notes that a service has just read the stored document. */
  applied(): void {
    this.#appliedAt = new Date().toISOString();
  }

  /** Returns the stored document, or the Fault for one that cannot be used. */
  async read(): Promise<ConfigDocument | Fault> {
    try {
      return await this.#options.store.read();
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
  }

  /** Compares `stored` with `inForce`; null if nothing runs that holds a part of it. */
  async compare(
    stored: ConfigDocument | Fault,
    inForce: ConfigDocument | null,
  ): Promise<StoredComparison> {
    const { file } = this.#options.store;
    const revision = inForce === null ? null : await this.#revisionOf(inForce);
    const missing = inForce === null ? null : await this.missing(stored, inForce);
    if (missing !== null) stored = missing;
    return {
      stored: stored instanceof Fault
        ? { file, changes: null, problem: stored.message, hint: firstOf(stored.hint) }
        : {
          file,
          changes: await this.#changes(stored, inForce ?? stored),
          problem: null,
          hint: null,
        },
      AppliedRevision: revision?.number ?? null,
      appliedAt: inForce === null ? null : this.#timeOf(revision?.at),
    };
  }

  /**
   * Returns the Fault of a document that does not exist although another than the built-in one is in
   * force: somebody has removed it. Null for any other.
   */
  async missing(
    stored: ConfigDocument | Fault,
    inForce: ConfigDocument,
  ): Promise<Fault | null> {
    if (stored !== DEFAULT_DOCUMENT) return null;
    if (await inSlices(countChanges(stored, inForce)) === 0) return null;
    const { file } = this.#options.store;
    const revision = await this.#revisionOf(inForce);
    return new Fault(`Cannot use ${quote(file)}: it was removed; what is in force is not stored`, {
      hint: revision === null ? "httpcfg history" : `httpcfg rollback ${revision.number}`,
    });
  }

  /** Counts again only for other documents: to compare two of 100,000 entries takes a while. */
  async #changes(stored: DocumentParts, inForce: DocumentParts): Promise<number> {
    const known = this.#counted;
    if (known !== null && sameParts(known.stored, stored) && sameParts(known.inForce, inForce)) {
      return known.changes;
    }
    const changes = await inSlices(countChanges(inForce, stored));
    this.#counted = { stored, inForce, changes };
    return changes;
  }

  #revisionOf(inForce: ConfigDocument): ReturnType<History["newest"]> {
    if (this.#revision === null || !sameParts(this.#revision.of, inForce)) {
      const found = this.#options.history
        .newest(serialize(inForce))
        .catch(() => null); // a history that this user may not read has no number to show
      this.#revision = { of: inForce, found };
    }
    return this.#revision.found;
  }

  /** Returns when what is in force was applied; some changes apply when they are stored. */
  #timeOf(storedAt: string | undefined): string | null {
    const applied = this.#appliedAt;
    return storedAt === undefined || (applied !== null && applied > storedAt) ? applied : storedAt;
  }
}

/** Returns the best of the lines of a hint; null for none. */
function firstOf(hint: string | undefined): string | null {
  return hint?.split("\n", 1)[0] ?? null;
}
