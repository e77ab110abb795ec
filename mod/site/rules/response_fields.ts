/**
 * The fields that a site adds to its responses. One that the response has already is replaced, except
 * for those of which a response may have several. Pure.
 *
 * @module
 */
import type { EncodedFields, HeaderField, HttpResponse } from "../../base/exchange.ts";
import { latin1 } from "../../wire/byte_text.ts";

/** Fields that add to those of the response: without these it would mean something else. */
const ADDED: ReadonlySet<string> = new Set(["link", "set-cookie", "vary"]);
const LF = 0x0a;
const COLON = 0x3a;

/** Returns the fields of checked texts, each `Name: value`. */
export function fieldsOfTexts(texts: readonly string[]): HeaderField[] {
  return texts.map((text): HeaderField => {
    const colon = text.indexOf(":");
    return [text.slice(0, colon), text.slice(colon + 1).trim()];
  });
}

export class ResponseFields {
  readonly #fields: readonly HeaderField[];
  readonly #replaced: ReadonlySet<string>;
  /** Of a response that may come again the same one is made, of which the engine keeps the bytes. */
  readonly #made = new WeakMap<HttpResponse, HttpResponse>();

  constructor(fields: readonly HeaderField[]) {
    this.#fields = fields;
    const names = fields.map(([name]) => name.toLowerCase());
    this.#replaced = new Set(names.filter((name) => !ADDED.has(name)));
  }

  /** Returns `response` with the fields. */
  add(response: HttpResponse): HttpResponse {
    if (this.#fields.length === 0 || response.status < 200) return response;
    let made = this.#made.get(response);
    if (made !== undefined) return made;
    const { headers, encoded, body } = response;
    const kept = headers.filter(([name]) => !this.#replaced.has(name.toLowerCase()));
    made = { ...response, headers: [...kept, ...this.#fields] };
    if (encoded !== undefined && this.#replaced.size > 0) {
      return { ...made, encoded: new RemainingFields(encoded, this.#replaced) };
    }
    if (body === null || body instanceof Uint8Array) this.#made.set(response, made);
    return made;
  }
}

/** Encoded fields without those of some names. */
class RemainingFields implements EncodedFields {
  readonly #all: EncodedFields;
  readonly #without: ReadonlySet<string>;

  constructor(all: EncodedFields, without: ReadonlySet<string>) {
    this.#all = all;
    this.#without = without;
  }

  get bytesMax(): number {
    return this.#all.bytesMax;
  }
  get hasDate(): boolean {
    return this.#all.hasDate;
  }
  get hasServer(): boolean {
    return this.#all.hasServer;
  }

  write(bytes: Uint8Array, offset: number): number {
    const end = this.#all.write(bytes, offset);
    let to = offset;
    for (let start = offset; start < end;) {
      const next = bytes.indexOf(LF, start) + 1;
      const name = latin1(bytes, start, bytes.indexOf(COLON, start)).toLowerCase();
      if (!this.#without.has(name)) {
        bytes.copyWithin(to, start, next);
        to += next - start;
      }
      start = next;
    }
    return to;
  }
}
