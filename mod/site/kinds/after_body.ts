/**
 * An answer that does not depend on the content of a request, given once the content was read: many
 * clients write all of it before they read, and a client that posts is answered after it has posted.
 *
 * @module
 */
import type { HttpRequest, HttpResponse } from "../../base/exchange.ts";

/** Gives `response`, at once where the request has no content. */
export function afterBody(
  request: HttpRequest,
  response: HttpResponse,
): HttpResponse | Promise<HttpResponse> {
  return request.body.exists ? readThen(request, response) : response;
}

async function readThen(request: HttpRequest, response: HttpResponse): Promise<HttpResponse> {
  while (await request.body.read() !== null) {
    // Only the end matters: the engine bounds the size and the time of what comes.
  }
  return response;
}
