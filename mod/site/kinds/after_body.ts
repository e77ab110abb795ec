/**
 * A response that does not depend on the content of the request, sent after that content has been
 * read: many clients write all of it before they read, so a client that posts gets its response
 * after it has posted.
 *
 * @module
 */
import type { HttpRequest, HttpResponse } from "../../base/exchange.ts";

/** Returns `response`, immediately if the request has no content. */
export function afterBody(
  request: HttpRequest,
  response: HttpResponse,
): HttpResponse | Promise<HttpResponse> {
  return request.body.exists ? readThen(request, response) : response;
}

async function readThen(request: HttpRequest, response: HttpResponse): Promise<HttpResponse> {
  while (await request.body.read() !== null) {
    // Only the end matters: the engine limits the size and the duration of the content.
  }
  return response;
}
