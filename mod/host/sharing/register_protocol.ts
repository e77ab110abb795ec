/**
 * The protocol between a program that registers a URL and the running service, one line of JSON at
 * a time:
 *
 *     caller: register or unregister
 *     service: prove NONCE FOLDERS   the caller creates an empty file in one of the folders, named
 *     caller: proved FOLDER          proofName(NONCE, request); the service reads its owner
 *     service: done | refused
 *
 * On the socket of root and the user of the service there is no proof: the kernel lets nobody else
 * connect. There a caller says which of the two it is.
 *
 * A registration without `keep` lasts as long as the connection: the caller ends it by closing the
 * connection, the service by sending `ended`. The name of the file contains a digest of the
 * request, so that a file for one request proves nothing for another.
 *
 * `process` is a request without a proof: the service says which process it is, so that a user who
 * may not control it can at least see that it runs.
 *
 * @module
 */

import * as v from "valibot";

/** Longest line in either direction: a URL of 2,048 characters, escaped, and a path. */
export const REGISTER_LINE_BYTES_MAX = 16_384;

export interface RegisterRequest {
  readonly op: "register";
  readonly url: string;
  /** Target, in the syntax of `parseLocalTarget`. */
  readonly to: string;
  /** Keeps the registration when the connection is closed. */
  readonly keep: boolean;
  /** Time-out in seconds for the head of a response, and between two pieces of its body. */
  readonly timeoutSeconds: number;
}

export interface UnregisterRequest {
  readonly op: "unregister";
  readonly url: string;
}

/** What a caller has to prove its identity for. */
export type RegistrationRequest = RegisterRequest | UnregisterRequest;

/** The same on the socket of administrators. */
export type AdministratorRequest = RegistrationRequest & {
  /** The caller's user id. */
  readonly uid?: number | undefined;
};

/** What everyone may ask. */
interface ProcessRequest {
  readonly op: "process";
}

export type RegistrationAnswer =
  | { readonly kind: "prove"; readonly nonce: string; readonly folders: readonly string[] }
  | { readonly kind: "done"; readonly url: string }
  /** `code` is a Win32 code, `hint` a command that cures it. */
  | {
    readonly kind: "refused";
    readonly code: number;
    readonly reason: string;
    readonly hint?: string | undefined;
  }
  | { readonly kind: "ended"; readonly reason: string }
  | { readonly kind: "process"; readonly pid: number };

/** Limits for the time-out in seconds; HTTP.sys's own time-outs are 120 s. */
export const PROXY_TIMEOUT = { default: 120, min: 1, max: 3600 } as const;

const uid = v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)));

const requestSchema: v.GenericSchema<unknown, AdministratorRequest | ProcessRequest> = v.variant(
  "op",
  [
    v.object({
      op: v.literal("register"),
      url: v.string(),
      to: v.string(),
      keep: v.boolean(),
      timeoutSeconds: v.pipe(v.number(), v.check(isTimeout)),
      uid,
    }),
    v.object({ op: v.literal("unregister"), url: v.string(), uid }),
    v.object({ op: v.literal("process") }),
  ],
);

const answerSchema: v.GenericSchema<unknown, RegistrationAnswer> = v.variant("kind", [
  v.object({
    kind: v.literal("prove"),
    // It becomes a part of a path.
    nonce: v.pipe(v.string(), v.regex(/^[0-9a-f]+$/)),
    folders: v.array(v.string()),
  }),
  v.object({ kind: v.literal("done"), url: v.string() }),
  v.object({
    kind: v.literal("refused"),
    code: v.pipe(v.number(), v.safeInteger()),
    reason: v.string(),
    hint: v.optional(v.string()),
  }),
  v.object({ kind: v.literal("ended"), reason: v.string() }),
  v.object({ kind: v.literal("process"), pid: v.pipe(v.number(), v.safeInteger()) }),
]);

/** Parses `value` as a request; null if it is not one. */
export function parseRegistrationRequest(
  value: unknown,
): AdministratorRequest | ProcessRequest | null {
  const result = v.safeParse(requestSchema, value);
  return result.success ? result.output : null;
}

/** Parses `value` as the message that a proof exists; returns its directory, null if it is none. */
export function parseProved(value: unknown): string | null {
  const result = v.safeParse(v.object({ op: v.literal("proved"), folder: v.string() }), value);
  return result.success ? result.output.folder : null;
}

/** Parses `value` as an answer; null if it is not one. */
export function parseRegistrationAnswer(value: unknown): RegistrationAnswer | null {
  const result = v.safeParse(answerSchema, value);
  return result.success ? result.output : null;
}

/** Reports whether `seconds` is a whole number within {@linkcode PROXY_TIMEOUT}. */
export function isTimeout(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= PROXY_TIMEOUT.min &&
    seconds <= PROXY_TIMEOUT.max;
}

/** Returns the name of the file that proves who sent `request`. */
export async function proofName(nonce: string, request: RegistrationRequest): Promise<string> {
  const text = request.op === "unregister"
    ? [nonce, request.op, request.url]
    : [nonce, request.op, request.url, request.to, request.keep, request.timeoutSeconds];
  const bytes = new TextEncoder().encode(JSON.stringify(text));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `${nonce}-${digest.toHex()}`;
}
