/**
 * Spans as OTLP has them in the wire format of Protocol Buffers. Pure.
 *
 * Everything is written into one buffer: a message within another gets one byte for its length, and
 * is moved if that needs more.
 *
 * @module
 */
import { SCOPE, sentText, spanFlags, STATUS_ERROR, type TracedProgram } from "./otlp.ts";
import { type Attribute, type EndedSpan, nanosecondsOf } from "./span.ts";

const VARINT = 0;
const FIXED_64 = 1;
const DELIMITED = 2;
const FIXED_32 = 5;
/** The most bytes of a number of 64 bits, and of a tag with it. */
const NUMBER_BYTES_MAX = 12;
/** The most bytes of a character. */
const CHARACTER_BYTES_MAX = 3;
const ZERO = 0x30;
const LOWER_A = 0x61;
const encoder = new TextEncoder();

class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #at = 0;

  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Returns a copy of what was written, and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const written = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return written;
  }

  /** A number that is not negative; 0 is the default and left out. */
  whole(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  /** A number of 64 bits with a sign. */
  int64(field: number, value: number): void {
    this.#tag(field, VARINT);
    if (value >= 0) return this.#varint(value);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#at++] = Number(rest);
  }

  /** A number of 64 bits in decimal digits. */
  fixed64(field: number, digits: string): void {
    this.#tag(field, FIXED_64);
    this.#view.setBigUint64(this.#at, BigInt(digits), true);
    this.#at += 8;
  }

  double(field: number, value: number): void {
    this.#tag(field, FIXED_64);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  fixed32(field: number, value: number): void {
    this.#tag(field, FIXED_32);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  text(field: number, text: string): void {
    const start = this.open(field);
    this.#reserve(text.length * CHARACTER_BYTES_MAX);
    const bytes = this.#bytes;
    let p = start;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c > 0x7f) {
        p = start + encoder.encodeInto(text, bytes.subarray(start)).written;
        break;
      }
      bytes[p++] = c;
    }
    this.#at = p;
    this.close(start);
  }

  /** Bytes in hexadecimal digits. */
  hex(field: number, digits: string): void {
    const start = this.open(field);
    this.#reserve(digits.length);
    for (let i = 0; i < digits.length; i += 2) {
      const [high, low] = [digitAt(digits, i), digitAt(digits, i + 1)];
      this.#bytes[this.#at++] = high * 16 + low;
    }
    this.close(start);
  }

  bytes(field: number, bytes: Uint8Array): void {
    const start = this.open(field);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    this.close(start);
  }

  /** Begins a message, which ends with {@linkcode Writer.close} of what is returned. */
  open(field: number): number {
    this.#tag(field, DELIMITED);
    return ++this.#at;
  }

  close(start: number): void {
    const length = this.#at - start;
    if (length <= 0x7f) {
      this.#bytes[start - 1] = length;
      return;
    }
    const more = Math.ceil(Math.log2(length + 1) / 7) - 1;
    this.#reserve(more);
    this.#bytes.copyWithin(start + more, start, this.#at);
    this.#at = start - 1;
    this.#varint(length);
    this.#at += length;
  }

  #tag(field: number, type: number): void {
    this.#reserve(NUMBER_BYTES_MAX);
    this.#varint(field * 8 + type);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
  }

  #reserve(bytes: number): void {
    const wanted = this.#at + bytes;
    if (wanted <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

function digitAt(digits: string, at: number): number {
  const c = digits.charCodeAt(at);
  return c < LOWER_A ? c - ZERO : c - LOWER_A + 10;
}

/** The buffer of all spans: each is copied when it is whole. */
const writer = new Writer(4096);

/** Returns a span as the bytes of its message. */
export function protobufSpan(span: EndedSpan): Uint8Array {
  const { parentId, state, link, failure } = span;
  writer.hex(1, span.traceId);
  writer.hex(2, span.spanId);
  if (state !== "") writer.text(3, state);
  if (parentId !== null) writer.hex(4, parentId);
  writer.text(5, span.name);
  writer.whole(6, span.kind);
  writer.fixed64(7, nanosecondsOf(span.startMs));
  writer.fixed64(8, nanosecondsOf(span.endMs));
  writeAttributes(writer, 9, span.attributes);
  if (link !== null) {
    const start = writer.open(13);
    writer.hex(1, link.traceId);
    writer.hex(2, link.spanId);
    writer.close(start);
  }
  const status = writer.open(15);
  if (failure !== null) {
    if (failure !== "") writer.text(2, failure);
    writer.whole(3, STATUS_ERROR);
  }
  writer.close(status);
  writer.fixed32(16, spanFlags(span));
  return writer.take();
}

function writeAttributes(to: Writer, field: number, attributes: readonly Attribute[]): void {
  for (let i = 0; i < attributes.length; i++) {
    const [key, value] = attributes[i]!;
    const attribute = to.open(field);
    to.text(1, key);
    const any = to.open(2);
    if (typeof value === "string") to.text(1, sentText(value));
    else if (Number.isSafeInteger(value)) to.int64(3, value);
    else to.double(4, value);
    to.close(any);
    to.close(attribute);
  }
}

/** Returns the bytes of a request to a collector with spans that are bytes already. */
export function protobufRequest(
  { resource, version }: TracedProgram,
  spans: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const request = new Writer(spans.reduce((sum, { length }) => sum + length + 8, 4096));
  const resourceSpans = request.open(1);
  const about = request.open(1);
  writeAttributes(request, 1, resource);
  request.close(about);
  const scopeSpans = request.open(2);
  const scope = request.open(1);
  request.text(1, SCOPE);
  request.text(2, version);
  request.close(scope);
  for (const span of spans) request.bytes(2, span);
  request.close(scopeSpans);
  request.close(resourceSpans);
  return request.take();
}
