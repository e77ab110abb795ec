/**
 * What a member remembers of the fleet, so that it needs no store to start, and notices one that went
 * back: the shape of its file, and its check.
 *
 * @module
 */
import * as v from "valibot";
import { asSharedDocument, type SharedDocument } from "../shared/shared_document.ts";

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

export const lastGoodSchema: v.GenericSchema<unknown, LastGood> = v.object({
  epoch: v.pipe(v.string(), v.nonEmpty()),
  revision: v.nullable(positive),
  highest: v.object({ revision: positive, hash: v.string() }),
  document: v.custom<SharedDocument>((value) => asSharedDocument(value) !== null),
});
