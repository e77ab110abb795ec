// Goal: the decrypted stream is a byte stream like any other. Method: loopback sockets, with the
// runtime's own client at the other end.
import { assertEquals, assertLess, assertRejects } from "@std/assert";
import type { AcceptedStream } from "../../../mod/base/exchange.ts";
import { makeContext, startHandshake } from "../../../mod/listen/tls/tls_stream.ts";
import {
  clientTls,
  makePem,
  readAll,
  type TcpPair,
  tcpPair,
  writeAll,
} from "../../support/tls/tls_pair.ts";
import { standstill } from "../../support/wait.ts";

const PEM = await makePem("a.test", "b.test");
const CONTEXT = makeContext(PEM);
const NOTHING = new Uint8Array();
const LARGE = crypto.getRandomValues(new Uint8Array(60_000));
const MEGABYTES = new Uint8Array(3_000_000).map((_, i) => LARGE[i % LARGE.length]! ^ (i >> 16));

async function secured(
  { server, client }: TcpPair,
): Promise<{ readonly decrypted: AcceptedStream; readonly peer: Deno.TlsConn }> {
  const handshake = startHandshake(server, NOTHING, CONTEXT);
  const peer = await clientTls(client, PEM);
  const [decrypted] = await Promise.all([handshake.done, peer.handshake()]);
  return { decrypted, peer };
}

/** More than the buffers of both ends hold. */
const TOO_MUCH = new Uint8Array(30_000_000);

/** Sends `bytes` in pieces; `count` returns how many have been sent. */
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

Deno.test("startHandshake() negotiates HTTP/1.1 with the certificate it was given", async () => {
  using pair = await tcpPair();
  const handshake = startHandshake(pair.server, NOTHING, CONTEXT);
  const peer = await clientTls(pair.client, PEM, "b.test");
  const [decrypted, { alpnProtocol }] = await Promise.all([handshake.done, peer.handshake()]);
  assertEquals(alpnProtocol, "http/1.1");
  assertEquals(decrypted.remoteAddr.port, (pair.client.localAddr as Deno.NetAddr).port);
  peer.close();
  decrypted.close();
});

Deno.test("startHandshake() uses the bytes that have already been read", async () => {
  using pair = await tcpPair();
  const first = new Uint8Array(20);
  const begun = clientTls(pair.client, PEM).then((peer) => peer.handshake().then(() => peer));
  const count = await pair.server.read(first);
  const handshake = startHandshake(pair.server, first.subarray(0, count!), CONTEXT);
  const [decrypted, peer] = await Promise.all([handshake.done, begun]);
  await writeAll(decrypted, new TextEncoder().encode("hello"));
  decrypted.close();
  assertEquals(new TextDecoder().decode(await readAll(peer)), "hello");
  peer.close();
});

Deno.test("the decrypted stream carries megabytes both ways, in pieces of any size", async () => {
  for (const room of [1000, 65536]) {
    using pair = await tcpPair();
    const { decrypted, peer } = await secured(pair);
    const sent = writeAll(peer, MEGABYTES).then(() => peer.closeWrite());
    assertEquals(await readAll(decrypted, room), MEGABYTES);
    await sent;
    const received = readAll(peer);
    await writeAll(decrypted, MEGABYTES);
    await decrypted.closeWrite();
    assertEquals(await received, MEGABYTES);
    decrypted.close();
    peer.close();
  }
});

Deno.test("unread bytes hold the client back", async () => {
  using pair = await tcpPair();
  const { decrypted, peer } = await secured(pair);
  const sending = sendAll(peer, TOO_MUCH);
  const buffer = new Uint8Array(10);
  assertEquals(await decrypted.read(buffer), 10);
  await standstill(sending.count, "what the client sends");
  assertLess(sending.count(), TOO_MUCH.length);
  let count = 10;
  const room = new Uint8Array(65536);
  while (count < TOO_MUCH.length) count += (await decrypted.read(room))!;
  await sending.done;
  decrypted.close();
  peer.close();
});

Deno.test("write() accepts only as much as shows the progress of a slow client", async () => {
  using pair = await tcpPair();
  const { decrypted, peer } = await secured(pair);
  assertEquals(await decrypted.write(new Uint8Array(1_000_000)), 65536);
  decrypted.close();
  peer.close();
});

Deno.test("close() ends a read and a stalled write, and sends close_notify if it can", async () => {
  using pair = await tcpPair();
  const { decrypted, peer } = await secured(pair);
  const reading = decrypted.read(new Uint8Array(10));
  decrypted.close();
  await assertRejects(() => reading, Deno.errors.Interrupted);
  await assertRejects(() => decrypted.write(new Uint8Array(1)));
  assertEquals(await peer.read(new Uint8Array(10)), null); // not UnexpectedEof
  peer.close();
  decrypted.close(); // closing again does nothing

  using stalled = await tcpPair();
  const other = await secured(stalled);
  const sending = sendAll(other.decrypted, TOO_MUCH);
  await standstill(sending.count, "what the server sends");
  other.decrypted.close();
  await assertRejects(() => sending.done);
  other.peer.close();
});

Deno.test("the decrypted stream ends when the client closes its direction", async () => {
  using pair = await tcpPair();
  const { decrypted, peer } = await secured(pair);
  await writeAll(peer, new Uint8Array([1, 2]));
  await peer.closeWrite();
  const buffer = new Uint8Array(10);
  assertEquals([await decrypted.read(buffer), await decrypted.read(buffer)], [2, null]);
  assertEquals(await decrypted.read(buffer), null);
  decrypted.close();
  peer.close();
});

Deno.test("a handshake that fails rejects, and does nothing else", async () => {
  const cases: [name: string, bytes: Uint8Array | null][] = [
    ["garbage", new TextEncoder().encode("\x16\x03\x01\x00\x05hello")],
    ["half a hello", new Uint8Array([0x16, 3, 1, 1, 0, 1])],
    ["nothing", null],
  ];
  for (const [name, bytes] of cases) {
    using pair = await tcpPair();
    const handshake = startHandshake(pair.server, bytes ?? NOTHING, CONTEXT);
    pair.client.close();
    await assertRejects(() => handshake.done, Error, undefined, name);
  }
  using aborted = await tcpPair();
  const silent = startHandshake(aborted.server, NOTHING, CONTEXT);
  silent.abort();
  await assertRejects(() => silent.done);
  assertEquals(await aborted.client.read(new Uint8Array(1)), null);
});

Deno.test("a violation of TLS, or an end without close_notify, ends the stream", async () => {
  for (const bytes of ["\x17\x03\x03\x00\x05hello", ""]) {
    using outer = await tcpPair();
    using inner = await tcpPair();
    // Between the two ends of TLS, so that bytes of its own can be added.
    void outer.server.readable.pipeTo(inner.client.writable, { preventClose: true }).catch(
      () => {},
    );
    void inner.client.readable.pipeTo(outer.server.writable).catch(() => {});
    const { decrypted, peer } = await secured({ ...inner, client: outer.client });
    await writeAll(peer, new Uint8Array([1, 2, 3]));
    assertEquals(await decrypted.read(new Uint8Array(10)), 3);
    if (bytes === "") await inner.client.closeWrite();
    else await inner.client.write(new TextEncoder().encode(bytes));
    // HTTP says how long a message is, so it does not matter how an end without close_notify ends.
    const ended = await decrypted.read(new Uint8Array(10)).catch((error) => error.name);
    assertEquals(bytes === "" ? ended ?? "ConnectionAborted" : ended, "ConnectionAborted");
    decrypted.close();
    peer.close();
  }
});
