/**
 * The document in force: what the running services hold, each as it read it, and of everything else
 * what is stored, because that is what a service reads when it starts. Pure.
 *
 * @module
 */
import { forEach, type Steps, unequalParts } from "../../base/work/steps.ts";
import { diffValues } from "../../config/document/diff.ts";
import type { ConfigDocument } from "../../config/document/document.ts";
import type { HttpConfig } from "./http_service.ts";
import type { ServingState } from "./serving_state.ts";

/** The parts of a document that a service uses. */
const PARTS = ["ipListen", "ssl", "urlAcl", "sites", "metabase", "settings", "acme"] as const;

export type DocumentParts = Pick<ConfigDocument, typeof PARTS[number]>;

/** What the running services hold; null for what is not running. */
interface Held {
  readonly http: Pick<HttpConfig, "ipListen" | "storedSettings"> | null;
  readonly serving: Pick<ServingState, "document" | "withSites"> | null;
}

/**
 * Returns the document in force, with `stored` for what no running service holds. Its fields are in
 * the order of a stored document, because the history is asked for its text.
 */
export function documentInForce(stored: ConfigDocument, { http, serving }: Held): ConfigDocument {
  const { ssl, urlAcl, metabase } = serving?.document ?? stored;
  const { sites, acme } = serving?.withSites ? serving.document : stored;
  const inForce = {
    ...stored,
    ipListen: http?.ipListen ?? stored.ipListen,
    ssl,
    urlAcl,
    sites,
    metabase,
    settings: http?.storedSettings ?? stored.settings,
  };
  if (acme !== undefined) return { ...inForce, acme };
  const { acme: _, ...others } = inForce;
  return others;
}

/** Reports whether two documents are made of the same values, so that nothing can differ. */
export function sameParts(a: DocumentParts, b: DocumentParts): boolean {
  return PARTS.every((part) => a[part] === b[part]);
}

/** Returns the number of changes from `before` to `after`. */
export function* countChanges(before: DocumentParts, after: DocumentParts): Steps<number> {
  let count = yield* countListChanges(before.ipListen, after.ipListen);
  for (const part of PARTS) {
    if (part === "ipListen" || before[part] === after[part]) continue;
    count += diffValues(before[part], after[part], part).length;
    yield;
  }
  return count;
}

/** Counts the entries that only one of two lists has. */
function* countListChanges(before: readonly string[], after: readonly string[]): Steps<number> {
  if (before === after) return 0;
  const [old, current] = yield* unequalParts(before, after);
  const added = new Set<string>();
  yield* forEach(current, (entry) => void added.add(entry));
  let removed = 0;
  yield* forEach(old, (entry) => {
    if (!added.delete(entry)) removed++;
  });
  return removed + added.size;
}
