// Goal: the clear side of TLS is a byte stream like any other. Method: real sockets on loopback, with
// the runtime's own client at the other end.
import { assertEquals, assertLess, assertRejects } from "@std/assert";
import type { ByteStream } from "../../../mod/base/exchange.ts";
import { makeContext, startHandshake } from "../../../mod/listen/tls/tls_stream.ts";
import {
  clientTls,
  makePem,
  readAll,
  type TcpPair,
  tcpPair,
  writeAll,
} from "../../support/tls_pair.ts";
import { standstill } from "../../support/wait.ts";

const PEM = await makePem("a.test", "b.test");
const CONTEXT = makeContext(PEM);
const NOTHING = new Uint8Array();
const LARGE = crypto.getRandomValues(new Uint8Array(60_000));
const MEGABYTES = new Uint8Array(3_000_000).map((_, i) => LARGE[i % LARGE.length]! ^ (i >> 16));

async function secured(
  { server, client }: TcpPair,
): Promise<{ readonly clear: ByteStream; readonly peer: Deno.TlsConn }> {
  const handshake = startHandshake(server, NOTHING, () => CONTEXT);
  const peer = await clientTls(client, PEM);
  const [clear] = await Promise.all([handshake.done, peer.handshake()]);
  return { clear, peer };
}

/** More than the buffers of both ends hold. */
const TOO_MUCH = new Uint8Array(30_000_000);

/** Sends `bytes` in pieces; `count` says how many are gone. */
function sendAll(
  stream: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): { readonly done: Promise<void>; count(): number } {
  let count = 0;
  const send = async (): Promise<void> => {
    while (count < bytes.length) count += await stream.write(bytes.subarray(count, count + 65536));
  };
  return { done: send(), count: () => count };
}

Deno.test("startHandshake() negotiates HTTP/1.1 and asks for the name", async () => {
  using pair = await tcpPair();
  const names: string[] = [];
  const handshake = startHandshake(pair.server, NOTHING, (name) => {
    names.push(name);
    return CONTEXT;
  });
  const peer = await clientTls(pair.client, PEM, "b.test");
  const [clear, { alpnProtocol }] = await Promise.all([handshake.done, peer.handshake()]);
  assertEquals([names, alpnProtocol], [["b.test"], "http/1.1"]);
  peer.close();
  clear.close();
});

Deno.test("startHandshake() uses what was read already", async () => {
  using pair = await tcpPair();
  const first = new Uint8Array(20);
  const begun = clientTls(pair.client, PEM).then((peer) => peer.handshake().then(() => peer));
  const count = await pair.server.read(first);
  const handshake = startHandshake(pair.server, first.subarray(0, count!), () => CONTEXT);
  const [clear, peer] = await Promise.all([handshake.done, begun]);
  await writeAll(clear, new TextEncoder().encode("hello"));
  clear.close();
  assertEquals(new TextDecoder().decode(await readAll(peer)), "hello");
  peer.close();
});

Deno.test("the clear side carries megabytes both ways, in pieces of any size", async () => {
  for (const room of [1000, 65536]) {
    using pair = await tcpPair();
    const { clear, peer } = await secured(pair);
    const sent = writeAll(peer, MEGABYTES).then(() => peer.closeWrite());
    assertEquals(await readAll(clear, room), MEGABYTES);
    await sent;
    const received = readAll(peer);
    await writeAll(clear, MEGABYTES);
    await clear.closeWrite();
    assertEquals(await received, MEGABYTES);
    clear.close();
    peer.close();
  }
});

Deno.test("bytes that nobody asks for wait, and hold the client back", async () => {
  using pair = await tcpPair();
  const { clear, peer } = await secured(pair);
  const sending = sendAll(peer, TOO_MUCH);
  const buffer = new Uint8Array(10);
  assertEquals(await clear.read(buffer), 10);
  await standstill(sending.count, "what the client sends");
  assertLess(sending.count(), TOO_MUCH.length);
  let count = 10;
  const room = new Uint8Array(65536);
  while (count < TOO_MUCH.length) count += (await clear.read(room))!;
  await sending.done;
  clear.close();
  peer.close();
});

Deno.test("write() takes no more than a slow client can be seen to move", async () => {
  using pair = await tcpPair();
  const { clear, peer } = await secured(pair);
  assertEquals(await clear.write(new Uint8Array(1_000_000)), 65536);
  clear.close();
  peer.close();
});

Deno.test("close() ends a read and a stalled write, and says farewell where it can", async () => {
  using pair = await tcpPair();
  const { clear, peer } = await secured(pair);
  const reading = clear.read(new Uint8Array(10));
  clear.close();
  await assertRejects(() => reading, Deno.errors.Interrupted);
  await assertRejects(() => clear.write(new Uint8Array(1)));
  assertEquals(await peer.read(new Uint8Array(10)), null); // not UnexpectedEof
  peer.close();
  clear.close(); // again does nothing

  using stalled = await tcpPair();
  const other = await secured(stalled);
  const sending = sendAll(other.clear, TOO_MUCH);
  await standstill(sending.count, "what the server sends");
  other.clear.close();
  await assertRejects(() => sending.done);
  other.peer.close();
});

Deno.test("the clear side ends when the client does, and fails when it is cut", async () => {
  using pair = await tcpPair();
  const { clear, peer } = await secured(pair);
  await writeAll(peer, new Uint8Array([1, 2]));
  await peer.closeWrite();
  const buffer = new Uint8Array(10);
  assertEquals([await clear.read(buffer), await clear.read(buffer)], [2, null]);
  assertEquals(await clear.read(buffer), null);
  clear.close();
  peer.close();
});

Deno.test("a handshake that cannot be made is a rejection and nothing else", async () => {
  const cases: [name: string, bytes: Uint8Array | null][] = [
    ["garbage", new TextEncoder().encode("\x16\x03\x01\x00\x05hello")],
    ["half a hello", new Uint8Array([0x16, 3, 1, 1, 0, 1])],
    ["nothing", null],
  ];
  for (const [name, bytes] of cases) {
    using pair = await tcpPair();
    const handshake = startHandshake(pair.server, bytes ?? NOTHING, () => CONTEXT);
    pair.client.close();
    await assertRejects(() => handshake.done, Error, undefined, name);
  }
  using refused = await tcpPair();
  const handshake = startHandshake(refused.server, NOTHING, () => null);
  const peer = await clientTls(refused.client, PEM);
  await Promise.all([
    assertRejects(() => handshake.done, Error, "no certificate"),
    assertRejects(() => peer.handshake()),
  ]);
  peer.close();
  using aborted = await tcpPair();
  const silent = startHandshake(aborted.server, NOTHING, () => CONTEXT);
  silent.abort();
  await assertRejects(() => silent.done);
  assertEquals(await aborted.client.read(new Uint8Array(1)), null);
});
