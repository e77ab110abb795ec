/**
 * The header of the PROXY protocol, versions 1 and 2, with which a proxy begins a connection to tell
 * whose it is (haproxy.org, proxy-protocol.txt). Pure.
 *
 * What it says is believed, so it is read strictly: one that two programs could read differently is
 * refused. LOCAL, the proxy's own connection, UNKNOWN, and the families that are no address of TCP
 * leave the connection its own addresses, as the specification wants.
 *
 * @module
 */
import { type Endpoint, ipOfBytes, parseIp } from "../../base/address.ts";
import { latin1 } from "../../wire/byte_text.ts";
import { crc32c } from "./crc32c.ts";

/** A complete header. */
export interface ProxyHeader {
  /** Bytes of the header: what follows is the client's. */
  readonly length: number;
  /** Whether the proxy speaks for itself, as for a health check, and not for a client. */
  readonly isLocal: boolean;
  /** The client; null if the header names none. */
  readonly source: Endpoint | null;
  /** Where the client has connected to; null if the header names nothing. */
  readonly destination: Endpoint | null;
  /** Whether the client uses TLS to the proxy. */
  readonly isTls: boolean;
}

/** Why bytes are no header: `missing` if they do not begin like one, else what is wrong with it. */
export type HeaderFault =
  | "missing"
  | "address"
  | "checksum"
  | "command"
  | "family"
  | "length"
  | "line"
  | "port"
  | "tlv"
  | "version";

/** Maximum bytes of a header. The largest that proxies are known to send has some hundred. */
export const HEADER_BYTES_MAX = 4096;

/**
 * Reads the header at the beginning of `bytes`. Returns null if it is not complete, as far as `bytes`
 * can tell.
 */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader | HeaderFault | null {
  if (beginsWith(bytes, SIGNATURE)) return readBinary(bytes);
  if (beginsWith(bytes, PROXY)) return readLine(bytes);
  return "missing";
}

/** The header by which a proxy speaks for itself. */
export const LOCAL_HEADER = Uint8Array.of(
  ...[0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a],
  ...[0x20, 0x00, 0x00, 0x00],
);

const SIGNATURE = LOCAL_HEADER.subarray(0, 12);
const PROXY = new TextEncoder().encode("PROXY ");
/** The longest line of version 1, with its end. */
const LINE_BYTES_MAX = 107;
const [CR, LF] = [0x0d, 0x0a];

/** Reports whether `bytes` begin with `start`, as far as they go. */
function beginsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  const length = Math.min(bytes.length, start.length);
  for (let i = 0; i < length; i++) if (bytes[i] !== start[i]) return false;
  return true;
}

/** Reads version 1: a line of text. */
function readLine(bytes: Uint8Array): ProxyHeader | HeaderFault | null {
  const end = bytes.subarray(0, LINE_BYTES_MAX).indexOf(LF);
  if (end < 0) return bytes.length < LINE_BYTES_MAX ? null : "length";
  if (bytes[end - 1] !== CR) return "line";
  const length = end + 1;
  const [, family = "", ...rest] = latin1(bytes, 0, end - 1).split(" ");
  if (family === "UNKNOWN") return header(length, {}); // what follows it is to be ignored
  if (family !== "TCP4" && family !== "TCP6") return "family";
  const [from = "", to = "", fromPort = "", toPort = ""] = rest;
  if (rest.length !== 4) return "line";
  if (!isOfFamily(from, family) || !isOfFamily(to, family)) return "address";
  if (!PORT.test(fromPort) || !PORT.test(toPort)) return "port";
  const source = { ip: parseIp(from)!, port: Number(fromPort) };
  const destination = { ip: parseIp(to)!, port: Number(toPort) };
  if (source.port > PORT_MAX || destination.port > PORT_MAX) return "port";
  return header(length, { source, destination });
}

const PORT = /^(?:0|[1-9][0-9]{0,4})$/;
const PORT_MAX = 65535;

/** A zone would be the proxy's. */
function isOfFamily(text: string, family: "TCP4" | "TCP6"): boolean {
  return text.includes(":") === (family === "TCP6") && !text.includes("%") &&
    parseIp(text) !== null;
}

/** The bytes before the addresses of version 2. */
const FIXED_BYTES = 16;
/** The bytes of addresses and ports, by family and transport; those of a path have no use here. */
const ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [0x11, 12], // TCP over IPv4
  [0x12, 12], // UDP over IPv4
  [0x21, 36], // TCP over IPv6
  [0x22, 36], // UDP over IPv6
  [0x31, 216], // a Unix socket
  [0x32, 216], // a Unix socket of datagrams
]);
const UNSPECIFIED = 0x00;
const [TCP4, TCP6] = [0x11, 0x21];
const [LOCAL, ON_BEHALF] = [0, 1];

