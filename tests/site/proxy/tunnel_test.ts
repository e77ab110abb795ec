/** Goal: bytes, ends and failures pass through. Method: two connections in memory. */
import { assertEquals } from "@std/assert";
import { tunnel } from "../../../mod/site/proxy/tunnel.ts";
import { type StreamEnd, streamPair } from "../../support/stream_pair.ts";

async function readText(stream: StreamEnd): Promise<string | null> {
  const buffer = new Uint8Array(100);
  const count = await stream.read(buffer);
  return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
}

Deno.test("tunnel() carries both directions, and passes on the end of each", async () => {
  const [client, a] = streamPair();
  const [program, b] = streamPair();
  const done = tunnel(a, b);
  await client.write(new TextEncoder().encode("ping"));
  assertEquals(await readText(program), "ping");
  await client.closeWrite();
  assertEquals(await readText(program), null);
  await program.write(new TextEncoder().encode("pong")); // after the other direction has ended
  assertEquals(await readText(client), "pong");
  await program.closeWrite();
  assertEquals(await readText(client), null);
  await done;
  assertEquals(b.isClosed, true);
});

Deno.test("tunnel() closes both connections if one fails", async () => {
  for (const broken of ["client", "program"]) {
    const [client, a] = streamPair();
    const [program, b] = streamPair();
    const done = tunnel(a, b);
    const [breaks, other] = broken === "client" ? [client, program] : [program, client];
    breaks.close();
    await other.write(new Uint8Array(1)).catch(() => {});
    assertEquals(await readText(other).catch(() => null), null, broken);
    await other.closeWrite();
    await done;
    assertEquals([a.isClosed, b.isClosed], [true, true]);
  }
});
