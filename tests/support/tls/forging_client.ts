/**
 * A client of TLS 1.3 (RFC 8446) that can claim a certificate without having its key, which no
 * library does. One cipher suite, one group, no session.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { extension, hostName, serverName, vector } from "./client_hello.ts";

const HANDSHAKE = 22;
const APPLICATION = 23;
const ALERT = 21;
/** Before the raw key in the SubjectPublicKeyInfo of X25519. */
const X25519_PREFIX = Uint8Array.fromHex("302a300506032b656e032100");
const NOTHING = sha256(new Uint8Array(0));

/** The certificates that the client sends, the first its own, and the key with which it signs. */
export interface Claim {
  readonly chain: readonly Uint8Array[];
  readonly key: KeyObject;
}

/**
 * Connects, claims the certificates and sends a GET request with `Host: host`; returns what comes
 * back: the response, or `alert N`.
 */
export async function askClaiming(
  { hostname, port, host }: {
    readonly hostname: string;
    readonly port: number;
    readonly host: string;
  },
  { chain, key }: Claim,
): Promise<string> {
  using conn = await Deno.connect({ hostname, port });
  const own = generateKeyPairSync("x25519");
  const publicKey = own.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  let transcript = concat(clientHello(host, publicKey));
  await writeAll(conn, concat(record(HANDSHAKE, transcript)));
  const records = new Records(conn);

  const hello = await records.next();
  if (hello.type === ALERT) return `alert ${hello.body[1]}`;
  transcript = concat(transcript, hello.body);
  const peer = createPublicKey({
    key: Buffer.from(concat(X25519_PREFIX, keyShareOf(hello.body))),
    format: "der",
    type: "spki",
  });
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: peer });
  const early = extract(new Uint8Array(32), new Uint8Array(32));
  const handshake = extract(expand(early, "derived", NOTHING, 32), shared);
  const clientSecret = expand(handshake, "c hs traffic", sha256(transcript), 32);
  const serverSecret = expand(handshake, "s hs traffic", sha256(transcript), 32);
  const reader = new Sealed(serverSecret);
  const writer = new Sealed(clientSecret);

  // Up to Finished of the server; it must have asked for a certificate.
  let pending: Uint8Array = new Uint8Array(0);
  let isAsked = false;
  for (let isFinished = false; !isFinished;) {
    const { type, body, header } = await records.next();
    if (type === ALERT) return `alert ${body[1]}`;
    if (type !== APPLICATION) continue; // change_cipher_spec
    const opened = reader.open(header, body);
    if (opened.type === ALERT) return `alert ${opened.body[1]}`;
    pending = concat(pending, opened.body);
    while (pending.length >= 4) {
      const length = 4 + (pending[1]! << 16 | pending[2]! << 8 | pending[3]!);
      if (pending.length < length) break;
      const message = pending.subarray(0, length);
      transcript = concat(transcript, message);
      if (message[0] === 13) isAsked = true;
      if (message[0] === 20) isFinished = true;
      pending = pending.subarray(length);
    }
  }
  if (!isAsked) return "not asked";
  const main = extract(expand(handshake, "derived", NOTHING, 32), new Uint8Array(32));
  const clientTraffic = expand(main, "c ap traffic", sha256(transcript), 32);
  const serverTraffic = expand(main, "s ap traffic", sha256(transcript), 32);

  const entries = chain.flatMap((der) => [...vector(3, [...der]), 0, 0]);
  const certificate = message(11, [0, ...vector(3, entries)]);
  transcript = concat(transcript, certificate);
  const signed = concat(
    new Uint8Array(64).fill(0x20),
    new TextEncoder().encode("TLS 1.3, client CertificateVerify\0"),
    sha256(transcript),
  );
  const verify = message(15, [4, 3, ...vector(2, [...sign("sha256", signed, key)])]);
  transcript = concat(transcript, verify);
  const finishedKey = expand(clientSecret, "finished", new Uint8Array(0), 32);
  const mac = createHmac("sha256", finishedKey).update(sha256(transcript)).digest();
  const finished = message(20, [...mac]);
  await writeAll(conn, writer.seal(HANDSHAKE, concat(certificate, verify, finished)));

  const [toServer, fromServer] = [new Sealed(clientTraffic), new Sealed(serverTraffic)];
  const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  await writeAll(conn, toServer.seal(APPLICATION, new TextEncoder().encode(request)));
  let text = "";
  for (;;) {
    const { type, body, header } = await records.next().catch(() => END);
    if (type === 0) return text;
    if (type === ALERT) return text || `alert ${body[1]}`;
    if (type !== APPLICATION) continue;
    const opened = fromServer.open(header, body);
    if (opened.type === ALERT) return text || `alert ${opened.body[1]}`;
    if (opened.type === APPLICATION) text += new TextDecoder().decode(opened.body);
  }
}

