/**
 * What etcd's JSON gateway is sent, and what it answers. Pure.
 *
 * Keys and values are base64, numbers of 64 bits are text, and a field that has its zero value is left
 * out: no `kvs` is none, no `succeeded` is false.
 *
 * @module
 */
import * as v from "valibot";
import type {
  KeyChange,
  KeyRange,
  KeySnapshot,
  KeyValue,
  Operation,
  StoreFailure,
  Transaction,
  TransactionResult,
} from "../shared/key_store.ts";

type Fields = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();
// What is no UTF-8 becomes U+FFFD, which no record of ours has in its syntax: it is read as garbage.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const base64 = v.pipe(v.string(), v.transform(decode));
/** A number of 64 bits that JSON of etcd has as text: revisions, which a double can count for long. */
const count = v.pipe(
  v.optional(v.union([v.string(), v.number()]), "0"),
  v.transform(Number),
  v.safeInteger(),
);
/** It is in every answer about keys: without one, whatever answers is no etcd, and "nothing" is no news. */
const header = v.object({ revision: v.pipe(count, v.minValue(1)) });
const keyValue = v.object({ key: base64, value: v.optional(base64, ""), mod_revision: count });

const rangeAnswer = v.object({
  header,
  kvs: v.optional(v.array(keyValue), []),
  count,
});
const transactionAnswer = v.object({ header, succeeded: v.optional(v.boolean(), false) });
const leaseAnswer = v.object({ ID: v.string(), TTL: v.optional(v.string(), "0") });
const keepAliveAnswer = v.object({ result: v.object({ TTL: v.optional(v.string(), "0") }) });
const loginAnswer = v.object({ token: v.pipe(v.string(), v.nonEmpty()) });
const watchAnswer = v.object({
  result: v.object({
    header,
    created: v.optional(v.boolean(), false),
    canceled: v.optional(v.boolean(), false),
    compact_revision: count,
    cancel_reason: v.optional(v.string(), ""),
    fragment: v.optional(v.boolean(), false),
    events: v.optional(
      v.array(v.object({ type: v.optional(v.string(), "PUT"), kv: keyValue })),
      [],
    ),
  }),
});

/** One line of a watch. */
export interface WatchLine {
  readonly revision: number;
  readonly isCreated: boolean;
  readonly isCanceled: boolean;
  /** What was written before this revision cannot be reported any longer; 0 if it can. */
  readonly compactedAt: number;
  readonly cancelReason: string;
  /** Whether the next line has more of the same revision. */
  readonly hasMore: boolean;
  readonly changes: readonly KeyChange[];
}

/** How much of a range there is, and when it was changed last. */
export interface RangeDigest {
  readonly revision: number;
  readonly count: number;
  readonly newest: number;
}

/** What an error of etcd says. */
export interface EtcdError {
  readonly text: string;
  /** Of gRPC; 0 if the answer has none. */
  readonly code: number;
}

/** Returns the fields of a range: one key, or from a key up to and without another. */
export function rangeFields(range: KeyRange): Fields {
  if ("key" in range) return { key: encode(range.key) };
  const [from, to] = "prefix" in range
    ? [encoder.encode(range.prefix), afterPrefix(range.prefix)]
    : [encoder.encode(range.from), encoder.encode(range.to)];
  return { key: from.toBase64(), range_end: to.toBase64() };
}

/** Returns the request for the newest key of a range, without its value. */
export function digestFields(range: KeyRange): Fields {
  return {
    ...rangeFields(range),
    limit: "1",
    sort_order: "DESCEND",
    sort_target: "MOD",
    keys_only: true,
  };
}

export function transactionFields({ when, then }: Transaction): Fields {
  return {
    compare: when.map(({ key, changed }) => ({
      key: encode(key),
      target: "MOD",
      result: "EQUAL",
      mod_revision: String(changed),
    })),
    success: then.map(operationFields),
  };
}

/** Returns the request that reports every change of a prefix from a revision on. */
export function watchFields(prefix: string, from: number): Fields {
  return {
    create_request: {
      ...rangeFields({ prefix }),
      start_revision: String(from),
      progress_notify: true,
      // Without it, one line has all that a client has missed.
      fragment: true,
    },
  };
}

export function readRange(answer: unknown): KeySnapshot {
  const { header, kvs } = v.parse(rangeAnswer, answer);
  return { revision: header.revision, values: kvs.map(keyValueOf) };
}

export function readDigest(answer: unknown): RangeDigest {
  const { header, kvs, count } = v.parse(rangeAnswer, answer);
  return { revision: header.revision, count, newest: kvs[0]?.mod_revision ?? 0 };
}

