/**
 * Which documents are worth compressing: those whose media type the database calls compressible.
 * Pure.
 *
 * @module
 */
import db from "@std/media-types/db";

/** Fewer bytes are not compressed: they fit into one packet with their head as they are. */
export const COMPRESSED_BYTES_MIN = 1024;

/** Types that the database does not know, as the npm package `compressible` judges them. */
const TEXT = /^text\/|\+(?:json|text|xml)$/;
/**
 * Server-sent events come one by one over hours: each would have to be flushed alone, which makes
 * them longer, and the client would keep a place among the few that compress.
 */
const EVENT_STREAM = "text/event-stream";

/** Reports whether a document with this Content-Type is worth compressing. */
export function isCompressible(contentType: string): boolean {
  const semicolon = contentType.indexOf(";");
  const type = (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
  if (type === EVENT_STREAM) return false;
  const known = Object.hasOwn(db, type) ? db[type]!.compressible : undefined;
  return known ?? TEXT.test(type);
}
