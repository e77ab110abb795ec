/**
 * The shared document of a fleet, where everything else has the stored document of a machine: the same
 * edits with the same checks, as revisions in the store of the fleet.
 *
 * @module
 */
import { Fault, quote } from "../base/fault.ts";
import { isProblem, Problem } from "../base/problem.ts";
import type { ContentRules } from "../config/document/check.ts";
import { type ConfigDocument, DOCUMENT_VERSION } from "../config/document/document.ts";
import { Store, type StoreChange } from "../config/store/store.ts";
import { sharedOf } from "../fleet/member/merge.ts";
import { secretFields } from "../fleet/member/secrets.ts";
import type { FleetStore } from "../fleet/shared/fleet_store.ts";
import type { SharedDocument } from "../fleet/shared/shared_document.ts";

/** Stands for the thumbprint of a certificate, which each machine has of its own. */
const NO_HASH = "0".repeat(40);

/** Returns a shared document as the checks and edits of a machine's document take it. */
function asDocument(shared: SharedDocument): ConfigDocument {
  return { ...shared, ssl: shared.ssl.map((record) => ({ hash: NO_HASH, ...record })) };
}

/** Returns a document as a shared one, or why it must not be shared. */
function asShared(document: ConfigDocument): SharedDocument | Problem {
  const unnamed = document.ssl.find(({ certName }) => certName === undefined);
  if (unnamed !== undefined) {
    return new Problem(
      `ssl[${unnamed.key}] has no certName, by which each member finds its certificate`,
      { hint: "httpcfg cert list" },
    );
  }
  for (const site of document.sites) {
    const [secret] = secretFields(site);
    if (secret === undefined) continue;
    return new Problem(
      `the site ${quote(site.name)} has the field ${quote(secret)}, a secret, which is not shared`,
      { hint: "httpcfg help site set" }, // on each machine
    );
  }
  return sharedOf(document);
}

/** A change that is made up and not stored. */
interface Proposal {
  /** The revision that it changes. */
  readonly revision: number;
  readonly before: SharedDocument;
  readonly after: SharedDocument;
}

/** Who changes what. */
interface Author {
  readonly by: string;
  /** In the words of the command. */
  readonly what: string;
  /** ISO 8601. */
  readonly at: string;
}

interface FleetDocumentOptions {
  readonly author: Author;
  readonly loadContentRules: () => Promise<ContentRules>;
  /** Keeps what would be stored in {@linkcode FleetDocument.proposal}, and stores nothing. */
  readonly isProposal: boolean;
}

/** The shared document in the place of the stored one of a machine. */
export class FleetDocument extends Store {
  readonly #fleet: FleetStore;
  readonly #options: FleetDocumentOptions;
  #proposal: Proposal | null = null;
  #revision: number | null = null;

  constructor(fleet: FleetStore, options: FleetDocumentOptions) {
    const cureOf = (file: string): Promise<string> => {
      return Promise.resolve(file === fleet.keys.name ? "httpcfg fleet history" : `cat ${file}`);
    };
    super({ file: fleet.keys.name, loadContentRules: options.loadContentRules, cureOf });
    this.#fleet = fleet;
    this.#options = options;
  }

  /** What was proposed last; null for no change. */
  get proposal(): Proposal | null {
    return this.#proposal;
  }

  /** The revision that was stored; null if none was. */
  get revision(): number | null {
    return this.#revision;
  }

  override async read(): Promise<ConfigDocument> {
    return asDocument((await this.#newest()).document);
  }

  override async readList(): Promise<readonly string[]> {
    return (await this.#newest()).document.ipListen;
  }

  /** As for a machine; an ssl record needs no thumbprint. */
  override async check(value: unknown, file?: string): Promise<ConfigDocument> {
    const { ssl } = (value ?? {}) as { readonly ssl?: unknown };
    const records = Array.isArray(ssl) ? ssl.map(withHash) : ssl;
    return await super.check(
      ssl === undefined ? value : { ...value as object, ssl: records },
      file ?? this.file,
    );
  }

  override async update(
    edit: (document: ConfigDocument) => ConfigDocument,
  ): Promise<StoreChange> {
    const editShared = await this.#checked(edit);
    if (this.#options.isProposal) return await this.#propose(editShared);
    const { problem, changed, revision, before, after } = await this.#fleet.commit({
      edit: (shared) => shared === null ? EMPTY : editShared(shared),
      ...this.#options.author,
    });
    if (problem !== null) throw notStored(problem);
    if (changed) this.#revision = revision;
    // A change that was found again after a lost answer may not know the document before.
    return { changed, before: asDocument(before ?? after!), after: asDocument(after!) };
  }

  async #propose(
    editShared: (shared: SharedDocument) => SharedDocument | Problem,
  ): Promise<StoreChange> {
    const { revision, document: before } = await this.#newest();
    const after = editShared(before);
    if (isProblem(after)) throw notStored(after);
    const changed = JSON.stringify(before) !== JSON.stringify(after);
    if (changed) this.#proposal = { revision, before, after };
    return { changed, before: asDocument(before), after: asDocument(after) };
  }

  async #newest(): Promise<{ readonly revision: number; readonly document: SharedDocument }> {
    const { head } = await this.#fleet.readView();
    if (head === null) throw notStored(EMPTY, "read");
    const document = await this.#fleet.documentOf(head.revision);
    rejectOtherVersion(document);
    return { revision: head.revision, document };
  }

  /** Returns `edit` for shared documents, with the checks that a store makes. */
  async #checked(
    edit: (document: ConfigDocument) => ConfigDocument,
  ): Promise<(shared: SharedDocument) => SharedDocument | Problem> {
    const [{ checkDocument }, { DocumentFault }, contents] = await Promise.all([
      import("../config/document/check.ts"),
      import("../config/document/document_problems.ts"),
      this.#options.loadContentRules(),
    ]);
    return (shared) => {
      rejectOtherVersion(shared);
      const before = asDocument(shared);
      const edited = edit(before);
      if (edited === before) return shared;
      const { document, problems } = checkDocument(edited, contents, before);
      if (problems.length > 0) {
        throw new DocumentFault("Cannot store the document of the fleet", problems);
      }
      return asShared(document);
    };
  }
}

const EMPTY = new Problem("the store has no document of a fleet", {
  hint: "httpcfg help fleet join",
});

function notStored({ reason, hint }: Problem, verb: "read" | "change" = "change"): Fault {
  return new Fault(`Cannot ${verb} the document of the fleet: ${reason}`, { hint });
}

/** Throws a Fault for a document of another version of the program: its fields may mean other things. */
function rejectOtherVersion({ version }: { readonly version: number }): void {
  if (version === DOCUMENT_VERSION) return;
  throw new Fault(
    `Cannot change the document of the fleet: it is of version ${version}, and this program knows ` +
      `version ${DOCUMENT_VERSION}`,
    { hint: "httpcfg --version" },
  );
}

function withHash(record: unknown): unknown {
  if (typeof record !== "object" || record === null) return record;
  const { hash } = record as { readonly hash?: unknown };
  return { ...record, hash: hash ?? NO_HASH };
}
