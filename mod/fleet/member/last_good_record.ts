/**
 * What a member remembers of the fleet, so that it needs no store to start, and notices one that went
 * back: the shape of its file, and its check.
 *
 * @module
 */
import * as v from "valibot";
import type { SharedDocument } from "../shared/shared_document.ts";

/** The newest revision that a member has seen in the store, whether it runs it or not. */
export interface HighestSeen {
  readonly revision: number;
  /** The hash of its document, by which another one with the same number is told. */
  readonly hash: string;
}

/** The last shared document that a member could use. */
export interface LastGood {
  readonly epoch: string;
  /** Its number; null for the built-in document, which a member follows until it has another. */
  readonly revision: number | null;
  readonly highest: HighestSeen;
  readonly document: SharedDocument;
}

const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** The lists of the document are what a merge would stumble over; the rest is checked when stored. */
const documentSchema = v.looseObject({
  version: v.number(),
  ipListen: v.array(v.string()),
  ssl: v.array(v.looseObject({ key: v.string(), certName: v.string() })),
  urlAcl: v.array(v.looseObject({ url: v.string() })),
  registrations: v.optional(v.array(v.looseObject({ url: v.string() }))),
  sites: v.array(v.looseObject({ id: v.number(), name: v.string() })),
  acme: v.optional(v.array(v.looseObject({ certName: v.string() }))),
  metabase: v.record(v.string(), v.record(v.string(), v.unknown())),
  settings: v.record(v.string(), v.unknown()),
});

export const lastGoodSchema: v.GenericSchema<unknown, LastGood> = v.object({
  epoch: v.pipe(v.string(), v.nonEmpty()),
  revision: v.nullable(positive),
  highest: v.object({ revision: positive, hash: v.string() }),
  document: v.custom<SharedDocument>((value) => v.is(documentSchema, value)),
});
