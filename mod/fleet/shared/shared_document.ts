/**
 * The shared document: the part of a document that all members of a fleet have in common.
 *
 * @module
 */
import * as v from "valibot";
import { plainObject } from "../../config/document/shape.ts";
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

/**
 * The shape that whoever merges a document relies on. What is in its records is checked with the
 * document that is made of it.
 */
const outline = v.looseObject({
  version: v.number(),
  ipListen: v.array(v.string()),
  ssl: v.array(v.looseObject({ key: v.string(), certName: v.string() })),
  urlAcl: v.array(v.looseObject({ url: v.string() })),
  registrations: v.optional(v.array(v.looseObject({ url: v.string() }))),
  sites: v.array(v.looseObject({ id: v.number(), name: v.string() })),
  metabase: v.pipe(plainObject, v.record(v.string(), plainObject)),
  settings: plainObject,
  acme: v.optional(v.array(v.looseObject({ certName: v.string() }))),
});

/** Returns what was read as a shared document; null if it is none. */
export function asSharedDocument(value: unknown): SharedDocument | null {
  return v.is(outline, value) ? value as unknown as SharedDocument : null;
}
