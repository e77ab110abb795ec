/**
 * The protocol between a program that registers a URL and the running service, one line of JSON at
 * a time:
 *
 *     caller: register or unregister
 *     service: prove NONCE       the caller creates an empty file named proofName(NONCE, request)
 *     caller: proved             the service reads the owner of the file, and removes it
 *     service: done | refused
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
  /** Target, in the syntax of `parseProxyTarget`. */
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

/** What everyone may ask. */
interface ProcessRequest {
  readonly op: "process";
}

export type RegistrationAnswer =
  | { readonly kind: "prove"; readonly nonce: string }
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

const requestSchema: v.GenericSchema<unknown, RegistrationRequest | ProcessRequest> = v.variant(
  "op",
  [
    v.object({
      op: v.literal("register"),
      url: v.string(),
      to: v.string(),
      keep: v.boolean(),
      timeoutSeconds: v.pipe(v.number(), v.check(isTimeout)),
    }),
    v.object({ op: v.literal("unregister"), url: v.string() }),
    v.object({ op: v.literal("process") }),
  ],
);

const answerSchema: v.GenericSchema<unknown, RegistrationAnswer> = v.variant("kind", [
  v.object({ kind: v.literal("prove"), nonce: v.string() }),
  v.object({ kind: v.literal("done"), url: v.string() }),
  v.object({
    kind: v.literal("refused"),
    code: v.number(),
    reason: v.string(),
    hint: v.optional(v.string()),
  }),
  v.object({ kind: v.literal("ended"), reason: v.string() }),
  v.object({ kind: v.literal("process"), pid: v.pipe(v.number(), v.integer()) }),
]);

/** Parses `value` as a request; null if it is not one. */
export function parseRegistrationRequest(
  value: unknown,
): RegistrationRequest | ProcessRequest | null {
  const result = v.safeParse(requestSchema, value);
  return result.success ? result.output : null;
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
