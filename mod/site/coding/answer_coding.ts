/**
 * Whether the answer of a program is sent compressed, and which fields it has then. Pure.
 *
 * The program's document becomes another one, so its entity tag is made weak: a client that asks
 * again with it gets a 304 from every program that compares as RFC 9110 13.1.2 says. Nothing else
 * about the document is known here.
 *
 * @module
 */
import type { HeaderField } from "../../base/exchange.ts";
import { COMPRESSED_BYTES_MIN, isCompressible } from "./compressible.ts";
import { acceptedCodings, type ContentCoding, preferredCoding } from "./content_coding.ts";

/** An answer without its body. */
interface AnswerHead {
  readonly status: number;
  readonly fields: readonly HeaderField[];
  /** Bytes of the body; null if they are not known. */
  readonly length: number | null;
}

/** The part of a request that decides. */
interface Preferences {
  /** Field value by lower-case name; null if it was not sent. */
  header(lowerCaseName: string): string | null;
}

/** What becomes of an answer. */
export interface CodedHead {
  /** Null if it is sent as it is. */
  readonly coding: ContentCoding | null;
  readonly fields: readonly HeaderField[];
}

/**
 * The codings in the order in which they are preferred: answers are compressed for one client each,
 * and the first needs the least time for that.
 */
const PREFERRED = [{ coding: "zstd" }, { coding: "gzip" }, { coding: "br" }] as const;
/** Statuses of which the content is none, or a part. */
const NEVER_CODED: ReadonlySet<number> = new Set([204, 205, 206, 304]);
/** Fields about the bytes of the content, which would be wrong after it was compressed. */
const DIGESTS: ReadonlySet<string> = new Set([
  "content-digest",
  "content-md5",
  "digest",
  "repr-digest",
]);
const NO_TRANSFORM = /(?:^|[\s,])no-transform(?:$|[\s,])/i;

/**
 * Returns the coding and the fields with which an answer is sent; null if it is sent with its own.
 * `mayEncode` is asked last, and only where it is decided that the answer be compressed: a false one
 * leaves it as it is.
 */
export function codedHead(
  answer: AnswerHead,
  request: Preferences,
  mayEncode: () => boolean,
): CodedHead | null {
  if (!mayVary(answer)) return null;
  const { status, fields, length } = answer;
  const isLong = length === null || length >= COMPRESSED_BYTES_MIN;
  const isCodable = isLong && status >= 200 && !NEVER_CODED.has(status) &&
    !NO_TRANSFORM.test(request.header("cache-control") ?? "");
  const coding = isCodable ? codingFor(request) : null;
  if (coding === null || !mayEncode()) {
    const tagged = status === 304 ? withTagOf304(fields, request) : fields;
    const varying = withVary(tagged);
    return varying === fields ? null : { coding: null, fields: varying };
  }
  const own = fields.filter(([name]) => !isField(name, "accept-ranges")).map(weakTag);
  return { coding, fields: withVary([...own, ["Content-Encoding", coding]]) };
}

/** Reports whether an answer like this would be compressed for some client. */
function mayVary({ status, fields }: AnswerHead): boolean {
  const type = valueOf(fields, "content-type");
  // A 304 need not say what it is about.
  if (type === null ? status !== 304 : !isCompressible(type)) return false;
  if (fields.some(([name]) => DIGESTS.has(name.toLowerCase()))) return false;
  const encoding = valueOf(fields, "content-encoding")?.toLowerCase() ?? "identity";
  return encoding === "identity" && !NO_TRANSFORM.test(valueOf(fields, "cache-control") ?? "");
}

function codingFor(request: Preferences): ContentCoding | null {
  const accepted = acceptedCodings(request.header("accept-encoding"));
  return preferredCoding(accepted, PREFERRED)?.coding ?? null;
}

function weakTag([name, value]: HeaderField): HeaderField {
  return isField(name, "etag") && value.startsWith('"') ? [name, `W/${value}`] : [name, value];
}

/**
 * The tag of a 304 is that of the document that the client has (RFC 9110 15.4.5): the weak one where
 * it has asked with that, because then it has the compressed document.
 */
function withTagOf304(
  fields: readonly HeaderField[],
  request: Preferences,
): readonly HeaderField[] {
  const tag = valueOf(fields, "etag");
  const asked = request.header("if-none-match");
  if (tag === null || asked === null || !asked.includes(`W/${tag}`)) return fields;
  return fields.map(weakTag);
}

/** Returns `fields` with Accept-Encoding in Vary, once; the same object if it is there already. */
function withVary(fields: readonly HeaderField[]): readonly HeaderField[] {
  const varied = fields.filter(([name]) => isField(name, "vary")).flatMap(([, value]) => {
    return value.split(",").map((element) => element.trim().toLowerCase());
  });
  if (varied.includes("accept-encoding") || varied.includes("*")) return fields;
  return [...fields, ["Vary", "Accept-Encoding"]];
}

/** Returns the value of a field, several lines joined; null if there is none. */
function valueOf(fields: readonly HeaderField[], lowerCaseName: string): string | null {
  const values = fields.filter(([name]) => isField(name, lowerCaseName)).map(([, value]) => value);
  return values.length === 0 ? null : values.join(", ");
}

function isField(name: string, lowerCaseName: string): boolean {
  return name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName;
}
