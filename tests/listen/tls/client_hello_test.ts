// Goal: what a server has to know of a ClientHello, or the alert that refuses it. Method: messages
// made by a real client and by hand, whole, cut at every byte, and split into records.
import { assertEquals } from "@std/assert";
import {
  ALERT,
  type AlertCode,
  alertRecord,
  HELLO_BYTES_MAX,
  readClientHello,
  startsTls,
} from "../../../mod/listen/tls/client_hello.ts";
import {
  alpn,
  extension,
  hostName,
  message,
  type Parts,
  records,
  serverName,
  vector,
  versions,
} from "../../support/tls/client_hello.ts";
import { clientTls, makePem, tcpPair } from "../../support/tls/tls_pair.ts";

const PEM = await makePem("a.test");

Deno.test("readClientHello() reads the message of a real client", async () => {
  using pair = await tcpPair();
  const peer = await clientTls(pair.client, PEM, "a.test");
  const ended = peer.handshake().catch(() => {});
  const buffer = new Uint8Array(4096);
  const count = await pair.server.read(buffer);
  const hello = {
    serverName: "a.test",
    protocols: ["http/1.1"],
    offersTls12: true,
    offersTls13: true,
  };
  assertEquals(readClientHello(buffer.subarray(0, count!)), hello);
  for (let at = 0; at < count!; at++) assertEquals(readClientHello(buffer.subarray(0, at)), null);
  pair.server.close();
  await ended;
  peer.close();
});

Deno.test("readClientHello() reads names, protocols and versions", () => {
  const cases: [parts: Parts, serverName: string, protocols: string[] | null, tls?: number[]][] = [
    [{}, "", null],
    [{ extensions: null }, "", null],
    [{ extensions: serverName(hostName("WWW.A.test")) }, "www.a.test", null],
    [{ extensions: serverName([9, ...vector(2, [1, 2])], hostName("a.test")) }, "a.test", null],
    [{ extensions: serverName() }, "", null],
    [{ extensions: serverName(hostName("\xe9\0.test")) }, "\xe9\0.test", null],
    [{ extensions: alpn("h2", "http/1.1") }, "", ["h2", "http/1.1"]],
    [{ extensions: [...alpn("h2"), ...serverName(hostName("a"))] }, "a", ["h2"]],
    [{ extensions: versions([0x7a, 0x7a], [3, 4]) }, "", null, [13]],
    [{ extensions: versions([3, 4], [3, 3], [3, 1]) }, "", null, [12, 13]],
    [{ version: [3, 1], extensions: versions([3, 3]) }, "", null],
    [{ sessionId: new Array(32).fill(1) }, "", null],
    [{ extensions: extension(0xfafa, new Array(2000).fill(5)) }, "", null],
  ];
  for (const [parts, name, protocols, tls = [12]] of cases) {
    const offered = { offersTls12: tls.includes(12), offersTls13: tls.includes(13) };
    const hello = { serverName: name, protocols, ...offered };
    for (const room of [16_384, 100, 7, 1]) {
      assertEquals(readClientHello(records(message(parts), room)), hello);
    }
    const withMore = Uint8Array.from([...records(message(parts)), 20, 3, 3, 0, 1, 1]);
    assertEquals(readClientHello(withMore), hello);
  }
});

Deno.test("readClientHello() refuses what cannot become a connection, with its alert", () => {
  const refused: [bytes: Uint8Array, alert: AlertCode, what: string][] = [
    [Uint8Array.of(0x16, 2), ALERT.protocolVersion, "another major version"],
    [Uint8Array.of(0x16, 3, 1, 0, 0), ALERT.unexpectedMessage, "an empty record"],
    [Uint8Array.of(0x16, 3, 1, 0x40, 1), ALERT.recordOverflow, "a record that is too long"],
    [Uint8Array.of(0x16, 3, 1, 0, 4, 2, 0, 0, 0), ALERT.unexpectedMessage, "another message"],
    [Uint8Array.of(0x16, 3, 1, 0, 4, 1, 1, 0, 0), ALERT.illegalParameter, "a message of 64 KB"],
    [Uint8Array.of(0x16, 3, 1, 0, 4, 1, 0, 0, 0), ALERT.decodeError, "an empty message"],
    [
      Uint8Array.from([...records(message().slice(0, 8)), 0x15, 3, 3, 0, 2, 1, 0]),
      ALERT.unexpectedMessage,
      "an alert in the middle",
    ],
    [records(message({ version: [3, 2] })), ALERT.protocolVersion, "TLS 1.1"],
    [records(message({ extensions: versions([3, 2]) })), ALERT.protocolVersion, "only TLS 1.1"],
    [records(message({ sessionId: new Array(33).fill(1) })), ALERT.decodeError, "session id"],
    [records(message({ ciphers: [] })), ALERT.decodeError, "no cipher suites"],
    [records(message({ ciphers: [1] })), ALERT.decodeError, "half a cipher suite"],
    [records(message({ compression: [] })), ALERT.decodeError, "no compression"],
    [records(message({ rest: [0] })), ALERT.decodeError, "bytes after the extensions"],
    [records(message({ extensions: [0, 0] })), ALERT.decodeError, "half an extension"],
    [
      records(message({ extensions: [...alpn("a"), ...alpn("a")] })),
      ALERT.illegalParameter,
      "an extension twice",
    ],
    [
      records(message({ extensions: serverName(hostName("a"), hostName("b")) })),
      ALERT.illegalParameter,
      "two names",
    ],
    [
      records(message({ extensions: serverName(hostName("")) })),
      ALERT.illegalParameter,
      "an empty name",
    ],
    [
      records(message({ extensions: extension(0, vector(2, hostName("a")), 0) })),
      ALERT.decodeError,
      "bytes after the names",
    ],
    [records(message({ extensions: alpn() })), ALERT.decodeError, "no protocol"],
    [records(message({ extensions: alpn("") })), ALERT.decodeError, "an empty protocol"],
    [records(message({ extensions: extension(43, vector(1, [3])) })), ALERT.decodeError, "version"],
  ];
  for (const [bytes, alert, what] of refused) {
    assertEquals(readClientHello(bytes), { alert }, what);
  }
});

Deno.test("readClientHello() does not wait for more than it accepts", () => {
  const long = message({ extensions: extension(9, new Array(HELLO_BYTES_MAX - 200).fill(1)) });
  const bytes = records(long, 1);
  assertEquals(readClientHello(bytes.subarray(0, HELLO_BYTES_MAX - 1)), null);
  assertEquals(readClientHello(bytes.subarray(0, HELLO_BYTES_MAX)), {
    alert: ALERT.recordOverflow,
  });
  // The same if it arrives as a whole.
  assertEquals(readClientHello(bytes), { alert: ALERT.recordOverflow });
});

Deno.test("startsTls() recognizes a handshake by its first byte", () => {
  assertEquals(startsTls(Uint8Array.of(0x16)), true);
  assertEquals(startsTls(new TextEncoder().encode("GET /")), false);
  assertEquals(startsTls(new Uint8Array()), false);
  assertEquals([...alertRecord(ALERT.noApplicationProtocol)], [0x15, 3, 3, 0, 2, 2, 120]);
});
