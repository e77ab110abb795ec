/**
 * Where everything is in the store, below the prefix of the fleet. Pure.
 *
 * ```text
 * shared/document/epoch        identifies this history of the document
 * shared/document/head         the newest revision
 * shared/rollout/target        the revision that members run
 * shared/rollout/current       the roll-out in progress, or the last one
 * shared/rollout/driver        who drives it, under a lease
 * shared/question/ID           what an administrator asks the members, under a lease
 * revision/NNNNNNNNNNNN        each revision: what it changed
 * snapshot/NNNNNNNNNNNN/ID/NNNN  whole documents, in pieces
 * node/NAME/member             a member of the fleet
 * node/NAME/state              how it is, under a lease
 * node/NAME/answer/ID          what it answers to a question, under a lease
 * ```
 *
 * Members observe `shared/` alone, so that a state that one of them writes is not sent to all others.
 * They write below `node/NAME/` and `shared/rollout/`; administrators write everywhere.
 *
 * @module
 */

/** What a fleet uses if nothing else is given. */
export const DEFAULT_PREFIX = "/httpcfg/";

/** The keys of a fleet. */
export class Layout {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** Everything that every member observes. */
  get shared(): string {
    return `${this.prefix}shared/`;
  }

  get epoch(): string {
    return `${this.shared}document/epoch`;
  }

  get head(): string {
    return `${this.shared}document/head`;
  }

  get target(): string {
    return `${this.shared}rollout/target`;
  }

  get rollout(): string {
    return `${this.shared}rollout/current`;
  }

  get driver(): string {
    return `${this.shared}rollout/driver`;
  }

  get questions(): string {
    return `${this.shared}question/`;
  }

  question(id: string): string {
    return `${this.questions}${id}`;
  }

  get revisions(): string {
    return `${this.prefix}revision/`;
  }

  revision(number: number): string {
    return `${this.revisions}${padded(number)}`;
  }

  get snapshots(): string {
    return `${this.prefix}snapshot/`;
  }

  /** All that was written of whole documents at a revision begins with this. */
  snapshot(number: number): string {
    return `${this.snapshots}${padded(number)}/`;
  }

  piece(
    { revision, id }: { readonly revision: number; readonly id: string },
    index: number,
  ): string {
    return `${this.snapshot(revision)}${id}/${String(index).padStart(4, "0")}`;
  }

  get nodes(): string {
    return `${this.prefix}node/`;
  }

  /** All that there is of a member begins with this. */
  node(name: string): string {
    return `${this.nodes}${name}/`;
  }

  member(name: string): string {
    return `${this.node(name)}member`;
  }

  state(name: string): string {
    return `${this.node(name)}state`;
  }

  answer(name: string, id: string): string {
    return `${this.node(name)}answer/${id}`;
  }

  /** Returns whose key below `node/` this is, and which; null for any other key. */
  nodeKey(key: string): { readonly name: string; readonly what: string } | null {
    if (!key.startsWith(this.nodes)) return null;
    const rest = key.slice(this.nodes.length);
    const slash = rest.indexOf("/");
    return slash <= 0 ? null : { name: rest.slice(0, slash), what: rest.slice(slash + 1) };
  }
}

/** So many digits that the keys of revisions sort as their numbers do. */
function padded(number: number): string {
  return String(number).padStart(12, "0");
}
