// Goal: each kind of header is read as the specification says, and nothing else is one. Method: a
// table of what HAProxy and nginx disagree about, and every place at which bytes may be split.
import { assert, assertEquals } from "@std/assert";
import { formatEndpoint } from "../../../mod/base/address.ts";
import { crc32c } from "../../../mod/listen/proxy_protocol/crc32c.ts";
import {
  HEADER_BYTES_MAX,
  LOCAL_HEADER,
  readProxyHeader,
} from "../../../mod/listen/proxy_protocol/proxy_header.ts";
import { binary, line, SIGNATURE, tlv, V4_BODY, V6_BODY } from "../../support/proxy/proxy_bytes.ts";

const V4 = "192.0.2.9:4711 to 198.51.100.1:443";
const V6 = "[2001:db8::9]:4711 to [2001:db8::1]:443";
const OWN = "own";

/** An IPv4 header with these fields, and a checksum behind them that is right or not. */
function checked(fields: readonly number[], error = 0): Uint8Array {
  const bytes = binary({ body: [...V4_BODY, ...fields, ...tlv(0x03, [0, 0, 0, 0])] });
  const at = bytes.length - 4;
  new DataView(bytes.buffer).setUint32(at, crc32c(bytes, at) ^ error);
  return bytes;
}

const SSL = tlv(0x20, [1, 0, 0, 0, 0, ...tlv(0x21, [...line("TLSv1.3")])]);

