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
  /**
   * The one that was being applied when this was written. It is still there if the machine failed in the
   * middle: some of it may be in the stored document, and is no change by hand.
   */
  readonly applying?: SharedDocument | undefined;
}

const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const shared = v.custom<SharedDocument>((value) => asSharedDocument(value) !== null);

export const lastGoodSchema: v.GenericSchema<unknown, LastGood> = v.object({
  epoch: v.pipe(v.string(), v.nonEmpty()),
  revision: v.nullable(positive),
  highest: v.object({ revision: positive, hash: v.string() }),
  document: shared,
  applying: v.optional(shared),
});
