/**
 * A site that responds to every method and every path with one text.
 *
 * The response is created once and returned for every request, so the engine sends prepared bytes.
 * A request body is read to its end first: a client that posts gets its response after it has
 * posted.
 *
 * @module
 */
import * as v from "valibot";
import type { Handler, HttpResponse } from "../../base/exchange.ts";
import { quote, usageFault } from "../../base/fault.ts";
import { retype } from "../../base/hints/retype.ts";
import { integer, text } from "../../config/document/shape.ts";
import { afterBody } from "./after_body.ts";
import type { ContentKind } from "./content_kind.ts";

/** Characters of the text: a limit that no honest document reaches. */
const TEXT_MAX = 1_048_576;

const SAMPLE = "--respond hello";

/** `text` for every request. */
type RespondContent = {
  readonly kind: "respond";
  readonly text: string;
  /** 200 if absent. */
  readonly status?: number | undefined;
};

export const respond: ContentKind<RespondContent> = {
  kind: "respond",
  fields: { text: text(TEXT_MAX), status: v.optional(integer(200, 599)) },
  flag: { kind: "string", value: "TEXT", summary: "respond to every request with this text" },
  details: {
    status: {
      kind: "string",
      value: "CODE",
      summary: "status of the response (default 200)",
      suggests: ["404", "410", "503"],
    },
  },
  examples: [{ words: SAMPLE, shows: "a fixed text" }],
  read(input): RespondContent {
    return respondWith(input.text("respond")!, input.text("status"), (status) => {
      return retype(input.commandLine, { flag: "status", to: status });
    });
  },
  forms: ["respond:TEXT", "respond:STATUS:TEXT"],
  parse(form, line): RespondContent | null {
    const [, status = null, text] = /^respond:(?:([0-9]+):)?(.*)$/s.exec(form) ?? [];
    if (text === undefined) return null;
    return respondWith(text, status, (better) => line(`respond:${better}:${text}`));
  },
  label: ({ text }) => `respond ${quote(text)}`,
  description: ({ status = 200 }) => `a fixed text with status ${status}`,
  load: () => ({ handler: (content) => respondHandler(content) }),
};

/** Returns the handler for `text`; `status` is 200 to 599, and 204 and 304 carry no text. */
export function respondHandler({ text, status = 200 }: Omit<RespondContent, "kind">): Handler {
  const isEmpty = status === 204 || status === 304;
  const response: HttpResponse = isEmpty ? { status, headers: [], body: null } : {
    status,
    headers: [["Content-Type", "text/plain; charset=utf-8"]],
    body: new TextEncoder().encode(text),
  };
  return (request) => afterBody(request, response);
}

/** Returns the content; `line` returns the command line with another status. Throws a Fault. */
function respondWith(
  text: string,
  status: string | null,
  line: (status: string) => string,
): RespondContent {
  if (status === null) return { kind: "respond", text };
  if (/^[2-5][0-9]{2}$/.test(status)) return { kind: "respond", text, status: Number(status) };
  throw usageFault(
    `Cannot respond with status ${quote(status)}: must be between 200 and 599`,
    line("503"),
  );
}
