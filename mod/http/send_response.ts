/**
 * Responses as bytes: one piece for a body that is known, a flow of pieces for one that is produced.
 *
 * @module
 */
import type { BodySource, HttpResponse } from "../base/exchange.ts";
import type { SharedState } from "./shared_state.ts";
import type { Exchange } from "./request.ts";
import type { WriteQueue } from "./write_queue.ts";
import {
  type ConnectionWord,
  FRAMING,
  type HeadOptions,
  headRoom,
  mayHaveBody,
  putHead,
} from "./head_writer.ts";
import { latin1Bytes, writeLatin1 } from "../wire/byte_text.ts";

const NO_BYTES = new Uint8Array(0);
/** A body up to this is worth copying behind its head, to save a write. */
const JOINED_BODY_MAX = 65536;
const LAST_CHUNK = "0\r\n\r\n";
/** Size line and line ends of a chunk: eight digits and two CR LF. */
const CHUNK_ROOM = 12;

/**
 * Puts the whole answer for a body that is known into `output`, and gives its length. Head and body go
 * in one piece, made before where the same response comes again; a large body is not copied for that.
 * Throws, with nothing put, where the response cannot be sent.
 */
export function queueResponse(
  shared: SharedState,
  output: WriteQueue,
  exchange: Exchange,
  response: HttpResponse,
  keepsAlive: boolean,
): number {
  const { date } = shared.clock;
  const isPlain = keepsAlive && exchange.minor === 1 && exchange.method !== "HEAD";
  if (isPlain) {
    const prepared = shared.prepared.get(response, date);
    if (prepared !== undefined) {
      output.push(prepared);
      return prepared.length;
    }
  }
  const body = response.body instanceof Uint8Array ? response.body : null;
  const isSent = body !== null && exchange.method !== "HEAD" && mayHaveBody(response.status);
  const content = isSent ? body : NO_BYTES;
  const isJoined = content.length <= JOINED_BODY_MAX;
  const bytes = new Uint8Array(headRoom(response) + (isJoined ? content.length : 0));
  const framing = knownFraming(exchange, response, body);
  const end = putHead(bytes, 0, response, headOptions(shared, exchange, framing, keepsAlive));
  if (!isJoined) {
    output.push(bytes.subarray(0, end));
    output.push(content);
    return end + content.length;
  }
  bytes.set(content, end);
  const whole = bytes.subarray(0, end + content.length);
  output.push(whole);
  if (isPlain) shared.prepared.offer(response, date, whole);
  return whole.length;
}

/** A HEAD answer without a body says nothing about a length that it does not know. */
function knownFraming(exchange: Exchange, response: HttpResponse, body: Uint8Array | null): number {
  if (!mayHaveBody(response.status)) return FRAMING.unsaid;
  if (body !== null) return body.length;
  return exchange.method === "HEAD" ? FRAMING.unsaid : 0;
}

/** How the body of `source` will be delimited for this client. */
export function sourceFraming(
  exchange: Exchange,
  response: HttpResponse,
  source: BodySource,
): number {
  if (!mayHaveBody(response.status)) return FRAMING.unsaid;
  if (source.length !== null) return source.length;
  return exchange.minor === 1 ? FRAMING.chunked : FRAMING.unsaid;
}

/** Head alone, for a body that follows in pieces. */
export function headOnly(
  shared: SharedState,
  exchange: Exchange,
  response: HttpResponse,
  framing: number,
  connection: ConnectionWord,
): Uint8Array {
  const bytes = new Uint8Array(headRoom(response));
  const options = { date: shared.clock.date, framing, connection, namesServer: false };
  const namesServer = shared.settings.DisableServerHeader !== 2 && exchange.status !== 101;
  return bytes.subarray(0, putHead(bytes, 0, response, { ...options, namesServer }));
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
    connection: connectionWord(exchange, keepsAlive),
    namesServer: shared.settings.DisableServerHeader !== 2,
  };
}

/** HTTP/1.1 goes on by itself; HTTP/1.0 must be told. */
export function connectionWord(exchange: Exchange, keepsAlive: boolean): ConnectionWord {
  if (!keepsAlive) return "close";
  return exchange.minor === 0 ? "keep-alive" : "";
}

/** A source threw, or did not keep its word: told apart from a client that went away. */
export class SourceFailure extends Error {
  override readonly name = "SourceFailure";
}

/**
 * Sends the pieces of `source`, the head going with the first. Throws a {@linkcode SourceFailure}
 * where the source fails; the caller then cuts the connection, so that a client never takes a broken
 * answer for a whole one.
 */
export async function sendSource(
  output: WriteQueue,
  exchange: Exchange,
  source: BodySource,
  { head, framing }: { readonly head: Uint8Array; readonly framing: number },
): Promise<void> {
  let left = framing >= 0 ? framing : Infinity;
  for (;;) {
    const piece = left === 0 ? null : await pull(source);
    if (piece === null) break;
    if (piece.length === 0) continue;
    left -= piece.length;
    if (left < 0) throw new SourceFailure("longer than it said");
    if (exchange.sentBytes === 0) {
      output.push(head);
      exchange.sentBytes = head.length;
    }
    const bytes = framing === FRAMING.chunked ? chunkOf(piece) : piece;
    exchange.sentBytes += bytes.length;
    output.push(bytes);
    await output.flush();
  }
  if (left !== 0 && left !== Infinity) throw new SourceFailure("shorter than it said");
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

function chunkOf(piece: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(piece.length + CHUNK_ROOM);
  const start = writeLatin1(chunk, 0, `${piece.length.toString(16)}\r\n`);
  chunk.set(piece, start);
  return chunk.subarray(0, writeLatin1(chunk, start + piece.length, "\r\n"));
}
