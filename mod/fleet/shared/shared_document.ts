/**
 * The shared document: the part of a document that all members of a fleet have in common.
 *
 * @module
 */
import type { ConfigDocument, SslRecord } from "../../config/document/document.ts";

/**
 * A document without what belongs to one machine: an ssl record names its certificate, whose
 * thumbprint each machine finds in its own store, and secret properties of the metabase are left out.
 * `$schema` is of no importance and not shared.
 */
export interface SharedDocument extends Omit<ConfigDocument, "$schema" | "ssl"> {
  readonly ssl: readonly SharedSslRecord[];
}

/** An ssl record by reference: `certName` in `certStoreName` is the certificate. */
export type SharedSslRecord = Omit<SslRecord, "hash" | "certName"> & { readonly certName: string };
