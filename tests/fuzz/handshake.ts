/**
 * Fuzzes the handshake: a real ClientHello with bytes changed, truncated or followed by noise, and
 * clients that disconnect at any moment. The rules: nothing is thrown that no code catches, every
 * connection ends, and a well-behaved client still connects.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { AcceptedStream } from "../../mod/base/exchange.ts";
import { TlsGate } from "../../mod/listen/tls/handshake_gate.ts";
import { makeContext } from "../../mod/listen/tls/tls_stream.ts";
import { clientTls, counted, makePem, type Pem, tcpPair } from "../support/tls/tls_pair.ts";
import { waitFor } from "../support/wait.ts";
import { Random } from "./random.ts";
import { type Rules, target } from "./target.ts";

/** Clients that are connected at the same time, as far as a case does not wait for its end. */
async function open(): Promise<Rules<Attack>> {
  const pem = await makePem("fuzz.test");
  const context = makeContext(pem);
  const hello = await clientHello(pem);
  let secured = 0;
  const open = new Set<Deno.TcpConn>();
  const gate = new TlsGate({
    handshakeTimeoutMs: () => 3000,
    handshakesMax: () => 1024,
    contextFor: () => context,
    onSecure(stream): void {
      secured++;
      void readAndClose(stream);
    },
    onPlain: (stream) => void readAndClose(stream),
    refused: () => {},
    failed: () => {},
  });
  return {
    async check({ seed, leaves }): Promise<void> {
      using pair = await tcpPair();
      gate.admit(counted(pair.server, open));
      await pair.client.write(hostile(hello, new Random(seed))).catch(() => {});
      if (leaves) return; // disconnects at once; unread data makes that a reset
      await pair.client.closeWrite().catch(() => {});
      await pair.client.read(new Uint8Array(1000)).catch(() => {});
    },
    async close(): Promise<void> {
      const before = secured;
      using pair = await tcpPair();
      gate.admit(counted(pair.server, open));
      const peer = await clientTls(pair.client, pem);
      await peer.handshake();
      peer.close();
      await waitFor(() => open.size === 0, "the end of every handshake");
      assertEquals(secured > before, true);
      gate.clear();
    },
  };
}

/** The changes of the message of a real client, whose content is another in each process. */
interface Attack {
  readonly seed: number;
  readonly leaves: boolean;
}

function attack(random: Random): Attack {
  return { seed: random.below(2 ** 31), leaves: random.chance(3) };
}

export const handshakes = target("handshakes", attack, open);

function hostile(hello: Uint8Array, random: Random): Uint8Array {
  const bytes = hello.slice();
  for (let i = random.below(6); i > 0; i--) bytes[random.below(bytes.length)] = random.below(256);
  if (random.chance(2)) bytes[0] = 0x16;
  const kept = random.chance(3) ? bytes.subarray(0, 1 + random.below(bytes.length)) : bytes;
  const noise = random.chance(3) ? random.below(200) : 0;
  const whole = new Uint8Array(kept.length + noise);
  whole.set(kept);
  for (let i = kept.length; i < whole.length; i++) whole[i] = random.below(256);
  return whole;
}

/** Returns the first message of the runtime's own client. */
async function clientHello(pem: Pem): Promise<Uint8Array> {
  using pair = await tcpPair();
  const peer = await clientTls(pair.client, pem);
  const handshake = peer.handshake().catch(() => {});
  const buffer = new Uint8Array(4096);
  const count = await pair.server.read(buffer);
  pair.server.close();
  await handshake;
  peer.close();
  return buffer.slice(0, count ?? 0);
}

async function readAndClose(stream: AcceptedStream): Promise<void> {
  try {
    while (await stream.read(new Uint8Array(1000)) !== null);
  } catch {
    // The client is gone.
  }
  try {
    stream.close();
  } catch {
    // Already closed.
  }
}
