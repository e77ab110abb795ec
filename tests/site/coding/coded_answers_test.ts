import { assertEquals, assertStrictEquals } from "@std/assert";
import type {
  BodySource,
  EncodedFields,
  HandlerResult,
  HttpResponse,
} from "../../../mod/base/exchange.ts";
import { withCodedAnswers } from "../../../mod/site/coding/coded_answers.ts";
import { encodeTurns } from "../../../mod/site/coding/encode_turns.ts";
import { latin1Bytes } from "../../../mod/wire/byte_text.ts";
import { allFields, bodyBytes, fakeRequest, field, responseOf } from "../../support/request.ts";
import { decoded, sampleText } from "./decoding.ts";

const TEXT = new TextEncoder().encode(sampleText(20_000));

function send(
  answer: HandlerResult,
  { method = "GET", accept = "gzip" } = {},
): HandlerResult | Promise<HandlerResult> {
  const handler = withCodedAnswers(() => answer);
  return handler(fakeRequest({ method, headers: [["Accept-Encoding", accept]] }));
}

Deno.test("withCodedAnswers() compresses bytes, and bodies that are read while sent", async () => {
  for (const kind of ["bytes", "arrived", "pieces"] as const) {
    const program = new Program(kind);
    const response = await responseOf(send(program.answer()));
    assertEquals([field(response, "content-encoding"), field(response, "etag")], [
      "gzip",
      'W/"a"',
    ]);
    assertEquals(field(response, "x-own"), "1: 2");
    assertEquals(allFields(response).filter(([name]) => name === "Vary").length, 1);
    assertEquals(response.body instanceof Uint8Array, kind !== "pieces");
    assertEquals(decoded(await bodyBytes(response), "gzip"), TEXT, kind);
    assertEquals(program.closed, kind === "bytes" ? 0 : 1);
  }
  assertEquals(placesFree(), 16);
});

Deno.test("withCodedAnswers() leaves error pages, which a site may replace, as they are", async () => {
  const page: HttpResponse = {
    status: 404,
    headers: [["Content-Type", "text/html"]],
    body: TEXT,
    isErrorPage: true,
  };
  assertStrictEquals(await responseOf(send(page)), page);
});

Deno.test("withCodedAnswers() has the same head for HEAD, and reads no body", async () => {
  for (const kind of ["bytes", "pieces"] as const) {
    const program = new Program(kind);
    const response = await responseOf(send(program.answer(), { method: "HEAD" }));
    const { body } = response;
    assertEquals(
      allFields(response),
      allFields(await responseOf(send(new Program(kind).answer()))),
    );
    assertEquals(body !== null && !(body instanceof Uint8Array) && body.length, null);
    if (body !== null && !(body instanceof Uint8Array)) body.close();
    assertEquals([program.pulls, program.closed], [0, kind === "bytes" ? 0 : 1]);
  }
});

Deno.test("withCodedAnswers() returns what it leaves alone as it is", async () => {
  const refusal = { refuse: "BadGateway" } as const;
  assertStrictEquals(await send(refusal), refusal);
  const upgrade: HttpResponse = {
    status: 101,
    headers: [],
    body: null,
    upgrade: () => Promise.resolve(),
  };
  assertStrictEquals(await send(upgrade), upgrade);
  const image: HttpResponse = { status: 200, headers: [["Content-Type", "image/png"]], body: TEXT };
  assertStrictEquals(send(image), image); // without a promise
  const known: HttpResponse = {
    status: 200,
    headers: [["Content-Type", "text/css"], ["Vary", "Accept-Encoding"]],
    body: TEXT,
  };
  assertStrictEquals(send(known, { accept: "identity" }), known);
});

Deno.test("withCodedAnswers() sends an answer as it is while too many are compressed", async () => {
  let places = 0;
  while (encodeTurns.enter()) places++;
  try {
    const program = new Program("pieces");
    const response = await responseOf(send(program.answer()));
    assertEquals([field(response, "content-encoding"), field(response, "etag")], [null, '"a"']);
    assertEquals(field(response, "vary"), "Accept-Encoding");
    assertEquals(await bodyBytes(response), TEXT);
  } finally {
    for (; places > 0; places--) encodeTurns.leave();
  }
});

function placesFree(): number {
  let places = 0;
  while (encodeTurns.enter()) places++;
  for (let i = 0; i < places; i++) encodeTurns.leave();
  return places;
}

/** The answer of a program with fields as bytes, and a body that is here, or comes in pieces. */
class Program {
  closed = 0;
  pulls = 0;
  readonly #kind: "bytes" | "arrived" | "pieces";

  constructor(kind: "bytes" | "arrived" | "pieces") {
    this.#kind = kind;
  }

  answer(): HttpResponse {
    const lines = latin1Bytes('Content-Type: text/html\r\nETag: "a"\r\nX-Own: 1: 2\r\n');
    const encoded: EncodedFields = {
      bytesMax: lines.length + 10,
      hasDate: false,
      hasServer: false,
      write(to, offset): number {
        to.set(lines, offset);
        return offset + lines.length;
      },
    };
    const body = this.#kind === "bytes" ? TEXT : this.#body();
    return { status: 200, headers: [], encoded, body };
  }

  #body(): BodySource {
    let sent = 0;
    return {
      length: this.#kind === "arrived" ? TEXT.length : null,
      arrived: () => this.#kind === "arrived" ? TEXT : null,
      pull: () => {
        this.pulls++;
        const piece = sent < TEXT.length ? TEXT.slice(sent, sent + 3000) : null;
        sent += 3000;
        return Promise.resolve(piece);
      },
      close: () => void this.closed++,
    };
  }
}
