/**
 * Reads the first message of a TLS client, as far as a server needs it to choose a certificate or to
 * refuse the client: the server name (RFC 6066), the protocols (ALPN, RFC 7301), the versions. Pure.
 *
 * A message that can only fail is refused here with the alert that RFC 8446 demands, before anything
 * is allocated for TLS. Everything else about the message is left to the TLS implementation, which
 * reads it again from the first byte.
 *
 * @module
 */
import { joinPieces } from "../../wire/byte_stream.ts";
import { latin1 } from "../../wire/byte_text.ts";

/** What a client asks for. */
export interface ClientHello {
  /** In lower case; "" if the client names none. Not checked to be a valid name. */
  readonly serverName: string;
  /** The protocols that the client offers, as Latin-1; null if it offers none by ALPN. */
  readonly protocols: readonly string[] | null;
  readonly offersTls12: boolean;
  readonly offersTls13: boolean;
}

/** The description of a fatal alert (RFC 8446, section 6). */
export type AlertCode = (typeof ALERT)[keyof typeof ALERT];

export const ALERT = {
  unexpectedMessage: 10,
  recordOverflow: 22,
  handshakeFailure: 40,
  illegalParameter: 47,
  accessDenied: 49,
  decodeError: 50,
  protocolVersion: 70,
  unrecognizedName: 112,
  noApplicationProtocol: 120,
} as const;

/** Returns the name of an alert as RFC 8446 has it: `unrecognized_name`. */
export function alertName(alert: AlertCode): string {
  const found = Object.entries(ALERT).find(([, code]) => code === alert);
  return (found?.[0] ?? "alert").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A message that cannot be accepted. */
export interface RefusedHello {
  readonly alert: AlertCode;
}

/** Whether `bytes` begin a TLS connection: no request of plain HTTP begins with this byte. */
export function startsTls(bytes: Uint8Array): boolean {
  return bytes[0] === HANDSHAKE_RECORD;
}

/**
 * Maximum size of the message with its record headers. The largest that clients send, with keys for
 * post-quantum algorithms and session tickets, have a few thousand bytes.
 */
export const HELLO_BYTES_MAX = 16_384;

/** Returns the message that `bytes` begin with; null if it is not complete yet. */
export function readClientHello(bytes: Uint8Array): ClientHello | RefusedHello | null {
  try {
    // No byte after the limit counts, so that it does not matter in which pieces the others arrive.
    const message = joinRecords(bytes.subarray(0, HELLO_BYTES_MAX));
    if (message !== null) return parseMessage(new Cursor(message));
    return bytes.length < HELLO_BYTES_MAX ? null : { alert: ALERT.recordOverflow };
  } catch (error) {
    if (error instanceof Malformed) return { alert: error.alert };
    throw error;
  }
}

/** Returns the record of a fatal alert. */
export function alertRecord(alert: AlertCode): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(ALERT_RECORD, 3, 3, 0, 2, FATAL, alert);
}

/** Reports whether `result` is the refusal of a message. */
export function isRefused(result: ClientHello | RefusedHello): result is RefusedHello {
  return "alert" in result;
}

const ALERT_RECORD = 0x15;
const HANDSHAKE_RECORD = 0x16;
const FATAL = 2;
const RECORD_HEADER_BYTES = 5;
const RECORD_BYTES_MAX = 16_384;
const CLIENT_HELLO = 1;
const MESSAGE_HEADER_BYTES = 4;
const RANDOM_BYTES = 32;
const SESSION_ID_BYTES_MAX = 32;
const TLS_1_2 = 0x0303;
const TLS_1_3 = 0x0304;
const EXTENSION = { serverName: 0, protocols: 16, supportedVersions: 43 } as const;
const HOST_NAME = 0;

class Malformed extends Error {
  constructor(readonly alert: AlertCode) {
    super();
  }
}

/**
 * Returns the handshake message, which may be spread over several records; null if it is not
 * complete.
 */