const CASES: readonly (readonly [name: string, bytes: Uint8Array, want: string])[] = [
  ["v1 TCP4", line("PROXY TCP4 192.0.2.9 198.51.100.1 4711 443\r\n"), V4],
  ["v1 TCP6", line("PROXY TCP6 2001:db8::9 2001:db8::1 4711 443\r\n"), V6],
  ["v1 TCP6, long form", line("PROXY TCP6 2001:0DB8:0:0:0:0:0:9 2001:db8::1 4711 443\r\n"), V6],
  [
    "v1 TCP6, mapped",
    line("PROXY TCP6 ::ffff:192.0.2.9 ::ffff:198.51.100.1 4711 443\r\n"),
    V4,
  ],
  ["v1 port 0", line("PROXY TCP4 1.2.3.4 5.6.7.8 0 0\r\n"), "1.2.3.4:0 to 5.6.7.8:0"],
  ["v1 port 65535", line("PROXY TCP4 1.2.3.4 5.6.7.8 65535 1\r\n"), "1.2.3.4:65535 to 5.6.7.8:1"],
  ["v1 UNKNOWN", line("PROXY UNKNOWN\r\n"), OWN],
  ["v1 UNKNOWN with more", line("PROXY UNKNOWN abc def 1 2\r\n"), OWN],
  ["v1 UNKNOWN of 107 bytes", line(`PROXY UNKNOWN ${"x".repeat(91)}\r\n`), OWN],
  ["v1 UNKNOWN of 108 bytes", line(`PROXY UNKNOWN ${"x".repeat(92)}\r\n`), "length"],
  ["v1 UNKNOWNX", line("PROXY UNKNOWNX\r\n"), "family"],
  ["v1 UDP4", line("PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n"), "family"],
  ["v1 port 65536", line("PROXY TCP4 1.2.3.4 5.6.7.8 65536 80\r\n"), "port"],
  ["v1 port with sign", line("PROXY TCP4 1.2.3.4 5.6.7.8 +1 80\r\n"), "port"],
  ["v1 port with leading zero", line("PROXY TCP4 1.2.3.4 5.6.7.8 080 80\r\n"), "port"],
  ["v1 octet with leading zero", line("PROXY TCP4 192.0.02.9 5.6.7.8 1 2\r\n"), "address"],
  ["v1 TCP4 with IPv6", line("PROXY TCP4 2001:db8::9 2001:db8::1 1 2\r\n"), "address"],
  ["v1 TCP6 with IPv4", line("PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n"), "address"],
  ["v1 mixed families", line("PROXY TCP6 2001:db8::9 5.6.7.8 1 2\r\n"), "address"],
  ["v1 zone", line("PROXY TCP6 fe80::1%eth0 fe80::2 1 2\r\n"), "address"],
  ["v1 two ::", line("PROXY TCP6 1::2::3 ::1 1 2\r\n"), "address"],
  ["v1 two spaces", line("PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n"), "family"],
  ["v1 two spaces later", line("PROXY TCP4 1.2.3.4  5.6.7.8 1 2\r\n"), "line"],
  ["v1 space at the end", line("PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n"), "line"],
  ["v1 field too few", line("PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n"), "line"],
  ["v1 tab", line("PROXY TCP4\t1.2.3.4 5.6.7.8 1 2\r\n"), "family"],
  ["v1 LF alone", line("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n"), "line"],
  ["v1 CR inside", line("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r \r\n"), "line"],
  ["v1 lower case", line("proxy TCP4 1.2.3.4 5.6.7.8 1 2\r\n"), "missing"],
  ["v1 without end", line(`PROXY TCP4 ${"1".repeat(120)}`), "length"],
  ["v1 PROXY alone", line("PROXY\r\n"), "missing"],
  ["a request", line("GET / HTTP/1.1\r\n\r\n"), "missing"],
  ["POST, which begins with a P", line("POST / HTTP/1.1\r\n\r\n"), "missing"],
  ["a ClientHello", Uint8Array.of(22, 3, 1, 0, 200), "missing"],
  ["v2 TCP4", binary(), V4],
  ["v2 TCP6", binary({ family: 0x21, body: V6_BODY }), V6],
  [
    "v2 TCP6, mapped",
    binary({
      family: 0x21,
      body: [
        ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 9],
        ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 198, 51, 100, 1],
        ...[0x12, 0x67, 0x01, 0xbb],
      ],
    }),
    V4,
  ],
  ["v2 LOCAL", LOCAL_HEADER, "local"],
  ["v2 LOCAL with addresses", binary({ kind: 0x20 }), "local"],
  ["v2 LOCAL with one byte", binary({ kind: 0x20, body: [1] }), "local"],
  ["v2 LOCAL of a family that is none", binary({ kind: 0x20, family: 0x47 }), "local"],
  ["v2 UNSPEC", binary({ family: 0, body: [] }), OWN],
  ["v2 UNSPEC with bytes", binary({ family: 0 }), OWN],
  ["v2 UDP4", binary({ family: 0x12 }), OWN],
  ["v2 UNIX", binary({ family: 0x31, body: Array<number>(216).fill(0) }), OWN],
  ["v2 UNIX, too short", binary({ family: 0x31 }), "length"],
  ["v2 version 1", binary({ kind: 0x11 }), "version"],
  ["v2 version 3", binary({ kind: 0x31 }), "version"],
  ["v2 command 2", binary({ kind: 0x22 }), "command"],
  ["v2 family 4", binary({ family: 0x41 }), "family"],
  ["v2 transport 3", binary({ family: 0x13 }), "family"],
  ["v2 stream of no family", binary({ family: 0x01 }), "family"],
  ["v2 IPv4 of 11 bytes", binary({ body: V4_BODY.slice(1) }), "length"],
  ["v2 IPv6 of 35 bytes", binary({ family: 0x21, body: V6_BODY.slice(1) }), "length"],
  ["v2 NOOP", binary({ body: [...V4_BODY, ...tlv(4, [0, 0])] }), V4],
  ["v2 UNIQUE_ID of length 0", binary({ body: [...V4_BODY, ...tlv(5, [])] }), V4],
  ["v2 UNIQUE_ID of 128", binary({ body: [...V4_BODY, ...tlv(5, Array(128).fill(1))] }), V4],
  ["v2 UNIQUE_ID of 129", binary({ body: [...V4_BODY, ...tlv(5, Array(129).fill(1))] }), "tlv"],
  ["v2 field past the end", binary({ body: [...V4_BODY, ...tlv(4, [0], 2)] }), "tlv"],
  ["v2 two stray bytes", binary({ body: [...V4_BODY, 4, 0] }), "tlv"],
  ["v2 custom field", binary({ body: [...V4_BODY, ...tlv(0xe0, [1, 2, 3])] }), V4],
  ["v2 SSL", binary({ body: [...V4_BODY, ...SSL] }), `${V4} by TLS`],
  ["v2 SSL of 4 bytes", binary({ body: [...V4_BODY, ...tlv(0x20, [1, 0, 0, 0])] }), "tlv"],
  [
    "v2 SSL without TLS",
    binary({ body: [...V4_BODY, ...tlv(0x20, [0, 0, 0, 0, 0])] }),
    V4,
  ],
  [
    "v2 SSL, field inside past the end",
    binary({ body: [...V4_BODY, ...tlv(0x20, [1, 0, 0, 0, 0, ...tlv(0x21, [1], 9)])] }),
    "tlv",
  ],
  ["v2 checksum", checked([]), V4],
  ["v2 checksum behind other fields", checked([...SSL, ...tlv(5, [])]), `${V4} by TLS`],
  ["v2 wrong checksum", checked([], 1), "checksum"],
  ["v2 checksum of 3 bytes", binary({ body: [...V4_BODY, ...tlv(3, [0, 0, 0])] }), "tlv"],
  ["v2 two checksums", checked(tlv(3, [0, 0, 0, 0])), "checksum"],
  [
    "v2 of 4096 bytes",
    binary({ body: [...V4_BODY, ...tlv(4, Array(HEADER_BYTES_MAX - 31).fill(0))] }),
    V4,
  ],
  [
    "v2 of 4097 bytes",
    binary({ body: [...V4_BODY, ...tlv(4, Array(HEADER_BYTES_MAX - 30).fill(0))] }),
    "length",
  ],
  ["v2 length 65535", binary({ length: 65535 }), "length"],
  ["v2 signature with another end", Uint8Array.of(...SIGNATURE.subarray(0, 11), 13), "missing"],
];

