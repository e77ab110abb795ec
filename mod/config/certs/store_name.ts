/**
 * The names of certificate stores, and of what is in them. Pure.
 *
 * @module
 */
import { decodeFileName, encodeFileName } from "../../base/files/file_name.ts";
import { joinPath } from "../../base/files/join_path.ts";
import { baseName } from "../../base/files/path_parts.ts";

/** The store that is used unless another is named. */
export const DEFAULT_STORE = "MY";
/** The store of the certificates that are obtained by ACME, which belongs to the service. */
export const ACME_STORE = "ACME";
/** The store whose authorities are believed unless a record names another. */
export const AUTHORITY_STORE = "CA";

const STORE_NAME = /^[A-Z0-9][A-Z0-9_.-]{0,63}$/;

/** Returns the canonical store name; null for text that cannot be one, which could be a path. */
export function storeName(text: string | undefined): string | null {
  const name = (text ?? DEFAULT_STORE).toUpperCase();
  return STORE_NAME.test(name) ? name : null;
}

/** Returns the directory of a store, below that of all stores. */
export function storeFolder(folder: string, store: string): string {
  return joinPath(folder, encodeFileName(store));
}

/** Returns what a file of a store is called, with its extension: `*.example.com.pem`. */
export function fileTitle(path: string): string {
  const file = baseName(path);
  const dot = file.lastIndexOf(".");
  return dot < 0 ? decodeFileName(file) : decodeFileName(file.slice(0, dot)) + file.slice(dot);
}
