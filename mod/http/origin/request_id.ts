/**
 * The identifier of a request: taken over from a proxy that is trusted, else made. Pure.
 *
 * @module
 */
import { randomHex } from "../../wire/random_ids.ts";

/** The field that has it, in requests and in responses. */
export const REQUEST_ID_FIELD = "X-Request-ID";

/**
 * What can be taken over: nothing that ends a word in a log, a shell or a query, and not more than
 * any proxy makes. Two fields are a list, whose comma is none of these.
 */
const HARMLESS = /^[A-Za-z0-9._~:@+/=-]{1,128}$/;

/** Returns the identifier of a request for which a trusted proxy sent `value`; null for none. */
export function takenOver(value: string | null): string {
  return value !== null && HARMLESS.test(value) ? value : madeId();
}

/** Returns an identifier that no other request has, of 32 hexadecimal digits. */
export function madeId(): string {
  return randomHex(16);
}
