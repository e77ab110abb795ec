/**
 * The answers to the challenges of ACME (RFC 8555, 8.3): while a certificate is obtained, they come
 * before all sites, on every socket that speaks plain HTTP and for every host. A token that is not
 * asked for here goes on to the sites, where another program may answer it.
 *
 * @module
 */
import type { HttpRequest, HttpResponse } from "../base/exchange.ts";

/** Each token with its key authorization, as a value. */
export type Challenges = readonly (readonly [token: string, keyAuthorization: string])[];

const PREFIX = "/.well-known/acme-challenge/";

export class ChallengeAnswers {
  readonly #answers = new Map<string, HttpResponse>();

  /** Answers exactly these from now on. */
  set value(challenges: Challenges) {
    this.#answers.clear();
    for (const [token, keyAuthorization] of challenges) {
      this.#answers.set(token, {
        status: 200,
        headers: [["Content-Type", "application/octet-stream"], ["Cache-Control", "no-store"]],
        body: new TextEncoder().encode(keyAuthorization),
      });
    }
  }

  /** Returns the answer to a request; null if it is for no challenge. */
  answer(request: Pick<HttpRequest, "rawPath" | "isTls" | "method">): HttpResponse | null {
    if (this.#answers.size === 0 || request.isTls) return null;
    // As sent: a token needs no decoding, and what does is none.
    if (!request.rawPath.startsWith(PREFIX)) return null;
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    return this.#answers.get(request.rawPath.slice(PREFIX.length)) ?? null;
  }
}
