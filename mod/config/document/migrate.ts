/**
 * Migrates older documents to the current version, one version at a time. Pure.
 *
 * Version 0 is a document written by hand, which has no version and only the fields that it needs.
 * The others have the values of a machine on which nothing has been stored.
 *
 * @module
 */
import { DEFAULT_DOCUMENT, DOCUMENT_VERSION } from "./document.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The step at index n migrates version n to version n + 1. */
const STEPS: readonly ((document: Fields) => Fields)[] = [
  (document) => ({ ...DEFAULT_DOCUMENT, ...document, version: 1 }),
  // In version 1 the order of the list mattered; `listen/list/order_change.ts` tells what changes.
  (document) => ({ ...document, version: 2 }),
];

/** Returns the version that `value` declares; null if it cannot be a document of any version. */
export function documentVersion(value: unknown): number | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { version = 0 } = value as { version?: unknown };
  return typeof version === "number" && Number.isInteger(version) && version >= 0 ? version : null;
}

/**
 * Returns `value` as a document of the current version. A value that is current or newer, or is not
 * a document, is returned as it is.
 */
export function migrate(value: unknown): unknown {
  const version = documentVersion(value);
  if (version === null || version >= DOCUMENT_VERSION) return value;
  return STEPS.slice(version).reduce((document, step) => step(document), value as Fields);
}
