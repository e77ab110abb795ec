/**
 * Shared documents for tests.
 *
 * @module
 */
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import type { SharedDocument } from "../../../mod/fleet/shared/shared_document.ts";

/** Returns the shared document of a new machine with a list, and whatever else is given. */
export function sharedDocument(
  ipListen: readonly string[],
  more: Partial<SharedDocument> = {},
): SharedDocument {
  const { ssl: _, ...document } = DEFAULT_DOCUMENT;
  return { ...document, ssl: [], ipListen, ...more };
}

/** Returns the edit that adds an address, to an empty document if there is none. */
export function adding(address: string): (before: SharedDocument | null) => SharedDocument {
  return (before) => {
    const document = before ?? sharedDocument([]);
    return { ...document, ipListen: [...document.ipListen, address].sort() };
  };
}
