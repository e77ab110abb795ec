/**
 * What an ACME server sends (RFC 8555, RFC 9773), as checked values: nothing in it is believed
 * before it has the shape that the protocol gives it. Pure.
 *
 * @module
 */
import * as v from "valibot";
import { Fault, quote } from "../base/fault.ts";

/** Maximum characters of a text, and members of a list, in a message. */
const TEXT_MAX = 8192;
const MEMBERS_MAX = 1000;

const text = v.pipe(v.string(), v.maxLength(TEXT_MAX));
const url = v.pipe(text, v.check(isHttpsUrl, "expected an https URL"));
const many = <S extends v.GenericSchema>(item: S): v.GenericSchema<v.InferOutput<S>[]> => {
  return v.pipe(v.array(item), v.maxLength(MEMBERS_MAX)) as unknown as v.GenericSchema<
    v.InferOutput<S>[]
  >;
};
const identifier = v.object({ type: text, value: text });

const problemFields = {
  type: v.optional(text, "about:blank"),
  detail: v.optional(text),
};
const problem = v.object({
  ...problemFields,
  subproblems: v.optional(many(v.object({ ...problemFields, identifier: v.optional(identifier) }))),
});

const directory = v.object({
  newNonce: url,
  newAccount: url,
  newOrder: url,
  renewalInfo: v.optional(url),
  meta: v.optional(v.object({
    termsOfService: v.optional(text),
    externalAccountRequired: v.optional(v.boolean()),
    profiles: v.optional(v.record(text, v.unknown())),
  })),
});

const order = v.object({
  status: v.picklist(["pending", "ready", "processing", "valid", "invalid"]),
  identifiers: v.optional(many(identifier)),
  authorizations: many(url),
  finalize: url,
  certificate: v.optional(url),
  error: v.optional(problem),
});

const challenge = v.object({
  type: text,
  url,
  status: v.optional(text),
  token: v.optional(text),
  error: v.optional(problem),
});

const authorization = v.object({
  status: v.picklist(["pending", "valid", "invalid", "deactivated", "expired", "revoked"]),
  identifier,
  challenges: many(challenge),
});

const moment = v.pipe(
  text,
  v.check((value) => !Number.isNaN(Date.parse(value)), "expected a time"),
);
const renewalInfo = v.object({
  suggestedWindow: v.object({ start: moment, end: moment }),
  explanationURL: v.optional(text),
});

/** The URLs of a server, and what it offers. */
export type Directory = v.InferOutput<typeof directory>;
/** An order for a certificate. */
export type Order = v.InferOutput<typeof order>;
/** The proof that one name is controlled, and how it can be given. */
export type Authorization = v.InferOutput<typeof authorization>;
/** Why a request, a challenge or an order failed (RFC 9457). */
export type AcmeProblem = v.InferOutput<typeof problem>;
/** When a certificate should be renewed. */
export type RenewalInfo = v.InferOutput<typeof renewalInfo>;

/** Reads the answer to a request for the directory at `from`. Throws a Fault. */
export function readDirectory(body: unknown, from: string): Directory {
  return checked(directory, body, from, "an ACME directory");
}

/** Reads an order. Throws a Fault. */
export function readOrder(body: unknown, from: string): Order {
  return checked(order, body, from, "an order");
}

/** Reads an authorization. Throws a Fault. */
export function readAuthorization(body: unknown, from: string): Authorization {
  return checked(authorization, body, from, "an authorization");
}

/** Reads renewal information. Throws a Fault; an `end` that is not after `start` is no answer. */
export function readRenewalInfo(body: unknown, from: string): RenewalInfo {
  const info = checked(renewalInfo, body, from, "renewal information");
  const { start, end } = info.suggestedWindow;
  if (Date.parse(end) > Date.parse(start)) return info;
  throw unreadable(from, "renewal information", "its window ends before it starts");
}

/** Reads a problem document; null for anything else. */
export function readProblem(body: unknown): AcmeProblem | null {
  const result = v.safeParse(problem, body);
  return result.success ? result.output : null;
}

/** Reports whether `token` is base64url, and so can be a part of a path; and long enough. */
export function isToken(token: string): boolean {
  return /^[A-Za-z0-9_-]{16,256}$/.test(token);
}

/** Reports whether `value` is an https URL. */
export function isHttpsUrl(value: string): boolean {
  return URL.canParse(value) && new URL(value).protocol === "https:";
}

function checked<S extends v.GenericSchema>(
  schema: S,
  body: unknown,
  from: string,
  what: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, body, { abortPipeEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const at = v.getDotPath(issue);
  const missing = issue.received === "undefined" ? "missing" : issue.message;
  throw unreadable(from, what, at === null ? "not a JSON object" : `${at}: ${missing}`);
}

function unreadable(from: string, what: string, why: string): Fault {
  return new Fault(`Cannot use the answer of ${quote(from)}: not ${what} (${why})`);
}