function joinRecords(bytes: Uint8Array): Uint8Array | null {
  const parts: Uint8Array[] = [];
  let joined = 0;
  let needed = MESSAGE_HEADER_BYTES;
  for (let at = 0; joined < needed;) {
    const [type, major] = [bytes[at], bytes[at + 1]];
    if (type !== undefined && type !== HANDSHAKE_RECORD) {
      throw new Malformed(ALERT.unexpectedMessage);
    }
    if (major !== undefined && major !== 3) throw new Malformed(ALERT.protocolVersion);
    if (bytes.length < at + RECORD_HEADER_BYTES) return null;
    const length = bytes[at + 3]! << 8 | bytes[at + 4]!;
    if (length === 0) throw new Malformed(ALERT.unexpectedMessage);
    if (length > RECORD_BYTES_MAX) throw new Malformed(ALERT.recordOverflow);
    at += RECORD_HEADER_BYTES;
    const part = bytes.subarray(at, at + length);
    parts.push(part);
    joined += part.length;
    at += length;
    if (needed === MESSAGE_HEADER_BYTES && joined >= MESSAGE_HEADER_BYTES) {
      const header = joinPieces(parts);
      if (header[0] !== CLIENT_HELLO) throw new Malformed(ALERT.unexpectedMessage);
      needed += header[1]! << 16 | header[2]! << 8 | header[3]!;
      if (needed > HELLO_BYTES_MAX) throw new Malformed(ALERT.illegalParameter);
    }
    if (at > bytes.length) break;
  }
  return joined < needed ? null : joinPieces(parts).subarray(MESSAGE_HEADER_BYTES, needed);
}

/** RFC 8446, section 4.1.2. */
function parseMessage(message: Cursor): ClientHello {
  let versions: readonly number[] = message.uint16() >= TLS_1_2 ? [TLS_1_2] : [];
  message.take(RANDOM_BYTES);
  if (message.vector(1).remaining > SESSION_ID_BYTES_MAX) throw new Malformed(ALERT.decodeError);
  const cipherSuites = message.vector(2).remaining;
  if (cipherSuites === 0 || cipherSuites % 2 !== 0) throw new Malformed(ALERT.decodeError);
  if (message.vector(1).remaining === 0) throw new Malformed(ALERT.decodeError); // compression
  let serverName = "";
  let protocols: readonly string[] | null = null;
  const seen = new Set<number>();
  const extensions = message.remaining === 0 ? message : message.vector(2);
  message.end();
  while (extensions.remaining > 0) {
    const type = extensions.uint16();
    const content = extensions.vector(2);
    if (seen.has(type)) throw new Malformed(ALERT.illegalParameter);
    seen.add(type);
    if (type === EXTENSION.serverName) serverName = parseServerName(content);
    else if (type === EXTENSION.protocols) protocols = parseProtocols(content);
    else if (type === EXTENSION.supportedVersions) versions = parseVersions(content);
  }
  if (versions.length === 0) throw new Malformed(ALERT.protocolVersion);
  return {
    serverName,
    protocols,
    offersTls12: versions.includes(TLS_1_2),
    offersTls13: versions.includes(TLS_1_3),
  };
}

function parseServerName(content: Cursor): string {
  const names = content.vector(2);
  content.end();
  let found: string | null = null;
  while (names.remaining > 0) {
    const type = names.uint8();
    const name = names.vector(2);
    if (type !== HOST_NAME) continue;
    if (found !== null || name.remaining === 0) throw new Malformed(ALERT.illegalParameter);
    found = name.text();
  }
  return (found ?? "").toLowerCase();
}

function parseProtocols(content: Cursor): readonly string[] {
  const list = content.vector(2);
  content.end();
  const protocols: string[] = [];
  while (list.remaining > 0) {
    const protocol = list.vector(1);
    if (protocol.remaining === 0) throw new Malformed(ALERT.decodeError);
    protocols.push(protocol.text());
  }
  if (protocols.length === 0) throw new Malformed(ALERT.decodeError);
  return protocols;
}

/** Returns the versions that the client offers, of those that are spoken here. */
function parseVersions(content: Cursor): number[] {
  const offered = content.vector(1);
  content.end();
  const versions: number[] = [];
  while (offered.remaining > 0) {
    const version = offered.uint16();
    if (version === TLS_1_2 || version === TLS_1_3) versions.push(version);
  }
  return versions;
}

/** Reads from the front of `bytes`; throws if there are not enough. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  take(count: number): Uint8Array {
    if (count > this.remaining) throw new Malformed(ALERT.decodeError);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  uint8(): number {
    return this.take(1)[0]!;
  }

  uint16(): number {
    const [high, low] = this.take(2);
    return high! << 8 | low!;
  }

  /** Returns the content of a vector whose length has `size` bytes. */
  vector(size: 1 | 2): Cursor {
    return new Cursor(this.take(size === 1 ? this.uint8() : this.uint16()));
  }

  /** Returns the rest, one character for each byte. */
  text(): string {
    const bytes = this.take(this.remaining);
    return latin1(bytes, 0, bytes.length);
  }

  end(): void {
    if (this.remaining > 0) throw new Malformed(ALERT.decodeError);
  }
}
