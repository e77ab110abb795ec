/**
 * Answers compressed for the clients that accept it, whatever has made them: one function from a
 * response to a response.
 *
 * A site gets it only if it asks for it. Where an answer has both a secret and what somebody else
 * could put into the request, its length tells the secret letter by letter, in spite of TLS (BREACH);
 * only whoever knows the program behind the site can say that it has no such answers.
 *
 * @module
 */
import type {
  BodySource,
  EncodedFields,
  Handler,
  HandlerResult,
  HeaderField,
  HttpRequest,
  HttpResponse,
} from "../../base/exchange.ts";
import { latin1 } from "../../wire/byte_text.ts";
import { codedHead } from "./answer_coding.ts";
import type { ContentCoding } from "./content_coding.ts";
import { encodeTurns } from "./encode_turns.ts";
import { encodedBody } from "./encoded_body.ts";
import { encodeWhole } from "./encoder.ts";

/** Returns the handler that compresses the answers of `handler`. */
export function withCodedAnswers(handler: Handler): Handler {
  return (request) => {
    const result = handler(request);
    return result instanceof Promise
      ? result.then((settled) => coded(request, settled))
      : coded(request, result);
  };
}

function coded(
  request: HttpRequest,
  result: HandlerResult,
): HandlerResult | Promise<HandlerResult> {
  // A site may send a page of its own in place of an error page: it has to know it as one.
  if ("refuse" in result || result.status < 200 || result.isErrorPage === true) return result;
  const { status, body } = result;
  const head = codedHead(
    { status, fields: fieldsOf(result), length: body?.length ?? null },
    request,
    () => encodeTurns.enter(),
  );
  if (head === null) return result;
  const { coding, fields: headers } = head;
  if (coding === null) return { status, headers, body };
  if (request.method === "HEAD" || body === null) {
    encodeTurns.leave();
    // As a GET would be answered, whose length nobody knows.
    return { status, headers, body: body === null ? null : unknownBody(body) };
  }
  const whole = body instanceof Uint8Array ? body : body.arrived?.() ?? null;
  if (whole === null) {
    return { status, headers, body: encodedBody(body as BodySource, coding) };
  }
  const source = body instanceof Uint8Array ? null : body;
  return encodedAtOnce(whole, coding, source).then((bytes) => ({ status, headers, body: bytes }));
}

/** Compresses a body that is here, and closes its source. */
async function encodedAtOnce(
  whole: Uint8Array,
  coding: ContentCoding,
  source: BodySource | null,
): Promise<Uint8Array> {
  try {
    return await encodeWhole(whole, coding);
  } finally {
    encodeTurns.leave();
    source?.close();
  }
}

/** A body of unknown length that is never read. */
function unknownBody(body: Uint8Array | BodySource): BodySource {
  return {
    length: null,
    pull: () => Promise.resolve(null),
    close: () => {
      if (!(body instanceof Uint8Array)) body.close();
    },
  };
}

/** Returns all fields of a response, in order. */
function fieldsOf({ headers, encoded }: HttpResponse): readonly HeaderField[] {
  return encoded === undefined ? headers : [...headers, ...linesOf(encoded)];
}

/** Returns fields that are passed on as bytes, each of which has been checked. */
function linesOf(encoded: EncodedFields): HeaderField[] {
  const bytes = new Uint8Array(encoded.bytesMax);
  const text = latin1(bytes, 0, encoded.write(bytes, 0));
  return text.split("\r\n").slice(0, -1).map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
}
