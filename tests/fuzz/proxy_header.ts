/**
 * Fuzzes the reader of PROXY headers. The rules:
 *
 * - nothing is thrown;
 * - the same bytes have the same meaning in any split: the first answer stays, whatever follows;
 * - a header lies within the limit, and its addresses are canonical.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parseIp } from "../../mod/base/address.ts";
import { HEADER_BYTES_MAX, readProxyHeader } from "../../mod/listen/proxy_protocol/proxy_header.ts";
import { binary, line, tlv, V4_BODY, V6_BODY } from "../support/proxy/proxy_bytes.ts";
import { anyOf, mutatedBytes } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

const ADDRESSES = ["192.0.2.9", "2001:db8::9", "::ffff:1.2.3.4", "fe80::1%eth0", "01.2.3.4", ""];
const NUMBERS = ["0", "1", "65535", "65536", "080", "-1"];

function headers(random: Random): Uint8Array {
  const bytes = random.chance(2) ? lineOf(random) : binaryOf(random);
  return random.chance(3) ? mutatedBytes(bytes, random) : bytes;
}

function lineOf(random: Random): Uint8Array {
  const family = anyOf(["TCP4", "TCP6", "UNKNOWN", "UDP4"], random);
  const words = [anyOf(ADDRESSES, random), anyOf(ADDRESSES, random)];
  const ports = [anyOf(NUMBERS, random), anyOf(NUMBERS, random)];
  const end = random.pick(["\r\n", "\r\n", "\n", "", "\r\nGET / HTTP/1.1\r\n"]);
  return line(`PROXY ${[family, ...words, ...ports].join(" ")}${end}`);
}

function binaryOf(random: Random): Uint8Array {
  const fields = Array.from({ length: random.below(4) }, () => {
    const value = Array.from({ length: random.below(20) }, () => random.below(256));
    return tlv(random.pick([1, 2, 3, 4, 5, 0x20, 0xe0]), value);
  });
  const body = [...random.pick([V4_BODY, V6_BODY, []]), ...fields.flat()];
  const kind = random.pick([0x20, 0x21, 0x21, 0x21, 0x11, 0x22]);
  const family = random.pick([0x00, 0x11, 0x12, 0x21, 0x31, 0x41]);
  return binary({ kind, family, body });
}

function check(bytes: Uint8Array): void {
  const whole = readProxyHeader(bytes);
  if (whole !== null && typeof whole !== "string") {
    assert(whole.length <= Math.min(bytes.length, HEADER_BYTES_MAX));
    for (const end of [whole.source, whole.destination]) {
      if (end !== null) assert(parseIp(end.ip) === end.ip && end.port >= 0 && end.port <= 65535);
    }
  }
  for (let end = 0; end < bytes.length; end++) {
    const early = readProxyHeader(bytes.subarray(0, end));
    if (early !== null) return assertEquals(early, whole, "more bytes change the answer");
  }
}

export const proxyHeaders = target("proxy-header", headers, () => ({ check }));