const END = { type: 0, body: new Uint8Array(2), header: new Uint8Array(5) };

function clientHello(host: string, publicKey: Uint8Array): Uint8Array {
  const extensions = [
    ...serverName(hostName(host)),
    ...extension(43, vector(1, [3, 4])),
    ...extension(10, vector(2, [0, 29])), // x25519
    ...extension(13, vector(2, [4, 3, 8, 4, 4, 1])), // ECDSA with P-256, RSA
    ...extension(51, vector(2, [0, 29, ...vector(2, [...publicKey])])),
  ];
  const random = [...crypto.getRandomValues(new Uint8Array(32))];
  return message(1, [
    ...[3, 3, ...random, ...vector(1, random)],
    ...vector(2, [0x13, 1]),
    ...vector(1, [0]),
    ...vector(2, extensions),
  ]);
}

/** Returns the key of the server: its extension is among the last of its message. */
function keyShareOf(hello: Uint8Array): Uint8Array {
  let at = 4 + 2 + 32;
  at += 1 + hello[at]! + 2 + 1 + 2;
  while (at < hello.length) {
    const type = hello[at]! << 8 | hello[at + 1]!;
    const length = hello[at + 2]! << 8 | hello[at + 3]!;
    if (type === 51) return hello.subarray(at + 8, at + 4 + length);
    at += 4 + length;
  }
  throw new Error("the server has sent no key");
}

function message(type: number, body: readonly number[]): Uint8Array {
  return Uint8Array.from([type, ...vector(3, body)]);
}

function record(type: number, body: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(type, 3, 3, body.length >> 8, body.length & 255), body);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function extract(salt: Uint8Array, secret: Uint8Array): Uint8Array {
  return createHmac("sha256", salt).update(secret).digest();
}

/** HKDF-Expand-Label (RFC 8446, 7.1); one block is enough. */
function expand(
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const name = [...new TextEncoder().encode(`tls13 ${label}`)];
  const info = [length >> 8, length & 255, ...vector(1, name), ...vector(1, [...context])];
  const mac = createHmac("sha256", secret).update(Uint8Array.from([...info, 1])).digest();
  return mac.subarray(0, length);
}

/** One direction of a connection, encrypted with AES-128-GCM. */
class Sealed {
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;
  #count = 0;

  constructor(secret: Uint8Array) {
    this.#key = expand(secret, "key", new Uint8Array(0), 16);
    this.#iv = expand(secret, "iv", new Uint8Array(0), 12);
  }

  seal(type: number, body: Uint8Array): Uint8Array {
    const length = body.length + 1 + 16;
    const header = Uint8Array.of(APPLICATION, 3, 3, length >> 8, length & 255);
    const cipher = createCipheriv("aes-128-gcm", this.#key, this.#nonce());
    cipher.setAAD(header);
    const sealed = cipher.update(concat(body, Uint8Array.of(type)));
    return concat(header, sealed, cipher.final(), cipher.getAuthTag());
  }

  open(header: Uint8Array, body: Uint8Array): { readonly type: number; readonly body: Uint8Array } {
    const decipher = createDecipheriv("aes-128-gcm", this.#key, this.#nonce());
    decipher.setAAD(header);
    decipher.setAuthTag(body.subarray(-16));
    const opened = concat(decipher.update(body.subarray(0, -16)), decipher.final());
    return { type: opened.at(-1)!, body: opened.subarray(0, -1) };
  }

  #nonce(): Uint8Array {
    const nonce = Uint8Array.from(this.#iv);
    const count = this.#count++;
    nonce[11]! ^= count & 255;
    nonce[10]! ^= count >> 8;
    return nonce;
  }
}

/** The records that arrive. */
class Records {
  readonly #conn: Deno.Conn;
  #buffer: Uint8Array = new Uint8Array(0);

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  async next(): Promise<{
    readonly type: number;
    readonly body: Uint8Array;
    readonly header: Uint8Array;
  }> {
    const header = await this.#take(5);
    const body = await this.#take(header[3]! << 8 | header[4]!);
    return { type: header[0]!, body, header };
  }

  async #take(count: number): Promise<Uint8Array> {
    while (this.#buffer.length < count) {
      const piece = new Uint8Array(16_384);
      const read = await this.#conn.read(piece);
      if (read === null) throw new Error("the connection has ended");
      this.#buffer = concat(this.#buffer, piece.subarray(0, read));
    }
    const taken = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return taken;
  }
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}