/** Returns the result as text; `more` if more bytes are needed. */
function outcome(bytes: Uint8Array): string {
  const found = readProxyHeader(bytes);
  if (found === null) return "more";
  if (typeof found === "string") return found;
  if (found.isLocal) return "local";
  if (found.source === null || found.destination === null) return OWN;
  const ends = `${formatEndpoint(found.source)} to ${formatEndpoint(found.destination)}`;
  return found.isTls ? `${ends} by TLS` : ends;
}

for (const [name, bytes, want] of CASES) {
  Deno.test(`readProxyHeader(): ${name}: ${want}`, () => {
    assertEquals(outcome(bytes), want);
  });
}

Deno.test("readProxyHeader() gives one answer wherever the bytes are split", () => {
  for (const [name, bytes, want] of CASES) {
    let hasAnswered = false;
    for (let end = 0; end <= bytes.length; end++) {
      const found = outcome(bytes.subarray(0, end));
      assert(found === want || (!hasAnswered && found === "more"), `${name}, ${end}: ${found}`);
      hasAnswered = found === want;
    }
  }
});

Deno.test("readProxyHeader() says where the client's bytes begin", () => {
  const valid = CASES.filter(([, , want]) => /^own|^local| to /.test(want));
  assert(valid.length > 20);
  for (const [name, bytes] of valid) {
    for (const next of [[], [22, 3, 1], [...line("GET / HTTP/1.1\r\n")], [...bytes]]) {
      const found = readProxyHeader(Uint8Array.of(...bytes, ...next));
      assert(found !== null && typeof found !== "string", name);
      assertEquals(found.length, bytes.length, name);
    }
  }
});
