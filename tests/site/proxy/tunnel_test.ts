/** Goal: bytes and ends pass through, and no side outlives the other. Method: in memory. */
import { assertEquals } from "@std/assert";
import type { ByteStream } from "../../../mod/base/exchange.ts";
import { tunnel } from "../../../mod/site/proxy/tunnel.ts";
import { UpstreamConnection } from "../../../mod/site/proxy/upstream_connection.ts";
import { HandDeadlines } from "../../support/proxy/hand_deadlines.ts";
import { settle } from "../../support/engine.ts";
import { type StreamEnd, streamPair } from "../../support/stream_pair.ts";

const STALL_MS = 7000;
const ENDING_MS = 2000;

interface TestTunnel {
  readonly client: StreamEnd;
  readonly program: StreamEnd;
  readonly inner: readonly StreamEnd[];
  readonly deadlines: HandDeadlines;
  readonly done: Promise<void>;
}

function makeTunnel(change = (stream: StreamEnd): ByteStream => stream): TestTunnel {
  const [client, a] = streamPair();
  const [program, b] = streamPair();
  const deadlines = new HandDeadlines();
  const connection = new UpstreamConnection(b, "us", deadlines);
  const done = tunnel(change(a), connection, { deadlines, stallMs: STALL_MS });
  return { client, program, inner: [a, b], deadlines, done };
}

async function readText(stream: StreamEnd): Promise<string | null> {
  const buffer = new Uint8Array(100_000);
  const count = await stream.read(buffer);
  return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
}

/** Reads to the end. */
async function readAll(stream: StreamEnd): Promise<string> {
  let all = "";
  for (let text = await readText(stream); text !== null; text = await readText(stream)) all += text;
  return all;
}

const send = (stream: StreamEnd, text: string): Promise<number> =>
  stream.write(new TextEncoder().encode(text));

Deno.test("tunnel() carries both directions, and passes on the end of each", async () => {
  const { client, program, inner, deadlines, done } = makeTunnel();
  await send(client, "ping");
  assertEquals(await readText(program), "ping");
  await client.closeWrite();
  assertEquals(await readText(program), null);
  await send(program, "pong"); // after the other direction has ended
  assertEquals(await readText(client), "pong");
  await program.closeWrite();
  assertEquals(await readText(client), null);
  await done;
  assertEquals(inner.map(({ isClosed }) => isClosed), [true, true]);
  assertEquals(deadlines.isRunning, false);
});

Deno.test("tunnel() carries pieces of every size", async () => {
  const { client, program, done } = makeTunnel();
  const pieces = ["a", "b".repeat(2048), "c".repeat(50_000), "d", "e".repeat(3000)];
  const sending = (async (): Promise<void> => {
    for (const piece of pieces) await send(client, piece);
    await client.closeWrite();
  })();
  assertEquals(await readAll(program), pieces.join(""));
  await sending;
  await program.closeWrite();
  await done;
});

Deno.test("tunnel() ends the other side if one fails, however silent it is", async () => {
  for (const broken of ["client", "program"]) {
    const { client, program, inner, deadlines, done } = makeTunnel();
    const [breaks, other] = broken === "client" ? [client, program] : [program, client];
    await send(breaks, "last words");
    breaks.close();
    assertEquals(await readAll(other), "last words", `${broken}: what was in flight arrives`);
    await settle();
    assertEquals(inner.map(({ isClosed }) => isClosed), [false, false], "it may still send");
    // A connection that is closed here can also have reset it: only a write shows that.
    await send(other, "nobody reads this");
    await settle();
    deadlines.pass(ENDING_MS);
    await done;
    assertEquals(inner.map(({ isClosed }) => isClosed), [true, true]);
  }
});

Deno.test("tunnel() ends at once when both sides have, also after a failure", async () => {
  const { client, program, deadlines, done } = makeTunnel();
  client.close();
  await send(program, "to nobody");
  await program.closeWrite();
  await done;
  assertEquals(deadlines.isRunning, false);
});

Deno.test("tunnel() ends if the engine closes the client's stream", async () => {
  const { client, program, inner, deadlines, done } = makeTunnel();
  await send(client, "last words");
  await settle();
  inner[0]!.close();
  assertEquals(await readAll(program), "last words");
  await settle();
  deadlines.pass(ENDING_MS);
  await done;
  assertEquals(inner[1]!.isClosed, true);
});

Deno.test("tunnel() ends if the program does not receive, and then ends the client", async () => {
  const { client, inner, deadlines, done } = makeTunnel();
  await send(client, "a"); // the stream holds one piece, which nobody reads
  await send(client, "b");
  await settle();
  deadlines.pass(STALL_MS);
  assertEquals(await readAll(client), "");
  client.close();
  await done;
  assertEquals(inner.map(({ isClosed }) => isClosed), [true, true]);
});
