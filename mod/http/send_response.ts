/**
 * Sends responses: in one piece if the body is known, piece by piece if a source produces it.
 *
 * @module
 */
import type { BodySource, HttpResponse } from "../base/exchange.ts";
import { invariant } from "../base/invariant.ts";
import type { SharedState } from "./shared_state.ts";
import type { Exchange } from "./request.ts";
import type { WriteQueue } from "./write_queue.ts";
import {
  type ConnectionOption,
  FRAMING,
  headBytesMax,
  type HeadOptions,
  mayHaveBody,
  writeHead,
} from "./head_writer.ts";
import { CALL_COST, type Turns } from "./turns.ts";
import { latin1Bytes, writeLatin1 } from "../wire/byte_text.ts";

const NO_BYTES = new Uint8Array(0);
/** The largest body worth copying behind its head, to save a write. */
const JOINED_BODY_MAX = 65536;
const LAST_CHUNK = "0\r\n\r\n";
/** The size line and line ends of a chunk: eight digits and two CR LF. */
const CHUNK_OVERHEAD = 12;

/**
 * Queues the whole response with a known body in `output`, and returns its length. Head and body
 * are one piece, from the cache if the same response was sent before; a large body is not copied
 * for that. Throws, with nothing queued, if the response cannot be sent.
 */
export function queueResponse(
  shared: SharedState,
  output: WriteQueue,
  exchange: Exchange,
  { response, content: body, keepsAlive }: {
    readonly response: HttpResponse;
    /** The bytes of its body; null for none. */
    readonly content: Uint8Array | null;
    readonly keepsAlive: boolean;
  },
): number {
  const { date } = shared.clock;
  const isSent = body !== null && exchange.method !== "HEAD" && mayHaveBody(response.status);
  const content = isSent ? body : NO_BYTES;
  exchange.contentBytes = content.length;
  const isReusable = keepsAlive && exchange.minor === 1 && exchange.method !== "HEAD" &&
    response.body === body && response.encoded === undefined && exchange.id === null;
  if (isReusable) {
    const prepared = shared.prepared.get(response, date);
    if (prepared !== undefined) {
      output.push(prepared);
      return prepared.length;
    }
  }
  const isJoined = content.length <= JOINED_BODY_MAX || content !== response.body;
  const bytesMax = headBytesMax(response, exchange.id) + (isJoined ? content.length : 0);
  const { outputs } = shared;
  const start = isReusable ? 0 : outputs.reserve(bytesMax);
  const bytes = isReusable ? new Uint8Array(bytesMax) : outputs.bytes;
  const framing = knownFraming(exchange, response, body);
  const end = writeHead(bytes, start, response, headOptions(shared, exchange, framing, keepsAlive));
  if (!isJoined) {
    output.push(bytes.slice(start, end));
    output.push(content);
    return end - start + content.length;
  }
  bytes.set(content, end);
  const whole = end + content.length;
  const joined = isReusable ? bytes.subarray(0, whole) : outputs.commit(whole);
  output.push(joined);
  if (isReusable) shared.prepared.offer(response, date, joined);
  return joined.length;
}

/** Returns the framing of a known body; none for a HEAD response whose length is unknown. */
function knownFraming(exchange: Exchange, response: HttpResponse, body: Uint8Array | null): number {
  if (!mayHaveBody(response.status)) return FRAMING.undeclared;
  if (body !== null) return body.length;
  return exchange.method === "HEAD" ? FRAMING.undeclared : 0;
}

/** Returns how the body of `source` is delimited for this client. */
export function sourceFraming(
  exchange: Exchange,
  response: HttpResponse,
  source: BodySource,
): number {
  if (!mayHaveBody(response.status)) return FRAMING.undeclared;
  if (source.length !== null) return source.length;
  return exchange.minor === 1 ? FRAMING.chunked : FRAMING.undeclared;
}

/** Encodes the head alone, for a body that follows in pieces. */
export function encodeHead(
  shared: SharedState,
  exchange: Exchange,
  response: HttpResponse,
  framing: number,
  connection: ConnectionOption,
): Uint8Array {
  const requestId = exchange.id;
  const bytes = new Uint8Array(headBytesMax(response, requestId));
  const namesServer = shared.settings.DisableServerHeader !== 2 && exchange.status !== 101;
  const options = { date: shared.clock.date, framing, connection, namesServer, requestId };
  return bytes.subarray(0, writeHead(bytes, 0, response, options));
}