export function readTransaction(answer: unknown): TransactionResult {
  const { header, succeeded } = v.parse(transactionAnswer, answer);
  return { isDone: succeeded, revision: header.revision };
}

/** Returns the id of a lease, which no double can hold. */
export function readLease(answer: unknown): string {
  return v.parse(leaseAnswer, answer).ID;
}

/** Reports whether a lease goes on: that of one that has ended has no time left, and is no error. */
export function readKeepAlive(answer: unknown): boolean {
  return Number(v.parse(keepAliveAnswer, answer).result.TTL) > 0;
}

export function readToken(answer: unknown): string {
  return v.parse(loginAnswer, answer).token;
}

export function readWatchLine(answer: unknown): WatchLine {
  const { result } = v.parse(watchAnswer, answer);
  return {
    revision: result.header.revision,
    isCreated: result.created,
    isCanceled: result.canceled,
    compactedAt: result.compact_revision,
    cancelReason: result.cancel_reason,
    hasMore: result.fragment,
    changes: result.events.map(({ type, kv }) => ({
      key: kv.key,
      value: type === "DELETE" ? null : kv.value,
      changed: kv.mod_revision,
    })),
  };
}

/** Returns what an error says, in either of its two shapes; null if the answer is none. */
export function readError(answer: unknown): EtcdError | null {
  if (!isFields(answer)) return null;
  const { error, message, code } = answer;
  if (isFields(error)) {
    return { text: String(error.message ?? "unknown"), code: Number(error.grpc_code ?? 0) };
  }
  if (typeof error !== "string") return null;
  return { text: typeof message === "string" ? message : error, code: Number(code ?? 0) };
}

/** How an error of etcd is dealt with. */
export interface Verdict {
  readonly failure: StoreFailure;
  /** Whether another endpoint may do it. */
  readonly canRotate: boolean;
  /** Whether what was to be written certainly was not. */
  readonly isCertain: boolean;
  /** Whether a new token may help. */
  readonly wantsToken: boolean;
}

/** Verdicts by code of gRPC and text: several errors share a code. */
const VERDICTS: readonly (readonly [number | null, RegExp, Partial<Verdict>])[] = [
  [16, /./, { failure: "denied", wantsToken: true }],
  [3, /user name is empty|revision of auth store is old/, { failure: "denied", wantsToken: true }],
  [3, /authentication failed|invalid auth/, { failure: "denied" }],
  [7, /./, { failure: "denied" }],
  [8, /space exceeded/, { failure: "full" }],
  [8, /too many requests/, { failure: "unavailable", canRotate: true }],
  [11, /compacted/, { failure: "compacted" }],
  // Of the learner or the member itself, before anything was proposed.
  [14, /no leader|not capable|learner/, { failure: "unavailable", canRotate: true }],
  [null, /corrupt/, { failure: "unavailable", canRotate: true }],
];

/** Returns how an error with an HTTP status is dealt with. */
export function verdictOf(status: number, { text, code }: EtcdError): Verdict {
  const certain = { canRotate: false, isCertain: true, wantsToken: false };
  const [, , found] = VERDICTS.find(([grpc, pattern]) => {
    return (grpc === null || grpc === code) && pattern.test(text);
  }) ?? [];
  if (found !== undefined) return { failure: "unavailable", ...certain, ...found };
  // Any other failure of the server: a time-out, a leader that has gone, a member that ends.
  if (status >= 500) {
    return { failure: "unavailable", canRotate: true, isCertain: false, wantsToken: false };
  }
  return { failure: "rejected", ...certain };
}

function operationFields(operation: Operation): Fields {
  if (operation.kind === "delete") return { request_delete_range: rangeFields(operation.range) };
  const { key, value, lease } = operation;
  const ends = lease === undefined ? {} : { lease };
  return { request_put: { key: encode(key), value: encode(value), ...ends } };
}

/** Returns the first key after all that begin with `prefix`: its last byte plus one. */
function afterPrefix(prefix: string): Uint8Array {
  const bytes = encoder.encode(prefix);
  // UTF-8 has no byte 0xff, so that nothing is carried over.
  bytes[bytes.length - 1]!++;
  return bytes;
}

function keyValueOf(kv: v.InferOutput<typeof keyValue>): KeyValue {
  return { key: kv.key, value: kv.value, changed: kv.mod_revision };
}

function encode(text: string): string {
  return encoder.encode(text).toBase64();
}

function decode(text: string): string {
  return decoder.decode(Uint8Array.fromBase64(text));
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
