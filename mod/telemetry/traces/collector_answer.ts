/**
 * What a collector answers: how many spans it did not take, and when to come back. Pure.
 *
 * @module
 */
import { parseHttpDate } from "../../wire/http_date.ts";

/** Spans that were not taken of a batch that was, and why; foreign text. */
interface Rejected {
  readonly rejected: number;
  readonly why: string;
}

const NONE: Rejected = { rejected: 0, why: "" };
const WHY_MAX = 200;

/** Returns what an answer says of spans that were rejected; nothing if it is not understood. */
export function rejectedIn(answer: Uint8Array, isJson: boolean): Rejected {
  const said = isJson ? fromJson(new TextDecoder().decode(answer)) : fromProtobuf(answer);
  const { rejected } = said;
  if (!Number.isSafeInteger(rejected) || rejected <= 0) return NONE;
  // deno-lint-ignore no-control-regex -- they have no place in a status
  const why = said.why.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").slice(0, WHY_MAX);
  return { rejected, why };
}

function fromJson(text: string): Rejected {
  try {
    const { partialSuccess } = JSON.parse(text) as {
      partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown };
    };
    const { rejectedSpans, errorMessage } = partialSuccess ?? {};
    const why = typeof errorMessage === "string" ? errorMessage : "";
    return { rejected: Number(rejectedSpans ?? 0), why };
  } catch {
    return NONE; // an empty answer is one of success
  }
}

/** The message has one field, a message with two: the number, and the sentence. */
function fromProtobuf(bytes: Uint8Array): Rejected {
  const partial = fieldsOf(bytes).get(1);
  if (!(partial instanceof Uint8Array)) return NONE;
  const fields = fieldsOf(partial);
  const [rejected, why] = [fields.get(1), fields.get(2)];
  return {
    rejected: typeof rejected === "number" ? rejected : 0,
    why: why instanceof Uint8Array ? new TextDecoder().decode(why) : "",
  };
}

/** Returns the numbers and bytes of a message, by the numbers of their fields, up to what is unknown. */
function fieldsOf(bytes: Uint8Array): Map<number, number | Uint8Array> {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (; at < bytes.length; scale *= 0x80) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    if (Number.isNaN(value)) break;
    if (tag % 8 === 0) fields.set(Math.floor(tag / 8), value);
    else if (tag % 8 === 2 && at + value <= bytes.length) {
      fields.set(Math.floor(tag / 8), bytes.subarray(at, at += value));
    } else break;
  }
  return fields;
}

/** Returns the milliseconds of a field Retry-After at `nowMs`; null if it says nothing. */
export function retryAfterMs(value: string | null, nowMs: number): number | null {
  if (value === null) return null;
  if (/^[0-9]{1,6}$/.test(value)) return Number(value) * 1000;
  const at = parseHttpDate(value);
  return at === null ? null : Math.max(0, at - nowMs);
}