/** Encodes a whole response after which the connection is closed; to HEAD, without its body. */
export function encodeLast(
  response: HttpResponse,
  date: string,
  { isHead, namesServer, requestId }: {
    readonly isHead: boolean;
    readonly namesServer: boolean;
    readonly requestId: string | null;
  },
): Uint8Array {
  invariant(response.body instanceof Uint8Array, "the last response has its body");
  const { body } = response;
  const bytes = new Uint8Array(headBytesMax(response, requestId) + body.length);
  const framing = body.length;
  const head = { date, framing, connection: "close", namesServer, requestId } as const;
  const end = writeHead(bytes, 0, response, head);
  if (isHead) return bytes.subarray(0, end);
  bytes.set(body, end);
  return bytes.subarray(0, end + body.length);
}

function headOptions(
  shared: SharedState,
  exchange: Exchange,
  framing: number,
  keepsAlive: boolean,
): HeadOptions {
  return {
    date: shared.clock.date,
    framing,
    connection: connectionOption(exchange, keepsAlive),
    namesServer: shared.settings.DisableServerHeader !== 2,
    requestId: exchange.id,
  };
}

/** Returns the Connection option: HTTP/1.1 persists by default, HTTP/1.0 needs `keep-alive`. */
export function connectionOption(exchange: Exchange, keepsAlive: boolean): ConnectionOption {
  if (!keepsAlive) return "close";
  return exchange.minor === 0 ? "keep-alive" : "";
}

/** A source threw or had the wrong length; distinguished from a client that went away. */
export class SourceFailure extends Error {
  override readonly name = "SourceFailure";
}

/**
 * Sends the pieces of `source`, the head together with the first; alone if that is empty. If the source fails, throws a
 * {@linkcode SourceFailure}; the caller then aborts the connection, so that a client never mistakes
 * a truncated response for a complete one.
 */
export async function sendSource(
  output: WriteQueue,
  exchange: Exchange,
  source: BodySource,
  { head, framing, turns }: {
    readonly head: Uint8Array;
    readonly framing: number;
    readonly turns: Turns;
  },
): Promise<void> {
  let remaining = framing >= 0 ? framing : Infinity;
  for (;;) {
    const piece = remaining === 0 ? null : await pull(source);
    if (piece === null) break;
    if (piece.length === 0) {
      if (exchange.sentBytes > 0) continue;
      output.push(head); // more may come late, and the client may wait for the head
      exchange.sentBytes = head.length;
      await output.flush();
      continue;
    }
    remaining -= piece.length;
    if (remaining < 0) throw new SourceFailure("body longer than declared");
    if (exchange.sentBytes === 0) {
      output.push(head);
      exchange.sentBytes = head.length;
    }
    const bytes = framing === FRAMING.chunked ? encodeChunk(piece) : piece;
    exchange.sentBytes += bytes.length;
    exchange.contentBytes += piece.length;
    output.push(bytes);
    await output.flush();
    await turns.take(CALL_COST);
  }
  if (remaining !== 0 && remaining !== Infinity) {
    throw new SourceFailure("body shorter than declared");
  }
  if (exchange.sentBytes === 0) {
    output.push(head);
    exchange.sentBytes = head.length;
  }
  if (framing !== FRAMING.chunked) return;
  output.push(latin1Bytes(LAST_CHUNK));
  exchange.sentBytes += LAST_CHUNK.length;
}

async function pull(source: BodySource): Promise<Uint8Array | null> {
  try {
    return await source.pull();
  } catch (cause) {
    throw new SourceFailure("pull() threw", { cause });
  }
}

function encodeChunk(piece: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(piece.length + CHUNK_OVERHEAD);
  const start = writeLatin1(chunk, 0, `${piece.length.toString(16)}\r\n`);
  chunk.set(piece, start);
  return chunk.subarray(0, writeLatin1(chunk, start + piece.length, "\r\n"));
}
