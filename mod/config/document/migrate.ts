/**
 * Documents of before become the document of now, one version at a time. Pure.
 *
 * Version 0 is a document by hand: it names no version and only what it wants to say. What it leaves
 * out is as on a machine where nothing has been stored.
 *
 * @module
 */
import { DEFAULT_DOCUMENT, DOCUMENT_VERSION } from "./document.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The step at place n makes version n + 1 of version n. */
const STEPS: readonly ((document: Fields) => Fields)[] = [
  (document) => ({ ...DEFAULT_DOCUMENT, ...document, version: 1 }),
];

/** Version that `value` says it has; null where it cannot be a document of any version. */
export function documentVersion(value: unknown): number | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { version = 0 } = value as { version?: unknown };
  return typeof version === "number" && Number.isInteger(version) && version >= 0 ? version : null;
}

/** `value` as a document of today's version; untouched where it is one, is newer or is none. */
export function migrate(value: unknown): unknown {
  const version = documentVersion(value);
  if (version === null || version >= DOCUMENT_VERSION) return value;
  return STEPS.slice(version).reduce((document, step) => step(document), value as Fields);
}
