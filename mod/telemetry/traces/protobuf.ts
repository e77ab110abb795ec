/**
 * The messages of OTLP in the wire format of Protocol Buffers. Pure.
 *
 * @module
 */
import { type KeyValue, keyValue, type OtlpSpan, SCOPE, type TracedProgram } from "./otlp.ts";

const VARINT = 0;
const FIXED_64 = 1;
const DELIMITED = 2;
const FIXED_32 = 5;
const encoder = new TextEncoder();

/** One message, to which fields are added. */
class Message {
  #bytes = new Uint8Array(512);
  #length = 0;

  /** A number of at most 53 bits, not negative; 0 is the default and left out. */
  whole(field: number, value: number): this {
    if (value === 0) return this;
    this.#varint(field * 8 + VARINT);
    this.#varint(value);
    return this;
  }

  /** A number of 64 bits in decimal digits. */
  fixed64(field: number, digits: string): this {
    this.#varint(field * 8 + FIXED_64);
    this.#view(8).setBigUint64(0, BigInt(digits), true);
    return this;
  }

  fixed32(field: number, value: number): this {
    this.#varint(field * 8 + FIXED_32);
    this.#view(4).setUint32(0, value, true);
    return this;
  }

  double(field: number, value: number): this {
    this.#varint(field * 8 + FIXED_64);
    this.#view(8).setFloat64(0, value, true);
    return this;
  }

  /** A signed number of 64 bits in decimal digits. */
  int64(field: number, digits: string): this {
    this.#varint(field * 8 + VARINT);
    let rest = BigInt.asUintN(64, BigInt(digits));
    while (rest > 0x7fn) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
    return this;
  }

  bytes(field: number, bytes: Uint8Array): this {
    this.#varint(field * 8 + DELIMITED);
    this.#varint(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  text(field: number, text: string | undefined): this {
    return text === undefined || text === "" ? this : this.bytes(field, encoder.encode(text));
  }

  /** Bytes in hexadecimal digits. */
  hex(field: number, digits: string | undefined): this {
    return digits === undefined ? this : this.bytes(field, Uint8Array.fromHex(digits));
  }

  each<T>(field: number, values: readonly T[], encode: (value: T) => Uint8Array): this {
    for (const value of values) this.bytes(field, encode(value));
    return this;
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #view(bytes: number): DataView {
    this.#reserve(bytes);
    this.#length += bytes;
    return new DataView(this.#bytes.buffer, this.#length - bytes, bytes);
  }

  #reserve(bytes: number): void {
    const wanted = this.#length + bytes;
    if (wanted <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Returns a span as the bytes of its message. */
export function protobufSpan(span: OtlpSpan): Uint8Array {
  const { links = [], status } = span;
  return new Message()
    .hex(1, span.traceId)
    .hex(2, span.spanId)
    .text(3, span.traceState)
    .hex(4, span.parentSpanId)
    .text(5, span.name)
    .whole(6, span.kind)
    .fixed64(7, span.startTimeUnixNano)
    .fixed64(8, span.endTimeUnixNano)
    .each(9, span.attributes, attribute)
    .each(13, links, ({ traceId, spanId }) => new Message().hex(1, traceId).hex(2, spanId).done())
    .bytes(15, new Message().text(2, status.message).whole(3, status.code ?? 0).done())
    .fixed32(16, span.flags)
    .done();
}

/** Returns the bytes of a request to a collector with spans that are bytes already. */
export function protobufRequest(
  { resource, version }: TracedProgram,
  spans: readonly Uint8Array[],
): Uint8Array {
  const scope = new Message().text(1, SCOPE).text(2, version).done();
  const scopeSpans = new Message().bytes(1, scope).each(2, spans, (span) => span).done();
  const about = new Message().each(1, resource.map(keyValue), attribute).done();
  return new Message().bytes(1, new Message().bytes(1, about).bytes(2, scopeSpans).done()).done();
}

function attribute({ key, value }: KeyValue): Uint8Array {
  const { stringValue, intValue, doubleValue } = value;
  const any = new Message();
  if (stringValue !== undefined) any.bytes(1, encoder.encode(stringValue));
  else if (intValue !== undefined) any.int64(3, intValue);
  else any.double(4, doubleValue!);
  return new Message().text(1, key).bytes(2, any.done()).done();
}
