// Goal: what llhttp refuses in strict mode is refused, and what it reads is read in the same way.
// Method: its request vectors through the scanner, the framing and the chunk decoder, without a
// socket. Deliberate differences are listed with a reason; one that no longer exists fails too.
import { assertEquals } from "@std/assert";
import { ChunkedDecoder } from "../../mod/wire/chunked.ts";
import { CHUNKED, Framing } from "../../mod/http/parse/framing.ts";
import { isServedMethod } from "../../mod/http/parse/method.ts";
import { latin1 } from "../../mod/wire/byte_text.ts";
import { RequestHead } from "../../mod/http/parse/head_scanner.ts";
import { DEFAULT_SETTINGS } from "../../mod/config/document/settings.ts";
import { fromBase64, readCorpus } from "../support/corpora.ts";

interface Vector {
  readonly id: string;
  readonly strict: boolean;
  readonly base64: string;
  readonly expect: { readonly error: string | null };
  readonly messages: readonly VectorMessage[];
}

interface VectorMessage {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly "body_base64": string;
  readonly headersComplete: boolean;
  readonly complete: boolean;
}

/** Vectors that llhttp reads and httpcfg refuses, or the other way round. */
const DELIBERATE: Readonly<Record<string, string>> = {
  "request/connection:156": "one empty line before a request, not two (RFC 9112 2.2: at least one)",
  "request/content-length:4": "leading zeros: some readers read them as octal",
  "request/content-length:100": "two lengths are refused once the head is complete; here it is not",
  "request/content-length:444": "a parser's mode without bodies; a server has none",
  "request/invalid:66": "any token is a method; what responds says whether it knows it",
  "request/invalid:356": "any token is a method; what responds says whether it knows it",
  "request/method:96": "CONNECT gets 501: this is not a proxy for tunnels",
  "request/method:372": "SOURCE and ICE are another protocol",
  "request/method:430": "ANNOUNCE and RTSP are another protocol",
};

const vectors = readCorpus<Vector[]>("llhttp-request.dev.json");

/** Returns the messages in `bytes`, and why reading ended before their end; null if it did not. */
function readAll(bytes: Uint8Array): [messages: unknown[], fault: string | null] {
  const messages: unknown[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = new RequestHead();
    const found = head.scan(bytes, at, bytes.length, DEFAULT_SETTINGS);
    if (found === "more") return [messages, null];
    if (found !== "done") return [messages, found];
    const method = latin1(bytes, at + head.methodStart, at + head.methodEnd);
    if (!isServedMethod(method)) return [messages, "N/I"];
    const framing = new Framing();
    const fault = framing.read(head, bytes, at);
    if (fault !== null) return [messages, fault];
    const text = (from: number, to: number): string =>
      String.fromCharCode(...bytes.subarray(at + from, at + to));
    const headers: [string, string][] = [];
    for (let i = 0; i < head.fieldCount; i++) {
      headers.push([
        text(head.nameStart(i), head.nameEnd(i)),
        text(head.valueStart(i), head.valueEnd(i)),
      ]);
    }
    const url = text(head.targetStart, head.targetEnd);
    const [body, end, bodyFault] = readBody(bytes, at + head.length, framing.bodyLength);
    messages.push({ method, url, headers, body });
    if (bodyFault !== null) return [messages, bodyFault];
    at = end;
    if (!framing.keepsAlive && at < bytes.length) return [messages, "closed"];
  }
  return [messages, null];
}

function readBody(
  bytes: Uint8Array,
  start: number,
  length: number,
): [string, number, string | null] {
  if (length !== CHUNKED) {
    const end = Math.min(bytes.length, start + length);
    return [String.fromCharCode(...bytes.subarray(start, end)), end, null];
  }
  const decoder = new ChunkedDecoder();
  decoder.position = start;
  let body = "";
  for (;;) {
    const step = decoder.step(bytes, bytes.length);
    if (step === "data") {
      body += String.fromCharCode(...bytes.subarray(decoder.dataStart, decoder.dataEnd));
    } else if (step === "more" || step === "end") {
      return [body, decoder.position, null];
    } else {
      return [body, decoder.position, step];
    }
  }
}

Deno.test({
  name: "The scanner reads llhttp's requests (needs ../shared/corpora/llhttp-request.dev.json)",
  ignore: vectors === null,
  fn(): void {
    const differing: Record<string, string> = {};
    for (const { id, strict, base64, expect, messages } of vectors!) {
      const [read, fault] = readAll(fromBase64(base64));
      if (!strict) continue; // its lenient modes read what no server should
      if ((fault === null) !== (expect.error === null)) {
        differing[id] = fault ?? "read";
        continue;
      }
      if (fault !== null) continue;
      const wanted = messages.filter((message) => message.headersComplete).map((message) => ({
        method: message.method,
        url: message.url,
        // llhttp keeps the white space at the end of a value.
        headers: message.headers.map(([name, value]) => [name, value.trimEnd()]),
        body: String.fromCharCode(...fromBase64(message.body_base64)),
      }));
      if (JSON.stringify(read) !== JSON.stringify(wanted)) {
        differing[id] = `read as ${JSON.stringify(read)}`;
      }
    }
    assertEquals(
      Object.keys(differing).sort(),
      Object.keys(DELIBERATE).sort(),
      JSON.stringify(differing, null, 2),
    );
  },
});
