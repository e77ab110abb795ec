/**
 * A site that answers every method and every path with one text.
 *
 * The response is made once and returned again and again, so the engine sends prepared bytes. A
 * request body is read to its end first: a client that posts gets its answer after it has posted.
 *
 * @module
 */
import * as v from "valibot";
import type { Handler, HttpRequest, HttpResponse } from "../../base/exchange.ts";
import { quote } from "../../base/fault.ts";
import { text, whole } from "../../config/document/shape.ts";
import type { ContentKind } from "./content_kind.ts";

/** Characters of the text: a bound that no honest document meets. */
const TEXT_MAX = 1_048_576;

/** `text` for every request. */
type RespondContent = {
  readonly kind: "respond";
  readonly text: string;
  /** 200 where it is absent. */
  readonly status?: number | undefined;
};

export const respond: ContentKind<RespondContent> = {
  kind: "respond",
  fields: { text: text(TEXT_MAX), status: v.optional(whole(200, 599)) },
  listed: ({ text }) => `respond ${quote(text)}`,
  explained: ({ status = 200 }) => `a fixed text with status ${status}`,
  load: () => ({ handler: (content) => respondHandler(content) }),
};

/** Handler for `text`; `status` is 200 to 599, and 204 and 304 carry no text. */
export function respondHandler({ text, status = 200 }: Omit<RespondContent, "kind">): Handler {
  const isEmpty = status === 204 || status === 304;
  const response: HttpResponse = isEmpty ? { status, headers: [], body: null } : {
    status,
    headers: [["Content-Type", "text/plain; charset=utf-8"]],
    body: new TextEncoder().encode(text),
  };
  return (request) => request.body.exists ? afterBody(request, response) : response;
}

async function afterBody(request: HttpRequest, response: HttpResponse): Promise<HttpResponse> {
  while (await request.body.read() !== null) {
    // Only the end matters: the engine bounds the size and the time of what comes.
  }
  return response;
}
