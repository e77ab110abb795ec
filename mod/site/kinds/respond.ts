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
import type { FlagInput } from "../../base/flag_spec.ts";
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
    const status = readStatus(input);
    const content = { kind: "respond", text: input.text("respond")! } as const;
    return status === null ? content : { ...content, status };
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

function readStatus(input: FlagInput): number | null {
  const text = input.text("status");
  if (text === null) return null;
  if (/^[2-5][0-9]{2}$/.test(text)) return Number(text);
  throw usageFault(
    `Cannot respond with status ${quote(text)}: must be between 200 and 599`,
    retype(input.commandLine, { flag: "status", to: "503" }),
  );
}