/** Reads version 2. */
function readBinary(bytes: Uint8Array): ProxyHeader | HeaderFault | null {
  const kind = bytes[12];
  if (kind === undefined) return null;
  const [version, command] = [kind >> 4, kind & 0x0f];
  if (version !== 2) return "version";
  if (command !== LOCAL && command !== ON_BEHALF) return "command";
  const family = bytes[13];
  if (family === undefined) return null;
  const addressBytes = ADDRESS_BYTES.get(family);
  const hasAddresses = command === ON_BEHALF && family !== UNSPECIFIED;
  if (hasAddresses && addressBytes === undefined) return "family";
  if (bytes.length < FIXED_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = FIXED_BYTES + view.getUint16(14);
  if (length > HEADER_BYTES_MAX) return "length";
  if (hasAddresses && length < FIXED_BYTES + addressBytes!) return "length";
  if (bytes.length < length) return null;
  if (command === LOCAL) return header(length, { isLocal: true });
  if (!hasAddresses) return header(length, {});
  const isTls = readExtensions(bytes.subarray(0, length), FIXED_BYTES + addressBytes!);
  if (typeof isTls === "string") return isTls;
  if (family !== TCP4 && family !== TCP6) return header(length, { isTls });
  const ipBytes = family === TCP4 ? 4 : 16;
  const ports = FIXED_BYTES + 2 * ipBytes;
  const ipAt = (start: number): Endpoint["ip"] => {
    return ipOfBytes([...bytes.subarray(start, start + ipBytes)]);
  };
  const source = { ip: ipAt(FIXED_BYTES), port: view.getUint16(ports) };
  const destination = { ip: ipAt(FIXED_BYTES + ipBytes), port: view.getUint16(ports + 2) };
  return header(length, { source, destination, isTls });
}

/** The types of the fields behind the addresses that matter here; any other is skipped. */
const TLV = { crc32c: 0x03, uniqueId: 0x05, ssl: 0x20 } as const;
/** Type and length. */
const TLV_HEAD_BYTES = 3;
const UNIQUE_ID_BYTES_MAX = 128;
/** Of an SSL field: the flags of the client, and whether its certificate was verified. */
const SSL_HEAD_BYTES = 5;
/** Bit of those flags: the client uses TLS. */
const CLIENT_SSL = 0x01;

/** Reads the fields from `start` to the end of `bytes`; returns whether the client uses TLS. */
function readExtensions(bytes: Uint8Array, start: number): boolean | HeaderFault {
  let isTls = false;
  let hasChecksum = false;
  for (let at = start; at < bytes.length;) {
    const value = valueAt(bytes, at);
    if (value === null) return "tlv";
    const type = bytes[at];
    if (type === TLV.crc32c) {
      if (hasChecksum || value.length !== 4) return "tlv";
      hasChecksum = true;
      const view = new DataView(value.buffer, value.byteOffset);
      if (view.getUint32(0) !== crc32c(bytes, at + TLV_HEAD_BYTES)) return "checksum";
    } else if (type === TLV.uniqueId) {
      if (value.length > UNIQUE_ID_BYTES_MAX) return "tlv";
    } else if (type === TLV.ssl) {
      if (value.length < SSL_HEAD_BYTES || !isWhole(value, SSL_HEAD_BYTES)) return "tlv";
      isTls = (value[0]! & CLIENT_SSL) !== 0;
    }
    at += TLV_HEAD_BYTES + value.length;
  }
  return isTls;
}

/** Returns the value of the field at `at`; null if the field does not end inside of `bytes`. */
function valueAt(bytes: Uint8Array, at: number): Uint8Array | null {
  const start = at + TLV_HEAD_BYTES;
  if (start > bytes.length) return null;
  const end = start + bytes[at + 1]! * 256 + bytes[at + 2]!;
  return end > bytes.length ? null : bytes.subarray(start, end);
}

/** Reports whether the fields from `start` on fill `bytes`. */
function isWhole(bytes: Uint8Array, start: number): boolean {
  for (let at = start; at < bytes.length;) {
    const value = valueAt(bytes, at);
    if (value === null) return false;
    at += TLV_HEAD_BYTES + value.length;
  }
  return true;
}

function header(length: number, facts: Partial<ProxyHeader>): ProxyHeader {
  return { length, isLocal: false, source: null, destination: null, isTls: false, ...facts };
}
